"""What makes a bank sound. `problems` refuse it; `remarks` are for its author to judge."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean

from rapidfuzz import fuzz, process
from wordfreq import zipf_frequency
from wordfreq.tokens import tokenize

from assessments.bank.files import BankItem
from assessments.engine import LEVELS

GAP = "___"
SKILLS = ("grammar", "vocabulary", "reading")
ITEMS_PER_LEVEL_AND_SKILL = 4
ITEMS_PER_LANGUAGE = 120
PASSAGE_WORDS = {
    "A1": (15, 80),
    "A2": (25, 110),
    "B1": (35, 150),
    "B2": (45, 190),
    "C1": (50, 230),
}
NEARLY_THE_SAME = 92
"""Out of 100: two prompts (gap filled by the key) above this are one item written twice."""
LONGEST_SHARE = 0.42
"""How often the key may be the longest option; chance is 0.25."""
TRIVIAL = re.compile(
    r"^(all|none) of (the above|these)|^(todas?|ningun[oa]) (las|los|de)? ?(anterior|es[ao]s)"
    r"|^(ninguna|todas) (es|son) correctas?|^(xxx+|n/?a|-+|\.+)$",
    re.IGNORECASE,
)
SLUG = re.compile(r"^(?P<language>[a-z]{2})-(?P<level>[abc][12])-(?P<skill>[a-z]+)-[a-z0-9-]+$")


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
    for item in items:
        verdict.problems += [f"{item.slug}: {text}" for text in item_problems(item, language)]
    verdict.problems += duplicates(items)
    verdict.problems += giveaways(items)
    if complete:
        verdict.problems += gaps_in_coverage(items)
    verdict.remarks += unknown_words(items, language)
    return verdict


def item_problems(item: BankItem, language: str) -> Iterator[str]:
    match = SLUG.match(item.slug)
    expected = (language, item.level.lower(), item.skill)
    if not match or match.group("language", "level", "skill") != expected:
        yield f"the slug does not start with {'-'.join(expected)}-"
    yield from content_problems(item)


def content_problems(item: BankItem) -> Iterator[str]:
    """What is wrong with one item, wherever it was written."""
    yield from _field_problems(item)
    yield from _option_problems(item)
    yield from _prompt_problems(item)
    yield from _passage_problems(item)


def _field_problems(item: BankItem) -> Iterator[str]:
    if item.level not in LEVELS:
        yield f"level {item.level!r} is not one of {', '.join(LEVELS)}"
    if item.skill not in SKILLS:
        yield f"skill {item.skill!r} is not one of {', '.join(SKILLS)}"
    if item.type != "multiple_choice":
        yield f"type {item.type!r} is not multiple_choice"
    limits = {"topic": 60, "prompt": 1000, "passage": 4000, "explanation": 600, "slug": 80}
    for name, limit in limits.items():
        if len(getattr(item, name)) > limit:
            yield f"{name} is longer than {limit} characters"
    for name in ("topic", "prompt", "explanation"):
        if not getattr(item, name).strip():
            yield f"{name} is empty"


def _option_problems(item: BankItem) -> Iterator[str]:
    if len(item.options) != 4:
        yield f"{len(item.options)} options instead of 4"
    if len({normalised(option) for option in item.options}) < len(item.options):
        yield "two options are the same"
    if item.options.count(item.answer) != 1:
        yield "the answer is not exactly one of the options"
    for option in item.options:
        if not option.strip() or TRIVIAL.match(option.strip()):
            yield f"option {option!r} distracts nobody"


def _prompt_problems(item: BankItem) -> Iterator[str]:
    if item.skill == "grammar" and GAP not in item.prompt:
        yield f"a grammar prompt needs a gap ({GAP})"
    if re.search(r"(?<!_)_{1,2}(?!_)|_{4,}", item.prompt):
        yield f"a gap is written {GAP}"
    if item.prompt.count(GAP) > 2:
        yield "more than two gaps"
    if len(normalised(item.answer)) > 3 and _contains(item.prompt, item.answer):
        yield "the key stands in the prompt"


def _passage_problems(item: BankItem) -> Iterator[str]:
    if item.skill != "reading":
        if item.passage:
            yield "only reading items have a passage"
        return
    words = len(item.passage.split())
    low, high = PASSAGE_WORDS.get(item.level, (1, 1000))
    if not low <= words <= high:
        yield f"the passage has {words} words, not {low} to {high}"


def duplicates(items: Sequence[BankItem]) -> Iterator[str]:
    for slug, count in Counter(item.slug for item in items).items():
        if count > 1:
            yield f"{slug}: the slug is used {count} times"
    plain = [item for item in items if item.skill != "reading"]
    yield from _near_pairs(plain, [filled(item) for item in plain], "says the same as")
    reading = [item for item in items if item.skill == "reading"]
    asked = [normalised(f"{item.passage} {item.prompt}") for item in reading]
    yield from _near_pairs(reading, asked, "asks the same as")


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
        for skill in SKILLS:
            if counts[level, skill] < ITEMS_PER_LEVEL_AND_SKILL:
                yield f"only {counts[level, skill]} {skill} items at {level}"


def unknown_words(items: Sequence[BankItem], language: str) -> Iterator[str]:
    """Words outside the frequency list, in what is not an option: a distractor may be no word."""
    for item in items:
        text = f"{filled(item, keep_case=True)} {item.passage}"
        names = {word.lower() for word in re.findall(r"(?<!^)(?<![.!?¿¡:] )\b[A-ZÁÉÍÓÚÑ]\w+", text)}
        words = {word for word in tokenize(text, language) if word.isalpha()} - names
        unknown = sorted(word for word in words if zipf_frequency(word, language) == 0)
        if unknown:
            yield f"{item.slug}: unknown words: {', '.join(unknown)}"


def filled(item: BankItem, *, keep_case: bool = False) -> str:
    """The prompt with the key in its gap."""
    text = item.prompt.replace(GAP, f" {item.answer} ")
    return " ".join(text.split()) if keep_case else normalised(text)


def normalised(text: str) -> str:
    """Lower case, no punctuation, single spaces; accents stay, since they tell words apart."""
    text = unicodedata.normalize("NFC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())


def _contains(text: str, part: str) -> bool:
    return f" {normalised(part)} " in f" {normalised(text)} "
