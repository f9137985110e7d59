"""Those that come with Parlance, and what a reply is told of a companion."""

import pytest

from ai.moderation import check
from config.ids import new_id
from config.languages import TAUGHT
from learning.companions import persona as kept
from learning.companions.selectors import persona
from learning.companions.services import (
    change_companion,
    delete_companion,
    load_companions,
    set_shown,
)
from learning.companions.starters import starters
from learning.models import Companion
from learning.tests.factories import CompanionFactory

pytestmark = pytest.mark.django_db


class TestLoading:
    def test_makes_some_of_every_language(self):
        new, changed = load_companions()

        assert new >= 4 * len(TAUGHT)
        assert changed == 0
        made = Companion.objects.filter(author=None)
        assert set(made.values_list("language", flat=True)) == set(TAUGHT)

    def test_a_second_load_changes_nothing(self):
        load_companions()
        before = list(Companion.objects.order_by("pk").values("pk", "updated_at"))

        assert load_companions() == (0, 0)
        assert list(Companion.objects.order_by("pk").values("pk", "updated_at")) == before

    def test_takes_what_the_file_says_now_and_leaves_hidden_what_is(self):
        load_companions()
        first = Companion.objects.order_by("pk").first()
        Companion.objects.filter(pk=first.pk).update(topic="old")
        set_shown(companions=[first], shown=False)

        assert load_companions() == (0, 1)
        again = Companion.objects.get(pk=first.pk)
        assert again.topic == first.topic
        assert not again.is_active

    def test_what_they_say_is_fit(self):
        for one in starters():
            told = f"{one['name']} {one['topic']} {one['instructions']}"
            assert not check(told, language=one["language"]).findings, one["slug"]


class TestPersona:
    def test_tells_who_a_companion_is(self):
        companion = CompanionFactory()

        told = persona(companion.pk)

        assert (told.id, told.name, told.style) == (companion.pk, "Mi abuela", "warm")
        assert (told.subject, told.topic) == ("language", "recetas de familia")
        assert told.instructions == "She cooks for twelve every Sunday."

    def test_is_nobody_without_one_or_when_it_is_gone(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert persona(None) is None
        assert persona(new_id()) is None

    def test_is_kept(self, django_assert_num_queries):
        companion = CompanionFactory()
        persona(companion.pk)

        with django_assert_num_queries(0):
            assert persona(companion.pk).name == "Mi abuela"

    def test_is_asked_anew_after_a_minute(self, monkeypatch):
        companion, now = CompanionFactory(), 1_000.0
        monkeypatch.setattr(kept.time, "monotonic", lambda: now)
        persona(companion.pk)
        Companion.objects.filter(pk=companion.pk).update(name="Otra")

        now += kept.KEPT_SECONDS - 1
        assert persona(companion.pk).name == "Mi abuela"
        now += 1
        assert persona(companion.pk).name == "Otra"

    def test_a_change_is_seen_at_once(self, django_capture_on_commit_callbacks):
        companion = CompanionFactory()
        key = companion.pk
        persona(key)

        with django_capture_on_commit_callbacks(execute=True):
            change_companion(companion=companion, fields={"name": "Mi tía"})
        assert persona(key).name == "Mi tía"

        with django_capture_on_commit_callbacks(execute=True):
            delete_companion(companion=companion)
        assert persona(key) is None

    def test_does_not_keep_without_end(self, monkeypatch):
        monkeypatch.setattr(kept, "MOST_KEPT", 3)
        for _ in range(10):
            persona(new_id())
        assert len(kept._kept) <= 4
