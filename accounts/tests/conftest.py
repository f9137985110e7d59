import pytest
from rest_framework.test import APIClient

from accounts.models import RefreshFamily
from accounts.services import issue_tokens
from accounts.tests.factories import AdminFactory, TutorFactory, UserFactory
from config.celery import app
from config.ids import new_id


@pytest.fixture(autouse=True)
def _run_tasks_at_once():
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture(autouse=True)
def _count_rates_from_nought(settings):
    """A prefix of its own, not a flush: other tests run beside this one on the same cache."""
    settings.RATELIMIT_CACHE_PREFIX = f"rl:{new_id()}:"


@pytest.fixture
def api():
    return APIClient()


@pytest.fixture
def ana(db):
    return UserFactory(email="ana@example.org", name="Ana Torres")


@pytest.fixture
def ben(db):
    return UserFactory(email="ben@example.org", name="Ben Okoro")


@pytest.fixture
def tessa(db):
    return TutorFactory(email="tessa@example.org")


@pytest.fixture
def cleo(db):
    return AdminFactory(email="cleo@example.org")


@pytest.fixture
def signed_in(ana):
    """A client that carries Ana's bearer token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=ana).token}")
    RefreshFamily.objects.all().delete()
    return client
