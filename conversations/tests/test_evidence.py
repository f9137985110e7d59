"""What a message shows. The word lists are real; corrections are given."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.selectors import user_settings
from conversations.evidence import read_message, unread_messages
from conversations.models import Message
from conversations.tasks import read_message_task, read_unread_messages_task
from conversations.tests.factories import (
    ConversationFactory,
    CorrectionFactory,
    MessageFactory,
    ReplyFactory,
)
from learning.concepts.services import lemma_concepts
from learning.models import Evidence, Mastery, RecurringError
from learning.tests.learners import ConceptFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def talk(ana):
    return ConversationFactory(learner=ana)


@pytest.fixture
def ser_estar():
    return ConceptFactory(
        slug="ser-estar",
        name="ser and estar",
        slips=[{"wrong": "Soy cansado.", "right": "Estoy cansado."}],
        rules=["rule:ser-state"],
    )


def say(talk, text, *, day=0, slips=()):
    """A message of a finished turn; each slip is `(original, corrected, extras)`."""
    message = MessageFactory(conversation=talk, content=text)
    at = NOON + timedelta(days=day)
    Message.objects.filter(pk=message.pk).update(created_at=at)
    ReplyFactory(conversation=talk, reply_to=message, finished_at=at)
    for original, corrected, extras in slips:
        start = text.index(original)
        CorrectionFactory(
            message=message,
            start=start,
            end=start + len(original),
            original=original,
            corrected=corrected,
            **extras,
        )
    return message


def words(*, correct):
    rows = Evidence.objects.filter(correct=correct, concept__kind="lemma")
    return set(rows.values_list("concept__slug", flat=True))


MET = ["casa", "cerca", "tren", "pan", "leche", "comprar", "estar"]
BY_RULE = {"kind": "grammar", "rule": "rule:ser-state"}


def test_words_used_rightly_count_for_their_dictionary_forms(talk):
    message = say(talk, "Ayer compramos manzanas rojas en el mercado.")
    read_message(message_id=message.pk)
    assert {"comprar", "manzana", "rojo", "mercado"} <= words(correct=True)
    row = Evidence.objects.get(concept__slug="manzana")
    assert (row.surface, row.skill, row.weight, row.spontaneous) == (
        "conversation",
        "writing",
        0.5,
        True,
    )
    assert row.occurred_at == NOON


def test_the_most_common_words_and_names_say_nothing(talk):
    read_message(message_id=say(talk, "Vivo con Mercedes en la casa de mi abuela.").pk)
    assert not {"en", "la", "el", "de", "mercedes"} & words(correct=True)


def test_a_slip_counts_against_the_point_of_its_rule(talk, ser_estar):
    read_message(message_id=say(talk, "Soy cansada hoy.", slips=[("Soy", "Estoy", BY_RULE)]).pk)
    row = Evidence.objects.get(concept=ser_estar)
    assert (row.correct, row.weight, row.skill) == (False, 1.0, "grammar")
    assert row.source_type == "conversations.correction"
    assert "ser" not in words(correct=True)


def test_a_models_correction_finds_its_point_by_a_known_slip(talk, ser_estar):
    slip = ("es enfermo", "está enfermo", {"kind": "grammar", "rule": "corrections.v1"})
    read_message(message_id=say(talk, "Mi padre es enfermo.", slips=[slip]).pk)
    assert Evidence.objects.get(concept=ser_estar).correct is False


def test_a_misspelt_word_counts_against_the_word(talk):
    slip = ("habitacion", "habitación", {"kind": "accent", "rule": "accent"})
    read_message(message_id=say(talk, "La habitacion tiene dos ventanas.", slips=[slip]).pk)
    assert words(correct=False) == {"habitación"}
    assert "ventana" in words(correct=True)


def test_reading_twice_writes_once(talk, ser_estar):
    message = say(talk, "Soy cansada pero contenta.", slips=[("Soy", "Estoy", BY_RULE)])
    assert read_message(message_id=message.pk) > 0
    count = Evidence.objects.count()
    assert read_message(message_id=message.pk) == 0
    assert Evidence.objects.count() == count
    assert RecurringError.objects.get().times == 1


def test_another_language_shows_nothing(talk):
    message = say(talk, "I would like to speak English with you today, please.")
    assert read_message(message_id=message.pk) == 0
    assert not Evidence.objects.exists()


def test_a_message_that_is_gone_shows_nothing(talk):
    message = say(talk, "Compro pan.")
    message.delete()
    assert read_message(message_id=message.pk) == 0


def test_the_tutors_words_are_not_the_learners(talk):
    say(talk, "Compro pan.")
    assert read_message(message_id=Message.objects.get(role="assistant").pk) == 0


def test_the_same_slip_twice_is_a_recurring_error(talk, ser_estar):
    for day, text in enumerate(["Soy cansada hoy.", "Soy contenta con mi trabajo."]):
        message = say(talk, text, day=day, slips=[("Soy", "Estoy", BY_RULE)])
        read_message(message_id=message.pk)
    error = RecurringError.objects.get()
    assert (error.status, error.times, error.concept) == ("open", 2, ser_estar)
    assert error.key == "grammar:ser-estar"


def test_an_error_closes_by_right_use_on_three_days_with_a_receipt(talk, ser_estar):
    for day, text in enumerate(["Soy cansada hoy.", "Soy contenta con mi trabajo."]):
        message = say(talk, text, day=day, slips=[("Soy", "Estoy", BY_RULE)])
        read_message(message_id=message.pk)
    for day, text in ((3, "Hoy estoy en casa."), (3, "Estamos muy bien."), (5, "Estaba enferma.")):
        read_message(message_id=say(talk, text, day=day).pk)
    error = RecurringError.objects.get()
    assert (error.status, len(error.right_days)) == ("open", 2)
    read_message(message_id=say(talk, "Mañana estaremos en Lugo con mi tía.", day=9).pk)
    error.refresh_from_db()
    assert error.status == "closed"
    quotes = error.events.filter(type="right_use").values_list("quote", flat=True)
    assert "Mañana estaremos en Lugo con mi tía." in quotes
    assert Evidence.objects.filter(concept=ser_estar, correct=True).count() == 4


def test_a_right_use_beside_the_same_slip_does_not_count(talk, ser_estar):
    for day in (0, 1):
        text = "Estoy en casa porque soy cansada."
        message = say(talk, text, day=day, slips=[("soy", "estoy", BY_RULE)])
        read_message(message_id=message.pk)
    assert RecurringError.objects.get().right_days == []


def test_a_missing_accent_is_only_made_good_with_the_accent(talk):
    slip = ("habitacion", "habitación", {"kind": "accent", "rule": "accent"})
    for day in (0, 1):
        message = say(talk, "La habitacion es grande.", day=day, slips=[slip])
        read_message(message_id=message.pk)
    read_message(message_id=say(talk, "Las habitaciones son caras.", day=3).pk)
    assert RecurringError.objects.get().right_days == []
    read_message(message_id=say(talk, "Mi habitación es pequeña.", day=4).pk)
    assert len(RecurringError.objects.get().right_days) == 1


def test_one_slip_of_unknown_kind_is_kept_as_an_error_without_a_concept(talk):
    slip = ("mañana por la", "por la mañana", {"kind": "grammar", "rule": "corrections.v1"})
    read_message(message_id=say(talk, "Trabajo mañana por la siempre.", slips=[slip]).pk)
    error = RecurringError.objects.get()
    assert (error.concept, error.status) == (None, "seen")


@pytest.mark.parametrize("earlier", [0, 12])
def test_queries_do_not_grow_with_what_was_said_before(
    talk, ser_estar, earlier, django_assert_max_num_queries
):
    lemma_concepts(
        language="es", lemmas=["casa", "cerca", "tren", "pan", "leche", "comprar", "estar"]
    )
    user_settings(talk.learner)
    for day in range(earlier):
        read_message(message_id=say(talk, "Compro pan y leche.", day=day).pk)
    message = say(talk, "Mi casa está cerca del tren.", day=20)
    with django_assert_max_num_queries(34):
        read_message(message_id=message.pk)


def test_mastery_follows(talk):
    read_message_task(str(say(talk, "Compro manzanas.").pk))
    assert Mastery.objects.filter(concept__slug="manzana", evidence_count=1).exists()


def test_the_sweep_reads_what_the_queue_lost(talk, monkeypatch):
    lost = say(talk, "Compro manzanas.")
    monkeypatch.setattr("conversations.tasks.timezone.now", lambda: NOON + timedelta(hours=1))
    assert unread_messages(now=NOON + timedelta(hours=1)) == [lost.pk]
    assert read_unread_messages_task() > 0
    assert unread_messages(now=NOON + timedelta(hours=1)) == []


def test_the_sweep_leaves_live_and_old_messages_alone(talk):
    MessageFactory(conversation=talk, content="Compro pan.")
    say(talk, "Compro leche.", day=-5)
    assert unread_messages(now=NOON + timedelta(hours=1)) == []
