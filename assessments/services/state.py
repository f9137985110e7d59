"""An assessment as the engine sees it: rebuilt from its rows, so any process can go on with it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import LearnerLanguage
from assessments.engine import Answers, Belief, Given, Prior, level_centre
from assessments.models import Assessment, Item, Response
from config.errors import DomainError
from config.languages import TAUGHT
from config.levels import Difficulty

SAID_BY_LEARNER: Final = 2.0
"""Spread of the prior about a level learners give themselves: it moves the first questions, and
after eight answers it weighs less than one of them."""
MEASURED: Final = 1.4
"""About a level that was measured or set by a tutor: one level's width."""
COARSE: Final = {
    Difficulty.BEGINNER: ("A1", "A2"),
    Difficulty.INTERMEDIATE: ("B1", "B2"),
    Difficulty.ADVANCED: ("C1", "C2"),
}


@dataclass(frozen=True)
class Sitting:
    """The answers so far, in order, and what follows from them."""

    assessment: Assessment
    rows: Sequence[Response]

    @classmethod
    def load(cls, assessment: Assessment) -> "Sitting":
        rows = assessment.responses.filter(answered_at__isnull=False).select_related("item")
        return cls(assessment, list(rows.order_by("number")))

    @cached_property
    def answered(self) -> list[Response]:
        """The answers that the engine counts: those with a key."""
        return [row for row in self.rows if row.item.type != Item.Type.CONVERSATION]

    @cached_property
    def written(self) -> list[Response]:
        """The free texts, which a reader judges."""
        return [row for row in self.rows if row.item.type == Item.Type.CONVERSATION]

    @cached_property
    def prior_belief(self) -> Belief:
        return Belief.before(prior_of(self.assessment))

    @cached_property
    def belief(self) -> Belief:
        return self.prior_belief.after(answers_of(self.answered))

    @cached_property
    def asked(self) -> Counter[str]:
        return Counter(response.item.skill for response in self.answered)


def answers_of(responses: Sequence[Response]) -> Answers:
    return Answers.of(
        [(row.discrimination, row.difficulty, row.guessing, given(row)) for row in responses]
    )


def given(response: Response) -> Given:
    if response.dont_know:
        return Given.DONT_KNOW
    return Given.RIGHT if response.correct else Given.WRONG


def choose_prior(known: LearnerLanguage | None, *, difficulty: str = "") -> Prior:
    """From the level on record, else the caller's coarse word for it, else from nothing."""
    if known and known.level:
        said = known.level_source == LearnerLanguage.Source.SELF
        return Prior(level_centre(known.level), SAID_BY_LEARNER if said else MEASURED)
    if difficulty:
        low, high = COARSE[Difficulty(difficulty)]
        return Prior((level_centre(low) + level_centre(high)) / 2, SAID_BY_LEARNER)
    return Prior()


def prior_of(assessment: Assessment) -> Prior:
    """The prior chosen at the start: a level changed meanwhile does not move a running test."""
    stored = assessment.learning_session.metadata.get("prior")
    return Prior(**stored) if stored else Prior()


def require_language(language: str) -> None:
    """Raises DomainError `unknown_language`, or `empty_bank` when nothing can be asked in it."""
    if language not in TAUGHT:
        raise DomainError(
            _("Parlance does not teach that language."),
            code="unknown_language",
            details={"language": [_("Choose one of %s.") % ", ".join(TAUGHT)]},
        )
    if not Item.objects.active(language).exists():
        raise DomainError(
            f"There is no test in {TAUGHT[language].name} yet.",
            code="empty_bank",
            details={"language": [_("Nothing can be asked in this language yet.")]},
        )
