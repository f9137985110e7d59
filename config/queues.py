from enum import StrEnum


class Queue(StrEnum):
    """Every task names one, so that slow work of one kind never holds up another."""

    CHAT = "chat"
    """A learner is waiting on the page: seconds at most."""
    SPEECH = "speech"
    """Audio: heavy on memory, so run by few workers."""
    ANALYSIS = "analysis"
    """Transcripts, embeddings, generation: minutes, and nobody is watching."""
    DEFAULT = "default"
    """Mail, sweeps, clean-up."""
