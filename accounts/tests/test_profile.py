from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import LearnerLanguage, LearnerProfile, User
from accounts.selectors import learner_profile
from accounts.services import update_profile
from accounts.tests.factories import LearnerLanguageFactory

pytestmark = pytest.mark.django_db
URL = "/api/user/profile"
Source = LearnerLanguage.Source


def levels(user):
    rows = LearnerLanguage.objects.filter(user=user)
    return {row.language: (row.level, row.level_source) for row in rows}


def test_of_a_newcomer(signed_in, ana):
    body = signed_in.get(URL).json()
    assert body["email"] == ana.email
    assert body["targetLanguages"] == []
    assert body["proficiencyLevels"] == {}
    assert body["dailyMinutes"] == 15
    assert body["completeness"] == 12


def test_levels_come_from_the_languages(signed_in, ana):
    LearnerLanguageFactory(user=ana, language="es", position=1)
    LearnerLanguageFactory(user=ana, language="fr", position=0, level="", level_source="")
    body = signed_in.get(URL).json()
    assert body["targetLanguages"] == ["fr", "es"]
    assert body["proficiencyLevels"] == {"es": "B1"}
    spanish = body["languages"][1]
    assert spanish["levelSource"] == "placement"
    assert spanish["levelProbability"] == 0.86
    assert (spanish["levelLow"], spanish["levelHigh"]) == ("A2", "B2")


def test_changes_what_is_sent_and_nothing_else(signed_in, ana):
    LearnerProfile.objects.create(user=ana, motivation="a year in Valencia")
    answer = signed_in.put(
        URL,
        {
            "name": "  Ana   Torres Vega ",
            "timezone": "Europe/Madrid",
            "interests": ["cooking", "football"],
            "dailyMinutes": 30,
            "grade": 11,
            "learningPreferences": {"showCorrections": "all", "pace": 2},
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["name"] == "Ana Torres Vega"
    assert body["interests"] == ["cooking", "football"]
    assert body["learningPreferences"] == {"showCorrections": "all", "pace": 2}
    assert body["motivation"] == "a year in Valencia"
    assert body == signed_in.get(URL).json()


def test_languages_in_order_of_preference(signed_in, ana):
    LearnerLanguageFactory(user=ana, language="es", level="", level_source="")
    body = signed_in.put(URL, {"targetLanguages": ["de", "es"]}).json()
    assert body["targetLanguages"] == ["de", "es"]
    body = signed_in.put(URL, {"targetLanguages": ["es"]}).json()
    assert body["targetLanguages"] == ["es"]


def test_own_estimate(signed_in, ana):
    change = {"targetLanguages": ["fr"], "proficiencyLevels": {"fr": "A2"}}
    assert signed_in.put(URL, change).json()["proficiencyLevels"] == {"fr": "A2"}
    assert levels(ana) == {"fr": ("A2", Source.SELF)}
    signed_in.put(URL, {"proficiencyLevels": {"fr": "B1"}})
    assert levels(ana) == {"fr": ("B1", Source.SELF)}


@pytest.mark.parametrize("source", [Source.PLACEMENT, Source.OVERRIDE])
def test_own_estimate_does_not_replace_a_measured_level(signed_in, ana, source):
    LearnerLanguageFactory(user=ana, level_source=source)
    answer = signed_in.put(URL, {"proficiencyLevels": {"es": "C2"}})
    assert answer.status_code == 200
    assert answer.json()["proficiencyLevels"] == {"es": "B1"}
    assert levels(ana) == {"es": ("B1", source)}
    row = LearnerLanguage.objects.get()
    assert row.level_probability == 0.86
    assert row.level_set_at == datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("source", [Source.PLACEMENT, Source.OVERRIDE])
def test_measured_level_does_not_go_by_dropping_the_language(signed_in, ana, source):
    LearnerLanguageFactory(user=ana, level_source=source)
    answer = signed_in.put(URL, {"targetLanguages": ["fr"]})
    assert answer.status_code == 400
    assert "targetLanguages" in answer.json()["details"]
    assert levels(ana) == {"es": ("B1", source)}


def test_all_or_nothing(signed_in, ana):
    LearnerLanguageFactory(user=ana)
    signed_in.put(URL, {"name": "Somebody Else", "targetLanguages": ["fr"]})
    ana.refresh_from_db()
    assert ana.name == "Ana Torres"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("nativeLanguage", "xx"),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("targetLanguages", "es"),
        ("targetLanguages", ["es", "es"]),
        ("targetLanguages", ["en"]),
        ("targetLanguages", [None]),
        ("proficiencyLevels", ["es"]),
        ("proficiencyLevels", {"fr": "A1"}),
        ("proficiencyLevels", {"es": "Z9"}),
        ("interests", ["x" * 61]),
        ("interests", ["x"] * 21),
        ("interests", "cooking"),
        ("dailyMinutes", 4),
        ("dailyMinutes", 241),
        ("dailyMinutes", "many"),
        ("grade", 0),
        ("motivation", "m" * 281),
        ("learningStyle", "s" * 51),
        ("learningPreferences", ["not", "an", "object"]),
        ("learningPreferences", {"big": "x" * 9000}),
    ],
)
def test_bad_input(signed_in, ana, field, value):
    LearnerLanguageFactory(user=ana, level="", level_source="")
    answer = signed_in.put(URL, {field: value})
    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert levels(ana) == {"es": ("", "")}


def test_powers_in_the_body_are_ignored(signed_in, ana):
    signed_in.put(
        URL,
        {
            "role": "admin",
            "isStaff": True,
            "isSuperuser": True,
            "plan": "enterprise",
            "email": "mallory@example.org",
            "onboardedAt": "2020-01-01T00:00:00Z",
        },
    )
    ana.refresh_from_db()
    assert (ana.role, ana.plan, ana.email) == ("student", "free", "ana@example.org")
    assert not ana.is_staff
    assert not ana.is_superuser
    assert ana.profile.onboarded_at is None


def test_anonymous(api):
    assert api.get(URL).status_code == 401
    assert api.put(URL, {}).status_code == 401


def test_wrong_method(signed_in):
    assert signed_in.delete(URL).status_code == 405


def test_queries_do_not_grow_with_the_languages(signed_in, ana, django_assert_num_queries):
    LearnerProfile.objects.create(user=ana)
    LearnerLanguageFactory(user=ana, language="es")
    with django_assert_num_queries(3):
        signed_in.get(URL)
    for position, language in enumerate(("fr", "de"), 1):
        LearnerLanguageFactory(user=ana, language=language, position=position)
    with django_assert_num_queries(3):
        signed_in.get(URL)


def test_a_task_that_read_the_user_long_ago_takes_nothing_back(ana):
    read_before = User.objects.get(pk=ana.pk)
    update_profile(user=ana, changes={"name": "Ana Vega", "timezone": "Europe/Madrid"})
    update_profile(user=read_before, changes={"interests": ["cooking"]})
    ana.refresh_from_db()
    assert (ana.name, ana.timezone) == ("Ana Vega", "Europe/Madrid")
    assert learner_profile(ana).interests == ["cooking"]


@pytest.mark.parametrize("held", ['"\\u0000"', '"\\ud800"', "1e999"])
def test_what_cannot_be_kept_is_refused(ana, held):
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(ana)
    body = f'{{"learningPreferences": {{"a": {held}}}}}'
    answer = client.put(URL, body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["learningPreferences"])
