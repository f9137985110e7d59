"""A worker of a queue of its own, and a task that can be seen to begin and to end."""

import time
from pathlib import Path

from celery import Celery

# Not the current app: the tests that import this run beside those of the real one.
app = Celery("marks", set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(task_queues=None, task_create_missing_queues=True, task_always_eager=False)


@app.task(name="conversations.tests.mark")
def mark_task(path):
    marks = Path(path)
    first = not marks.exists()
    with marks.open("a") as lines:
        lines.write("begun\n")
    if first:
        time.sleep(120)
    with marks.open("a") as lines:
        lines.write("done\n")
