import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.dispute_admin import waiting
from assessments.models import Dispute, Item, Response
from assessments.tests.factories import ItemFactory, typed_item
from assessments.tests.test_disputes import dispute, wrong_answer

pytestmark = pytest.mark.django_db

DISPUTES = reverse("admin:assessments_dispute_changelist")
ANSWERS = reverse("admin:assessments_response_changelist")


@pytest.fixture(autouse=True)
def no_queue(monkeypatch):
    monkeypatch.setattr("assessments.services.disputes.regrade_item_task.delay", lambda item: None)


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def tessa(client, ana):
    tutor = TutorAssignmentFactory(student=ana, tutor=TutorFactory()).tutor
    client.force_login(tutor)
    return tutor


@pytest.fixture
def cleo(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


def change(thing):
    name = f"admin:assessments_{type(thing).__name__.lower()}_change"
    return reverse(name, args=[thing.pk])


class TestQueue:
    def test_a_tutor_sees_their_students_only(self, client, ana, tessa):
        mine, other = dispute(wrong_answer(ana)), dispute(wrong_answer(UserFactory()))

        assert list(client.get(DISPUTES).context["cl"].queryset) == [mine]
        assert client.get(change(other)).status_code == 302

    def test_the_sidebar_says_how_many_wait(self, client, ana, tessa):
        request = client.get(DISPUTES).wsgi_request
        assert waiting(request) is None
        dispute(wrong_answer(ana))
        dispute(wrong_answer(UserFactory()))
        assert waiting(request) == 1

    def test_shows_what_the_decision_rests_on(self, client, ana, tessa):
        item = typed_item(key=["fui", "he ido"], prompt="Ayer <b>___</b> al mercado.")
        made = dispute(wrong_answer(ana, "marché", item=item), reason="My aunt says so.")
        page = client.get(change(made)).content.decode()

        for text in ("&lt;b&gt;___", "marché", "fui | he ido", "My aunt says so."):
            assert text in page

    def test_accepts_with_words(self, client, ana, tessa):
        response = wrong_answer(ana)
        made = dispute(response)
        sent = client.post(change(made), {"decision": "accepted", "remark": "Fine here."})
        made.refresh_from_db()
        response.refresh_from_db()

        assert sent.status_code == 302
        assert (made.status, made.note, made.decided_by) == ("accepted", "Fine here.", tessa)
        assert response.correct is True

    def test_declines_with_words_only(self, client, ana, tessa):
        made = dispute(wrong_answer(ana))
        sent = client.post(change(made), {"decision": "declined", "remark": " "})
        assert "remark" in sent.context["adminform"].form.errors

        client.post(change(made), {"decision": "declined", "remark": "It is the past."})
        made.refresh_from_db()
        assert (made.status, made.note) == ("declined", "It is the past.")

    def test_accepts_several(self, client, ana, tessa):
        item = typed_item(key=["fui"])
        several = [dispute(wrong_answer(ana, text, item=item)) for text in ("voy", "iba")]
        keys = [one.pk for one in several]
        client.post(DISPUTES, {"action": "accept", "_selected_action": keys})

        assert Dispute.objects.filter(status="accepted").count() == 2
        item.refresh_from_db()
        assert set(item.key) == {"fui", "voy", "iba"}

    def test_what_is_decided_is_only_looked_at(self, client, ana, tessa):
        made = dispute(wrong_answer(ana))
        client.post(change(made), {"decision": "declined", "remark": "No."})
        client.post(change(made), {"decision": "accepted", "remark": "Yes."})
        made.refresh_from_db()

        assert made.status == "declined"
        assert 'name="decision"' not in client.get(change(made)).content.decode()

    def test_tutors_do_not_decide_about_themselves(self, client, tessa):
        made = dispute(wrong_answer(tessa))
        client.post(change(made), {"decision": "accepted", "remark": ""})
        client.post(DISPUTES, {"action": "accept", "_selected_action": [made.pk]})
        made.refresh_from_db()

        assert made.status == "open"

    def test_nobody_adds_or_deletes(self, client, ana, cleo):
        made = dispute(wrong_answer(ana))
        assert client.get(reverse("admin:assessments_dispute_add")).status_code == 403
        delete = reverse("admin:assessments_dispute_delete", args=[made.pk])
        assert client.get(delete).status_code == 403

    def test_learners_stay_out(self, client, ana):
        client.force_login(ana)
        assert client.get(DISPUTES).status_code == 302

    @pytest.mark.parametrize("page", [DISPUTES, ANSWERS])
    def test_twenty_cost_the_queries_of_two(self, client, ana, cleo, page):
        item = typed_item()

        def cost():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            return len(queries)

        for _ in range(2):
            dispute(wrong_answer(ana, item=item))
        few = cost()
        for _ in range(18):
            dispute(wrong_answer(UserFactory(), item=item))
        assert cost() == few


class TestGrades:
    def test_a_tutor_sets_one_with_words(self, client, ana, tessa):
        response = wrong_answer(ana)
        sent = client.post(change(response), {"grade": "right", "remark": "Said so."})
        response.refresh_from_db()

        assert sent.status_code == 302
        assert (response.correct, response.graded_by) == (True, tessa)
        assert AuditEntry.objects.get(action="grade.overridden").detail["note"] == "Said so."

    def test_sets_several(self, client, ana, tessa):
        rows = [wrong_answer(ana), wrong_answer(ana)]
        keys = [row.pk for row in rows]
        client.post(ANSWERS, {"action": "mark_right", "_selected_action": keys})

        assert Response.objects.filter(correct=True, graded_by=tessa).count() == 2
        client.post(ANSWERS, {"action": "mark_wrong", "_selected_action": keys})
        assert Response.objects.filter(correct=False, graded_by=tessa).count() == 2

    def test_not_of_somebody_elses_student(self, client, tessa):
        response = wrong_answer(UserFactory())
        client.post(change(response), {"grade": "right", "remark": ""})
        client.post(ANSWERS, {"action": "mark_right", "_selected_action": [response.pk]})
        response.refresh_from_db()

        assert response.correct is False

    def test_not_ones_own(self, client, tessa):
        response = wrong_answer(tessa)
        client.post(change(response), {"grade": "right", "remark": ""})
        client.post(ANSWERS, {"action": "mark_right", "_selected_action": [response.pk]})
        response.refresh_from_db()

        assert response.correct is False


class TestItems:
    def test_flags_are_listed_filtered_and_settled(self, client, cleo):
        items = reverse("admin:assessments_item_changelist")
        disputed = ItemFactory(flags=["disputed", "misfit"])
        ItemFactory(flags=["too_few"])

        page = client.get(items, {"flag": "disputed"})
        assert list(page.context["cl"].queryset) == [disputed]
        assert "disputed, misfit" in page.content.decode()

        keys = [item.pk for item in Item.objects.all()]
        client.post(items, {"action": "settle", "_selected_action": keys})
        disputed.refresh_from_db()
        assert disputed.flags == ["misfit"]
