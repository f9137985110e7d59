"""When, how and how much a learner is corrected, as agreed with them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from accounts.models import User
from conversations.models import CorrectionContract, Message

Timing, Manner = CorrectionContract.Timing, CorrectionContract.Manner
CORRECTIONS = "corrections"
"""What the `usage` of a reply says of them when nobody had the time to look: they come `LATER`, or
are not told as such and what was said is only `UNCHECKED`."""
CHECKED, LATER, UNCHECKED = "checked", "later", "unchecked"


@dataclass(frozen=True, slots=True)
class Contract:
    timing: str = Timing.NOW
    manner: str = Manner.EXPLICIT
    per_turn: int = 5

    @property
    def told(self) -> str:
        """When corrections are told as such: `now`, `after_turn`, or else not in the turn."""
        silent = self.manner == Manner.RECAST or self.timing == Timing.AFTER_SESSION
        return "" if silent else self.timing

    @property
    def late(self) -> str:
        """What corrections are that there was no time to look for."""
        return LATER if self.told else UNCHECKED

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def contract_of(learner_id: UUID) -> Contract:
    kept = CorrectionContract.objects.filter(learner=learner_id)
    row = kept.values_list("timing", "manner", "per_turn").first()
    return Contract(*row) if row else Contract()


def contract_in(message: Message) -> Contract | None:
    """By which a learner's message is still to be checked; None when it is."""
    kept = message.usage.get(Message.UNCHECKED)
    return Contract(**kept) if kept else None


def state_of(message: Message) -> str:
    """Whether a learner's message is `CHECKED`, as the end of its turn would say it now."""
    contract = contract_in(message)
    return CHECKED if contract is None else contract.late


def set_contract(*, learner: User, timing: str, manner: str, per_turn: int) -> Contract:
    """Takes effect with the next turn; what was stored before keeps the contract of its day."""
    values = {"timing": timing, "manner": manner, "per_turn": per_turn}
    CorrectionContract.objects.update_or_create(learner=learner, defaults=values)
    return Contract(timing, manner, per_turn)


class Found(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def start(self) -> int: ...


WORTH = {"grammar": 0, "vocabulary": 1, "accent": 2, "spelling": 3, "register": 4, "punctuation": 5}
"""What hinders being understood comes first when only some are told."""
F = TypeVar("F", bound=Found)


def within(contract: Contract, found: Sequence[F]) -> tuple[list[F], list[F]]:
    """Those to tell, in the order of the text, and those over the number agreed."""
    by_worth = sorted(found, key=lambda one: (WORTH.get(one.kind, 9), one.start))
    told, over = by_worth[: contract.per_turn], by_worth[contract.per_turn :]
    return sorted(told, key=lambda one: one.start), over
