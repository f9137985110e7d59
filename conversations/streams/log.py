"""A turn's log: the Valkey stream `turn:<id>`, whose entry ids are the events' numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from conversations.events import (
    TERMINAL,
    CorrectionEvent,
    DeltaEvent,
    TurnEvent,
    decode,
    encode,
    type_of,
)

LOG_SECONDS = 3600
LEASE_SUFFIX = ":lease"
LEASE_SECONDS = 8
LEASE_RENEWAL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as every reader sends it."""

    seq: int
    kind: str
    data: bytes
    last: bool = False

    def as_sse(self) -> bytes:
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.seq, self.kind.encode(), self.data)


def frame_of(event: TurnEvent, seq: int) -> Frame:
    numbered = msgspec.structs.replace(event, seq=seq)
    return Frame(seq, type_of(event), encode(numbered), isinstance(event, TERMINAL))


def frame_from(entry: tuple[bytes, dict[bytes, bytes]]) -> Frame:
    """A log entry as Valkey gives it."""
    number, fields = entry
    data = fields[b"e"]
    event = decode(data)
    return Frame(int(number.split(b"-")[0]), type_of(event), data, isinstance(event, TERMINAL))


def frames_from(entries: Iterable[tuple[bytes, dict[bytes, bytes]]], *, after: int) -> list[Frame]:
    """Entries that follow `after` without a gap; what comes behind a gap is worth nothing."""
    frames: list[Frame] = []
    for entry in entries:
        frame = frame_from(entry)
        if frame.seq != after + len(frames) + 1:
            break
        frames.append(frame)
    return frames


def text_in(frames: Sequence[Frame]) -> str:
    events = (decode(frame.data) for frame in frames if frame.kind == "delta")
    return "".join(event.text for event in events if isinstance(event, DeltaEvent))


def corrections_in(frames: Sequence[Frame]) -> list[CorrectionEvent]:
    events = (decode(frame.data) for frame in frames if frame.kind == "correction")
    return [event for event in events if isinstance(event, CorrectionEvent)]


def log_key(turn_id: str) -> str:
    return f"turn:{turn_id}"


def lease_key(turn_id: str) -> str:
    """Held by the process that writes the turn, for as long as it lives."""
    return log_key(turn_id) + LEASE_SUFFIX


def append_command(turn_id: str, frame: Frame) -> tuple[Any, ...]:
    if frame.seq == 1:
        return ("XADD", log_key(turn_id), "1-0", "e", frame.data)
    # A stream that vanished is not begun again in its middle: the answer is nil, and the writer
    # starts over.
    return ("XADD", log_key(turn_id), "NOMKSTREAM", f"{frame.seq}-0", "e", frame.data)


APPEND_ALL = f"""
local answers = {{}}
for at, key in ipairs(KEYS) do
  local seq, last, data = ARGV[3 * at - 2], ARGV[3 * at - 1], ARGV[3 * at]
  local lease = key .. '{LEASE_SUFFIX}'
  if seq == '1' then
    answers[at] = redis.pcall('XADD', key, '1-0', 'e', data)
    redis.call('SET', lease, '1', 'EX', {LEASE_SECONDS})
  else
    answers[at] = redis.pcall('XADD', key, 'NOMKSTREAM', seq .. '-0', 'e', data)
  end
  if seq == '1' or last == '1' then redis.call('EXPIRE', key, {LOG_SECONDS}) end
  if last == '1' then redis.call('DEL', lease) end
end
return answers
"""
"""`append_command` for many frames, each told by its number, whether it is the last, and its data:
an answer of one list costs a fraction of as many answers. The lease begins with the log and ends
with it."""
