from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.bank.parameters import starting_parameters
from assessments.calibration.answers import read_record
from assessments.calibration.nightly import authored_values, calibrate_language
from assessments.calibration.steps import FEWEST_ANSWERS
from assessments.engine import Given
from assessments.models import Item, ItemCalibration, Response
from assessments.tasks import calibrate_items_task, calibrate_language_task
from assessments.tests.crowd import make_tests, parameters
from assessments.tests.factories import ItemFactory, make_bank, writing_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank():
    return make_bank(each=1)


def harder(items, *, by=0.6):
    real = parameters(items)
    return replace(real, difficulty=real.difficulty + by * (-1.0) ** np.arange(len(items)))


def calibrate(language="es"):
    return calibrate_language(language=language, now=timezone.now())


def night_passes():
    ItemCalibration.objects.update(created_at=timezone.now() - timedelta(days=1))


def difficulties():
    return np.array(list(Item.objects.order_by("slug").values_list("difficulty", flat=True)))


class TestReading:
    def test_gives_each_answer_with_its_test(self, bank):
        make_tests(bank, count=30, each=5)
        record = read_record("es", {item.pk: index for index, item in enumerate(bank)})

        assert len(record) == 150
        assert len(record.starts) == 30
        right = Response.objects.filter(correct=True).count()
        assert (record.given == Given.RIGHT).sum() == right
        unsure = Response.objects.filter(dont_know=True).count()
        assert (record.given == Given.DONT_KNOW).sum() == unsure

    def test_leaves_out_what_is_no_answer_to_the_item(self, bank):
        text = writing_item()
        make_tests([*bank, text], count=30, each=16)
        Response.objects.filter(item=bank[0]).update(read=True)
        Response.objects.filter(item=bank[1]).update(correct=None)
        Response.objects.filter(item=bank[2]).delete()
        items = [*bank, text]
        record = read_record("es", {item.pk: index for index, item in enumerate(items)})

        assert not set(record.item.tolist()) & {0, 1, 2, len(bank)}

    def test_tests_that_began_alike_form_a_group(self, bank):
        tests = make_tests(bank, count=6, each=3)
        for test, mean in zip(tests, (2.1, 2.15, 2.1, -1.4, None, None), strict=True):
            if mean is not None:
                test.learning_session.metadata = {"prior": {"mean": mean, "spread": 1.4}}
                test.learning_session.save()
        record = read_record("es", {item.pk: index for index, item in enumerate(bank)})

        assert len(record.priors) == 3
        assert sorted(np.bincount(record.group).tolist()) == [1, 2, 3]

    def test_takes_as_many_queries_for_many_answers_as_for_few(self, bank):
        places = {item.pk: index for index, item in enumerate(bank)}

        def cost():
            with CaptureQueriesContext(connection) as queries:
                read_record("es", places)
            return len(queries)

        make_tests(bank, count=2, each=3)
        few = cost()
        make_tests(bank, count=100, each=9)
        assert cost() == few


