"""What a learner's profile gains from memory: with consent, noted on the memory, undone with it.

Interests from what they like, strengths from what they are good at; why they learn, and how best,
when they have not said so themselves.
"""

from collections.abc import Iterable
from typing import Any, Final

from accounts.models import LearnerProfile, User
from accounts.selectors import learner_profile
from accounts.services import update_profile
from conversations.memory.models import Memory

LISTS: Final = ("interests", "strengths")
MOST_INTERESTS: Final = 20
LONGEST: Final = {"interests": 60, "strengths": 60, "motivation": 280, "learning_style": 50}
_QUOTED: Final = "“«„"
"""Words there was no translation for: the profile is in the learner's own language."""


def fill(memory: Memory, *, field: str, value: str) -> None:
    """Put it in the profile unless it is there, or the learner has said otherwise."""
    if not field or not 0 < len(value) <= LONGEST[field] or value[0] in _QUOTED:
        return
    profile = learner_profile(memory.learner)
    held = getattr(profile, field)
    if field in LISTS:
        if len(held) >= MOST_INTERESTS or value.lower() in map(str.lower, held):
            return
        changed: Any = [*held, value]
    elif held:
        return
    else:
        changed = value
    update_profile(user=memory.learner, changes={field: changed})
    memory.filled = [{"field": field, "value": value}]
    Memory.objects.filter(pk=memory.pk).update(filled=memory.filled)


def take_back(learner: User, memories: Iterable[Memory]) -> None:
    """Take out of the profile what these memories put in; they keep a note of it."""
    values = [(one["field"], one["value"]) for memory in memories for one in memory.filled]
    if not values:
        return
    profile = learner_profile(learner)
    changes = {field: _without(profile, field, values) for field in {name for name, _ in values}}
    update_profile(user=learner, changes=changes)


def _without(profile: LearnerProfile, field: str, values: list[tuple[str, str]]) -> Any:
    gone = {value for name, value in values if name == field}
    held = getattr(profile, field)
    if field in LISTS:
        return [value for value in held if value not in gone]
    return "" if held in gone else held
