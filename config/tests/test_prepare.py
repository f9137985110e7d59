"""What prepares a database brings starter content in when it is not there, and only then."""

import pytest
from django.core.management import call_command

from assessments.models import Item
from config.management.commands.prepare import LOADS
from learning.concepts.services import ConceptChange
from learning.loads import services
from learning.management.commands import load_concepts
from learning.models import Concept, ContentItem, Load
from practice.vocabulary.models import VocabularyItem

pytestmark = pytest.mark.django_db


def load_all(**options):
    for name in LOADS:
        call_command(name, verbosity=0, **options)


class TestTheCommands:
    @pytest.fixture
    def loaded(self, monkeypatch):
        # The frequent words are tens of thousands.
        monkeypatch.setattr(load_concepts, "stock_lemmas", lambda **_: ConceptChange())
        load_all()

    def test_nothing_is_loaded_twice(self, loaded):
        Item.objects.update(prompt="as somebody put it")
        before = dict(Load.objects.values_list("name", "loaded_at"))
        assert before.keys() == {"concepts", "content", "items", "vocabulary"}
        load_all(if_changed=True)
        assert dict(Load.objects.values_list("name", "loaded_at")) == before
        assert not Item.objects.exclude(prompt="as somebody put it").exists()

    def test_what_changed_is_loaded(self, loaded, monkeypatch):
        Item.objects.update(prompt="of last week")
        monkeypatch.setattr(services, "_digest_here", lambda: "another")
        load_all(if_changed=True)
        assert not Item.objects.filter(prompt="of last week").exists()

    def test_rows_that_are_gone_come_back(self, loaded):
        models = (Concept, ContentItem, Item, VocabularyItem)
        counts = [model.objects.count() for model in models]
        for model in reversed(models):
            model.objects.all().delete()
        load_all(if_changed=True)
        assert [model.objects.count() for model in models] == counts

    def test_by_itself_a_command_always_loads(self, loaded):
        Item.objects.update(prompt="written over")
        call_command("load_items", "--check", verbosity=0)
        assert Item.objects.filter(prompt="written over").exists()
        assert Load.objects.filter(name="items").exists()
        call_command("load_items", "es", verbosity=0)
        assert not Item.objects.filter(prompt="written over", language="es").exists()
        # What is half there is to be loaded again.
        assert not Load.objects.filter(name="items").exists()
        call_command("load_concepts", "--no-words", verbosity=0)
        assert not Load.objects.exists()