class TestCalibrating:
    def test_moves_items_towards_what_the_answers_say(self, bank):
        real = harder(bank)
        make_tests(bank, count=150, each=12, real=real)
        before = np.abs(difficulties() - _sorted(bank, real)).mean()

        summary = calibrate()

        assert summary.answers == 1800
        assert summary.applied > len(bank) / 2
        assert np.abs(difficulties() - _sorted(bank, real)).mean() < 0.75 * before
        moved = ItemCalibration.objects.filter(applied=True).select_related("item")
        for row in moved:
            assert row.item.calibrated_at
            assert (row.item.difficulty, row.item.discrimination) == (
                row.difficulty,
                row.discrimination,
            )
            assert abs(row.difficulty - row.difficulty_before) <= 0.3501

    def test_needs_enough_answers(self, bank):
        make_tests(bank, count=FEWEST_ANSWERS - 1, each=len(bank), real=harder(bank))
        before = difficulties()

        assert calibrate().applied == 0
        assert np.array_equal(difficulties(), before)
        assert not ItemCalibration.objects.exists()
        assert all("too_few" in flags for flags in Item.objects.values_list("flags", flat=True))

    def test_a_run_repeated_the_same_night_writes_nothing(self, bank):
        make_tests(bank, count=120, each=10, real=harder(bank))
        calibrate()
        rows, values = ItemCalibration.objects.count(), difficulties()

        assert calibrate().applied == 0
        assert ItemCalibration.objects.count() == rows
        assert np.array_equal(difficulties(), values)

    def test_night_after_night_it_comes_to_rest(self, bank):
        make_tests(bank, count=120, each=10, real=harder(bank, by=1.2))
        applied = []
        for _ in range(6):
            applied.append(calibrate().applied)
            night_passes()

        assert applied[0] > applied[-1] == 0

    def test_flags_an_item_blind_to_ability(self, bank):
        real = parameters(bank)
        spoilt = replace(
            real,
            discrimination=np.where(np.arange(len(bank)) == 4, 0.0, real.discrimination),
            difficulty=np.where(np.arange(len(bank)) == 4, 0.0, real.difficulty),
        )
        make_tests(bank, count=200, each=10, real=spoilt)
        calibrate()

        bank[4].refresh_from_db()
        assert "misfit" in bank[4].flags
        assert ItemCalibration.objects.get(item=bank[4]).misfit > 1.4
        flagged = [item for item in Item.objects.all() if "misfit" in item.flags]
        assert len(flagged) <= 3

    def test_flags_an_item_that_comes_up_in_too_many_tests(self, bank):
        make_tests(bank, count=110, each=1)
        make_tests(bank[:1], count=60, each=1)
        calibrate()

        flags = dict(Item.objects.values_list("slug", "flags"))
        assert "over_exposed" in flags[bank[0].slug]
        assert sum("over_exposed" in names for names in flags.values()) == 1

    def test_keeps_flags_that_people_set_and_takes_back_its_own(self, bank):
        Item.objects.filter(pk=bank[0].pk).update(flags=["disputed", "misfit", "too_few"])
        make_tests(bank, count=FEWEST_ANSWERS + 10, each=len(bank))
        calibrate()

        bank[0].refresh_from_db()
        assert "disputed" in bank[0].flags
        assert "too_few" not in bank[0].flags

    def test_leaves_an_item_alone_that_somebody_changed_meanwhile(self, bank, monkeypatch):
        make_tests(bank, count=120, each=10, real=harder(bank))

        def edited_meanwhile(language, places):
            Item.objects.filter(pk=bank[0].pk).update(
                difficulty=4.2, updated_at=timezone.now() + timedelta(seconds=1)
            )
            return read_record(language, places)

        monkeypatch.setattr("assessments.calibration.nightly.read_record", edited_meanwhile)
        calibrate()

        bank[0].refresh_from_db()
        assert bank[0].difficulty == 4.2
        assert not ItemCalibration.objects.filter(item=bank[0]).exists()

    def test_other_languages_are_not_touched(self, bank):
        make_bank(each=1, language="fr")
        make_tests(bank, count=80, each=10, real=harder(bank))
        calibrate()

        assert not Item.objects.filter(language="fr").exclude(calibrated_at=None).exists()

    def test_the_authors_values_stay_the_anchor(self, bank):
        """A calibrated item of the files is drawn to what its author stated, not to itself."""
        own = ItemFactory(slug="own-item", discrimination=1.1, difficulty=0.4, guessing=0.2)
        Item.objects.update(difficulty=4.0)
        _history(own, before=0.4)
        found = authored_values(list(Item.objects.filter(pk__in=[own.pk, bank[0].pk])))
        start = starting_parameters(
            slug=bank[0].slug, level=bank[0].level, skill=bank[0].skill, options=4
        )

        assert sorted(found.difficulty) == sorted([0.4, start.difficulty])


class TestTasks:
    def test_every_language_is_calibrated_on_its_own(self, bank, monkeypatch):
        make_bank(each=1, language="fr")
        asked = []
        monkeypatch.setattr(
            "assessments.tasks.calibrate_language_task.delay", lambda code: asked.append(code)
        )
        calibrate_items_task()

        assert asked == ["es", "fr"]

    def test_a_language_without_answers(self, bank):
        calibrate_language_task("es")

        assert not ItemCalibration.objects.exists()

    def test_is_scheduled_at_night(self):
        entry = settings.CELERY_BEAT_SCHEDULE["calibrate-items"]

        assert entry["task"] == calibrate_items_task.name


def _sorted(items, real):
    order = np.argsort([item.slug for item in items])
    return real.difficulty[order]


def _history(item, *, before):
    ItemCalibration.objects.create(
        id=uuid4(),
        item=item,
        responses=60,
        discrimination_before=1.1,
        difficulty_before=before,
        guessing_before=0.2,
        discrimination=1.0,
        difficulty=4.0,
        guessing=0.2,
        misfit=1.0,
        applied=True,
    )
