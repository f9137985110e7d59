import pytest

from ai.moderation import Category
from ai.moderation.tests import measures
from ai.moderation.tests.measures import LABELLED, UNSEEN

LANGUAGES = {"en", "es", "fr", "de"}


def test_every_category_is_labelled_in_every_language():
    labelled = {(language, category) for language, _, category, _ in measures.found(LABELLED)}
    assert labelled == {(one, category.value) for one in LANGUAGES for category in Category}


def test_no_line_is_in_both_sets():
    texts = [
        {text for _, text in measures.harmless(name)} | {line[1] for line in measures.found(name)}
        for name in (LABELLED, UNSEEN)
    ]
    assert not texts[0] & texts[1]


def test_every_labelled_line_is_judged_as_labelled():
    assert measures.false_alarms(LABELLED) == []
    assert measures.missed(LABELLED) == []


@pytest.mark.parametrize("category", Category)
def test_lines_the_rules_were_not_made_from_are_mostly_found(category):
    precision, recall = measures.by_category(UNSEEN)[category]
    assert precision >= 0.95
    assert recall >= 0.8


def test_of_unseen_lines_nine_in_ten_are_judged_as_labelled():
    wrong = len(measures.missed(UNSEEN))
    assert wrong / len(measures.found(UNSEEN)) <= 0.1
