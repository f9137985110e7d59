"""What a tutor is handed: by whose leave, and at what price."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.handover.packet import shown_packet
from conversations.handover.quotes import sentence_around
from conversations.models import Memory, MemoryConsent, TutorRequest
from conversations.services import delete_conversation
from conversations.tests.factories import ConversationFactory, CorrectionFactory, MessageFactory
from conversations.tests.handover_data import open_error, queued, slips_in
from learning.models import (
    Concept,
    ContentItem,
    ContentUse,
    LearningSession,
    Mastery,
    RecurringError,
)
from practice.models import PracticeSet

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(ana):
    """Another conversation of Ana's."""
    return ConversationFactory(learner=ana)


def consent(learner, **fields):
    MemoryConsent.objects.create(learner=learner, **{"given": True, **fields})


def quotes(packet):
    return [quote["text"] for error in packet["errors"] for quote in error["quotes"]]


def shown(request):
    return shown_packet(TutorRequest.objects.select_related("learner").get(pk=request.pk))


def test_level_errors_exercise(ana, tessa, conversation):
    open_error(ana, slips_in(conversation, times=3))
    packet = shown(queued(conversation, "When do I say soy?"))
    assert (packet["level"]["level"], packet["level"]["low"], packet["level"]["high"]) == (
        "B1",
        "A2",
        "B2",
    )
    (error,) = packet["errors"]
    assert (error["original"], error["corrected"], error["times"]) == ("soy", "estoy", 3)
    assert quotes(packet) == ["Hoy soy cansada."] * 2
    assert packet["exercise"]["text"] == "Hoy soy cansada."
    assert packet["exercise"]["answer"] == "Hoy estoy cansada."
    assert [one["reply"] for one in packet["tried"]["replies"]] == ["¿Has dormido mal?"] * 3
    assert packet["topic"] == "soy → estoy"


def test_the_three_made_most_often(ana, conversation):
    for times in (2, 7, 4, 5):
        open_error(ana, [], key=str(times), times=times)
    open_error(ana, [], key="closed", times=9, status=RecurringError.Status.CLOSED)
    packet = shown(queued(conversation))
    assert [one["times"] for one in packet["errors"]] == [7, 5, 4]


def test_what_was_tried(ana, conversation):
    point = Concept.objects.create(kind="grammar", language="es", slug="estar", name="Estar")
    lesson = ContentItem.objects.create(
        content_type="lesson", language="es", level="A2", title="Ser and estar"
    )
    exercise = ContentItem.objects.create(
        content_type="exercise", language="es", level="A2", title="Ser or estar?"
    )
    exercise.concepts.add(point)
    open_error(ana, [], concept=point, times=2)
    ContentUse.objects.create(learner=ana, item=lesson, opened_at=timezone.now(), score=0.5)
    PracticeSet.objects.create(learner=ana, language="es", status="completed", score=40)
    packet = shown(queued(conversation))
    assert [(one["title"], one["score"]) for one in packet["tried"]["lessons"]] == [
        ("Ser and estar", 50)
    ]
    assert [one["score"] for one in packet["tried"]["practice"]] == [40]
    assert packet["exercise"]["content_id"] == str(exercise.pk)
    assert packet["focus"] == ["Estar"]


def test_other_conversations_are_quoted_by_consent_only(ana, conversation, elsewhere):
    open_error(ana, [*slips_in(elsewhere, times=1), *slips_in(conversation, times=1)])
    assert len(quotes(shown(queued(conversation)))) == 1
    consent(ana, share_with_tutor=True)
    later = queued(ConversationFactory(learner=ana))
    assert len(quotes(shown(later))) == 2


def test_consent_taken_back_counts_at_once(ana, conversation, elsewhere):
    consent(ana, share_with_tutor=True)
    open_error(ana, slips_in(elsewhere, times=2))
    request = queued(conversation)
    assert quotes(shown(request))
    assert shown(request)["exercise"]
    MemoryConsent.objects.update(share_with_tutor=False)
    assert not quotes(shown(request))
    assert not shown(request)["exercise"]
    assert shown(request)["errors"][0]["original"] == "soy"


