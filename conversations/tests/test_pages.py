from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from ai.scenarios import catalogue
from conversations.models import Conversation
from conversations.tests.factories import ConversationFactory, MessageFactory, ReplyFactory
from conversations.today import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, ana):
    client.force_login(ana)
    return client


def test_the_list_shows_scenarios_and_recent_talk(page, conversation):
    answer = page.get(reverse("conversations:list"))
    assert answer.status_code == 200
    assert answer.context["scenarios"] == catalogue("es", "B1")
    assert conversation.title in answer.content.decode()


def test_the_list_begins_with_what_was_talked_about(page, ana, conversation):
    Conversation.objects.update(last_message_at=timezone.now())
    empty = ConversationFactory(learner=ana, last_message_at=None)
    shown = page.get(reverse("conversations:list")).context["page"]
    assert list(shown) == [conversation, empty]


def test_the_last_conversation_is_gone_on_with_from_the_top(page, ana, conversation):
    path = reverse("conversations:list")
    assert page.get(path).content.decode().count(f'href="{talk_at(conversation)}"') == 2
    assert page.get(path, {"q": "zzz"}).content.decode().count("Go on:") == 0
    Conversation.objects.update(title="")
    assert page.get(path).content.decode().count("Go on:") == 0


def talk_at(conversation):
    return reverse("conversations:detail", args=[conversation.pk])


def test_starting_from_a_scenario(page):
    [scenario, *_] = catalogue("es", "B1")
    answer = page.post(reverse("conversations:list"), {"scenario": scenario.slug})
    conversation = Conversation.objects.get()
    assert answer.url == reverse("conversations:detail", args=[conversation.pk])
    assert conversation.messages.get().content == scenario.opening
    assert scenario.title in page.get(answer.url).content.decode()


def test_starting_without_a_scenario(page):
    page.post(reverse("conversations:list"))
    assert Conversation.objects.get().scenario == ""


def test_one_left_before_anything_was_said_is_begun_again(page, ana):
    path = reverse("conversations:list")
    first = page.post(path).url
    assert page.post(path).url == first
    MessageFactory(conversation=Conversation.objects.get(), position=1)
    Conversation.objects.update(message_count=1)
    assert page.post(path).url != first
    assert Conversation.objects.count() == 2


@pytest.mark.parametrize(("slug", "status"), [("no-such", 404), ("not a slug!", 400)])
def test_starting_from_a_scenario_that_is_not_there(page, slug, status):
    assert page.post(reverse("conversations:list"), {"scenario": slug}).status_code == status
    assert not Conversation.objects.exists()


def test_a_conversation_with_its_turns(page, conversation):
    said = MessageFactory(conversation=conversation, position=1)
    ReplyFactory(conversation=conversation, position=2, reply_to=said, provider="builtin")
    answer = page.get(reverse("conversations:detail", args=[conversation.pk]))
    assert [message.content for message in answer.context["turns"]] == [
        "Yo soy cansado hoy.",
        "¿Has dormido mal?",
    ]
    assert answer.context["provider"] == "builtin"


@pytest.mark.parametrize("language", ["es", "fr", "de", "en"])
@pytest.mark.parametrize("level", ["A1", "B1"])
def test_an_empty_conversation_offers_first_words(page, ana, language, level):
    empty = ConversationFactory(learner=ana, language=language, level=level)
    answer = page.get(reverse("conversations:detail", args=[empty.pk]))
    assert answer.content.decode().count("data-opener") == len(answer.context["openers"]) >= 2
    assert any("Ana" in words for words in answer.context["openers"]) is (level == "A1")

    MessageFactory(conversation=empty, position=1)
    begun = page.get(reverse("conversations:detail", args=[empty.pk]))
    assert "data-opener" not in begun.content.decode()


def test_only_the_learner_is_offered_first_words(client, tessa, conversation):
    client.force_login(tessa)
    answer = client.get(reverse("conversations:detail", args=[conversation.pk]))
    assert answer.context["openers"] == []


@pytest.mark.parametrize(("chain", "offered"), [(["builtin"], False), (["scripted"], True)])
def test_a_translation_is_offered_where_something_can_translate(
    page, conversation, settings, chain, offered
):
    settings.AI_CHAIN = chain
    answer = page.get(reverse("conversations:detail", args=[conversation.pk]))
    assert ("data-translates" in answer.content.decode()) is offered


def test_what_is_not_mine_is_absent(page):
    theirs = ConversationFactory()
    for key in (theirs.pk, uuid4()):
        assert page.get(reverse("conversations:detail", args=[key])).status_code == 404


def test_a_tutor_reads_along(client, tessa, conversation):
    client.force_login(tessa)
    answer = client.get(reverse("conversations:detail", args=[conversation.pk]))
    assert answer.status_code == 200
    assert answer.context["may_write"] is False


def test_a_tutor_reads_who_said_what(client, tessa, conversation):
    MessageFactory(conversation=conversation, role="user", content="Hola")
    path = reverse("conversations:detail", args=[conversation.pk])
    client.force_login(tessa)
    assert '<p class="who">Ana Torres</p>' in client.get(path).content.decode()
    client.force_login(conversation.learner)
    assert '<p class="who">You</p>' in client.get(path).content.decode()


def test_nobody_is_sent_to_sign_in(client, conversation):
    for path in (
        reverse("conversations:list"),
        reverse("conversations:detail", args=[conversation.pk]),
    ):
        assert client.get(path).url.startswith(reverse("accounts:login"))


def test_without_a_language_onboarding_comes_first(client, db):
    client.force_login(UserFactory())
    assert client.get(reverse("conversations:list")).url == reverse("accounts:onboarding")


def test_queries_do_not_grow(page, conversation, ana, django_assert_max_num_queries):
    path = reverse("conversations:detail", args=[conversation.pk])
    page.get(path)
    for number in range(1, 20):
        MessageFactory(conversation=conversation, position=number)
        ConversationFactory(learner=ana)
    with django_assert_max_num_queries(11):
        page.get(path)
    with django_assert_max_num_queries(6):
        page.get(reverse("conversations:list"))


def test_today_offers_to_go_on_with_what_was_begun(ana, conversation):
    Conversation.objects.update(last_message_at=timezone.now())
    ConversationFactory(learner=ana, last_message_at=None)
    first, *_ = steps(ana, ana.languages.get(), timezone.now())
    assert first.url == reverse("conversations:detail", args=[conversation.pk])


def test_today_offers_a_first_conversation(ana):
    [only] = steps(ana, ana.languages.get(), timezone.now())
    assert only.url == reverse("conversations:list")


@pytest.mark.parametrize("name", ["conversation", "message"])
def test_the_back_office_shows_a_tutor_their_students_only(client, tessa, conversation, name):
    MessageFactory(conversation=conversation, position=1)
    MessageFactory(position=1, content="De otra persona")
    client.force_login(tessa)
    answer = client.get(reverse(f"admin:conversations_{name}_changelist"))
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 1
    row = answer.context["cl"].result_list[0]
    shown = client.get(reverse(f"admin:conversations_{name}_change", args=[row.pk]))
    assert shown.status_code == 200
    changed = client.post(
        reverse(f"admin:conversations_{name}_change", args=[row.pk]), {"title": "No"}
    )
    assert changed.status_code == 403
