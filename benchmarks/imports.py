"""Anki packages brought in at size: notes a second beside bare SQL, and a worker's memory.

    python -m config.embedded --var var/bench python -m benchmarks.imports [--notes 20000]

Each package has a card and three reviews a note, with scheduling, tags and a sound for every
hundredth, in tables of version 18 packed by zstd. It goes through the task's own service in a
process of its own, as a worker has it. The floor follows in the same run: the same SQLite rows
read, and the rows the import has made put in the same tables again by bare psycopg, once by INSERT
of 500 at a time and once by COPY. Peak memory is the process's own, beside what it held before it
began: it must not grow with the package.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

SMALL = 2_000
REVIEWS = 3
BOUND_MB = 64
"""By how much the peak of the larger package may be above that of the smaller one."""
WORDS = ("mesa", "silla", "cocina", "ventana", "camino", "tiempo", "agua", "libro", "casa", "perro")
TABLES = ("note", "card", "cardschedule", "reviewlog")
_SCRATCH = "bench-imports-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--worker", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("PARLANCE_ENV", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    if options.worker:
        print(json.dumps(work(options.worker)))
        return
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print("  notes    file   notes/s   INSERT    COPY   of INSERT   of COPY   before     peak")
    peaks = [
        measure(notes) for _ in range(options.rounds) for notes in sorted({SMALL, options.notes})
    ]
    grown = max(peaks) - min(peaks)
    verdict = "met" if grown <= BOUND_MB else "missed"
    print(f"\npeak memory, largest less smallest: {grown:.0f} MB (at most {BOUND_MB}: {verdict})")


def measure(notes):
    """Prints a line; the worker's peak in MB."""
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as folder:
        path = Path(folder) / "deck.apkg"
        collection = package(path, notes)
        row = requested(path)
        told = json.loads(run_worker(row.pk))
        row.refresh_from_db()
        if (row.status, row.result["notes"]) != ("completed", notes):
            raise SystemExit(f"The import ended {row.status}: {row.error or row.result}")
        floors = floor(collection, row.deck_id)
        size = path.stat().st_size / 1e6
    row.learner.delete()
    rate, rates = notes / told["seconds"], [notes / one for one in floors]
    shares = "   ".join(f"{rate / one:>9.2f}" for one in rates)
    bare = "  ".join(f"{one:>6,.0f}" for one in rates)
    memory = f"{told['before']:>4.0f} MB  {told['peak']:>4.0f} MB"
    print(f"{notes:>7,}  {size:.1f} MB  {rate:>8,.0f}   {bare}  {shares}   {memory}", flush=True)
    return told["peak"]


def requested(path):
    """The package in store, waiting for its worker, of a learner of its own."""
    from django.core.files import File

    from accounts.models import LearnerProfile, User, UserSettings
    from practice.decks.exchange.importing import request_import

    User.objects.filter(email="one@imports.example").delete()
    learner = User.objects.create_user("one@imports.example", None, name="One")
    LearnerProfile.objects.create(user=learner)
    UserSettings.objects.create(user=learner)
    with path.open("rb") as file:
        return request_import(learner=learner, upload=File(file, name=path.name), language="es")


def run_worker(import_id):
    asked = [sys.executable, "-m", "benchmarks.imports", "--worker", str(import_id)]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()[-1]


def work(import_id):
    """What a worker does of an import, and what it takes: seconds and MB."""
    from django.utils import timezone

    from practice.decks.exchange.importing import run_import
    from practice.models import DeckImport

    DeckImport.objects.filter(pk=import_id).exists()  # connected, as a worker is
    before = peak()
    began = time.perf_counter()
    run_import(import_id=import_id, now=timezone.now())
    return {"seconds": time.perf_counter() - began, "before": before, "peak": peak()}


def peak():
    """In MB. `getrusage` would count what the process was started from."""
    told = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", told)[1]) / 1024


def floor(collection, deck_id):
    """Seconds of reading the SQLite rows and writing those made of them: by INSERT, by COPY."""
    import psycopg
    from django.db import connection

    options = connection.settings_dict
    with psycopg.connect(
        dbname=options["NAME"], host=options["HOST"], port=options["PORT"], user=options["USER"]
    ) as db:
        kept = [rows_of(db, table, deck_id) for table in TABLES]
        found = []
        for write in (insert, copy):
            for table in reversed(TABLES):
                db.execute(f"DELETE FROM practice_{table} WHERE deck_id = %s", [deck_id])  # noqa: S608 - names of ours
            db.commit()
            began = time.perf_counter()
            read(collection)
            for table, rows in zip(TABLES, kept, strict=True):
                write(db, table, rows)
            db.commit()
            found.append(time.perf_counter() - began)
    return found


def rows_of(db, table, deck_id):
    """As text, which either way of writing takes."""
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    names = [name for (name,) in db.execute(asked, [f"practice_{table}"])]
    columns = ", ".join(f'"{name}"::text' for name in names)
    told = f"SELECT {columns} FROM practice_{table} WHERE deck_id = %s ORDER BY id"  # noqa: S608 - as above
    return names, db.execute(told, [deck_id]).fetchall()


def insert(db, table, kept):
    names, rows = kept
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(["%s"] * len(names))
    asked = f"INSERT INTO practice_{table} ({columns}) VALUES ({marks})"  # noqa: S608 - as above
    with db.cursor() as cursor:
        for start in range(0, len(rows), 500):
            cursor.executemany(asked, rows[start : start + 500])


def copy(db, table, kept):
    names, rows = kept
    columns = ", ".join(f'"{name}"' for name in names)
    with db.cursor().copy(f"COPY practice_{table} ({columns}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)


def read(collection):
    with sqlite3.connect(collection) as db:
        for table in ("notes", "cards", "revlog"):
            for _row in db.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608 - as above
                pass


def package(path, notes):
    """Write a package of so many notes; gives the path of its collection."""
    from practice.tests.packages import BEGAN, Package

    chance = random.Random(4)
    made = Package("anki21b", decks={1: "Default", 20: "Spanish"})
    now = datetime.now(UTC)
    for number in range(notes):
        front, back = (" ".join(chance.choices(WORDS, k=6)) for _ in range(2))
        sound = f"[sound:{number}.mp3]" if number % 100 == 0 else ""
        if sound:
            made.media[f"{number}.mp3"] = b"ID3" + chance.randbytes(20_000)
        fields = [f"{front} {number}{sound}", f"<b>{back}</b>", ""]
        due, days = (now.timestamp() - BEGAN) // 86_400, chance.randrange(4, 60)
        memory = json.dumps({"s": days * 1.1, "d": 5.5})
        [card] = made.note(
            fields, tags=f" t{number % 40} ", type=2, queue=2, due=int(due), ivl=days, reps=REVIEWS,
            factor=2500, data=memory,
        )  # fmt: skip
        first = now - timedelta(days=90, seconds=number)
        for place in range(REVIEWS):
            made.log(card, first + timedelta(days=20 * place), type=int(place > 0), ivl=20)
    collection = path.with_name("collection")
    path.write_bytes(made.build(collection))
    return collection


if __name__ == "__main__":
    main()
