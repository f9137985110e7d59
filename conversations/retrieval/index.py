"""Keeping passages searchable: their words, and their vectors by the embedder in use."""

from collections.abc import Sequence
from uuid import UUID


def index_chunks(*, session_id: UUID | str) -> int:
    """Fill search vector, vector and hash of a session's chunks; how many were written.

    Safe to run again: a chunk that is up to date is left alone. The words are searchable even when
    the embedder fails. Raises ProviderError then, after writing what could be written.
    """
    raise NotImplementedError


def index_lessons(*, ids: Sequence[UUID | str]) -> int:
    """Make the passages of these lessons anew where they changed; hidden ones lose theirs."""
    raise NotImplementedError


def index_conversation(*, conversation_id: UUID | str) -> int:
    """Make the passages of a conversation that has been left alone for an hour."""
    raise NotImplementedError
