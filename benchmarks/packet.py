"""What a tutor is handed with a question, of a learner with two years behind them.

    python -m config.embedded --var var/bench python -m benchmarks.packet [--rounds 200]

Each day of 730 the learner had a conversation of 30 messages with five slips, two learning sessions
and 28 pieces of evidence; there are tutoring sessions, practice sets, lessons and memories beside,
and a few other learners have as much. A round calls a tutor in one of the last hundred
conversations: the packet alone is timed, and the whole handing over, in which the rules judge the
conversation again and the tutors are told. The floor is the packet's own statements, recorded from
a run and sent by bare psycopg, turn and turn about.
"""

import argparse
import os
import random
import statistics
import time
from datetime import timedelta

GOAL_SECONDS = 2.0
DAYS, MESSAGES, SLIPS, ERRORS = 730, 30, 5, 120
CONCEPTS, EVIDENCE_A_DAY = 1500, 28
SAID = "Ayer fui al mercado con mi hermana y compré soy muchas cosas para la cena de hoy. "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--learners", type=int, default=4)
    options = parser.parse_args()
    os.environ.setdefault("PARLANCE_ENV", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    learner = prepare(options.learners)
    figures = measure(learner, options.rounds)
    for name, values in figures.items():
        print(f"{name:<34} {spread(values)} ms")
    for name in ("packet", "handing over"):
        p95 = statistics.quantiles(figures[name], n=20)[-1] / 1000
        print(f"{name} p95 {p95:.3f} s, goal {GOAL_SECONDS:g} s:", verdict(p95 <= GOAL_SECONDS))
    beside = statistics.median(figures["packet"]) / statistics.median(figures["its SQL"])
    print(f"packet / its SQL: {beside:.1f}")


def verdict(met):
    return "met" if met else "missed"


def spread(values):
    p95 = statistics.quantiles(values, n=20)[-1]
    return f"p50 {statistics.median(values):8.1f}  p95 {p95:8.1f}"


def prepare(number):
    """The learner who is measured, the first of as many as are asked for."""
    from django.db import connection

    from accounts.models import TutorAssignment, User
    from learning.models import Concept

    User.objects.filter(email__endswith="@packet.example").delete()
    Concept.objects.filter(slug__startswith="packet-").delete()
    concepts = Concept.objects.bulk_create(
        Concept(kind="grammar", language="es", slug=f"packet-{n}", name=f"Point {n}")
        for n in range(CONCEPTS)
    )
    tutor = User.objects.create_user("tutor@packet.example", None, name="Tessa", role="tutor")
    learners = [lived_through(number, concepts) for number in range(number)]
    TutorAssignment.objects.create(tutor=tutor, student=learners[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return learners[0]


def lived_through(number, concepts):
    from django.utils import timezone

    from accounts.models import LearnerLanguage, User
    from conversations.models import MemoryConsent

    now, lot = timezone.now(), random.Random(number)
    learner = User.objects.create_user(f"l{number}@packet.example", None, name="Ana Torres")
    LearnerLanguage.objects.create(user=learner, language="es", level="B1")
    MemoryConsent.objects.create(learner=learner, given=True, share_with_tutor=True)
    add_talks(learner, now, lot)
    add_mastery(learner, concepts, now, lot)
    add_study(learner, now, lot)
    return learner


def add_talks(learner, now, lot):
    """Conversations, their slips, and the errors that come back."""
    from conversations.models import Conversation, Correction, Message
    from learning.models import ErrorEvent, RecurringError

    days = [now - timedelta(days=DAYS - n) for n in range(DAYS)]
    talks = Conversation.objects.bulk_create(
        Conversation(
            learner=learner,
            language="es",
            level="B1",
            title=f"Day {n}",
            message_count=MESSAGES,
            last_message_at=day,
        )
        for n, day in enumerate(days)
    )
    errors = RecurringError.objects.bulk_create(
        RecurringError(
            learner=learner,
            language="es",
            key=f"rule:{n}",
            kind="grammar",
            original="soy",
            corrected="estoy",
            status="open" if n % 2 else "closed",
            times=DAYS * SLIPS // ERRORS,
            first_seen_at=days[0],
            last_seen_at=now - timedelta(days=n),
            opened_at=days[0],
            closed_at=None if n % 2 else now,
        )
        for n in range(ERRORS)
    )
    said = [message for talk in talks for message in thread(talk)]
    Message.objects.bulk_create(said, batch_size=2000)
    own = [one for one in said if one.role == Message.Role.USER]
    slips = Correction.objects.bulk_create(
        (slip(one) for n, one in enumerate(own) if n % (MESSAGES // 2) < SLIPS), batch_size=2000
    )
    ErrorEvent.objects.bulk_create(
        (
            ErrorEvent(
                error=lot.choice(errors),
                type=ErrorEvent.Type.SLIP,
                quote="soy",
                source_type="conversations.correction",
                source_id=one.pk,
                occurred_at=days[n // SLIPS],
            )
            for n, one in enumerate(slips)
        ),
        batch_size=2000,
    )
    date_back(learner)


def thread(talk):
    from conversations.models import Message

    before = None
    for place in range(1, MESSAGES + 1):
        own = place % 2
        before = Message(
            conversation=talk,
            position=place,
            turn=(place + 1) // 2,
            role=Message.Role.USER if own else Message.Role.ASSISTANT,
            status=Message.Status.COMPLETE,
            content=SAID if own else SAID * 4,
            reply_to=None if own else before,
            follows=before,
        )
        yield before


def slip(message):
    from conversations.models import Correction

    start = SAID.index("soy")
    return Correction(
        message=message,
        start=start,
        end=start + 3,
        original="soy",
        corrected="estoy",
        kind="grammar",
        reason="A passing state takes estar.",
        rule="rule:es.estar_state",
    )


def date_back(learner):
    """Messages and slips were said on the day of their conversation."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message m SET created_at = c.last_message_at "
            "FROM conversations_conversation c WHERE c.id = m.conversation_id "
            "AND c.learner_id = %s",
            [learner.pk],
        )
        cursor.execute(
            "UPDATE conversations_correction k SET created_at = m.created_at "
            "FROM conversations_message m, conversations_conversation c "
            "WHERE m.id = k.message_id AND c.id = m.conversation_id AND c.learner_id = %s",
            [learner.pk],
        )


def add_mastery(learner, concepts, now, lot):
    from config.ids import new_id
    from learning.models import Evidence, Mastery

    Mastery.objects.bulk_create(
        Mastery(
            learner=learner,
            concept=one,
            language="es",
            kind=one.kind,
            stability=lot.uniform(1, 200),
            difficulty=5,
            right=lot.uniform(0, 9),
            wrong=lot.uniform(0, 3),
            evidence_count=12,
            last_practiced=now - timedelta(days=lot.randint(0, 90)),
            forgets_at=now + timedelta(days=lot.randint(-60, 200)),
        )
        for one in concepts
    )
    Evidence.objects.bulk_create(
        (
            Evidence(
                learner=learner,
                concept=lot.choice(concepts),
                surface="conversation",
                correct=lot.random() < 0.8,
                weight=0.5,
                source_type="bench",
                source_id=new_id(),
                occurred_at=now - timedelta(days=DAYS - n // EVIDENCE_A_DAY),
            )
            for n in range(DAYS * EVIDENCE_A_DAY)
        ),
        batch_size=2000,
    )


def add_study(learner, now, lot):
    from conversations.models import Memory, TutoringSession
    from learning.models import ContentItem, ContentUse, LearningSession
    from practice.models import PracticeSet

    LearningSession.objects.bulk_create(
        LearningSession(learner=learner, language="es", session_type="practice", status="completed")
        for _ in range(2 * DAYS)
    )
    PracticeSet.objects.bulk_create(
        PracticeSet(
            learner=learner,
            language="es",
            title=f"Set {n}",
            status=PracticeSet.Status.COMPLETED,
            score=lot.randint(20, 100),
            completed_at=now - timedelta(days=n),
        )
        for n in range(DAYS)
    )
    TutoringSession.objects.bulk_create(
        TutoringSession(
            student=learner,
            language="es",
            held_at=now - timedelta(weeks=n),
            size=1,
            format="plain_text",
            status="completed",
            step="done",
            progress=100,
            content_hash=f"{n:064d}",
            completed_at=now,
            analysis={"topics": ["Food"], "areasForImprovement": ["ser and estar"]},
        )
        for n in range(DAYS // 7)
    )
    Memory.objects.bulk_create(
        Memory(
            learner=learner,
            language="en",
            content=f"Fact {n}",
            importance=n % 10 / 10,
            valid_from=now - timedelta(days=n),
            said_at=now - timedelta(days=n),
        )
        for n in range(300)
    )
    items = ContentItem.objects.filter(language="es").only("pk")[:300]
    ContentUse.objects.bulk_create(
        ContentUse(learner=learner, item=one, opened_at=now - timedelta(days=n))
        for n, one in enumerate(items)
    )


def measure(learner, rounds):
    """Milliseconds of each round."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from conversations.handover.context import student_context
    from conversations.handover.packet import make_packet
    from conversations.handover.services import ask_for_tutor, hand_over, withdraw
    from conversations.models import Conversation, TutorRequest

    talks = list(Conversation.objects.filter(learner=learner).order_by("-last_message_at")[:100])
    figures = {"packet": [], "its SQL": [], "handing over": [], "context of the student": []}

    def timed(name, work):
        began = time.perf_counter()
        made = work()
        figures[name].append(1000 * (time.perf_counter() - began))
        return made

    def send(statements):
        raw = connection.connection
        with raw.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    for number in range(rounds + 10):
        talk = talks[number % len(talks)]
        asked = ask_for_tutor(learner=learner, conversation=talk, question="Why soy?")
        timed("handing over", lambda pk=asked.pk: hand_over(request_id=pk))
        request = TutorRequest.objects.select_related("learner", "conversation", "decision").get(
            pk=asked.pk
        )
        make = lambda one=request: make_packet(  # noqa: E731 - made anew each round
            request=one, decision=one.decision, now=timezone.now()
        )
        assert len(timed("packet", make)["errors"]) == 3
        with CaptureQueriesContext(connection) as captured:
            make()
        statements = [one["sql"] for one in captured.captured_queries]
        timed("its SQL", lambda told=statements: send(told))
        timed("context of the student", lambda: student_context(learner, now=timezone.now()))
        withdraw(learner=learner, request_id=request.pk)
    return {name: values[10:] for name, values in figures.items()}


if __name__ == "__main__":
    main()
