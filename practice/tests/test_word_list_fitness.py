"""Moderation of word lists that are made public."""

import pytest

from accounts.tests.factories import UserFactory
from ai.errors import ContentBlocked
from ai.models import ModerationFlag
from practice.vocabulary.models import VocabularyList
from practice.vocabulary.services import create_list, update_list

pytestmark = pytest.mark.django_db
PUBLIC = {"visibility": "public"}


@pytest.fixture
def words():
    return create_list(owner=UserFactory(), name="My words", language="es")


def test_an_ordinary_list_is_shared_without_a_trace(words):
    assert update_list(vocabulary_list=words, changes=PUBLIC).visibility == "public"
    assert not ModerationFlag.objects.exists()


def test_what_nobody_should_be_shown_stays_private(words):
    with pytest.raises(ContentBlocked):
        update_list(vocabulary_list=words, changes=PUBLIC | {"description": "Te voy a matar."})
    kept = VocabularyList.objects.get(pk=words.pk)
    assert (kept.visibility, kept.description) == ("private", "")
    flag = ModerationFlag.objects.get()
    assert (flag.user, flag.surface, flag.action) == (words.owner, "word list", "blocked")


def test_a_private_list_is_its_owners_affair(words):
    update_list(vocabulary_list=words, changes={"description": "Te voy a matar."})
    assert not ModerationFlag.objects.exists()


def test_what_is_doubtful_is_shared_and_queued_once(words):
    told = PUBLIC | {"description": "Eres un hijo de puta."}
    for _ in range(2):
        update_list(vocabulary_list=words, changes=told)
    flag = ModerationFlag.objects.get()
    assert (flag.source_id, flag.status) == (words.pk, "queued")


def test_a_list_that_is_public_from_the_start_is_looked_at_too():
    with pytest.raises(ContentBlocked):
        create_list(owner=UserFactory(), name="Te voy a matar.", language="es", **PUBLIC)
    assert not VocabularyList.objects.exists()
