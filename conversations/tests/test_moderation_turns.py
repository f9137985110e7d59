"""What a turn asks of moderation: its message, its reply, and the provider's look afterwards."""

import pytest

from accounts.models import Notification
from ai import factory as providers
from ai.errors import ContentBlocked
from ai.models import ModerationFlag
from ai.moderation import Action
from ai.testing.answers import Answer
from ai.testing.provider_server import ProviderServer
from config.ids import new_id
from conversations.models import Message
from conversations.moderation import services
from conversations.moderation.later import check_messages
from conversations.moderation.safety import safety_message
from conversations.moderation.selectors import in_distress
from conversations.moderation.tasks import check_messages_task
from conversations.services import TurnResult, finish_turn
from conversations.services.reading import OverTurn, enqueue_reading
from conversations.tasks import read_message_task
from conversations.tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _provider():
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def provider(_provider, settings):
    _provider.reset()
    providers._built.clear()
    settings.AI_CHAIN = ["openai"]
    settings.OPENAI_API_KEY = "a-key"
    settings.OPENAI_BASE_URL = _provider.openai_url
    yield _provider
    providers._built.clear()


@pytest.fixture
def said(conversation):
    return MessageFactory(conversation=conversation, position=1, role="user", content="Qué asco.")


@pytest.fixture
def reply(conversation, said):
    return MessageFactory(
        conversation=conversation, position=2, role="assistant", content="Ya.", reply_to=said
    )


def moderated(ana, text):
    return services.moderate_message(learner=ana, text=text, language="en")


class TestMessage:
    def test_what_is_blocked_is_refused_with_a_reason_and_the_way_to_appeal(self, ana):
        with pytest.raises(ContentBlocked) as caught:
            moderated(ana, "I will kill you.")
        flag = ModerationFlag.objects.get()
        assert "It threatens somebody" in caught.value.message
        assert "under Moderation" in caught.value.message
        assert caught.value.details["appeal"] == [f"/api/moderation/flags/{flag.pk}/appeal"]
        assert (flag.user, flag.surface) == (ana, "message")

    def test_what_was_let_through_is_flagged_with_its_message(self, ana, said):
        text = "You are a piece of shit."
        verdict = moderated(ana, text)
        assert not ModerationFlag.objects.exists()
        [flag] = services.flag_message(verdict, learner=ana, text=text, message_id=said.pk)
        assert (flag.source_type, flag.source_id) == ("conversations.message", said.pk)
        assert (flag.action, flag.status) == ("queued", "queued")

    def test_words_of_despair_go_on(self, ana, said):
        text = "Quiero suicidarme."
        verdict = services.moderate_message(learner=ana, text=text, language="es")
        assert verdict.self_harm
        services.flag_message(verdict, learner=ana, text=text, message_id=said.pk)
        assert in_distress([said.pk, new_id()]) == {said.pk}


class TestReply:
    def test_a_fit_reply_is_shown_as_it_is(self, ana, reply):
        shown = services.moderate_reply(
            learner=ana, text="¿Qué tal?", language="es", message_id=reply.pk
        )
        assert shown.text == "¿Qué tal?"
        assert not ModerationFlag.objects.exists()

    def test_a_reply_that_is_unfit_is_left_out_and_flagged(self, ana, reply):
        shown = services.moderate_reply(
            learner=ana, text="I will kill you.", language="en", message_id=reply.pk
        )
        assert shown.text == services.withheld()
        flag = ModerationFlag.objects.get()
        assert (flag.surface, flag.action, flag.source_id) == ("reply", "blocked", reply.pk)


@pytest.fixture
def queued(monkeypatch):
    """What was enqueued for workers: (task, arguments)."""
    sent = []
    for task in (read_message_task, check_messages_task):
        monkeypatch.setattr(task, "delay", lambda *given, task=task: sent.append((task, given)))
    return sent


