import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notification
from ai.errors import ContentBlocked
from ai.models import ModerationFlag
from config.errors import Conflict, DomainError, Forbidden, NotFound
from config.ids import new_id
from conversations.moderation.admin import waiting
from conversations.moderation.appeals import appeal, decide
from conversations.moderation.services import moderate_message
from conversations.tests.moderation_cast import (
    DespairFlagFactory,
    FlagFactory,
    NotedFlagFactory,
    QueuedFlagFactory,
)

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:ai_moderationflag_changelist")


@pytest.fixture
def desk(client, cleo):
    client.force_login(cleo)
    return client


def rows(desk, query=""):
    return list(desk.get(f"{QUEUE}{query}").context["cl"].result_list)


def change(flag):
    return reverse("admin:ai_moderationflag_change", args=[flag.pk])


def chosen(desk, action, *flags):
    return desk.post(
        QUEUE, {"action": action, "_selected_action": [str(flag.pk) for flag in flags]}, follow=True
    )


class TestDecide:
    def test_it_is_kept_audited_and_told(self, ana, cleo):
        flag = QueuedFlagFactory(user=ana)
        now = timezone.now()
        decide(admin=cleo, flag_id=flag.pk, verdict="upheld", decision=" Rude. ", now=now)
        flag.refresh_from_db()
        assert (flag.status, flag.decision, flag.decided_by) == ("upheld", "Rude.", cleo)
        assert flag.decided_at == now
        entry = AuditEntry.objects.get(action="moderation.upheld")
        assert (entry.actor, entry.subject) == (cleo, ana)
        told = Notification.objects.get(user=ana)
        assert (told.kind, told.body, told.url) == ("flag-decided", "Rude.", "/moderation")

    def test_a_text_that_won_its_appeal_may_be_sent(self, ana, cleo):
        now = timezone.now()
        with pytest.raises(ContentBlocked):
            moderate_message(learner=ana, text="I will kill you.", language="en")
        flag = ModerationFlag.objects.get()
        appeal(user=ana, flag_id=flag.pk, text="A line of a play.", now=now)
        decide(admin=cleo, flag_id=flag.pk, verdict="overturned", now=now)
        verdict = moderate_message(learner=ana, text="I will kill you.", language="en")
        assert verdict.action is None
        assert Notification.objects.get(user=ana).kind == "appeal-decided"

    def test_an_appeal_after_a_decision_is_told_again(self, ana, cleo):
        flag, now = QueuedFlagFactory(user=ana), timezone.now()
        decide(admin=cleo, flag_id=flag.pk, verdict="upheld", now=now)
        appeal(user=ana, flag_id=flag.pk, text="It was a quote.", now=now)
        decide(admin=cleo, flag_id=flag.pk, verdict="overturned", now=now)
        kinds = Notification.objects.filter(user=ana).values_list("kind", flat=True)
        assert set(kinds) == {"flag-decided", "appeal-decided"}

    def test_words_of_despair_are_judged_by_nobody(self, ana, cleo):
        flag = DespairFlagFactory(user=ana)
        decide(admin=cleo, flag_id=flag.pk, verdict="upheld", now=timezone.now())
        assert not Notification.objects.filter(user=ana).exists()

    def test_admins_only(self, ana, ben, tessa):
        flag = QueuedFlagFactory(user=ana)
        for user in (ana, ben, tessa):
            with pytest.raises(Forbidden):
                decide(admin=user, flag_id=flag.pk, verdict="upheld", now=timezone.now())

    def test_only_what_waits_and_only_once(self, cleo):
        now = timezone.now()
        with pytest.raises(NotFound):
            decide(admin=cleo, flag_id=new_id(), verdict="upheld", now=now)
        with pytest.raises(Conflict):
            decide(admin=cleo, flag_id=NotedFlagFactory().pk, verdict="upheld", now=now)
        flag = QueuedFlagFactory()
        with pytest.raises(DomainError):
            decide(admin=cleo, flag_id=flag.pk, verdict="closed", now=now)
        decide(admin=cleo, flag_id=flag.pk, verdict="upheld", now=now)
        with pytest.raises(Conflict):
            decide(admin=cleo, flag_id=flag.pk, verdict="overturned", now=now)


