from datetime import UTC, date, datetime

import pytest

from accounts.errors import InvalidFields
from accounts.models import AuditEntry, LearnerLanguage
from accounts.selectors import current_language, local_day
from accounts.services import complete_onboarding, override_level, set_level
from accounts.templatetags.levels import sure
from accounts.tests.factories import LearnerLanguageFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Source = LearnerLanguage.Source


def state(user, **more):
    return set_level(user=user, language="es", now=NOW, **more)


def test_first_level_makes_the_language(ana):
    row = state(ana, level="B1", source=Source.PLACEMENT, probability=0.9, low="A2", high="B1")
    assert row == current_language(ana)
    row.refresh_from_db()
    assert (row.level, row.level_source, row.level_set_at) == ("B1", Source.PLACEMENT, NOW)
    assert (row.level_probability, row.level_low, row.level_high) == (0.9, "A2", "B1")


def test_new_language_comes_last(ana):
    LearnerLanguageFactory(user=ana, language="fr", position=3)
    assert state(ana, level="A1", source=Source.SELF).position == 4
    assert current_language(ana).language == "fr"


@pytest.mark.parametrize(
    ("stored", "said", "wins"),
    [
        ("", Source.SELF, True),
        (Source.SELF, Source.SELF, True),
        (Source.SELF, Source.PLACEMENT, True),
        (Source.PLACEMENT, Source.SELF, False),
        (Source.PLACEMENT, Source.PLACEMENT, True),
        (Source.PLACEMENT, Source.OVERRIDE, True),
        (Source.OVERRIDE, Source.SELF, False),
        (Source.OVERRIDE, Source.PLACEMENT, False),
        (Source.OVERRIDE, Source.OVERRIDE, True),
    ],
)
def test_who_outranks_whom(ana, stored, said, wins):
    LearnerLanguageFactory(user=ana, level="B1" if stored else "", level_source=stored)
    row = state(ana, level="C1", source=said)
    row.refresh_from_db()
    assert (row.level == "C1") is wins


def test_own_estimate_carries_no_probability(ana):
    LearnerLanguageFactory(user=ana, level_source=Source.SELF)
    row = state(ana, level="A2", source=Source.SELF)
    assert (row.level_probability, row.level_low, row.level_high) == (None, "", "")


@pytest.mark.parametrize(("language", "level"), [("pt", "A1"), ("es", "Z1"), ("es", "")])
def test_bad_input(ana, language, level):
    with pytest.raises(InvalidFields):
        set_level(user=ana, language=language, level=level, source=Source.SELF, now=NOW)
    assert not LearnerLanguage.objects.exists()


def test_override_is_audited(ana, tessa):
    row = LearnerLanguageFactory(user=ana)
    override_level(row=row, level="A2", by=tessa, now=NOW)
    row.refresh_from_db()
    assert (row.level, row.level_source) == ("A2", Source.OVERRIDE)
    entry = AuditEntry.objects.get(action="level.overridden")
    assert (entry.actor, entry.subject) == (tessa, ana)
    assert entry.detail == {"language": "es", "from": "B1", "to": "A2"}


def test_visible_to(ana, ben, cleo):
    row = LearnerLanguageFactory(user=ana)
    assert list(LearnerLanguage.objects.visible_to(ana)) == [row]
    assert list(LearnerLanguage.objects.visible_to(ben)) == []
    assert list(LearnerLanguage.objects.visible_to(cleo)) == [row]


def test_days_are_the_learners_own():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert local_day(UserFactory(timezone="UTC"), late) == date(2026, 3, 1)
    assert local_day(UserFactory(timezone="Europe/Madrid"), late) == date(2026, 3, 2)
    assert local_day(UserFactory(timezone="America/Lima"), late) == date(2026, 3, 1)


class TestOnboarding:
    def answer(self, user, **more):
        answers = {"native_language": "en", "language": "es"} | more
        return complete_onboarding(user=user, **answers)

    def test_takes_the_answers(self, ana):
        row = self.answer(
            ana,
            self_level="A2",
            motivation="a year in Valencia",
            interests=["cooking"],
            daily_minutes=20,
            timezone="Europe/Madrid",
        )
        assert (row.language, row.level, row.level_source) == ("es", "A2", Source.SELF)
        ana.refresh_from_db()
        assert ana.timezone == "Europe/Madrid"
        assert ana.profile.interests == ["cooking"]
        assert ana.profile.daily_minutes == 20
        assert ana.profile.onboarded_at is not None

    def test_place_me_leaves_the_level_open(self, ana):
        assert self.answer(ana).level == ""

    def test_another_language_becomes_the_current_one(self, ana):
        LearnerLanguageFactory(user=ana, language="es")
        self.answer(ana, language="fr")
        assert current_language(ana).language == "fr"
        assert ana.languages.get(language="es").level == "B1"

    def test_again_keeps_a_measured_level(self, ana):
        LearnerLanguageFactory(user=ana, language="es")
        assert self.answer(ana, self_level="C1").level == "B1"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("native_language", "es"),
            ("native_language", "xx"),
            ("language", "pt"),
            ("timezone", "Mars/Olympus"),
            ("daily_minutes", 1),
            ("motivation", "m" * 281),
            ("interests", ["x" * 61]),
            ("self_level", "D1"),
        ],
    )
    def test_bad_input_changes_nothing(self, ana, field, value):
        with pytest.raises(InvalidFields):
            self.answer(ana, **{field: value})
        assert not LearnerLanguage.objects.exists()


@pytest.mark.parametrize(
    ("probability", "told"),
    [(None, ""), (0.4, "40 %"), (0.994, "99 %"), (0.9951, "over 99 %"), (1.0, "over 99 %")],
)
def test_no_level_is_told_as_certain(probability, told):
    assert sure(probability) == told
