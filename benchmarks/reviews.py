"""Cards at size: the queue of the day, one review, and a batch beside the `anki` library.

    python -m config.embedded --var var/bench python -m benchmarks.reviews [--cards 1000000]

The table holds 1,000,000 cards and 5,000,000 reviews, 100,000 of the cards one learner's. A review
over the API is measured turn and turn about with a bare DRF view on the same server and with the
review's own SQL, sent again by bare psycopg. The `anki` library (AGPL: an outside yardstick, never
a dependency) answers cards of a collection of 100,000 with FSRS in a venv of its own, named by
ANKI_PYTHON.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

OWN, OTHERS = 100_000, 900
"""Cards of the learner who is measured, and how many learners share the rest."""
DUE_GOAL_MS, REVIEW_GOAL, BATCH = 50.0, 1.5, 500
ANKI = os.environ.get(
    "ANKI_PYTHON", str(Path(tempfile.gettempdir()) / "parlance-anki" / "bin" / "python")
)
SERVED = "benchmarks.review_server:application"
STATE = {
    "state": "review",
    "step": None,
    "due_at": "2026-01-05T04:00:00+00:00",
    "stability": 21.53,
    "difficulty": 5.31,
    "ease_factor": None,
    "interval_days": 21.0,
    "reviews": 4,
    "lapses": 0,
    "last_review": "2025-12-15T18:21:07.123456+00:00",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    os.environ.setdefault("PARLANCE_ENV", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    learner = prepare(options.cards)
    from accounts.services import issue_tokens
    from benchmarks.http import GUNICORN, server

    headers = {
        "Authorization": f"Bearer {issue_tokens(user=learner).token}",
        "Content-Type": "application/json",
    }
    with server(f"{GUNICORN} --keep-alive 60 {SERVED}") as one:
        ask = asker(one.port, headers)
        queue(learner, ask, options.rounds)
        single(learner, ask, options.rounds)
        ours = batches(learner, ask)
        theirs = anki()
        compare(ours + batches(learner, ask), theirs)


def prepare(cards):
    """The learner, with the rows around them; what is there already stays."""
    from accounts.models import LearnerProfile, User, UserSettings
    from practice.models import Card

    learner = User.objects.filter(email="one@reviews.example").first()
    if learner and Card.objects.count() >= cards:
        refresh(learner)
        return learner
    began = time.perf_counter()
    User.objects.filter(email__endswith="@reviews.example").delete()
    learner = User.objects.create_user("one@reviews.example", None, name="One")
    LearnerProfile.objects.create(user=learner)
    UserSettings.objects.create(user=learner)
    names = [f"u{number:04}@reviews.example" for number in range(OTHERS)]
    User.objects.bulk_create(User(email=email, name="Other") for email in names)
    insert(cards)
    refresh(learner)
    print(
        f"{cards:,} cards and {5 * cards:,} reviews made in {time.perf_counter() - began:.0f} s\n"
    )
    return learner


def insert(cards):
    """By the database itself. Each learner has decks of at most 20,000 notes, one card a note."""
    from django.db import connection

    from learning.models import Concept

    Concept.objects.filter(slug__startswith="bench-card-").delete()
    Concept.objects.bulk_create(
        Concept(kind="topic", language="es", slug=f"bench-card-{n}", name="Bench")
        for n in range(500)
    )
    state = json.dumps(STATE)
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, {"own": OWN, "cards": cards, "state": state})
        cursor.execute("DROP TABLE bench_cards")
        for table in ("deck", "note", "card", "cardschedule", "reviewlog"):
            cursor.execute(f"ANALYZE practice_{table}")


STATEMENTS = (
    """
    CREATE TABLE bench_cards AS
    SELECT n, gen_random_uuid() AS note, gen_random_uuid() AS card,
        CASE WHEN n <= %(own)s THEN 0 ELSE 1 + n %% 900 END AS owner,
        CASE WHEN n <= %(own)s THEN n %% 5 ELSE 0 END AS deck
    FROM generate_series(1, %(cards)s) AS n
    """,
    """
    INSERT INTO practice_deck (id, owner_id, name, description, language, visibility, scheduler,
        desired_retention, new_per_day, reviews_per_day, learning_steps, relearning_steps,
        parameters, is_default, created_at, updated_at)
    SELECT gen_random_uuid(), users.id, 'Deck ' || deck, '', 'es', 'private', 'fsrs', 0.9, 20, 200,
        '{60,600}', '{600}', '{}', false, now(), now()
    FROM (SELECT DISTINCT owner, deck FROM bench_cards) AS decks
    JOIN (SELECT id, row_number() OVER (ORDER BY email) - 1 AS place FROM accounts_user
        WHERE email LIKE '%%@reviews.example') AS users ON users.place = decks.owner
    """,
    "ALTER TABLE bench_cards ADD COLUMN learner uuid, ADD COLUMN deck_id uuid",
    """
    UPDATE bench_cards SET learner = users.id, deck_id = decks.id
    FROM (SELECT id, row_number() OVER (ORDER BY email) - 1 AS place FROM accounts_user
        WHERE email LIKE '%%@reviews.example') AS users
    JOIN practice_deck AS decks ON decks.owner_id = users.id
    WHERE users.place = bench_cards.owner AND decks.name = 'Deck ' || bench_cards.deck
    """,
    """
    INSERT INTO practice_note (id, deck_id, kind, front, back, fields, example, tags, language,
        concept_id, audio, image, source_type, guid, search, created_at, updated_at)
    SELECT note, deck_id, 'basic', 'palabra ' || n, 'word ' || n, '{}', '', '{}', 'es',
        concepts.id, '', '', '', note::text, 'palabra ' || n || ' word ' || n,
        now() - interval '2 years', now()
    FROM bench_cards JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS place
        FROM learning_concept WHERE slug LIKE 'bench-card-%%') AS concepts
        ON concepts.place = n %% 500
    """,
    """
    INSERT INTO practice_card (id, note_id, deck_id, ordinal, created_at)
    SELECT card, note, deck_id, 0, now() - interval '2 years' FROM bench_cards
    """,
    """
    INSERT INTO practice_cardschedule (id, learner_id, card_id, deck_id, scheduler, state,
        position, due_at, stability, difficulty, interval_days, reviews, lapses, last_review,
        suspended, version)
    SELECT gen_random_uuid(), learner, card, deck_id, 'fsrs',
        CASE WHEN n %% 5 = 4 THEN 'new' ELSE 'review' END, n,
        CASE WHEN n %% 5 = 4 THEN NULL ELSE now() + (n %% 200 - 60) * interval '1 day' END,
        CASE WHEN n %% 5 = 4 THEN NULL ELSE 21.5 END, CASE WHEN n %% 5 = 4 THEN NULL ELSE 5.3 END,
        21, 4, 0, CASE WHEN n %% 5 = 4 THEN NULL ELSE now() - interval '80 days' END, false, 4
    FROM bench_cards
    """,
    """
    INSERT INTO practice_reviewlog (id, learner_id, card_id, deck_id, client_id, scheduler, rating,
        before, after, elapsed_days, duration_ms, timezone, surface, weight, source_type,
        reviewed_at, created_at)
    SELECT gen_random_uuid(), learner, card, deck_id, gen_random_uuid(), 'fsrs', 3, %(state)s,
        %(state)s, 20, 4200, 'Europe/Madrid', 'review', 1, '',
        now() - (80 + 20 * time) * interval '1 day' - (n %% 86400) * interval '1 second', now()
    FROM bench_cards CROSS JOIN generate_series(0, 4) AS time
    """,
)


def refresh(learner):
    """Reviews of an earlier run go, so that each run meets the same day."""
    from django.utils import timezone

    from practice.models import CardSchedule, ReviewLog

    now = timezone.now()
    ReviewLog.objects.filter(learner=learner, reviewed_at__gte=now - timedelta(days=79)).delete()
    rows = CardSchedule.objects.filter(learner=learner, last_review__gte=now - timedelta(days=79))
    rows.update(
        state="review",
        step=None,
        due_at=now - timedelta(days=30),
        stability=21.5,
        difficulty=5.3,
        last_review=now - timedelta(days=80),
    )


def asker(port, headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(method, address, body=None):
        sent = None if body is None else json.dumps(body)
        began = time.perf_counter()
        connection.request(method, address, body=sent, headers=headers)
        answer = connection.getresponse()
        data = answer.read()
        taken = 1000 * (time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{method} {address} answered {answer.status}: {data[:300]!r}")
        return taken, data

    return ask


def queue(learner, ask, rounds):
    from django.utils import timezone

    from practice.decks.queue import due_queue

    def service():
        began = time.perf_counter()
        due_queue(learner=learner, now=timezone.now(), limit=20)
        return 1000 * (time.perf_counter() - began)

    for _ in range(10):
        service()
        ask("GET", "/api/flashcards/cards/due?limit=20")
    services = [service() for _ in range(rounds)]
    answers = [ask("GET", "/api/flashcards/cards/due?limit=20")[0] for _ in range(rounds)]
    print(f"the queue of a learner with {OWN:,} cards, p50 (p95), ms")
    print(f"  the selector            {spread(services)}")
    verdict = "met" if p95(answers) <= DUE_GOAL_MS else "missed"
    print(f"  over the API            {spread(answers)}   goal p95 {DUE_GOAL_MS:.0f}: {verdict}\n")


def single(learner, ask, rounds):
    cards = own_cards(learner, 2 * rounds + 40)
    statements, ids = floor_of(learner, cards.pop())
    bare, floors, reviews = [], [], []
    for number in range(rounds + 20):
        card = cards.pop()
        turns = {
            "bare": lambda: ask("GET", "/bare")[0],
            "floor": lambda: send_again(statements, ids),
            "review": lambda card=card: ask(
                "PUT",
                f"/api/flashcards/cards/{card}/review",
                answer(),
            )[0],
        }
        order = list(turns) if number % 2 else list(reversed(turns))
        taken = {name: turns[name]() for name in order}
        if number >= 20:
            bare.append(taken["bare"])
            floors.append(taken["floor"])
            reviews.append(taken["review"])
    ratios = [r / (b + f) for r, b, f in zip(reviews, bare, floors, strict=True)]
    ratio = statistics.median(ratios)
    print("one review over the API, p50 (p95), ms")
    print(f"  bare DRF view           {spread(bare)}")
    print(f"  the review's own SQL    {spread(floors)}   {len(statements)} statements")
    print(f"  the review              {spread(reviews)}")
    verdict = "met" if ratio <= REVIEW_GOAL else "missed"
    print(f"  review / (bare + SQL)   {ratio:.2f}   goal {REVIEW_GOAL}: {verdict}\n")


def floor_of(learner, card):
    """The statements of one review as the service sends them, and the ids that are new in each."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from config.ids import new_id as make_id
    from practice.decks.services import review_card

    def review():
        return review_card(
            learner=learner, card=card, rating=3, client_id=make_id(), now=timezone.now()
        ).log

    review()
    with CaptureQueriesContext(connection) as captured:
        log = review()
    wanted = [one["sql"] for one in captured.captured_queries]
    statements = [sql for sql in wanted if not sql.startswith(("BEGIN", "COMMIT"))]
    return statements, (log.pk, log.client_id)