class TestQueue:
    def test_appeals_come_first_then_lives_then_the_rest(self, desk):
        insult = QueuedFlagFactory()
        despair = DespairFlagFactory()
        grave = QueuedFlagFactory(severity="high")
        appealed = FlagFactory(status="appealed", appeal="A play.")
        FlagFactory(), NotedFlagFactory()
        assert rows(desk) == [appealed, despair, grave, insult]
        assert len(rows(desk, "?state=all")) == 6

    @pytest.mark.parametrize(
        ("query", "count"),
        [("state=closed", 2), ("state=all&severity__exact=high", 1), ("category__exact=spam", 0)],
    )
    def test_filters(self, desk, query, count):
        FlagFactory(), NotedFlagFactory(), QueuedFlagFactory()
        assert len(rows(desk, f"?{query}")) == count

    def test_flags_are_upheld_and_dismissed_in_bulk(self, desk):
        flags = QueuedFlagFactory.create_batch(2)
        other = QueuedFlagFactory()
        assert "2 upheld." in chosen(desk, "uphold", *flags).content.decode()
        assert "1 dismissed." in chosen(desk, "dismiss", other).content.decode()
        found = ModerationFlag.objects.values_list("status", flat=True)
        assert sorted(found) == ["overturned", "upheld", "upheld"]
        assert AuditEntry.objects.filter(action__startswith="moderation.").count() == 3

    def test_what_is_decided_already_is_said(self, desk):
        flag = FlagFactory()
        told = desk.post(
            f"{QUEUE}?state=all",
            {"action": "uphold", "_selected_action": [str(flag.pk)]},
            follow=True,
        )
        assert "That is decided already." in told.content.decode()

    def test_one_is_decided_with_a_word_for_its_writer(self, desk, cleo):
        flag = FlagFactory(status="appealed", appeal="A play.")
        assert "A play." in desk.get(change(flag)).content.decode()
        desk.post(change(flag), {"verdict": "overturned", "why": "Yes, a play."})
        flag.refresh_from_db()
        assert (flag.status, flag.decision, flag.decided_by) == (
            "overturned",
            "Yes, a play.",
            cleo,
        )
        assert 'name="verdict"' not in desk.get(change(flag)).content.decode()

    def test_saving_without_a_decision_changes_nothing(self, desk):
        flag = QueuedFlagFactory()
        desk.post(change(flag), {"verdict": "", "why": "Hm."})
        flag.refresh_from_db()
        assert (flag.status, flag.decision) == ("queued", "")

    def test_nothing_is_added_or_deleted(self, desk):
        flag = QueuedFlagFactory()
        assert desk.get(reverse("admin:ai_moderationflag_add")).status_code == 403
        delete = reverse("admin:ai_moderationflag_delete", args=[flag.pk])
        assert desk.post(delete, {"post": "yes"}).status_code == 403

    def test_a_tutor_sees_none_of_it(self, client, tessa, ana):
        flag = QueuedFlagFactory(user=ana)
        client.force_login(tessa)
        assert client.get(QUEUE).status_code == 403
        assert client.get(change(flag)).status_code == 403

    def test_the_sidebar_says_how_many_wait(self, rf, cleo, tessa):
        asking = rf.get("/admin/")
        asking.user = cleo
        assert waiting(asking) is None
        QueuedFlagFactory()
        FlagFactory()
        assert waiting(asking) == 1
        asking.user = tessa
        assert waiting(asking) is None

    def test_the_queries_do_not_grow_with_the_queue(self, desk):
        def queries():
            with CaptureQueriesContext(connection) as caught:
                desk.get(QUEUE)
            return len(caught)

        QueuedFlagFactory.create_batch(2)
        queries()
        few = queries()
        QueuedFlagFactory.create_batch(15)
        assert queries() == few
