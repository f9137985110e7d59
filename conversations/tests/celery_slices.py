"""A worker that embeds one chunk a task, and notes what it does in the file that MARKS names.

The first chunk waits until there is a file of that name that ends in `.go`.
"""

import os
import time
from pathlib import Path

from celery.signals import worker_init

from config.celery import app  # noqa: F401 - what the worker is told to run

MARKS = Path(os.environ["MARKS"])


def note(line):
    with MARKS.open("a") as lines:
        lines.write(f"{line}\n")


@worker_init.connect
def _watched(**_):
    from conversations.services import late
    from conversations.transcripts import processing

    check = late.check

    def check_noted(text, **options):
        note("check")
        return check(text, **options)

    def embed(chunks):
        note(chunks.get().student.get_short_name())
        while not MARKS.with_suffix(".go").exists():
            time.sleep(0.05)
        chunks.update(embedder="test")

    late.check = check_noted
    processing.embed_chunks = embed
    processing.WINDOW, processing.IN_ONE_GO = 1, 0
