"""Reading the transcript of a tutoring session: chunks a second by step, and memory.

    python -m config.embedded --var var/bench python -m benchmarks.transcripts [--sizes 1,10]

Each size in MB is a Spanish lesson of that length as WebVTT, read by the real job in a process of
its own, which has read a short one before, so that word lists and the embedder are loaded. The
floor of a size is the same file read from the storage, cut every 2,000 letters, and inserted as
bare rows by psycopg, 200 at a time. Memory is the growth of the process's resident memory at its
peak, from just before the job.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

MB = 1024 * 1024
LETTERS, AT_ONCE = 2000, 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1,10", help="MB, the smallest first")
    parser.add_argument("--one", type=float, help="of the process for one size")
    options = parser.parse_args()
    os.environ.setdefault("PARLANCE_ENV", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if options.one:
        print(json.dumps(measured(options.one)))
        return
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_concepts", "--no-words", verbosity=0)
    sizes = [float(one) for one in options.sizes.split(",")]
    told = [apart(size) for size in sizes]
    for one in told:
        show(one)
    first, last = told[0], told[-1]
    more = last["grown"] - first["grown"]
    print(f"\nmemory at the peak, {last['mb']:g} MB beside {first['mb']:g} MB: {more:+.0f} MB")


def apart(size):
    command = [sys.executable, "-m", "benchmarks.transcripts", "--one", str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def show(one):
    print(f"\n{one['mb']:g} MB, {one['chunks']:,} chunks of {one['turns']:,} turns")
    for name, seconds in one["steps"].items():
        print(f"  {name:<10} {seconds:8.2f} s   {one['chunks'] / seconds:>9,.0f} chunks/s")
    rate = one["chunks"] / sum(one["steps"].values())
    print(f"  {'all':<10} {sum(one['steps'].values()):8.2f} s   {rate:>9,.0f} chunks/s")
    floor = one["rows"] / one["floor"]
    print(f"  {'floor':<10} {one['floor']:8.2f} s   {floor:>9,.0f} rows/s")
    ratio = (one["steps"]["parse"] / one["chunks"]) / (one["floor"] / one["rows"])
    print(f"  parse / floor, a row: {ratio:.1f}")
    print(f"  memory: {one['before']:.0f} MB before, {one['grown']:.0f} MB more at the peak")


def measured(mb):
    """What one size took; the rows it made are deleted."""
    import django

    django.setup()
    from conversations.transcripts.models import TutoringSession

    student = learner()
    process(lesson(20_000, seed=1), student, {})
    words = lesson(int(mb * MB), seed=2)
    steps = {}
    before = resident("VmRSS", reset=True)
    session = process(words, student, steps)
    grown = resident("VmHWM") - before
    rows, floor = bare(session)
    told = {
        "mb": mb,
        "chunks": session.chunks.count(),
        "turns": sum(len(one) for one in session.chunks.values_list("utterances", flat=True)),
        "steps": steps,
        "rows": rows,
        "floor": floor,
        "before": before,
        "grown": grown,
        "status": session.status,
    }
    TutoringSession.objects.filter(student=student).delete()
    student.delete()
    return told


def learner():
    from accounts.models import LearnerLanguage, User

    User.objects.filter(email="one@transcripts.example").delete()
    student = User.objects.create_user("one@transcripts.example", None, name="Ana Torres")
    LearnerLanguage.objects.create(user=student, language="es", level="B1")
    return student


def lesson(size, *, seed):
    """About so many bytes of WebVTT: two people, turns of one to forty words, six seconds each."""
    from wordfreq import top_n_list

    words = top_n_list("es", 6000)
    lot = random.Random(seed)
    pieces, length, second = ["WEBVTT\n"], 0, 0
    while length < size:
        name = ("Ana Torres", "Tessa Brandt")[len(pieces) % 2]
        said = [lot.choice(words) for _ in range(lot.randint(1, 40))]
        ends = range(9, len(said), 10)
        text = " ".join(f"{one}." if place in ends else one for place, one in enumerate(said))
        piece = f"\n{clock(second)} --> {clock(second + 6)}\n<v {name}>{text.capitalize()}.\n"
        pieces.append(piece)
        length += len(piece.encode())
        second += 6
    return "".join(pieces).encode()[:size].decode(errors="ignore")


def clock(second):
    return f"{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}.000"


def process(words, student, steps):
    """Upload and read; `steps` takes the seconds of each."""
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from conversations.transcripts import processing, services

    def timed(step, work):
        def run(session):
            began = time.perf_counter()
            try:
                work(session)
            finally:
                steps[step] = steps.get(step, 0) + time.perf_counter() - began

        return run

    plain = dict(processing._STEPS)
    processing._STEPS.update({step: timed(step, work) for step, work in plain.items()})
    services.process_session_task.delay = lambda *_: None
    try:
        session = services.upload_transcript(
            uploader=student,
            student=student,
            file=ContentFile(words.encode()),
            language="es",
            now=timezone.now(),
        )
        while (left := processing.process_session(session_id=session.pk)) is not None:
            time.sleep(min(left, 1))
    finally:
        processing._STEPS.update(plain)
    session.refresh_from_db()
    assert session.status == "completed", session.error_code
    return session


def bare(session):
    """Rows and seconds of the floor."""
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    began = time.perf_counter()
    rows = 0
    with raw.transaction(), raw.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (place int PRIMARY KEY, text text) ON COMMIT DROP")
        with session.file.open("rb") as stored:
            text = stored.read().decode()
        lines = [text[at : at + LETTERS] for at in range(0, len(text), LETTERS)]
        for at in range(0, len(lines), AT_ONCE):
            batch = list(enumerate(lines[at : at + AT_ONCE], start=at))
            cursor.executemany("INSERT INTO bare VALUES (%s, %s)", batch)
            rows += len(batch)
    return rows, time.perf_counter() - began


def resident(field, *, reset=False):
    """MB of this process; `reset` lets the peak begin anew."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


if __name__ == "__main__":
    main()
