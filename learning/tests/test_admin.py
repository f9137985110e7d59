from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from learning.tests.factories import LearningSessionFactory, StudyDayFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
MAKERS = {
    "learningsession": lambda learner, number: LearningSessionFactory(learner=learner),
    "studyday": lambda learner, number: StudyDayFactory(
        learner=learner, day=DAY - timedelta(days=number)
    ),
}


@pytest.fixture(params=list(MAKERS))
def kind(request):
    return request.param


def listing(kind):
    return reverse(f"admin:learning_{kind}_changelist")


def test_a_tutor_sees_their_students_only(client, kind):
    tutor = TutorFactory()
    mine = MAKERS[kind](TutorAssignmentFactory(tutor=tutor).student, 0)
    other = MAKERS[kind](UserFactory(), 0)
    client.force_login(tutor)

    assert list(client.get(listing(kind)).context["cl"].queryset) == [mine]
    url = reverse(f"admin:learning_{kind}_change", args=[other.pk])
    assert client.get(url).status_code == 302


def test_nobody_writes_here(client, kind):
    client.force_login(AdminFactory())

    assert client.get(reverse(f"admin:learning_{kind}_add")).status_code == 403


def test_twenty_rows_cost_the_queries_of_two(client, kind):
    client.force_login(AdminFactory())

    def cost(numbers):
        for number in numbers:
            MAKERS[kind](UserFactory(), number)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(listing(kind)).status_code == 200
        return len(queries)

    assert cost(range(2)) == cost(range(2, 20))