def test_a_deleted_conversation_is_quoted_no_more(ana, conversation, elsewhere):
    consent(ana, share_with_tutor=True)
    open_error(ana, slips_in(elsewhere, times=2))
    request = queued(conversation)
    delete_conversation(learner=ana, conversation_id=elsewhere.pk)
    assert not quotes(shown(request))


def test_memories_are_told_by_consent_and_never_copied(ana, conversation):
    now = timezone.now()

    def memory(content, **fields):
        return Memory.objects.create(
            learner=ana,
            type="fact",
            namespace="work",
            content=content,
            language="en",
            valid_from=now,
            said_at=now,
            **fields,
        )

    memory("Works as a nurse.")
    memory("Told to one companion.", companion_id=conversation.pk)
    memory("Was a waiter.", valid_to=now)
    request = queued(conversation)
    assert shown(request)["memories"] == []
    consent(ana, share_with_tutor=True)
    assert shown(request)["memories"] == ["Works as a nurse."]
    assert "nurse" not in str(TutorRequest.objects.get(pk=request.pk).packet)
    MemoryConsent.objects.update(given=False)
    assert shown(request)["memories"] == []


def test_without_anything_to_tell(conversation):
    conversation.learner.languages.all().delete()
    packet = shown(queued(conversation, ""))
    assert packet["level"] is None
    assert packet["errors"] == packet["focus"] == packet["strengths"] == []
    assert packet["exercise"] is None


def test_strengths_are_shown_ones(ana, conversation):
    now = timezone.now()
    for name, stability, wrong in (("Known well", 400.0, 0.0), ("Shaky", 1.0, 8.0)):
        Mastery.objects.create(
            learner=ana,
            concept=Concept.objects.create(kind="grammar", language="es", slug=name, name=name),
            language="es",
            kind="grammar",
            stability=stability,
            difficulty=5,
            right=9.0,
            wrong=wrong,
            evidence_count=9,
            last_practiced=now,
            forgets_at=now + timezone.timedelta(days=30),
        )
    assert shown(queued(conversation))["strengths"] == ["Known well"]


class TestQuotes:
    @pytest.mark.parametrize(
        ("said", "slip", "quoted"),
        [
            ("Hola. Hoy soy cansada. ¿Y tú?", "soy", "Hoy soy cansada."),
            ("soy cansada", "soy", "soy cansada"),
            ("¿Eres cansada?", "Eres", "¿Eres cansada?"),
            ("Bien.\nYo soy cansada", "soy", "Yo soy cansada"),
        ],
    )
    def test_the_sentence_around(self, conversation, said, slip, quoted):
        start = said.index(slip)
        correction = CorrectionFactory(
            message=MessageFactory(conversation=conversation, content=said),
            start=start,
            end=start + len(slip),
            original=slip,
        )
        quote = sentence_around(correction)
        assert quote.text == quoted
        assert quote.text in said
        assert quote.text[quote.start : quote.end] == slip

    def test_a_long_one_is_cut(self, conversation):
        said = f"{'muy ' * 300}soy {'muy ' * 300}"
        start = said.index("soy")
        correction = CorrectionFactory(
            message=MessageFactory(conversation=conversation, content=said),
            start=start,
            end=start + 3,
        )
        quote = sentence_around(correction)
        assert len(quote.text) < 220
        assert quote.text in said


@pytest.mark.parametrize("times", [3, 40])
def test_queries_do_not_grow_with_the_history(ana, tessa, conversation, times):
    consent(ana, share_with_tutor=True)
    for number in range(times // 3):
        talk = ConversationFactory(learner=ana)
        open_error(ana, slips_in(talk, times=2), key=str(number))
        PracticeSet.objects.create(learner=ana, language="es")
        LearningSession.objects.create(learner=ana, session_type="practice", language="es")
    slips_in(conversation, times=times)
    with CaptureQueriesContext(connection) as queries:
        queued(conversation)
    asking = [one for one in queries if "SAVEPOINT" not in one["sql"]]
    assert len(asking) <= 44
