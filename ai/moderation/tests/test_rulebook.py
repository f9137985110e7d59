"""The data: every rule can be reached, and none is beyond what its letters can be."""

import re

import pytest

from ai.moderation.folding import Folded
from ai.moderation.rules import rulebook


def rules():
    book = rulebook()
    known = {rule.id: rule for found in book.by_cue.values() for rule in found}
    return [*known.values(), *book.without_spaces]


def test_every_language_has_rules_for_what_is_gravest():
    for language in ("en", "es", "fr", "de"):
        categories = {rule.category for rule in rules() if rule.id.startswith(f"{language}.")}
        assert {"violence", "hate_speech", "sexual_content", "self_harm"} <= categories


def test_a_cue_is_one_word_in_folded_letters():
    for cue in rulebook().by_cue:
        assert [word.text for word in Folded(cue).words()] == [cue]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_no_rule_matches_an_ordinary_text(rule):
    assert not rule.pattern.search("the train leaves at ten and we take it every day .")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_pattern_has_no_capital_or_accent_that_could_never_match(rule):
    letters = re.sub(r"\\[a-zA-Z]", "", rule.pattern.pattern)
    assert letters == letters.lower()
