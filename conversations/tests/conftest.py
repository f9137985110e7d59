import asyncio

import pytest
from django.core.cache import cache
from django.db import connections
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from ai import breakers
from ai.errors import AllProvidersFailed
from ai.language import pool
from ai.providers.scripted import SCRIPT
from conversations import corrections, turns
from conversations.routes import Want
from conversations.streams.runner import shut_down
from conversations.tests.factories import ConversationFactory
from conversations.tests.stream_client import StreamClient


@pytest.fixture
def script(settings):
    settings.AI_CHAIN = ["scripted"]
    SCRIPT.reset()
    # Failures that other tests in this process wanted must not have opened its circuit.
    breakers.reset()
    yield SCRIPT
    SCRIPT.reset()


@pytest.fixture(autouse=True)
def _rates_counted_anew():
    cache.clear()


@pytest.fixture(autouse=True)
def found(monkeypatch):
    """The language tools and the correcting model find nothing, until a test says otherwise."""
    answers = LanguageAnswers()
    monkeypatch.setattr(turns, "wanted", answers.wanted)
    monkeypatch.setattr(pool, "run_check", answers.run_check)
    monkeypatch.setattr(pool, "run_too_hard", answers.run_too_hard)
    monkeypatch.setattr(corrections, "complete_structured", answers.complete_structured)
    return answers


@pytest.fixture(autouse=True)
def _files_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


class LanguageAnswers:
    def __init__(self):
        self.slips = []
        self.hard = []
        self.proposals = None
        self.want = Want("talk")

    async def wanted(self, text):
        return self.want

    async def run_check(self, text, **_options):
        return self.slips

    async def complete_structured(self, request, **_options):
        if self.proposals is None:
            raise AllProvidersFailed
        return self.proposals

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
async def as_user(db):
    """A client of the stream server for a user. The turns it started end with the test."""

    async def sign_in(user):
        token = await asyncio.to_thread(_token, user)
        return StreamClient(token)

    yield sign_in
    await shut_down(grace=0)


def _token(user):
    token = issue_tokens(user=user).token
    connections.close_all()
    return token


@pytest.fixture
def conversation(ana):
    return ConversationFactory(learner=ana)


@pytest.fixture
def api(ana):
    client = APIClient()
    client.force_authenticate(ana)
    return client
