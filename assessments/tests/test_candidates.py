import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from assessments.bank.files import read_bank
from assessments.engine import MOST_SHOWN
from assessments.models import Item
from assessments.services import load_bank
from assessments.services.candidates import FEWEST_TESTS, candidates, recent_shares
from assessments.tests.crowd import make_tests
from assessments.tests.factories import ItemFactory, make_assessment, make_bank, writing_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank():
    return make_bank(each=2)


def slugs_kept(language="es"):
    return {str(item.id) for item in candidates(language).items}


def queries_of(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


class TestKeeping:
    def test_reads_the_items_once(self, bank):
        first = candidates("es")

        assert queries_of(lambda: candidates("es")) == 1
        assert candidates("es") is first

    def test_an_item_more_is_seen_at_once(self, bank):
        candidates("es")
        added = ItemFactory()

        assert str(added.pk) in slugs_kept()

    def test_a_retired_item_is_gone_at_once(self, bank):
        candidates("es")
        Item.objects.filter(pk=bank[0].pk).update(state=Item.State.RETIRED)

        assert str(bank[0].pk) not in slugs_kept()

    def test_new_parameters_are_seen_at_once(self, bank):
        candidates("es")
        bank[0].difficulty = 4.4
        Item.objects.bulk_update([bank[0]], ["difficulty"])
        found = candidates("es")

        assert found.items[found.place[bank[0].pk]].difficulty == 4.4

    def test_a_load_of_the_bank_is_seen_at_once(self):
        source = read_bank("es")[:3]
        load_bank(language="es", items=source)
        assert len(candidates("es").items) == 3
        load_bank(language="es", items=source[:2])

        assert len(candidates("es").items) == 2

    def test_asking_does_not_make_processes_read_anew(self, bank):
        first = candidates("es")
        make_assessment(answers=4)

        assert candidates("es") is first

    def test_after_some_minutes_it_is_read_anew_all_the_same(self, bank, monkeypatch):
        first = candidates("es")
        monkeypatch.setattr("assessments.services.candidates.KEPT_FOR", -1.0)

        assert candidates("es") is not first

    def test_languages_are_apart(self, bank):
        make_bank(each=1, language="fr")

        assert not slugs_kept("es") & slugs_kept("fr")
        assert candidates("de").items == []

    def test_free_texts_are_not_among_them(self, bank):
        text = writing_item()

        assert str(text.pk) not in slugs_kept()


class TestMasks:
    def test_by_topic_skill_and_type(self, bank):
        found = candidates("es")

        assert found.about(["GRAMMAR-1"]).sum() == 5
        assert found.about(["reading", "grammar-1"]).sum() == 15
        assert found.about(["nothing"]).sum() == 0
        assert found.of_types(["multiple_choice"]).all()
        assert not found.of_types(["translation"]).any()

    def test_items_that_are_gone_have_no_place(self, bank):
        found = candidates("es")

        assert found.those([bank[0].pk, UserFactory().pk]) == [found.place[bank[0].pk]]


class TestShares:
    def test_says_nothing_before_there_are_enough_tests(self, bank):
        make_tests(bank, count=FEWEST_TESTS - 1, each=3)

        assert recent_shares("es") == {}
        assert (candidates("es").sparing == 1).all()

    def test_an_item_of_every_test_loses_its_worth(self, bank):
        make_tests(bank[:1], count=FEWEST_TESTS, each=1)
        found = candidates("es")

        assert recent_shares("es") == {bank[0].pk: 1.0}
        assert found.sparing[found.place[bank[0].pk]] < 0.01
        assert (np.delete(found.sparing, found.place[bank[0].pk]) == 1).all()

    def test_only_the_latest_tests_count(self, bank, monkeypatch):
        monkeypatch.setattr("assessments.services.candidates.RECENT_TESTS", 100)
        make_tests(bank[:1], count=50, each=1)
        make_tests(bank[1:2], count=100, each=1)

        assert recent_shares("es") == {bank[1].pk: 1.0}

    def test_a_worn_item_is_not_asked_while_others_are_as_good(self):
        bank = make_bank(each=8)
        worn = [item for item in bank if item.level in ("A2", "B1")][::2]
        make_tests(worn, count=120, each=len(worn))
        assert min(recent_shares("es").values()) > MOST_SHOWN
        asked = set()
        for _ in range(6):
            assessment = make_assessment(answers=1)
            asked |= set(assessment.responses.values_list("item_id", flat=True))

        assert asked
        assert not asked & {item.pk for item in worn}

    def test_costs_two_queries_whatever_the_record(self, bank):
        make_tests(bank, count=110, each=2)
        few = queries_of(lambda: recent_shares("es"))
        make_tests(bank, count=300, each=5)

        assert queries_of(lambda: recent_shares("es")) == few == 2


def test_stamps_move_with_every_change_but_counting():
    item = ItemFactory()
    before = item.updated_at
    Item.objects.filter(pk=item.pk).update(exposures=5)
    item.refresh_from_db()
    assert item.updated_at == before

    Item.objects.filter(pk=item.pk).update(difficulty=1.0)
    item.refresh_from_db()
    assert before < item.updated_at <= timezone.now()