class TestProvider:
    def test_no_provider_looks_at_a_turn_without_a_key(self, said, reply, queued):
        enqueue_reading([OverTurn(str(said.pk), str(reply.pk))])
        assert queued == [(read_message_task, (str(said.pk),))]

    def test_both_sides_of_a_turn_are_looked_at_after_its_commit(
        self, provider, said, reply, queued, django_capture_on_commit_callbacks
    ):
        Message.objects.filter(pk=reply.pk).update(status="streaming")
        with django_capture_on_commit_callbacks(execute=True):
            finish_turn(turn_id=reply.pk, result=TurnResult("complete", "Muy bien."))
            assert queued == []
        sides = [str(said.pk), str(reply.pk)]
        assert queued == [(read_message_task, (sides[0],)), (check_messages_task, (sides,))]

    def test_a_queue_that_is_down_breaks_nothing(
        self, provider, said, reply, monkeypatch, django_capture_on_commit_callbacks
    ):
        def down(*_ids):
            raise ConnectionError

        monkeypatch.setattr(read_message_task, "delay", down)
        Message.objects.filter(pk=reply.pk).update(status="streaming")
        with django_capture_on_commit_callbacks(execute=True):
            assert finish_turn(turn_id=reply.pk, result=TurnResult("complete", "Muy bien."))
        reply.refresh_from_db()
        assert reply.content == "Muy bien."


@pytest.mark.django_db(transaction=True)
class TestFoundLater:
    def test_what_is_found_in_message_and_reply_is_kept_once(self, provider, ana, said, reply):
        provider.answer(Answer(judged={"harassment": 0.9}), Answer(judged={"sexual": 0.9}))
        ids = [str(said.pk), str(reply.pk)]
        assert check_messages_task(ids) == 2
        provider.answer(Answer(judged={"harassment": 0.9}), Answer(judged={"sexual": 0.9}))
        assert check_messages_task(ids) == 0
        rows = ModerationFlag.objects.values_list("user", "surface", "category", "action")
        assert set(rows) == {
            (ana.pk, "message", "profanity", "queued"),
            (ana.pk, "reply", "sexual_content", "queued"),
        }

    def test_what_is_gravest_is_queued_since_it_was_said(self, provider, said):
        provider.answer(Answer(judged={"hate/threatening": 0.99}))
        check_messages([said.pk])
        flag = ModerationFlag.objects.get()
        assert (flag.severity, flag.action, flag.status) == ("high", Action.QUEUED, "queued")

    def test_despair_that_the_rules_did_not_see_is_answered(self, provider, ana, said):
        provider.answer(Answer(judged={"self-harm/intent": 0.9}))
        check_messages([said.pk])
        told = Notification.objects.get(user=ana)
        assert (told.kind, told.url) == ("support", "/moderation/help")
        assert told.title == safety_message("en").title
        assert "988" in told.body

    def test_a_provider_that_fails_leaves_the_turn_alone(self, provider, said, caplog):
        provider.answer(Answer(status=401))
        assert check_messages_task([str(said.pk)]) == 0
        assert not ModerationFlag.objects.exists()

    def test_a_failure_that_may_pass_is_tried_again(self, provider, said, monkeypatch):
        waits = []

        def retry(**options):
            waits.append(options["countdown"])
            return RuntimeError("again")

        monkeypatch.setattr(check_messages_task, "retry", retry)
        provider.answer(Answer(status=503))
        with pytest.raises(RuntimeError, match="again"):
            check_messages_task([str(said.pk)])
        assert waits == [60]

    def test_messages_that_are_gone_or_a_tutors_are_passed_over(self, provider, said):
        Message.objects.filter(pk=said.pk).update(role="tutor")
        assert check_messages([said.pk, new_id()]) == 0
        assert provider.requests == []


class TestSafety:
    @pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
    def test_it_is_in_the_native_language_with_numbers(self, language):
        message = safety_message(language)
        assert message.language == language
        assert "112" in {one.number for one in message.contacts}
        assert message.as_text().startswith(message.title)
        assert set(message.as_json()) == {"language", "title", "text", "contacts", "elsewhere"}

    def test_a_language_without_one_gets_english(self):
        assert safety_message("pl").language == "en"
        assert safety_message("").language == "en"
        assert safety_message("es-MX").language == "es"