def send_again(statements, ids):
    """Milliseconds of the same statements alone, in one transaction, as another review."""
    from django.db import connection

    fresh = list(statements)
    for old in ids:
        new = UUID(new_id())
        fresh = [one.replace(str(old), str(new)).replace(old.hex, new.hex) for one in fresh]
    raw = connection.connection
    raw.autocommit = False
    began = time.perf_counter()
    with raw.cursor() as cursor:
        for statement in fresh:
            cursor.execute(statement)
    raw.commit()
    taken = 1000 * (time.perf_counter() - began)
    raw.autocommit = True
    return taken


def batches(learner, ask):
    cards = own_cards(learner, 12 * BATCH)
    rates = []
    for number in range(12):
        chosen = cards[number * BATCH : (number + 1) * BATCH]
        reviews = [{"cardId": str(card)} | answer() for card in chosen]
        taken, data = ask("POST", "/api/flashcards/reviews", {"reviews": reviews})
        if any(one["status"] != "done" for one in json.loads(data)["results"]):
            raise SystemExit("A review of the batch was not counted.")
        rates.append(1000 * BATCH / taken)
    return rates[2:]


def answer():
    """What the page sends of one card."""
    return {
        "rating": 3,
        "clientId": new_id(),
        "reviewedAt": datetime.now(UTC).isoformat(),
        "durationMs": 4200,
        "scheduler": "fsrs",
        "timezone": "Europe/Madrid",
    }


