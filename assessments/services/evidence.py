"""What answers show of a learner's concepts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from accounts.models import User
from assessments.models import Item, Response
from learning.concepts.models import Concept
from learning.concepts.selectors import grammar_points, known_lemmas, topics
from learning.mastery.models import Surface
from learning.mastery.services import Shown, record_evidence

SOURCE: Final = "assessments.response"
CHOSEN: Final = 0.6
"""Weight of an answer that may be a guess, and of "I don't know": it may be caution."""
TYPED: Final = 1.0


def record_answers(
    *, learner: User, language: str, responses: Sequence[Response], now: datetime
) -> None:
    """Write the evidence of judged answers; those that wait for a reader have none yet.

    Call in the transaction that stores the answers. The responses come with their items.
    """
    judged = [row for row in responses if row.correct is not None]
    if not judged:
        return
    tested = Tested([row.item for row in judged], language)
    shown = [
        Shown(
            concept=concept,
            surface=Surface.ASSESSMENT,
            correct=bool(row.correct),
            source_type=SOURCE,
            source_id=row.pk,
            skill=row.skill,
            weight=_weight(row),
        )
        for row in judged
        for concept in tested.by(row.item)
    ]
    record_evidence(learner=learner, shown=shown, now=now)


class Tested:
    """The concepts that items test, looked up in at most three queries."""

    def __init__(self, items: Iterable[Item], language: str) -> None:
        items = list(items)
        grammar = {item.topic for item in items if item.skill == Item.Skill.GRAMMAR}
        others = {item.topic for item in items if item.skill != Item.Skill.GRAMMAR}
        lemmas = {item.lemma for item in items if item.lemma}
        self._grammar = grammar_points(language, grammar) if grammar else {}
        self._topics = topics(language, others) if others else {}
        # Made when the bank is loaded: finding a new word's level takes the word lists.
        self._lemmas = known_lemmas(language, lemmas) if lemmas else {}

    def topic_of(self, item: Item) -> Concept | None:
        known = self._grammar if item.skill == Item.Skill.GRAMMAR else self._topics
        return known.get(item.topic)

    def by(self, item: Item) -> list[Concept]:
        found = (self.topic_of(item), self._lemmas.get(item.lemma))
        return [concept for concept in found if concept]


def _weight(response: Response) -> float:
    chosen = response.item.type == Item.Type.MULTIPLE_CHOICE
    return CHOSEN if chosen or response.dont_know else TYPED
