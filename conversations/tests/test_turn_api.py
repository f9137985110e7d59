from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, CorrectionContract
from conversations.services import TurnResult, begin_turn, finish_turn, summaries
from conversations.tests.factories import CorrectionFactory, MessageFactory, ReplyFactory
from learning.models import Concept, Evidence, Skill, Surface

UNKNOWN = "01900000-0000-7000-8000-000000000000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def turn(conversation):
    said = MessageFactory(conversation=conversation, position=1)
    return said, ReplyFactory(conversation=conversation, position=2, reply_to=said)


def test_a_branch_is_chosen(api, conversation, turn, ana):
    said, _ = turn
    edited = begin_turn(
        learner=ana, text="Hoy no.", conversation_id=conversation.pk, edit_of=said.pk
    )
    finish_turn(turn_id=edited.turn_id, result=TurnResult("complete", "Vale."))
    path = f"/api/chat/conversations/{conversation.pk}/branch"
    assert api.post(path, {"messageId": str(said.pk)}).status_code == 200
    body = api.get(f"/api/chat/conversation/{conversation.pk}").json()
    assert [one["id"] for one in body["messages"]] == [str(message.pk) for message in turn]
    assert body["messages"][0]["siblings"] == [str(said.pk), edited.learner_message_id]
    assert body["earlier"] is None


@pytest.mark.parametrize("name", ["branch", "restore", "summary"])
def test_what_is_not_there_has_no_doors(api, conversation, turn, name):
    path = f"/api/chat/conversations/{UNKNOWN}/{name}"
    assert api.post(path, {"messageId": str(turn[0].pk)}).status_code == 404


def test_a_branch_of_another_conversation(api, conversation):
    other = MessageFactory(position=1)
    path = f"/api/chat/conversations/{conversation.pk}/branch"
    assert api.post(path, {"messageId": str(other.pk)}).status_code == 404
    assert api.post(path, {"messageId": "nonsense"}).status_code == 400


def test_a_deleted_conversation_comes_back(api, conversation):
    path = f"/api/chat/conversations/{conversation.pk}"
    assert api.delete(path).status_code == 204
    assert api.post(f"{path}/restore").json()["conversationId"] == str(conversation.pk)
    assert api.get(f"/api/chat/conversation/{conversation.pk}").status_code == 200
    assert api.post(f"{path}/restore").status_code == 404


def test_after_a_month_it_does_not(api, conversation):
    long_ago = timezone.now() - timedelta(days=31)
    Conversation.objects.update(deleted_at=long_ago)
    assert api.post(f"/api/chat/conversations/{conversation.pk}/restore").status_code == 404


def test_the_contract_is_read_and_changed(api, ana):
    path = "/api/chat/corrections/contract"
    assert api.get(path).json() == {"timing": "now", "manner": "explicit", "perTurn": 5}
    wanted = {"timing": "after_session", "manner": "hint", "perTurn": 2}
    assert api.put(path, wanted).json() == api.get(path).json() == wanted
    assert CorrectionContract.objects.get().learner == ana


@pytest.mark.parametrize(
    "wrong",
    [{"timing": "never"}, {"manner": ""}, {"perTurn": 0}, {"perTurn": 13}, {"perTurn": "x"}],
)
def test_a_contract_is_checked(api, wrong):
    wanted = {"timing": "now", "manner": "hint", "perTurn": 2} | wrong
    answer = api.put("/api/chat/corrections/contract", wanted)
    assert (answer.status_code, list(answer.json()["details"])) == (400, list(wrong))


def test_corrections_wait_for_the_end_when_agreed(api, conversation, turn):
    for place, more in enumerate(
        [{}, {"timing": "after_session"}, {"manner": "recast"}, {"withheld": True}]
    ):
        CorrectionFactory(message=turn[0], start=place, end=place + 1, **more)
    body = api.get(f"/api/chat/conversation/{conversation.pk}").json()
    assert [one["start"] for one in body["messages"][0]["corrections"]] == [0]
    summary = api.post(f"/api/chat/conversations/{conversation.pk}/summary").json()
    assert summary["toFix"][0]["times"] == 4


def test_a_summary(api, conversation, turn, ana):
    said, _ = turn
    for start in (0, 1, 2, 3):
        CorrectionFactory(
            message=said, start=start, end=9, original=f"w{start // 2}", corrected="r"
        )
    word = Concept.objects.create(kind="lemma", language="es", slug="cansado", name="cansado")
    Evidence.objects.create(
        learner=ana,
        concept=word,
        surface=Surface.CONVERSATION,
        skill=Skill.VOCABULARY,
        correct=True,
        source_type="conversations.message",
        source_id=said.pk,
        occurred_at=timezone.now(),
    )
    body = api.post(f"/api/chat/conversations/{conversation.pk}/summary").json()
    assert body["wentWell"] == ["You wrote 4 words in 1 message."]
    assert [(one["original"], one["times"]) for one in body["toFix"]] == [("w0", 2), ("w1", 2)]
    assert body["newWords"] == [{"lemma": "cansado", "quote": said.content}]
    assert body == api.post(f"/api/chat/conversations/{conversation.pk}/summary").json()
    assert body == api.get(f"/api/chat/conversations/{conversation.pk}/summary").json()


def test_a_summary_of_nothing(api, conversation):
    path = f"/api/chat/conversations/{conversation.pk}/summary"
    assert api.get(path).status_code == 404
    answer = api.post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_said")


def test_a_second_summary_is_of_what_came_after(conversation, turn, ana):
    first = summaries.summarise(learner=ana, conversation_id=conversation.pk, now=timezone.now())
    MessageFactory(conversation=conversation, position=3, content="Y hoy estoy mejor, gracias.")
    second = summaries.summarise(learner=ana, conversation_id=conversation.pk, now=timezone.now())
    assert (first.until, second.until) == (1, 3)
    assert second.went_well[0] == "You wrote 5 words in 1 message."


@pytest.mark.parametrize("turns", [2, 40])
def test_a_summary_costs_the_same_however_much_was_said(
    conversation, ana, turns, django_assert_max_num_queries
):
    for number in range(turns):
        said = MessageFactory(conversation=conversation, position=number + 1)
        CorrectionFactory(message=said)
    with django_assert_max_num_queries(20):
        summaries.summarise(learner=ana, conversation_id=conversation.pk, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_message_is_translated_once(api, turn, script):
    script.say("Did you sleep badly?")
    path = f"/api/chat/messages/{turn[1].pk}/translate"
    expected = {"translation": "Did you sleep badly?", "language": "en"}
    assert api.post(path).json() == expected
    assert api.post(path).json() == expected
    assert len(script.requests) == 1
    assert turn[1].content not in script.requests[0].instructions


@pytest.mark.django_db(transaction=True)
def test_without_a_model_nothing_is_translated(api, turn, settings):
    settings.AI_CHAIN = ["builtin"]
    answer = api.post(f"/api/chat/messages/{turn[1].pk}/translate")
    assert (answer.status_code, answer.json()["code"]) == (503, "no_translator")
    assert api.post(f"/api/chat/messages/{UNKNOWN}/translate").status_code == 404
