"""What makes one item sound, by its type. Light: the back office checks imports with it."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from assessments.bank.files import BankItem
from assessments.engine import LEVELS
from learning.matching import normal

GAP: Final = "___"
SKILLS: Final = ("grammar", "vocabulary", "reading", "listening", "writing")
SPOKEN_OR_READ: Final = ("reading", "listening")
"""Skills whose items have a passage."""
TYPES: Final[Mapping[str, frozenset[str]]] = {
    "multiple_choice": frozenset({"grammar", "vocabulary", "reading", "listening"}),
    "fill_blank": frozenset({"grammar", "vocabulary", "reading", "listening"}),
    "translation": frozenset({"grammar", "vocabulary"}),
    "conversation": frozenset({"writing"}),
}
"""The skills each type can test."""
TYPED: Final = frozenset({"fill_blank", "translation"})
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "options": frozenset({"multiple_choice"}),
    "accepted": TYPED,
    "diacritics": TYPED,
    "prompts": frozenset({"translation"}),
    "aims": frozenset({"conversation"}),
    "words": frozenset({"conversation"}),
}
"""The types that may have a field; every other field belongs to all."""
LIMITS: Final = {"topic": 60, "prompt": 1000, "passage": 4000, "slug": 80, "lemma": 80}
LONGEST_ANSWER: Final = 400
LONGEST_MODEL_ANSWER: Final = 2000
LONGEST_EXPLANATION: Final = 240
EXPLAINED_IN: Final = ("en", "es", "fr", "de")
PASSAGE_WORDS: Final = {
    "A1": (15, 80),
    "A2": (25, 110),
    "B1": (35, 150),
    "B2": (45, 190),
    "C1": (50, 230),
}
LONGEST_SCRIPT: Final = 150
"""Words of a listening passage at any level: more is a test of memory."""
TRIVIAL: Final = re.compile(
    r"^(all|none|both) of (the above|these|them)$"
    r"|^(todas?|ningun[oa]) (las|los|de)? ?(anterior|es[ao]s)"
    r"|^(ninguna|todas) (es|son) correctas?"
    r"|^(toutes|tous|aucune?|les deux)( (les|de ces|des))? ?(réponses?|précédente?s?|ci-dessus)"
    r"|^(aucune|toutes) (n’|n')?(est|sont) (correctes?|justes?)"
    r"|^(alle|keine|nichts|beide)( (von|der))? ?(oben|genannten?|diesen|antworten|davon)"
    r"|^(keine|alle) (ist|sind) (richtig|korrekt)"
    r"|^(xxx+|n/?a|-+|\.+)$",
    re.IGNORECASE,
)
SLUG: Final = re.compile(
    r"^(?P<language>[a-z]{2})-(?P<level>[abc][12])-(?P<skill>[a-z]+)-[a-z0-9-]+$"
)


@dataclass(frozen=True, slots=True)
class Topics:
    """What items of a language can be about."""

    grammar: Mapping[str, str]
    """Slug of a grammar point to the level it is taught at."""
    others: frozenset[str]


def content_problems(item: BankItem, language: str) -> Iterator[str]:
    """What is wrong with one item, wherever it was written."""
    yield from _place_problems(item)
    yield from _text_problems(item, language)
    yield from _passage_problems(item)
    check = _TYPE_CHECKS.get(item.type)
    if check:
        yield from check(item, language)


def slug_problems(item: BankItem, language: str) -> Iterator[str]:
    match = SLUG.match(item.slug)
    expected = (language, item.level.lower(), item.skill)
    if not match or match.group("language", "level", "skill") != expected:
        yield f"the slug does not start with {'-'.join(expected)}-"


def topic_problems(item: BankItem, topics: Topics) -> Iterator[str]:
    """Grammar items test a grammar point already taught at their level; others have a topic."""
    if item.skill != "grammar":
        if item.topic not in topics.others:
            yield f"topic {item.topic!r} is not in topics.yaml"
        return
    taught = topics.grammar.get(item.topic)
    if taught is None:
        yield f"topic {item.topic!r} is no grammar point of the language"
    elif taught > item.level:
        yield f"topic {item.topic!r} is taught at {taught}, above the item"


def normalised(text: str) -> str:
    """Small letters, no punctuation, single blanks; accents stay, since they tell words apart."""
    text = unicodedata.normalize("NFC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())


def _place_problems(item: BankItem) -> Iterator[str]:
    if item.level not in LEVELS:
        yield f"level {item.level!r} is not one of {', '.join(LEVELS)}"
    if item.skill not in SKILLS:
        yield f"skill {item.skill!r} is not one of {', '.join(SKILLS)}"
    if item.type not in TYPES:
        yield f"type {item.type!r} is not one of {', '.join(TYPES)}"
    elif item.skill in SKILLS and item.skill not in TYPES[item.type]:
        yield f"a {item.type} cannot test {item.skill}"
    for name, types in FIELDS.items():
        if getattr(item, name) and item.type not in types:
            yield f"a {item.type} has no {name}"


def _text_problems(item: BankItem, language: str) -> Iterator[str]:
    for name, limit in LIMITS.items():
        if len(getattr(item, name)) > limit:
            yield f"{name} is longer than {limit} characters"
    for name in ("topic", "prompt", "answer"):
        if not getattr(item, name).strip():
            yield f"{name} is empty"
    longest = LONGEST_MODEL_ANSWER if item.type == "conversation" else LONGEST_ANSWER
    if any(len(text) > longest for text in (item.answer, *item.accepted)):
        yield f"an answer is longer than {longest} characters"
    yield from _explanation_problems(item, language)


def _explanation_problems(item: BankItem, language: str) -> Iterator[str]:
    told = item.explanations
    if item.type == "conversation" and not any(told.values()):
        return
    whole = isinstance(item.explanation, dict)
    wanted = [code for code in EXPLAINED_IN if code == "en" or code != language]
    for code in wanted if whole else ["en"]:
        if not told.get(code, "").strip():
            yield "explanation is empty" if code == "en" else f"no explanation in {code}"
    for code, text in told.items():
        if code not in EXPLAINED_IN:
            yield f"an explanation in {code!r}, which nobody asked for"
        if len(text) > (LONGEST_EXPLANATION if whole else 600):
            yield f"the explanation in {code} is longer than {LONGEST_EXPLANATION} characters"


def _passage_problems(item: BankItem) -> Iterator[str]:
    if item.skill not in SPOKEN_OR_READ:
        if item.passage:
            yield "only reading and listening items have a passage"
        return
    words = len(item.passage.split())
    low, high = PASSAGE_WORDS.get(item.level, (1, 1000))
    if item.skill == "listening":
        high = min(high, LONGEST_SCRIPT)
    if not low <= words <= high:
        yield f"the passage has {words} words, not {low} to {high}"


def _choice_problems(item: BankItem, language: str) -> Iterator[str]:
    if len(item.options) != 4:
        yield f"{len(item.options)} options instead of 4"
    if len({normalised(option) for option in item.options}) < len(item.options):
        yield "two options are the same"
    if item.options.count(item.answer) != 1:
        yield "the answer is not exactly one of the options"
    for option in item.options:
        if not option.strip() or TRIVIAL.match(option.strip()):
            yield f"option {option!r} distracts nobody"
    if item.skill == "grammar" and GAP not in item.prompt:
        yield f"a grammar prompt needs a gap ({GAP})"
    if item.prompt.count(GAP) > 2:
        yield "more than two gaps"
    yield from _gap_problems(item)
    if len(normalised(item.answer)) > 3 and _contains(item.prompt, item.answer):
        yield "the key stands in the prompt"


def _blank_problems(item: BankItem, language: str) -> Iterator[str]:
    if item.prompt.count(GAP) != 1:
        yield f"{item.prompt.count(GAP)} gaps instead of 1"
    yield from _gap_problems(item)
    yield from _accepted_problems(item, language)


def _translation_problems(item: BankItem, language: str) -> Iterator[str]:
    if GAP in item.prompt:
        yield "a sentence to translate has no gap"
    for code, text in item.prompts.items():
        if code not in EXPLAINED_IN or code == language:
            yield f"a prompt in {code!r} cannot be put into {language}"
        if not text.strip():
            yield f"the prompt in {code} is empty"
    yield from _accepted_problems(item, language)


def _writing_problems(item: BankItem, language: str) -> Iterator[str]:
    if not 1 <= len(item.aims) <= 4:
        yield f"{len(item.aims)} aims instead of 1 to 4"
    if len(item.words) != 2 or not 0 < item.words[0] < item.words[1]:
        yield "words are not the fewest and the most of them"
        return
    written = len(item.answer.split())
    low, high = item.words
    if not low <= written <= high:
        yield f"the model answer has {written} words, not {low} to {high}"


def _gap_problems(item: BankItem) -> Iterator[str]:
    if re.search(r"(?<!_)_{1,2}(?!_)|_{4,}", item.prompt):
        yield f"a gap is written {GAP}"


def _accepted_problems(item: BankItem, language: str) -> Iterator[str]:
    if item.diacritics not in ("", "strict", "lenient"):
        yield f"diacritics {item.diacritics!r} is neither strict nor lenient"
    met = {normal(item.answer)}
    for text in item.accepted:
        if not normal(text):
            yield "an accepted answer is empty"
        elif normal(text) in met:
            yield f"accepted {text!r} is there already"
        met.add(normal(text))


_TYPE_CHECKS: Final[Mapping[str, Callable[[BankItem, str], Iterator[str]]]] = {
    "multiple_choice": _choice_problems,
    "fill_blank": _blank_problems,
    "translation": _translation_problems,
    "conversation": _writing_problems,
}


def _contains(text: str, part: str) -> bool:
    return f" {normalised(part)} " in f" {normalised(text)} "
