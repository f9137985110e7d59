"""From an answer to the next question, with a big bank and a long record, beside its own SQL.

    python -m config.embedded --var var/bench python -m benchmarks.questions [--tests 60]

10,000 items, 1,000,000 answers in 76,923 tests of 20,000 learners, made once in a database of their
own and kept. Learners with a history sit placements through the services, one answer after another.
The floor is the statements of the same answer, sent by bare psycopg in one transaction, turn and
turn about. At last the nightly calibration runs over all of the answers.
"""

import argparse
import os
import resource
import statistics
import time
from urllib.parse import urlsplit

import numpy as np

ITEMS, TESTS, EACH, LEARNERS = 10_000, 76_923, 13, 20_000
GOAL_MS = 60.0
DATABASE = "parlance_questions"
LEVELS = ("A1", "A2", "B1", "B2", "C1")
SKILLS = ("grammar", "vocabulary", "grammar", "vocabulary", "reading", "listening")
POINTS, WORDS = 60, 3000
OPTIONS = [{"id": "abcd"[n], "text": text} for n, text in enumerate(("fui", "voy", "iba", "iré"))]
# Each test has its own items, and an ability that explains its answers.
ANSWERS = """
    INSERT INTO assessments_response (id, assessment_id, item_id, number, discrimination,
        difficulty, guessing, answer, dont_know, read, correct, note, asked_at, answered_at)
    SELECT uuidv7(), test, item, number, a, b, c,
        CASE WHEN knows THEN 'a' WHEN unsure THEN '' ELSE 'b' END, NOT knows AND unsure, false,
        knows, '', at, at
    FROM (
        SELECT tests.id AS test, items.id AS item, number, discrimination AS a, difficulty AS b,
            guessing AS c, random() < 0.9 AS unsure, now() - interval '2 years' * part AS at,
            random() < 1 / (1 + exp(-discrimination * (ability - difficulty))) AS knows
        FROM (SELECT id, ability, row_number() OVER (ORDER BY id) AS place,
            1 - row_number() OVER (ORDER BY id) / count(*) OVER ()::float AS part
            FROM assessments_assessment) AS tests
        CROSS JOIN generate_series(1, %(each)s) AS number
        JOIN (SELECT *, row_number() OVER (ORDER BY slug) - 1 AS place FROM assessments_item)
            AS items ON items.place = (tests.place * 131 + number * 769) %% %(items)s
    ) AS answers
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=60)
    options = parser.parse_args()
    use_own_database()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    prepare()
    report(options.tests)


def use_own_database(name: str = DATABASE) -> None:
    import psycopg

    address = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(address.geturl(), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = address._replace(path=f"/{name}").geturl()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def prepare() -> None:
    from django.db import connection, transaction

    from assessments.models import Response

    if Response.objects.count() >= TESTS * EACH:
        return
    print("Making the rows (once; a few minutes)", flush=True)
    with transaction.atomic(), connection.cursor() as cursor:
        make_items()
        make_tests()
        cursor.execute(ANSWERS, {"items": ITEMS, "each": EACH})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def make_items() -> None:
    from assessments.models import Item
    from learning.models import Concept

    rng = np.random.default_rng(1)
    names = [("grammar", "bench", POINTS), ("topic", "bench", POINTS), ("lemma", "palabra", WORDS)]
    Concept.objects.bulk_create(
        (
            Concept(kind=kind, language="es", slug=f"{name}-{n}", name=name, level="B1")
            for kind, name, count in names
            for n in range(count)
        ),
        batch_size=2000,
    )
    Item.objects.bulk_create(
        (
            Item(
                slug=f"bench-{n:05}",
                language="es",
                level=LEVELS[n % 5],
                skill=SKILLS[n % 6],
                topic=f"bench-{n % POINTS}",
                lemma=f"palabra-{n % WORDS}" if SKILLS[n % 6] == "vocabulary" else "",
                prompt=f"Ayer ___ al mercado número {n}.",
                passage="Una frase de un texto más largo. " * 20 if n % 6 > 3 else "",
                options=OPTIONS,
                key=["a"],
                explanation="It is over.",
                state="active",
                discrimination=rng.uniform(1.2, 1.5),
                difficulty=1.4 * (n % 5 - 2) + rng.uniform(-0.3, 0.3),
                guessing=0.25,
            )
            for n in range(ITEMS)
        ),
        batch_size=1000,
    )


def make_tests() -> None:
    from django.utils import timezone

    from accounts.models import User
    from assessments.models import Assessment
    from learning.models import LearningSession

    rng = np.random.default_rng(2)
    now = timezone.now()
    learners = User.objects.bulk_create(
        (User(email=f"u{n}@bench.example", name="Bench") for n in range(LEARNERS)), batch_size=2000
    )
    about = {"language": "es", "status": "completed"}
    sessions = LearningSession.objects.bulk_create(
        (
            LearningSession(learner=learners[n % LEARNERS], session_type="assessment", **about)
            for n in range(TESTS)
        ),
        batch_size=2000,
    )
    result = {"level": "B1", "level_low": "B1", "level_high": "B1", "probability": 0.82}
    Assessment.objects.bulk_create(
        (
            Assessment(
                learner_id=session.learner_id,
                learning_session=session,
                assessment_type="placement",
                ability=rng.uniform(-2.8, 4.2),
                completed_at=now,
                **about,
                **result,
            )
            for session in sessions
        ),
        batch_size=2000,
    )


def report(tests: int) -> None:
    from assessments.models import Item, Response
    from assessments.services import candidates

    print(f"{Item.objects.count():,} items, {Response.objects.count():,} answers")
    began = time.perf_counter()
    bank = candidates.candidates("es")
    for part in ("pool", "sparing", "place", "by_type"):
        getattr(bank, part)
    first = 1000 * (time.perf_counter() - began)
    nexts, floors, ends, queries = measure(tests)
    print(f"\n{'':<34}{'p50 ms':>9}{'p95 ms':>9}")
    print_row("answer to next question", nexts)
    print_row("the same statements, bare", floors)
    print_row("last answer to result", ends)
    print(f"\nstatements for one answer: {statistics.median(queries):.0f}")
    print(
        f"ratio to bare SQL: p50 {ratio(nexts, floors, 10):.1f}, p95 {ratio(nexts, floors, 19):.1f}"
    )
    print(f"reading the bank, once a process and after a change: {first:.0f} ms")
    p95 = quantile(nexts, 19)
    print(f"goal: p95 at most {GOAL_MS:.0f} ms: {'met' if p95 <= GOAL_MS else 'MISSED'}")
    print_calibration()


def measure(tests: int):
    """Milliseconds of each answer, of its statements alone, of each last answer; statements."""
    from accounts.models import User
    from assessments.models import Assessment
    from assessments.services import current_question, start_assessment

    learners = list(User.objects.filter(email__endswith="@bench.example").order_by("?")[:tests])
    Assessment.objects.filter(learner__in=learners, status="active").update(status="abandoned")
    rng = np.random.default_rng(1)
    nexts, floors, ends, queries = [], [], [], []
    for number, learner in enumerate(learners):
        assessment = start_assessment(learner=learner, language="es")
        question = current_question(assessment)
        ability = rng.uniform(-2.8, 4.2)
        while question:
            given = reply(question, ability, rng)
            statements = statements_of(assessment, question, given)
            floor = run_bare(statements)
            spent, outcome = timed(assessment, question, given)
            question = outcome.question
            if number < 3:
                continue  # until caches and plans are warm
            (nexts if question else ends).append(spent)
            if question:
                floors.append(floor)
                queries.append(len(statements))
    return nexts, floors, ends, queries


def reply(question, ability: float, rng) -> dict:
    knows = rng.random() < 1 / (
        1 + np.exp(-question.discrimination * (ability - question.difficulty))
    )
    if knows:
        return {"answer": question.item.key[0]}
    return {"dont_know": True} if rng.random() < 0.9 else {"answer": "b"}


def timed(assessment, question, given):
    from assessments.services import answer_question

    began = time.perf_counter()
    outcome = answer_question(assessment=assessment, question_id=question.pk, **given)
    return 1000 * (time.perf_counter() - began), outcome


def statements_of(assessment, question, given) -> list[str]:
    """What the answer sends, found out in a transaction that is rolled back."""
    from django.db import connection, reset_queries, transaction
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            timed(assessment, question, given)
        transaction.set_rollback(True)
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
    sent = [one["sql"] for one in captured if not one["sql"].startswith(control)]
    reset_queries()
    return sent


def run_bare(statements: list[str]) -> float:
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    began = time.perf_counter()
    with raw.transaction(force_rollback=True), raw.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
    return 1000 * (time.perf_counter() - began)


def print_calibration() -> None:
    from django.utils import timezone

    from assessments.calibration.nightly import calibrate_language
    from assessments.models import ItemCalibration

    ItemCalibration.objects.all().delete()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    summary = calibrate_language(language="es", now=timezone.now())
    spent = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"\nnightly calibration of {summary.answers:,} answers: {spent:.0f} s, {grown:.0f} MB more"
    )
    print(f"items that took a step: {summary.applied:,} of {summary.items:,}")


def print_row(name: str, values: list[float]) -> None:
    print(f"{name:<34}{quantile(values, 10):>9.1f}{quantile(values, 19):>9.1f}")


def quantile(values: list[float], twentieth: int) -> float:
    return statistics.quantiles(values, n=20)[twentieth - 1]


def ratio(ours: list[float], floor: list[float], twentieth: int) -> float:
    return quantile(ours, twentieth) / quantile(floor, twentieth)


if __name__ == "__main__":
    main()
