"""What makes a bank sound. `problems` refuse it; `remarks` are for its author to judge."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean

from rapidfuzz import fuzz, process
from wordfreq import zipf_frequency
from wordfreq.tokens import tokenize

from assessments.bank.files import BankItem
from assessments.bank.item_rules import (
    GAP,
    SPOKEN_OR_READ,
    Topics,
    content_problems,
    normalised,
    slug_problems,
    topic_problems,
)
from assessments.engine import LEVELS
from learning.concepts.files import read_grammar, read_topics

FEWEST = {"grammar": 4, "vocabulary": 4, "reading": 4, "listening": 4, "writing": 2}
"""Items at each level, by skill."""
ITEMS_PER_LANGUAGE = 120
NEARLY_THE_SAME = 92
"""Out of 100: two prompts (gap filled by the key) above this are one item written twice."""
LONGEST_SHARE = 0.42
"""How often the key may be the longest option; chance is 0.25."""


@dataclass(slots=True)
class Verdict:
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.problems


def validate_bank(items: Sequence[BankItem], *, language: str, complete: bool = True) -> Verdict:
    """Every check; `complete` also asks for enough items at each level and skill."""
    verdict = Verdict()
    topics = topics_of(language)
    for item in items:
        found = [*item_problems(item, language), *topic_problems(item, topics)]
        verdict.problems += [f"{item.slug}: {text}" for text in found]
    verdict.problems += duplicates(items)
    verdict.problems += giveaways(items)
    if complete:
        verdict.problems += gaps_in_coverage(items)
    verdict.remarks += unknown_words(items, language)
    return verdict


def item_problems(item: BankItem, language: str) -> Iterator[str]:
    yield from slug_problems(item, language)
    yield from content_problems(item, language)


def topics_of(language: str) -> Topics:
    return Topics(
        grammar={point.slug: point.level for point in read_grammar(language)},
        others=frozenset(topic.slug for topic in read_topics()),
    )


def duplicates(items: Sequence[BankItem]) -> Iterator[str]:
    for slug, count in Counter(item.slug for item in items).items():
        if count > 1:
            yield f"{slug}: the slug is used {count} times"
    plain = [item for item in items if item.skill not in SPOKEN_OR_READ]
    yield from _near_pairs(plain, [filled(item) for item in plain], "says the same as")
    long = [item for item in items if item.skill in SPOKEN_OR_READ]
    asked = [normalised(f"{item.passage} {item.prompt}") for item in long]
    yield from _near_pairs(long, asked, "asks the same as")


def _near_pairs(items: Sequence[BankItem], texts: list[str], what: str) -> Iterator[str]:
    if not items:
        return
    scores = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME)
    for row, column in zip(*scores.nonzero(), strict=True):
        if row < column:
            yield f"{items[row].slug}: {what} {items[column].slug}"


def giveaways(items: Sequence[BankItem]) -> Iterator[str]:
    """Signs over the whole bank that would let a test-wise learner guess."""
    judged = [item for item in items if len(item.options) == 4 and item.answer in item.options]
    if len(judged) < 20:
        return
    # In a tie no option stands out, so only a key longer than every other one is counted.
    ahead = [len(item.answer) - _other_lengths(item)[-1] for item in judged]
    behind = [len(item.answer) - _other_lengths(item)[0] for item in judged]
    longest = mean(difference > 0 for difference in ahead)
    shortest = mean(difference < 0 for difference in behind)
    if longest > LONGEST_SHARE:
        yield f"the key is the longest option in {longest:.0%} of the items"
    if shortest > LONGEST_SHARE:
        yield f"the key is the shortest option in {shortest:.0%} of the items"


def _other_lengths(item: BankItem) -> list[int]:
    return sorted(len(option) for option in item.options if option != item.answer)


def gaps_in_coverage(items: Sequence[BankItem]) -> Iterator[str]:
    counts = Counter((item.level, item.skill) for item in items)
    if len(items) < ITEMS_PER_LANGUAGE:
        yield f"{len(items)} items instead of at least {ITEMS_PER_LANGUAGE}"
    for level in LEVELS:
        for skill, fewest in FEWEST.items():
            if counts[level, skill] < fewest:
                yield f"only {counts[level, skill]} {skill} items at {level}"


def unknown_words(items: Sequence[BankItem], language: str) -> Iterator[str]:
    """Words outside the frequency list, in what is not an option: a distractor may be no word."""
    for item in items:
        text = f"{_own_words(item)} {item.passage}"
        names = _names(text, language)
        words = {word for word in tokenize(text, language) if word.isalpha()} - names
        unknown = sorted(word for word in words if zipf_frequency(word, language) == 0)
        if unknown:
            yield f"{item.slug}: unknown words: {', '.join(unknown)}"


def _own_words(item: BankItem) -> str:
    """What of an item is in the language taught: not the sentence to be translated."""
    if item.type == "translation":
        return " ".join([item.answer, *item.accepted])
    if item.type == "conversation":
        return f"{item.prompt} {item.answer}"
    return filled(item, keep_case=True)


def _names(text: str, language: str) -> set[str]:
    """Capitals within a sentence. In German every noun has one, so there it marks no name."""
    if language == "de":
        return set()
    capital = r"(?<!^)(?<![.!?¿¡:…] )\b[A-ZÁÀÂÄÉÈÊËÍÎÏÑÓÔÖÚÙÛÜÇŒ][\w’'-]+"
    return {part for name in re.findall(capital, text) for part in tokenize(name, language)}


def filled(item: BankItem, *, keep_case: bool = False) -> str:
    """The prompt with the key in its gap."""
    text = item.prompt.replace(GAP, f" {item.answer} ")
    return " ".join(text.split()) if keep_case else normalised(text)
