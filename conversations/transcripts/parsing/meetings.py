"""The JSON that meeting tools export: somewhere in it stands a list of who said what.

Read AI, Otter, Fireflies, Rev, Deepgram, AssemblyAI, Whisper and Google Meet nest and name it
each in their way, so the list is looked for. Only one entry at a time becomes Python values: what
is not read stays a stretch of the file's bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from conversations.transcripts.errors import Malformed
from conversations.transcripts.parsing.times import seconds_of
from conversations.transcripts.parsing.utterances import Utterance

DEEPEST: Final = 8
_TEXT: Final = (
    "text", "words", "sentence", "transcript", "content", "utterance", "elements", "message",
    "raw_text", "punctuated_word", "word",
)  # fmt: skip
_SPEAKER: Final = (
    "speaker_name", "speakerName", "speaker", "participant", "user", "author", "name",
    "speaker_id", "speakerId", "username",
)  # fmt: skip
_START: Final = (
    "start", "start_time", "startTime", "start_offset", "startMs", "start_ms", "ts", "offset",
    "begin", "timestamp", "time",
)  # fmt: skip
_END: Final = ("end", "end_time", "endTime", "end_offset", "endMs", "end_ms")
_NAMES: Final = ("name", "speaker_name", "display_name", "displayName", "username", "user_name")
_PEOPLE: Final = ("speakers", "participants", "attendees", "users")

_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])
_entries = msgspec.json.Decoder(list[msgspec.Raw])


def read_json(data: bytes) -> Iterator[Utterance]:
    """Raises Malformed for what is no JSON."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
        found = _Search()
        found.look(msgspec.Raw(data), 0)
        people = found.people
        for raw in found.best:
            if utterance := _utterance(msgspec.json.decode(raw), people):
                yield utterance
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed from error


class _Search:
    """The longest list whose entries have words, and who is who by id."""

    def __init__(self) -> None:
        self.best: list[msgspec.Raw] = []
        self.people: dict[str, str] = {}
        self._size = 0

    def look(self, raw: msgspec.Raw, depth: int) -> None:
        start = bytes(memoryview(raw)[:64]).lstrip()[:1]
        if depth > DEEPEST:
            return
        if start == b"{":
            for key, value in _parts.decode(raw).items():
                if key in _PEOPLE:
                    self._meet(value)
                self.look(value, depth + 1)
        elif start == b"[":
            self._weigh(raw, depth)

    def _weigh(self, raw: msgspec.Raw, depth: int) -> None:
        entries = _entries.decode(raw)
        size = len(memoryview(raw))
        if entries and _speaks(entries[0]):
            if size > self._size:
                self.best, self._size = entries, size
            return
        for entry in entries:
            self.look(entry, depth + 1)

    def _meet(self, raw: msgspec.Raw) -> None:
        people = msgspec.json.decode(raw)
        for person in people if isinstance(people, list) else ():
            if isinstance(person, Mapping) and (name := _name(person)):
                for key in ("id", "speaker_id", "speakerId", "uuid", "name"):
                    if isinstance(person.get(key), str | int):
                        self.people.setdefault(str(person[key]), name)


def _speaks(raw: msgspec.Raw) -> bool:
    """Whether an entry has words, and somebody or a time to go with them."""
    entry = msgspec.json.decode(raw)
    if not isinstance(entry, Mapping) or not _words(entry):
        return False
    return any(key in entry for key in (*_SPEAKER, *_START))


def _utterance(entry: Any, people: Mapping[str, str]) -> Utterance | None:
    if not isinstance(entry, Mapping):
        return None
    words = _words(entry)
    if not words:
        return None
    return Utterance(_speaker(entry, people), words, _time(entry, _START), _time(entry, _END))


def _words(entry: Mapping[str, Any]) -> str:
    for key in _TEXT:
        value = entry.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, list) and (joined := _joined(value)):
            return joined
    return ""


def _joined(words: list[Any]) -> str:
    """The words of a list of words, as they are or in `{word}`, `{text}` or `{value}`."""
    pieces = [
        word if isinstance(word, str) else _piece(word)
        for word in words
        if isinstance(word, str | Mapping)
    ]
    spaced = any(piece[:1].isspace() or piece[-1:].isspace() for piece in pieces)
    return ("" if spaced else " ").join(pieces)


def _piece(word: Mapping[str, Any]) -> str:
    keys = ("punctuated_word", "word", "text", "value")
    return next((word[key] for key in keys if isinstance(word.get(key), str)), "")


def _speaker(entry: Mapping[str, Any], people: Mapping[str, str]) -> str:
    for key in _SPEAKER:
        value = entry.get(key)
        if isinstance(value, Mapping):
            value = _name(value)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            continue
        known = people.get(str(value))
        return known or (value if isinstance(value, str) else f"Speaker {value}")
    return ""


def _name(person: Mapping[str, Any]) -> str:
    for key in _NAMES:
        value = person.get(key)
        if isinstance(value, str) and value.strip() and "/" not in value:
            return value
    inside = person.get("signedinUser") or person.get("anonymousUser") or person.get("user")
    return _name(inside) if isinstance(inside, Mapping) else ""


def _time(entry: Mapping[str, Any], keys: tuple[str, ...]) -> float | None:
    for key in keys:
        if (seconds := seconds_of(entry.get(key))) is not None:
            return seconds
    words = next((entry[key] for key in ("words", "elements") if key in entry), None)
    if not isinstance(words, list):
        return None
    timed = [word for word in words if isinstance(word, Mapping)]
    ends = [time for word in timed if (time := _of_word(word, keys)) is not None]
    return (ends[0] if keys is _START else ends[-1]) if ends else None


def _of_word(word: Mapping[str, Any], keys: tuple[str, ...]) -> float | None:
    known = (seconds_of(word.get(key)) for key in (*keys, "end_ts" if keys is _END else "ts"))
    return next((time for time in known if time is not None), None)
