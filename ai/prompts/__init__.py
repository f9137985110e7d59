"""Prompts as versioned files. `load` gives the newest version; results keep its name."""

from ai.prompts.loader import (
    Prompt,
    companion_block,
    learner_block,
    load,
    memory_block,
    unmarked,
    without_marks,
)

__all__ = [
    "Prompt",
    "companion_block",
    "learner_block",
    "load",
    "memory_block",
    "unmarked",
    "without_marks",
]
