"""What a turn had no time to look through: marked, looked through by a worker, told as agreed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ai.language.slips import Slip
from conversations.contract import Contract, set_contract
from conversations.events import CorrectionEvent
from conversations.evidence import read_message, unread_messages
from conversations.models import ConversationSummary, Correction, Message
from conversations.services import (
    TurnResult,
    begin_turn,
    close_interrupted_turn,
    finish_turn,
    regenerate_turn,
    retry_turn,
    summarise,
)
from conversations.tasks import read_message_task, read_unread_messages_task
from learning.models import Evidence, StudyDay

pytestmark = pytest.mark.django_db

WRONG = "Ayer compré un manzana en el mercado."
LATER = {"corrections": "later"}


@pytest.fixture(autouse=True)
def slips(monkeypatch):
    """The rules of a worker, which find one slip until a test says otherwise."""
    rules = Rules([Slip(12, 14, "un", "una", "grammar", "It is feminine.", "agreement:article")])
    monkeypatch.setattr("conversations.services.late.check", rules)
    return rules


class Rules:
    def __init__(self, slips):
        self.slips = slips
        self.calls = []

    def __call__(self, text, **options):
        self.calls.append((text, options))
        return self.slips


@pytest.fixture
def say(conversation, ana):
    """A turn that is over, by default before anybody had looked through its text."""

    def turn(text=WRONG, *, status="complete", usage=LATER, contract=None, **more):
        context = begin_turn(learner=ana, text=text, conversation_id=conversation.pk)
        result = TurnResult(status, "Vale.", usage=usage, contract=contract, **more)
        assert finish_turn(turn_id=context.turn_id, result=result, context=context)
        return context

    return turn


def said(turn):
    return Message.objects.get(pk=turn.learner_message_id)


def told(turn):
    return list(Correction.objects.told().filter(message=turn.learner_message_id))


def event(turn, start, end, original, corrected="x"):
    correction = CorrectionEvent(
        turn_id=turn.turn_id,
        id=f"0193f2b4-9d11-7c02-b1aa-{start:012}",
        start=start,
        end=end,
        original=original,
        corrected=corrected,
        kind="grammar",
        reason="Why.",
    )
    return [correction]


def right_words():
    rows = Evidence.objects.filter(correct=True, concept__kind="lemma")
    return set(rows.values_list("concept__slug", flat=True))


def counted(learner):
    return StudyDay.objects.get(learner=learner).corrections


def test_what_nobody_looked_through_is_on_record(say):
    assert not said(say()).checked
    assert said(say(usage={})).checked


def test_a_worker_looks_through_it_and_only_then_reads_it(say, slips, ana):
    turn = say()
    read_message_task(turn.learner_message_id)
    [correction] = told(turn)
    assert (correction.start, correction.end, correction.corrected) == (12, 14, "una")
    assert (correction.rule, correction.timing, correction.manner) == (
        "agreement:article",
        "now",
        "explicit",
    )
    assert said(turn).checked
    assert counted(ana) == 1
    assert {"comprar", "mercado"} <= right_words()
    [(text, options)] = slips.calls
    assert (text, options) == (WRONG, {"language": "es", "native_language": "en", "level": "B1"})


def test_a_word_that_is_wrong_is_not_counted_as_right(say, slips):
    slips.slips = [Slip(28, 35, "mercado", "mercados", "vocabulary", "Why.", "spelling")]
    read_message_task(say().learner_message_id)
    assert "comprar" in right_words()
    assert "mercado" not in right_words()


def test_it_is_looked_through_once(say, slips, ana):
    turn = say()
    for _ in range(2):
        read_message_task(turn.learner_message_id)
    assert (len(slips.calls), len(told(turn)), counted(ana)) == (1, 1, 1)


def test_two_workers_at_once_store_it_once(say, slips, ana, monkeypatch):
    """The second begins before the first has stored what it found."""
    turn = say()

    def look(text, **options):
        monkeypatch.setattr("conversations.services.late.check", slips)
        read_message(message_id=turn.learner_message_id)
        return slips.slips

    monkeypatch.setattr("conversations.services.late.check", look)
    read_message(message_id=turn.learner_message_id)
    assert (len(told(turn)), counted(ana)) == (1, 1)


def test_what_was_looked_through_is_not_looked_through_again(say, slips):
    read_message_task(say(usage={}).learner_message_id)
    assert slips.calls == []


def test_nothing_found_is_checked_too(say, slips):
    slips.slips = []
    turn = say("Ayer compré una manzana en el mercado.")
    read_message_task(turn.learner_message_id)
    assert (said(turn).checked, told(turn)) == (True, [])
    assert "manzana" in right_words()


def test_the_contract_of_the_turn_holds(say, slips, ana):
    slips.slips = [
        Slip(5, 11, "compré", "compre", "spelling", "Why.", "spelling"),
        Slip(12, 14, "un", "una", "grammar", "Why.", "agreement:article"),
    ]
    turn = say(contract=Contract("after_turn", "hint", 1))
    set_contract(learner=ana, timing="now", manner="explicit", per_turn=5)
    read_message_task(turn.learner_message_id)
    [correction] = told(turn)
    assert (correction.original, correction.timing, correction.manner) == (
        "un",
        "after_turn",
        "hint",
    )
    assert Correction.objects.get(withheld=True).original == "compré"


def test_what_is_told_at_the_end_waits_for_it(say, conversation, ana):
    turn = say(contract=Contract("after_session"))
    read_message_task(turn.learner_message_id)
    assert told(turn) == []
    summary = summarise(learner=ana, conversation_id=conversation.pk, now=timezone.now())
    assert [slip["corrected"] for slip in summary.to_fix] == ["una"]


def test_a_summary_made_meanwhile_gets_them_too(say, conversation, ana):
    first = say()
    summary = summarise(learner=ana, conversation_id=conversation.pk, now=timezone.now())
    assert not any("nothing to correct" in line for line in summary.went_well)
    say("Muy bien.", usage={})
    later = summarise(learner=ana, conversation_id=conversation.pk, now=timezone.now())
    read_message_task(first.learner_message_id)
    summary, unchanged = ConversationSummary.objects.order_by("until")
    assert [slip["corrected"] for slip in summary.to_fix] == ["una"]
    assert (unchanged.to_fix, unchanged.went_well) == ([], later.went_well)


@pytest.mark.parametrize("status", ["cancelled", "interrupted", "failed"])
def test_a_reply_that_was_cut_short_makes_no_word_right(say, status):
    turn = say(status=status)
    read_message_task(turn.learner_message_id)
    assert len(told(turn)) == 1


def test_a_turn_whose_process_died_is_looked_through_by_the_contract_as_it_stands(
    conversation, ana
):
    set_contract(learner=ana, timing="after_turn", manner="hint", per_turn=5)
    turn = begin_turn(learner=ana, text=WRONG, conversation_id=conversation.pk)
    assert close_interrupted_turn(turn_id=turn.turn_id, text="Va")
    read_message_task(turn.learner_message_id)
    assert [(one.timing, one.manner) for one in told(turn)] == [("after_turn", "hint")]


def test_corrections_in_its_log_are_enough(conversation, ana, slips):
    turn = begin_turn(learner=ana, text=WRONG, conversation_id=conversation.pk)
    corrections = event(turn, 12, 14, "un")
    assert close_interrupted_turn(turn_id=turn.turn_id, text="Va", corrections=corrections)
    read_message_task(turn.learner_message_id)
    assert (len(told(turn)), slips.calls) == (1, [])


def test_another_try_that_looks_through_it_comes_before_the_worker(say, slips, ana):
    turn = say(status="failed")
    again = retry_turn(learner=ana, message_id=turn.learner_message_id)
    result = TurnResult("complete", "Vale.", corrections=event(turn, 12, 22, "un manzana"))
    finish_turn(turn_id=again.turn_id, result=result, context=again)
    assert said(turn).checked
    read_message_task(turn.learner_message_id)
    assert (slips.calls, [one.end for one in told(turn)], counted(ana)) == ([], [22], 1)


def test_another_try_that_comes_after_the_worker_adds_only_what_is_apart(say, ana):
    turn = say(status="cancelled")
    again = retry_turn(learner=ana, message_id=turn.learner_message_id)
    read_message_task(turn.learner_message_id)
    found = [*event(turn, 12, 22, "un manzana"), *event(turn, 28, 35, "mercado")]
    result = TurnResult("complete", "Vale.", corrections=found)
    finish_turn(turn_id=again.turn_id, result=result, context=again)
    assert [one.original for one in told(turn)] == ["un", "mercado"]
    assert counted(ana) == 2


def test_another_reply_without_the_time_leaves_what_the_first_has_found(say, slips, ana):
    turn = say(usage={})
    other = regenerate_turn(learner=ana, message_id=turn.learner_message_id)
    result = TurnResult("complete", "Vale.", usage=LATER)
    finish_turn(turn_id=other.turn_id, result=result, context=other)
    read_message_task(turn.learner_message_id)
    assert (said(turn).checked, slips.calls) == (True, [])


def test_the_sweep_finds_them_however_old_and_though_they_show_something(say):
    turn = say()
    long_ago = timezone.now() - timedelta(days=9)
    Message.objects.update(created_at=long_ago, finished_at=long_ago)
    assert [str(one) for one in unread_messages(now=timezone.now())] == [turn.learner_message_id]
    assert read_unread_messages_task() > 0
    assert len(told(turn)) == 1
    assert unread_messages(now=timezone.now()) == []


def test_a_message_that_cannot_be_read_holds_up_no_other(say, monkeypatch):
    first, second = say(), say()

    def check(text, **_options):
        monkeypatch.setattr("conversations.services.late.check", lambda text, **_options: [])
        raise RuntimeError("broken")

    monkeypatch.setattr("conversations.services.late.check", check)
    read_message_task(first.learner_message_id, second.learner_message_id)
    assert (said(first).checked, said(second).checked) == (False, True)
    assert not Evidence.objects.filter(source_id=first.learner_message_id).exists()
