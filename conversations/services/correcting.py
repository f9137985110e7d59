"""The corrections of what a learner said, stored once whoever found them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from conversations.contract import Contract
from conversations.models import Correction, Message


class Found(Protocol):
    """As a turn tells it, or as rules found it."""

    @property
    def id(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def original(self) -> str: ...
    @property
    def corrected(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def reason(self) -> str: ...


F = TypeVar("F", bound=Found)


def store_corrections(
    found: Sequence[Found],
    *,
    said_id: UUID | str,
    contract: Contract,
    rules: Mapping[str, str],
    withheld: Collection[str],
    beside: bool,
) -> int:
    """How many were new. With `beside`, another try may have stored some: those stay, and what
    overlaps them is dropped."""
    new = _apart(found, said_id) if beside and found else found
    rows = [
        Correction(
            id=UUID(one.id),
            message_id=said_id,
            start=one.start,
            end=one.end,
            original=one.original,
            corrected=one.corrected,
            kind=one.kind,
            reason=one.reason,
            rule=rules.get(one.id, ""),
            timing=contract.timing,
            manner=contract.manner,
            withheld=one.id in withheld,
        )
        for one in new
    ]
    Correction.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mark_unchecked(said_id: UUID | str, contract: Contract) -> None:
    """A worker is to look for slips in it, and to tell them by this contract."""
    usage = {Message.UNCHECKED: contract.as_json()}
    Message.objects.filter(pk=said_id).update(usage=usage)


def take_mark(said_id: UUID | str) -> bool:
    """True for exactly one of those who have looked. The others wait for its transaction."""
    marked = Message.objects.filter(pk=said_id, usage__has_key=Message.UNCHECKED)
    return bool(marked.update(usage={}))


def _apart(found: Sequence[F], said_id: UUID | str) -> list[F]:
    held = list(Correction.objects.filter(message_id=said_id).values_list("start", "end"))
    return [
        one for one in found if all(one.end <= start or end <= one.start for start, end in held)
    ]
