import pytest
from rest_framework.test import APIClient

from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from ai.language import pool
from ai.providers.scripted import SCRIPT
from conversations.tests.factories import ConversationFactory


@pytest.fixture
def script(settings):
    settings.AI_CHAIN = ["scripted"]
    SCRIPT.reset()
    yield SCRIPT
    SCRIPT.reset()


@pytest.fixture(autouse=True)
def no_language_process(monkeypatch):
    """The language tools find nothing; a test that wants slips sets `slips` on what this gives."""
    answers = LanguageAnswers()
    monkeypatch.setattr(pool, "run_check", answers.run_check)
    monkeypatch.setattr(pool, "run_too_hard", answers.run_too_hard)
    return answers


class LanguageAnswers:
    def __init__(self):
        self.slips = []
        self.hard = []

    async def run_check(self, text, **_options):
        return self.slips

    async def run_too_hard(self, text, **_options):
        return text in self.hard


@pytest.fixture
def ana(db):
    user = UserFactory(email="ana@example.org", name="Ana Torres")
    LearnerLanguageFactory(user=user, language="es", level="B1")
    return user


@pytest.fixture
def ben(db):
    user = UserFactory(email="ben@example.org", name="Ben Okoro")
    LearnerLanguageFactory(user=user, language="es", level="A1")
    return user


@pytest.fixture
def tessa(ana):
    tutor = TutorFactory(email="tessa@example.org")
    TutorAssignmentFactory(tutor=tutor, student=ana)
    return tutor


@pytest.fixture
def cleo(db):
    return AdminFactory(email="cleo@example.org")


@pytest.fixture
def conversation(ana):
    return ConversationFactory(learner=ana)


@pytest.fixture
def api(ana):
    client = APIClient()
    client.force_authenticate(ana)
    return client
