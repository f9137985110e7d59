"""What retrieval makes of the gold set: every question asked, beside what would have been right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.utils import timezone

from accounts.models import User
from ai.embeddings import Vectors
from conversations import gold
from conversations.gold import GoldQuestion
from conversations.retrieval import ranking
from conversations.retrieval.answers import Answer, builtin_answer
from conversations.retrieval.calibration import Calibration
from conversations.retrieval.found import ALL_KINDS, Source
from conversations.retrieval.quotes import Quotable
from conversations.retrieval.ranking import Pool
from conversations.retrieval.search import candidates
from conversations.retrieval.vectors import vectors_of
from conversations.retrieval.words import words_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question that was asked. `place` counts from 0 to the passage that answers; None when it
    is not among those found, or when none answers."""

    asked: GoldQuestion
    pool: Pool
    features: dict[str, float]
    place: int | None

    @property
    def is_answered_first(self) -> bool:
        return self.place == 0

    def answer(self, calibration: Calibration) -> Answer:
        """What the built-in tutor says, being as sure as this calibration makes it."""
        asked = self.asked
        retrieved = ranking.ranked(
            asked.ask, self.pool, language=asked.language, limit=6, calibration=calibration
        )
        return builtin_answer(retrieved=retrieved, native_language=asked.native_language)

    def is_right(self, source: Source) -> bool:
        """Whether a citation points to a passage that holds the answer."""
        texts = {one.found.passage_id: one.found.text for one in self.pool.candidates}
        quote = self.asked.quote
        return bool(quote and Quotable(texts[source.passage_id]).find(quote))

    def is_literal(self, source: Source) -> bool:
        texts = {one.found.passage_id: one.found.text for one in self.pool.candidates}
        return source.excerpt in texts[source.passage_id]

    def is_exact(self, source: Source) -> bool:
        """Whether the words cited are, in part at least, those that answer."""
        texts = {one.found.passage_id: one.found.text for one in self.pool.candidates}
        text = texts[source.passage_id]
        place = Quotable(text).find(self.asked.quote) if self.asked.quote else None
        at = text.find(source.excerpt)
        return bool(place and at < place.to and place.at < at + len(source.excerpt))


def store_sessions(*, student: User, names: Iterable[str] = ()) -> None:
    """The sessions of the gold set, all of them or these, as one learner's."""
    for name in names or gold.read():
        gold.store_session(name=name, student=student, held_at=timezone.now())


def outcomes(
    *, student: User, questions: Sequence[GoldQuestion], by_words: bool = False
) -> list[Outcome]:
    """Every question asked of this learner's sessions; `by_words`, as without an embedder."""
    return [_outcome(one, student, None if by_words else _vectors(one)) for one in questions]


def _vectors(asked: GoldQuestion) -> Vectors:
    words = words_of(asked.ask, languages=(asked.language, asked.native_language))
    return async_to_sync(vectors_of)([asked.ask, words.telling])


def _outcome(asked: GoldQuestion, student: User, about: Vectors | None) -> Outcome:
    pool = candidates(
        words=words_of(asked.ask, languages=(asked.language, asked.native_language)),
        about=about,
        learner_id=student.pk,
        student_ids=None,
        kinds=ALL_KINDS,
        language=asked.language,
        native_language=asked.native_language,
    )
    read = ranking.readings(pool, language=asked.language)
    # A lesson is judged by itself: what is fitted is how sure to be of their own.
    own = [one for one in read if not one.is_lesson]
    return Outcome(asked, pool, ranking.features(own) if own else {}, _place(asked, read))


def _place(asked: GoldQuestion, read: Sequence[ranking.Reading]) -> int | None:
    if not asked.quote:
        return None
    texts = (Quotable(one.candidate.found.text) for one in read)
    return next((place for place, text in enumerate(texts) if text.find(asked.quote)), None)
