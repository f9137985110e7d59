"""What a reply rests on, kept with it."""

from collections.abc import Iterable
from uuid import UUID

from conversations.retrieval.found import Source
from conversations.retrieval.models import MessageSource


def store_sources(*, message_id: UUID | str, sources: Iterable[Source]) -> None:
    """Keep a reply's sources; a reply closed twice keeps the first. Call in its transaction."""
    MessageSource.objects.bulk_create(
        [
            MessageSource(
                message_id=message_id,
                index=source.index,
                kind=source.kind,
                source_id=source.source_id,
                passage_id=source.passage_id,
                title=source.title[:255],
                excerpt=source.excerpt[:1000],
                locator=dict(source.locator),
                relevance=source.relevance,
            )
            for source in sources
        ],
        ignore_conflicts=True,
    )


def sources_of(message_id: UUID) -> list[Source]:
    """What was kept of a reply's sources, in the order of their numbers."""
    return [
        Source(
            index=row.index,
            kind=row.kind,
            source_id=row.source_id,
            passage_id=row.passage_id,
            title=row.title,
            excerpt=row.excerpt,
            locator=row.locator,
            relevance=row.relevance,
        )
        for row in MessageSource.objects.filter(message=message_id)
    ]