def compare(ours, theirs):
    """Rounds of each, taken in the same minute or two, side by side."""
    print(f"reviews a second, 500 at a time, {OWN:,} cards: median (lowest to highest)")
    for name, rates in (("a batch over the API", ours), ("the anki library with FSRS", theirs)):
        if rates:
            spread = f"({min(rates):,.0f} to {max(rates):,.0f})"
            print(f"  {name:28}{statistics.median(rates):8,.0f} {spread}")
    if theirs:
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(f"  ours / anki {ratio:24.2f}   goal 1: {'met' if ratio >= 1 else 'missed'}")


ANKI_SCRIPT = """
import os, sys, tempfile, time
from anki.collection import AddNoteRequest, Collection
from anki.decks import DeckId
path = os.path.join(tempfile.mkdtemp(), "collection.anki2")
col = Collection(path)
col.set_config("fsrs", True)
basic = col.models.by_name("Basic")
conf = col.decks.config_dict_for_deck_id(DeckId(1))
conf["new"]["perDay"] = conf["rev"]["perDay"] = 9999
col.decks.update_config(conf)
for start in range(0, int(sys.argv[1]), 5000):
    requests = []
    for number in range(start, start + 5000):
        note = col.new_note(basic)
        note.fields = [f"palabra {number}", f"word {number}"]
        requests.append(AddNoteRequest(note=note, deck_id=DeckId(1)))
    col.add_notes(requests)
memory = '{"pos":1,"s":21.5,"d":5.3,"dr":0.9,"lrt":%d}' % (time.time() - 80 * 86400)
changes = "type = 2, queue = 2, due = ?, ivl = 21, reps = 4, factor = 2500, data = ?"
col.db.execute(f"update cards set {changes}", col.sched.today - 30, memory)
col.close()
col = Collection(path)
def answer(count):
    began = time.perf_counter()
    for _ in range(count):
        queued = col.sched.get_queued_cards(fetch_limit=1).cards[0]
        card = col.get_card(queued.card.id)
        card.start_timer()
        states = queued.states
        col.sched.answer_card(col.sched.build_answer(card=card, states=states, rating=2))
    return count / (time.perf_counter() - began)
answer(200)
print(*(answer(500) for _ in range(10)))
col.close()
"""


def anki():
    """Its reviews a second, 500 at a time, cards in review of the same memory as ours."""
    if not Path(ANKI).exists():
        print(f"the anki library is not installed at {ANKI}: nothing to compare with")
        return []
    done = subprocess.run(
        [ANKI, "-c", ANKI_SCRIPT, str(OWN)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"the anki library did not run: {done.stderr.strip().splitlines()[-1]}")
        return []
    return [float(rate) for rate in done.stdout.split()]


def own_cards(learner, count):
    """Cards in review, not reviewed in this run, from all over the learner's decks."""
    from django.utils import timezone

    from practice.models import CardSchedule

    rows = CardSchedule.objects.filter(
        learner=learner,
        state="review",
        last_review__lt=timezone.now() - timedelta(days=79),
        due_at__lt=timezone.now(),
    )
    return list(rows.order_by("id").values_list("card", flat=True)[:count])


def new_id():
    from config.ids import new_id as make_id

    return str(make_id())


def p95(values):
    return statistics.quantiles(values, n=20)[-1]


def spread(values):
    return f"{statistics.median(values):6.2f} ({p95(values):.2f})"


if __name__ == "__main__":
    main()
