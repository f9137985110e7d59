from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, LearnerLanguage
from accounts.services import override_level
from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.calibration.certainty import (
    confirmed_certainty,
    simulate_certainty,
    simulated_certainty,
)
from assessments.models import Assessment
from assessments.tests.factories import make_bank
from learning.models import LearningSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo():
    return AdminFactory()


def took_a_test(learner, level, *, days_ago, probability=0.85, language="es"):
    at = timezone.now() - timedelta(days=days_ago)
    session = LearningSession.objects.create(
        learner=learner, session_type="assessment", language=language, status="completed"
    )
    return Assessment.objects.create(
        learner=learner,
        learning_session=session,
        language=language,
        assessment_type="placement",
        status="completed",
        level=level,
        probability=probability,
        completed_at=at,
    )


def set_level_to(learner, level, *, days_ago, by):
    row, _ = LearnerLanguage.objects.get_or_create(
        user=learner, language="es", defaults={"level": "A1"}
    )
    override_level(row=row, level=level, by=by, now=timezone.now())
    AuditEntry.objects.filter(subject=learner).update(
        created_at=timezone.now() - timedelta(days=days_ago)
    )


def band(bands, low):
    return next(one for one in bands if one.low == low)


def found(user):
    return confirmed_certainty(user, now=timezone.now())


class TestConfirmed:
    def test_the_next_test_confirms_or_does_not(self, cleo):
        ana, ben = UserFactory(), UserFactory()
        took_a_test(ana, "B1", days_ago=20)
        took_a_test(ana, "B1", days_ago=5, probability=0.65)
        took_a_test(ben, "B1", days_ago=20)
        took_a_test(ben, "A2", days_ago=5, probability=0.65)
        sure, less = band(found(cleo), 0.8), band(found(cleo), 0.6)

        assert (sure.tests, sure.checked, sure.right) == (2, 2, 1)
        assert sure.share_right == 0.5
        assert sure.stated == pytest.approx(0.85)
        assert (less.tests, less.checked, less.share_right) == (2, 0, None)

    def test_a_tutor_who_comes_first_decides(self, cleo):
        ana = UserFactory()
        took_a_test(ana, "B1", days_ago=20)
        took_a_test(ana, "B1", days_ago=5, probability=0.4)
        set_level_to(ana, "B2", days_ago=10, by=cleo)

        assert (band(found(cleo), 0.8).checked, band(found(cleo), 0.8).right) == (1, 0)
        set_level_to(ana, "B2", days_ago=2, by=cleo)
        AuditEntry.objects.filter(detail__to="B2").update(
            created_at=timezone.now() - timedelta(days=2)
        )
        assert band(found(cleo), 0.8).right == 1

    def test_later_than_a_month_says_nothing(self, cleo):
        ana = UserFactory()
        took_a_test(ana, "B1", days_ago=60)
        took_a_test(ana, "C1", days_ago=5)

        assert band(found(cleo), 0.8).checked == 0

    def test_another_language_says_nothing(self, cleo):
        ana = UserFactory()
        took_a_test(ana, "B1", days_ago=20)
        took_a_test(ana, "A1", days_ago=5, language="fr")

        assert band(found(cleo), 0.8).checked == 0

    def test_a_tutor_counts_their_students(self):
        tessa = TutorFactory()
        mine = TutorAssignmentFactory(tutor=tessa).student
        took_a_test(mine, "B1", days_ago=20)
        took_a_test(UserFactory(), "B1", days_ago=20)

        assert band(found(tessa), 0.8).tests == 1

    def test_certain_beyond_doubt_stands_in_the_last_band(self, cleo):
        took_a_test(UserFactory(), "B1", days_ago=20, probability=1.0)

        assert band(found(cleo), 0.9).tests == 1


class TestSimulated:
    def test_is_kept_for_the_back_office(self):
        cache.clear()
        assert simulated_certainty("es") == []
        make_bank(each=6)
        bands = simulate_certainty(language="es")

        assert simulated_certainty("es") == bands
        assert sum(one.tests for one in bands) == 1000
        sure = band(bands, 0.8)
        assert abs(sure.stated - sure.share_right) < 0.12

    def test_a_language_without_items(self):
        assert simulate_certainty(language="fr") == []


class TestPage:
    def test_staff_read_it(self, client, cleo):
        took_a_test(UserFactory(), "B1", days_ago=20)
        make_bank(each=4)
        simulate_certainty(language="es")
        for user in (cleo, TutorFactory()):
            client.force_login(user)
            page = client.get(reverse("admin:assessments_assessment_stated_certainty"))
            assert page.status_code == 200
            assert "Simulated on the bank of Spanish" in page.content.decode()

    def test_learners_do_not(self, client):
        client.force_login(UserFactory())
        address = reverse("admin:assessments_assessment_stated_certainty")
        assert client.get(address).status_code == 302

    def test_many_tests_cost_the_queries_of_one(self, client, cleo):
        client.force_login(cleo)

        def cost():
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("admin:assessments_assessment_stated_certainty"))
            return len(queries)

        took_a_test(UserFactory(), "B1", days_ago=20)
        few = cost()
        for _ in range(8):
            took_a_test(UserFactory(), "B1", days_ago=20)
        assert cost() == few
