"""The extractor that needs no model: patterns over what a learner says of themselves.

It says what it found by templates, so it remembers only for learners whose own language is one of
`SPEAKS`. Where it knows no word in that language, the learner's own stands there in
quotation marks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from ai.language.tokens import sentences
from conversations.memory.extraction.candidates import Candidate, Reading, Said
from conversations.memory.extraction.data import read
from conversations.memory.extraction.folding import fold
from conversations.memory.extraction.importance import importance
from conversations.memory.extraction.patterns import Pattern, Speech, speech
from conversations.memory.extraction.sensitive import is_sensitive
from conversations.memory.extraction.words import LANGUAGES, alternatives, key_of, said_in

NAME: Final = "builtin"
SPEAKS: Final = frozenset(LANGUAGES)
_AND = r"\s*(?:,|\b(?:y|e|and|et|und)\b)\s*(?:me (?:gusta|gustan) )?(?:the )?"
_QUOTE_MARKS = re.compile(r"[«“„\"][^»”“\"]*[»”“\"]")
_PERSONAL: Final = frozenset({"personal", "work", "interests", "plans"})


@dataclass(frozen=True, slots=True)
class _Slot:
    kind: str
    text: str


def extract(reading: Reading) -> list[Candidate]:
    """What the messages say of the learner, in their order. Pure; none of it is checked yet."""
    if reading.native_language not in SPEAKS:
        return []
    spoken = [
        speech(language)
        for language in dict.fromkeys((reading.language, reading.native_language))
        if language in SPEAKS
    ]
    found: dict[tuple[object, str], Candidate] = {}
    for said in reading.said:
        lead = ""
        for start, end in sentences(said.text):
            sentence = said.text[start:end]
            for candidate in _in_sentence(reading, said, sentence, lead, spoken):
                _keep_the_fuller(found, candidate)
            # *I would say: ...* reaches over its colon.
            lead = f"{lead} {sentence}" if sentence.endswith(":") else ""
    return list(found.values())


def _keep_the_fuller(found: dict[tuple[object, str], Candidate], candidate: Candidate) -> None:
    """Two patterns may meet in one message: *an exam* and *an exam in June*."""
    key = candidate.message_id, candidate.subject
    if key not in found or len(candidate.content) > len(found[key].content):
        found[key] = candidate


def _in_sentence(
    reading: Reading, said: Said, sentence: str, lead: str, spoken: list[Speech]
) -> Iterator[Candidate]:
    if "?" in sentence or is_sensitive(sentence, languages=[one.language for one in spoken]):
        return
    folded = fold(sentence)
    quoted = [match.span() for match in _QUOTE_MARKS.finditer(sentence)]
    for one in spoken:
        around = f"{fold(lead)} {folded}"
        if one.temporary.search(around) or one.unreal.search(around):
            continue
        in_part = said.role_play and not one.real.search(folded)
        for pattern in one.patterns:
            if in_part and _subjects()[pattern.what]["namespace"] in _PERSONAL:
                continue
            for match in pattern.expression.finditer(folded):
                if _may_count(one, pattern, match, quoted):
                    yield from _candidates(reading, said, sentence, one, pattern, match)


def _may_count(
    one: Speech, pattern: Pattern, match: re.Match[str], quoted: list[tuple[int, int]]
) -> bool:
    before = match.string[: match.start()]
    if one.not_before.search(before) or one.reported.search(before):
        return False
    if any(start < match.end() and match.start() < end for start, end in quoted):
        return False
    value = match.groupdict().get("v")
    return value is None or not one.empty_value.search(value)


def _candidates(
    reading: Reading,
    said: Said,
    sentence: str,
    one: Speech,
    pattern: Pattern,
    match: re.Match[str],
) -> Iterator[Candidate]:
    slots = {
        field: _Slot(kind, sentence[match.start(field) : match.end(field)].strip(" '"))
        for field, kind in pattern.kinds.items()
        if match[field]
    }
    if "name2" in slots:
        slots["name"] = slots.pop("name2")
    emphatic = bool(one.emphasis.search(match.string))
    yield _candidate(reading, said, sentence, one, pattern.what, slots, emphatic)
    if pattern.what not in ("like", "dislike"):
        return
    for more in _and_more(one, pattern, match):
        also = slots | {"v": _Slot(slots["v"].kind, sentence[more.start("v") : more.end("v")])}
        yield _candidate(reading, said, sentence, one, pattern.what, also, emphatic)


def _and_more(one: Speech, pattern: Pattern, match: re.Match[str]) -> Iterator[re.Match[str]]:
    """*I like tea and cheese*: what follows, as long as its words are known."""
    following = _more_of(pattern.kinds["v"], one.language)
    place = match.end("v")
    while found := following.match(match.string, place):
        yield found
        place = found.end("v")


@cache
def _more_of(kind: str, language: str) -> re.Pattern[str]:
    known = "|".join(fold(word) for word in alternatives(kind, language))
    return re.compile(rf"{_AND}(?P<v>{known})(?!\w)", re.IGNORECASE)


def _candidate(
    reading: Reading,
    said: Said,
    sentence: str,
    one: Speech,
    what: str,
    slots: Mapping[str, _Slot],
    emphatic: bool,
) -> Candidate:
    told = _subjects()[what]
    source, target = one.language, reading.native_language
    words = {
        field: said_in(slot.kind, slot.text, source=source, target=target)
        for field, slot in slots.items()
    }
    keys = {field: key_of(slot.kind, slot.text, source=source) for field, slot in slots.items()}
    detailed = any(field in slots for field in ("name", "w", "p", "d"))
    return Candidate(
        type=told["type"],
        namespace=told["namespace"],
        subject=told["subject"].format(**keys)[:60],
        content=_sentence(what, target, words),
        quote=sentence,
        importance=importance(told["base"], emphatic=emphatic, detailed=detailed),
        message_id=said.message_id,
        said_at=said.said_at,
        field=told.get("fills", ""),
        value=words.get("v") or _sentences()[target].get(f"{what}_in_profile", ""),
    )


def _sentence(what: str, language: str, words: Mapping[str, str]) -> str:
    told = _sentences()[language]
    longer = {"pet": "name", "exam": "w"}.get(what, "")
    if longer in words:
        what = {"pet": "pet_named", "exam": "exam_when"}[what]
    text: str = told[what].format(**words)
    return text


@cache
def _subjects() -> dict[str, dict[str, Any]]:
    subjects: dict[str, dict[str, Any]] = yaml.safe_load(read("subjects.yaml"))
    return subjects


@cache
def _sentences() -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = yaml.safe_load(read("sentences.yaml"))
    return told
