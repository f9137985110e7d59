"""Findings of a tutoring session in words that are right for whoever reads them."""

import pytest
from rest_framework.test import APIClient

from accounts.tests.factories import TutorAssignmentFactory, TutorFactory
from config.languages import TAUGHT
from conversations.handover import packet
from conversations.models import TutoringSession
from conversations.tests.transcripts import read_through
from conversations.transcripts import services
from conversations.transcripts.analysis.points import Findings, Point, point_saying
from conversations.transcripts.phrases import Reader, say, say_to
from conversations.transcripts.turns import Turn

pytestmark = pytest.mark.django_db

WORDS = {"quote": "Fui al {mercado}", "share": 20, "count": 45, "rare": 7, "point": "ser and estar"}
WORDS |= {"corrected": "estoy", "original": "soy"}
TO_ANA = [
    "Your tutor put it this way: “Se dice: estoy”",
    "You said 20 % of the words: talking more would help",
    "Your tutor liked how you said it: “Fui al mercado”",
    "You got this right this time: “Fui al mercado”",
    "You spoke at length: your longest turn had 45 words",
    "You used 90 different words, 7 of them beyond everyday ones",
]
TO_CLEO = [
    "The tutor put it this way: “Se dice: estoy”",
    "Ana said 20 % of the words: talking more would help",
    "The tutor liked how Ana said it: “Fui al mercado”",
    "Ana got this right this time: “Fui al mercado”",
    "Ana spoke at length: the longest turn had 45 words",
    "Ana used 90 different words, 7 of them beyond everyday ones",
]
TO_TESSA = [
    "You put it this way: “Se dice: estoy”",
    TO_CLEO[1],
    "You liked how Ana said it: “Fui al mercado”",
    *TO_CLEO[3:],
]
BY_MODEL = "Says “soy” where a state takes “estar”"


@pytest.fixture(autouse=True)
def _unqueued(monkeypatch):
    monkeypatch.setattr(services.process_session_task, "delay", lambda *_: None)


@pytest.fixture
def session(ana, tessa):
    """One with a finding of each kind, as the rules keep it, and one of a model."""
    row = read_through(ana, tutor=tessa, uploader=tessa)
    turn = Turn(row.chunks.first().pk, 0, "Ana", "Fui al mercado", 5, 0.0, 0.0)
    said = {"native": "en", "turn": turn, "quote": "Fui al mercado"}
    findings = Findings(
        topics=["Food"],
        areas=[
            point_saying("recast", native="en", turn=turn, quote="Se dice: estoy"),
            point_saying("little", native="en", share=20),
            Point(BY_MODEL, "soy", "Ana", 0.0, 0),
        ],
        strengths=[
            point_saying("praise", **said),
            point_saying("overcome", **said),
            point_saying("long", **said, count=45),
            point_saying("words", native="en", count=90, rare=7),
        ],
    )
    TutoringSession.objects.filter(pk=row.pk).update(analysis=findings.as_json())
    row.refresh_from_db()
    return row


@pytest.fixture
def readers(ana, tessa, cleo):
    other = TutorFactory(email="otto@example.org")
    TutorAssignmentFactory(tutor=other, student=ana)
    return [(ana, TO_ANA), (tessa, TO_TESSA), (cleo, TO_CLEO), (other, TO_CLEO)]


def test_on_the_page(client, session, readers):
    for reader, wanted in readers:
        client.force_login(reader)
        body = client.get(f"/tutoring/{session.pk}").content.decode()
        assert [one for one in (*wanted, BY_MODEL) if one not in body] == []
        assert ("our tutor" in body) == (wanted is TO_ANA)


def test_over_the_api(session, readers):
    for reader, wanted in readers:
        client = APIClient()
        client.force_authenticate(reader)
        body = client.get(f"/api/transcripts/{session.pk}").json()
        told = body["analysis"]["areasForImprovement"], body["analysis"]["studentStrengths"]
        assert told == ([*wanted[:2], BY_MODEL], wanted[2:])
        proofs = body["proofs"]["studentStrengths"]
        assert proofs[0] == {"quote": "Fui al mercado", "speaker": "Ana", "start": 0.0}
        assert len(proofs) == len(told[1])


def test_on_the_tutors_page_of_the_learner(client, session, tessa, ana):
    client.force_login(tessa)
    body = client.get(f"/tutor/students/{ana.pk}").content.decode()
    assert TO_TESSA[0] in body
    assert "Your tutor" not in body


def test_in_what_a_tutor_is_handed(session):
    assert packet._session(session)["to_improve"] == [*TO_CLEO[:2], BY_MODEL]


def test_what_was_found_before_is_told_as_it_was_kept(client, ana, tessa):
    old = read_through(ana, tutor=tessa)
    assert "says" not in str(old.analysis)
    client.force_login(tessa)
    assert "You told it clearly" in client.get(f"/tutoring/{old.pk}").content.decode()


@pytest.mark.parametrize("native", TAUGHT)
@pytest.mark.parametrize("what", ["recast", "little", "praise", "overcome", "long", "words"])
def test_every_language_has_the_words(what, native):
    own = say(what, native=native, **WORDS)
    told = {
        one: say_to(one, what, native=native, words=WORDS | {"student": "Ana"}) for one in Reader
    }
    assert told[Reader.STUDENT] == own
    texts = [one.replace(WORDS["quote"], "") for one in told.values()]
    assert not any("{" in one for one in texts)
    if what in ("recast", "praise"):
        assert len(set(texts)) == 3
