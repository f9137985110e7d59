"""Exercises by a model: validated, asked for once more, or dropped; and without it all goes on."""

import json

import pytest
from django.utils import timezone

from ai import breakers, factory
from ai.providers.scripted import SCRIPT
from practice.models import PracticeSet
from practice.sets.making import model
from practice.sets.services import make_set
from practice.tests import sets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def script(settings, monkeypatch):
    settings.AI_CHAIN = ["scripted"]
    breakers.reset()
    factory._built.clear()
    SCRIPT.reset()

    monkeypatch.setattr("ai.usage.record", lambda entry: None)
    yield SCRIPT
    SCRIPT.reset()


def exercise(**more):
    fields = {
        "about": 1,
        "type": "cloze",
        "prompt": "",
        "passage": "La casa ___ en la calle.",
        "cue": "The house is in the street.",
        "options": [],
        "answers": ["está"],
        "explanation": "Where things are takes that verb.",
        "hints": ["Think of places.", "It is está.", "A similar one: “Madrid está allí”."],
        "difficulty": 3,
    }
    return fields | more


def said(*exercises):
    return json.dumps({"exercises": list(exercises)})


def bad(**more):
    return exercise(type="multiple_choice", options=["está", "es"], answers=["son"], **more)


@pytest.fixture
def made():
    ana = sets.learner("Ana Torres")
    concept = sets.point()
    return PracticeSet.objects.create(
        learner=ana, language="es", context={"concepts": [str(concept.pk)]}
    )


def by_model(made):
    return made.questions.filter(passage__startswith="La casa")


def test_sound_exercises_stand_beside_the_authored_ones(made, script):
    script.say(said(exercise()))
    make_set(set_id=made.pk, now=timezone.now())
    made.refresh_from_db()
    assert made.generator == "practice_exercises.v1"
    written = by_model(made).get()
    assert written.concept.slug == "ser-estar"
    assert written.hints == ["Think of places."]
    assert made.questions.count() > 1


def test_the_bad_ones_are_asked_for_once_more_then_dropped(made, script):
    script.say(said(exercise(), bad(passage="Tú ___ aquí.")))
    script.say(said(bad(passage="Tú ___ allí.")))
    make_set(set_id=made.pk, now=timezone.now())
    assert by_model(made).count() == 1
    assert not made.questions.filter(passage__startswith="Tú").exists()
    assert len(script.requests) == 2
    assert "not exactly one option is right" in script.requests[1].instructions


def test_the_same_again_is_no_second_exercise(made, script):
    script.say(said(exercise(), exercise()))
    script.say(said(exercise()))
    make_set(set_id=made.pk, now=timezone.now())
    assert by_model(made).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"passage": "La casa de Ana ___ en la calle."},
        {"passage": "La casa está en la calle."},
        {"passage": "La casa ___ consuetudinariamente vilipendiada por jurisconsultos."},
    ],
)
def test_what_names_the_learner_has_no_gap_or_is_too_hard(made, script, wrong):
    script.say(said(exercise(**wrong)))
    script.say(said(exercise(**wrong)))
    make_set(set_id=made.pk, now=timezone.now())
    assert by_model(made).count() == 0
    made.refresh_from_db()
    assert (made.status, made.generator) == ("ready", "builtin")


def test_a_provider_that_fails_leaves_what_is_built_in(made, script):
    script.fail("server_error", times=12)
    make_set(set_id=made.pk, now=timezone.now())
    made.refresh_from_db()
    assert (made.status, made.generator) == ("ready", "builtin")
    assert made.questions.exists()


def test_what_fails_the_second_time_keeps_the_first(made, script):
    script.say(said(exercise(), bad()))
    script.fail("server_error", times=12)
    make_set(set_id=made.pk, now=timezone.now())
    assert by_model(made).count() == 1


def test_names_stay_here_and_material_out_of_the_instructions(script):
    ana = sets.learner("Ana Torres")
    sets.open_error(ana, "Me llamo Ana Torres y soy cansado", "Me llamo Ana Torres y estoy cansado")
    made = PracticeSet.objects.create(learner=ana, language="es")
    script.say(said())
    make_set(set_id=made.pk, now=timezone.now())
    asked = script.requests[0]
    assert "Torres" not in asked.messages[0].content
    assert "cansado" in asked.messages[0].content
    assert "cansado" not in asked.instructions


def test_only_a_model_can_write(settings):
    assert model.available()
    settings.AI_CHAIN = ["builtin"]
    assert not model.available()
