"""Naming, putting away, bringing back, summing up, reading earlier parts; and the contract."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.contract import contract_of
from conversations.models import Conversation, Message
from conversations.retrieval.places import url_of
from conversations.tests.factories import (
    ConversationFactory,
    CorrectionFactory,
    MessageFactory,
    ReplyFactory,
)
from practice.decks.services import add_note, default_deck

pytestmark = pytest.mark.django_db
LIST = reverse("conversations:list")


@pytest.fixture
def page(client, ana):
    client.force_login(ana)
    return client


def at(name, conversation):
    return reverse(f"conversations:{name}", args=[conversation.pk])


def turns(conversation, count):
    for number in range(count):
        said = MessageFactory(conversation=conversation, position=2 * number + 1, turn=number + 1)
        ReplyFactory(
            conversation=conversation, position=2 * number + 2, reply_to=said, turn=number + 1
        )


@pytest.mark.parametrize(("source", "target"), [("list", "list"), ("", "detail")])
def test_a_new_name_from_where_it_was_given(page, conversation, source, target):
    answer = page.post(at("rename", conversation), {"title": "  Mi  semana ", "from": source})
    conversation.refresh_from_db()
    assert conversation.title == "Mi semana"
    assert answer.url == (LIST if target == "list" else at("detail", conversation))


def test_no_name_keeps_the_old_one(page, conversation):
    before = conversation.title
    answer = page.post(at("rename", conversation), {"title": " "}, follow=True)
    conversation.refresh_from_db()
    assert conversation.title == before
    assert "1 to 120 characters" in answer.content.decode()


def test_deleted_and_brought_back_in_one_step(page, conversation):
    shown = page.post(at("delete", conversation), follow=True)
    assert page.get(at("detail", conversation)).status_code == 404
    assert at("restore", conversation) in shown.content.decode()
    assert page.post(at("restore", conversation), follow=True).status_code == 200
    assert Conversation.objects.get(pk=conversation.pk).deleted_at is None


def test_an_old_deletion_offers_no_way_back(page, conversation):
    long_ago = timezone.now() - timedelta(days=31)
    Conversation.objects.filter(pk=conversation.pk).update(deleted_at=long_ago)
    shown = page.get(f"{LIST}?deleted={conversation.pk}").content.decode()
    assert at("restore", conversation) not in shown
    assert page.post(at("restore", conversation)).status_code == 404


def test_the_search_finds_what_was_said(page, ana, conversation):
    MessageFactory(conversation=conversation, position=1, content="Vivo cerca del volcán.")
    other = ConversationFactory(learner=ana, title="Otra cosa")
    shown = page.get(f"{LIST}?q=volcán").content.decode()
    assert at("detail", conversation) in shown
    assert at("detail", other) not in shown
    assert "Nothing found" in page.get(f"{LIST}?q=submarino").content.decode()


def test_the_list_asks_as_much_for_many_conversations(page, ana, django_assert_max_num_queries):
    for count in (3, 15):
        ConversationFactory.create_batch(count, learner=ana)
        with django_assert_max_num_queries(11):
            page.get(LIST)


def test_summing_up_shows_what_to_fix(page, conversation):
    said = MessageFactory(conversation=conversation, position=1, turn=1)
    CorrectionFactory(message=said, original="soy", corrected="estoy", start=3, end=6)
    answer = page.post(at("summary", conversation), follow=True)
    shown = answer.content.decode()
    assert answer.redirect_chain == [(at("summary", conversation), 302)]
    assert "estoy" in shown
    assert "data-make-card" in shown


def test_nothing_said_is_told_and_changes_nothing(page, conversation):
    answer = page.post(at("summary", conversation), follow=True)
    assert "Say something first" in answer.content.decode()
    assert not conversation.summaries.exists()


def test_without_a_summary_the_page_offers_one(page, conversation):
    assert "Not summed up yet" in page.get(at("summary", conversation)).content.decode()


def test_the_contract_is_kept_and_bad_numbers_are_refused(page, ana):
    agreed = {"timing": "after_turn", "manner": "hint", "per_turn": 2}
    page.post(reverse("conversations:contract"), agreed)
    assert contract_of(ana.pk).per_turn == 2
    refused = page.post(reverse("conversations:contract"), agreed | {"per_turn": 13})
    assert refused.status_code == 400
    assert contract_of(ana.pk).per_turn == 2


def test_a_hint_covers_the_right_form(page, conversation):
    said = MessageFactory(conversation=conversation, position=1, turn=1)
    CorrectionFactory(message=said, corrected="estoy", start=3, end=6, manner="hint")
    shown = page.get(at("detail", conversation)).content.decode()
    assert "<div data-better hidden>" in shown
    assert "<p data-hint>" in shown


def test_an_earlier_part_is_read_and_not_written_into(page, conversation):
    turns(conversation, 60)
    end = page.get(at("detail", conversation)).context
    earlier = page.get(f"{at('detail', conversation)}?before={end['earlier']}").context
    assert [len(one["turns"]) for one in (end, earlier)] == [100, 20]
    assert earlier["turns"][-1].position + 1 == end["turns"][0].position
    assert (end["may_write"], earlier["may_write"]) == (True, False)


def test_a_link_to_an_old_message_shows_it(page, conversation):
    turns(conversation, 60)
    first = Message.objects.get(conversation=conversation, position=3)
    url = url_of("conversation", conversation.pk, {"messageId": str(first.pk)})
    shown = page.get(url.split("#")[0])
    assert first in shown.context["turns"]
    assert shown.context["elsewhere"]
    last = Message.objects.get(conversation=conversation, position=119)
    assert not page.get(f"{at('detail', conversation)}?at={last.pk}").context["elsewhere"]


def test_versions_are_counted_beside_a_message(page, conversation):
    said = MessageFactory(conversation=conversation, position=1, turn=1)
    for position in (2, 3):
        ReplyFactory(conversation=conversation, position=position, reply_to=said, turn=1)
    assert (
        "<span data-branches-count>2 / 2</span>"
        in page.get(at("detail", conversation)).content.decode()
    )


def test_what_was_done_on_the_way_is_shown_with_its_link(page, conversation):
    said = MessageFactory(conversation=conversation, position=1, turn=1)
    call = {"name": "add_card", "arguments": {}, "status": "done"}
    made = {"title": "montaña", "url": "/notes/7"}
    ReplyFactory(
        conversation=conversation,
        position=2,
        reply_to=said,
        route="action",
        tools=[call | {"result": made}, call | {"status": "failed", "result": {}}],
    )
    shown = page.get(at("detail", conversation)).content.decode()
    assert '<a href="/notes/7">Made a card <strong>montaña</strong></a>' in shown
    assert "Could not make the card" in shown


def test_a_saved_word_opens_where_it_was_saved(page, ana, ben, client):
    note = add_note(
        deck=default_deck(learner=ana, language="es"), learner=ana, front="monte", back="mountain"
    )
    link = url_of("saved", note.pk, {})
    assert page.get(link).url == reverse("practice:note", args=[note.pk])
    assert page.get(url_of("saved", uuid4(), {})).status_code == 404
    client.force_login(ben)
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("name", ["rename", "delete", "restore", "summary"])
def test_anothers_conversation_is_absent(client, ben, conversation, name):
    client.force_login(ben)
    assert client.post(at(name, conversation), {"title": "Mía"}).status_code == 404


def test_memory_is_asked_for_once_and_not_of_a_newcomer(page, ana):
    assert "memory-ask" not in page.get(LIST).content.decode()
    type(ana).objects.filter(pk=ana.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert "memory-ask" in page.get(LIST).content.decode()
    page.post(reverse("conversations:memory_consent"), {"do": "decline", "next": LIST})
    assert "memory-ask" not in page.get(LIST).content.decode()
