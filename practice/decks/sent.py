"""Reviews as clients send them, read and checked in one go.

DRF takes longer over a batch of 500 than it takes to schedule them. So a body in which all is as it
should be is taken as it is. Any other is read as everywhere, and the serializer says what is wrong
with it, or takes what can be taken all the same: a number as text, a time without a zone.
"""

from datetime import UTC, datetime
from io import BytesIO
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from accounts.validators import timezone_names
from config.api import CamelCaseJSONParser, valid
from practice.decks.serializers import LONGEST_ANSWER, BatchSerializer, ReviewSerializer
from practice.decks.services import Answer
from practice.decks.services.reviewing import MOST


class _Sent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    rating: Annotated[int, Meta(ge=1, le=5)]
    reviewed_at: Any = UNSET
    duration_ms: Annotated[int, Meta(ge=0, le=LONGEST_ANSWER)] | UnsetType = UNSET
    scheduler: Literal["fsrs", "sm2"] | UnsetType = UNSET
    timezone: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.timezone is not UNSET and self.timezone not in timezone_names():
            raise ValueError
        if self.reviewed_at is not UNSET:
            self.reviewed_at = _moment(self.reviewed_at)

    def fields(self) -> dict[str, Any]:
        sent = msgspec.structs.asdict(self)
        return {name: value for name, value in sent.items() if value is not UNSET}


class SentReview(_Sent):
    client_id: UUID | UnsetType = UNSET


class SentAnswer(_Sent):
    card_id: UUID
    client_id: UUID
    rating: Annotated[int, Meta(ge=-(2**31), lt=2**31)]


class SentBatch(msgspec.Struct, forbid_unknown_fields=True):
    reviews: Annotated[list[SentAnswer], Meta(min_length=1, max_length=MOST)]


class _SentParser(CamelCaseJSONParser):
    decoder: ClassVar[msgspec.json.Decoder[Any]]

    def parse(self, stream: Any, *args: Any, **options: Any) -> Any:
        body = stream.read()
        try:
            return self.decoder.decode(body)
        except (msgspec.MsgspecError, OverflowError):
            return super().parse(BytesIO(body), *args, **options)


class ReviewParser(_SentParser):
    decoder = msgspec.json.Decoder(SentReview)


class BatchParser(_SentParser):
    decoder = msgspec.json.Decoder(SentBatch)


def sent_review(data: Any) -> dict[str, Any]:
    """The fields of a review. Raises DRF's ValidationError."""
    return data.fields() if isinstance(data, SentReview) else valid(ReviewSerializer, data)


def sent_batch(data: Any) -> list[Answer]:
    """Raises DRF's ValidationError."""
    if isinstance(data, SentBatch):
        return [Answer(**one.fields()) for one in data.reviews]
    return [Answer(**one) for one in valid(BatchSerializer, data)["reviews"]]


def _moment(sent: Any) -> datetime:
    """As the serializer reads it, which may guess the zone; the last hours of all have no UTC."""
    at = datetime.fromisoformat(sent)
    if at.tzinfo is None:
        raise ValueError
    return at.astimezone(UTC)
