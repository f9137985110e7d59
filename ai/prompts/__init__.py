"""Prompts as versioned files. `load` gives the newest version; results keep its name."""

from ai.prompts.loader import Prompt, learner_block, load, memory_block, unmarked, without_marks

__all__ = ["Prompt", "learner_block", "load", "memory_block", "unmarked", "without_marks"]
