"""A mastery update beside its own SQL, with a short and a long log.

    python -m config.embedded --var var/bench python -m benchmarks.mastery [--rounds 300]

An update is `record_evidence` of one answer about two concepts, as a vocabulary item gives it: the
evidence, the two memories and the skill. Its floor is the same statements, recorded from a run and
sent by bare psycopg in one transaction, turn and turn about with it.
"""

import argparse
import os
import statistics
import time
from datetime import timedelta

LOGS = (100_000, 1_000_000)
GOAL_MS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print("evidence rows   update p50 (p95) ms   its SQL p50 (p95) ms   beside it, p50 ms")
    for rows in LOGS:
        learner, concepts = prepare(rows)
        updates, floors = measure(learner, concepts, options.rounds)
        beside = statistics.median(updates) - statistics.median(floors)
        verdict = "met" if beside <= GOAL_MS else "missed"
        figures = f"{spread(updates):>19}   {spread(floors):>20}   {beside:5.2f} ({verdict})"
        print(f"{rows:>13,}   {figures}")


def prepare(rows):
    """A learner with 2,000 concepts among a log of so many rows, a fifth of it theirs."""
    from django.db import connection

    from accounts.models import User
    from learning.models import Concept, Evidence

    User.objects.filter(email__endswith="@mastery.example").delete()
    learner = User.objects.create_user("one@mastery.example", None, name="One")
    User.objects.bulk_create(User(email=f"u{n}@mastery.example", name="Other") for n in range(400))
    Concept.objects.filter(slug__startswith="bench-").delete()
    concepts = Concept.objects.bulk_create(
        Concept(kind="topic", language="es", slug=f"bench-{n}", name="Bench") for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO learning_evidence (id, learner_id, concept_id, surface, skill, correct,
                weight, hint_used, spontaneous, source_type, source_id, revision, occurred_at,
                created_at)
            SELECT gen_random_uuid(), learners.id, concepts.id, 'practice', 'vocabulary',
                n %% 4 > 0, 1, false, false, 'bench', gen_random_uuid(), 0,
                now() - interval '2 years' + n * interval '10 seconds', now()
            FROM generate_series(1, %s) AS n
            JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM learning_concept
                WHERE slug LIKE 'bench-%%') AS concepts ON concepts.place = n %% 2000
            JOIN (SELECT id, row_number() OVER (ORDER BY email) - 1 AS place FROM accounts_user
                WHERE email LIKE '%%@mastery.example') AS learners
                ON learners.place = CASE WHEN n %% 5 = 0 THEN 0 ELSE n %% 401 END
            """,
            [rows],
        )
        cursor.execute("ANALYZE learning_evidence")
    assert Evidence.objects.filter(concept__in=concepts[:1]).exists()
    return learner, concepts


def measure(learner, concepts, rounds):
    """Milliseconds of each update, and of its statements alone."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from config.ids import new_id
    from learning.mastery.services import Shown, record_evidence

    now = timezone.now()

    def update(number):
        pair = concepts[number % 1000], concepts[1000 + number % 1000]
        source = new_id()
        signs = [Shown(one, "practice", True, "bench", source, "vocabulary") for one in pair]
        began = time.perf_counter()
        record_evidence(learner=learner, shown=signs, now=now + timedelta(minutes=number))
        return 1000 * (time.perf_counter() - began)

    def floor(number):
        with CaptureQueriesContext(connection) as captured:
            update(number)
        statements = [one["sql"] for one in captured.captured_queries]
        reset_queries()
        # The same rows cannot be inserted twice: what was written is taken back first.
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM learning_evidence WHERE source_type = 'bench' AND created_at >= %s",
                [now],
            )
        raw = connection.connection
        began = time.perf_counter()
        with raw.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        return 1000 * (time.perf_counter() - began)

    for number in range(20):
        update(number)
    updates, floors = [], []
    for number in range(20, 20 + rounds):
        updates.append(update(number))
        floors.append(floor(number + 10_000))
    return updates, floors


def spread(values):
    p95 = statistics.quantiles(values, n=20)[-1]
    return f"{statistics.median(values):.2f} ({p95:.2f})"


if __name__ == "__main__":
    main()
