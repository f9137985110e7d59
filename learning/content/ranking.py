"""Which content comes next, and why. No Django but for words, no clock, no chance.

A candidate answers a need, and a score from 0 to 1 says how pressing it is:

    score = fit x form x (base + extra x how much + AIM x how near to what the learner wants)

| need   | it holds when                                           | base | extra, by            |
|--------|---------------------------------------------------------|------|----------------------|
| error  | an error is open; missed twice this week, or once while | 0.65 | 0.20, misses         |
|        | below the learner's target                              |      |                      |
| weak   | practised, but never up to the target                   | 0.50 | 0.15, mastery lacked |
| fading | was up to the target and has fallen below it            | 0.42 | 0.12, days since     |
| new    | not practised yet, and what it builds on has been shown | 0.33 |                      |
| talk   | a conversation at the learner's level                   | 0.32 |                      |

So weak areas come first, whatever the learner likes; what they like decides among equals. *Fit* is
how far the level is from the learner's, *form* which of a concept's lesson and exercise is the
better next step. Of each concept only the best piece is offered. Days are whole days, so that two
calls on one day give one answer.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.levels import levels_apart
from learning.content.candidates import Aim, Candidate, Choice


class Need(StrEnum):
    ERROR = "error"
    WEAK = "weak"
    FADING = "fading"
    TALK = "talk"
    NEW = "new"


BASE: Final = {
    Need.ERROR: 0.65,
    Need.WEAK: 0.50,
    Need.FADING: 0.42,
    Need.NEW: 0.33,
    Need.TALK: 0.32,
}
EXTRA: Final = {Need.ERROR: 0.20, Need.WEAK: 0.15, Need.FADING: 0.12}
AIM: Final = 0.15
REST, REST_AFTER_SLIPS = timedelta(days=7), timedelta(days=1)
"""What was finished is not offered again for so long; less when much of it was wrong."""
WELL: Final = 0.8
VARIETY: Final = 0.01
"""What an offer loses for each one before it that answers the same need."""
CLOSE: Final = 0.35
"""A cosine from which content counts as being about an aim altogether."""
FADED_DAYS: Final = 30
UNREADY: Final = 0.6
"""For what was practised before the points it builds on were shown: those come first."""
FIT_OF_NEW: Final = {0: 1.0, -1: 0.6, 1: 0.4}
FIT_OF_PRACTISED: Final = {0: 1.0, -1: 0.95, 1: 0.9}
FIT_ELSEWHERE: Final = 0.8
LATER_FORM: Final = 0.8
UNREAD, JUST_READ = 0.7, 1.15
"""For an exercise about something new, by whether its lesson was read."""

LESSON, EXERCISE, STARTER = "lesson", "exercise", "conversation_starter"


@dataclass(frozen=True, slots=True)
class Recommendation:
    candidate: Candidate
    need: Need
    score: float
    reason: str


def rank(
    choice: Choice,
    *,
    level: str,
    now: datetime,
    topic_words: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Recommendation]:
    """The content to offer, the most pressing first, each with its reason.

    `topic_words` are the topics' names: a wish that no vector speaks for is met by a topic whose
    name it shares a word with.
    """
    read = {
        one.concept_id
        for one in choice.candidates
        if one.content_type == LESSON and one.finished_at
    }
    placed = [
        _with_topics(
            replace(one, lesson_read=bool(one.concept_id) and one.concept_id in read),
            choice.unplaced,
            topic_words or {},
        )
        for one in choice.candidates
        if not _rests(one, now)
    ]
    offers = [offer for one in placed if (offer := _offer(one, level, now))]
    offers.sort(key=_order)
    return _varied(_one_a_concept(offers))


def _rests(candidate: Candidate, now: datetime) -> bool:
    well = candidate.score is None or candidate.score >= WELL
    rest = REST if well else REST_AFTER_SLIPS
    return candidate.finished_at is not None and now - candidate.finished_at < rest


def _varied(offers: Iterable[Recommendation]) -> list[Recommendation]:
    """Lessons and conversations in turn, rather than all of one and then all of the other."""
    before: Counter[Need] = Counter()
    varied = []
    for offer in offers:
        score = round(max(offer.score - VARIETY * before[offer.need], 0.0), 3)
        varied.append(replace(offer, score=score))
        before[offer.need] += 1
    return sorted(varied, key=_order)


def _order(offer: Recommendation) -> tuple[float, str, str, str]:
    candidate = offer.candidate
    # Ids sort by creation, and concepts are created in the order of their course.
    place = str(candidate.concept_id or candidate.item_id)
    return -offer.score, candidate.level, place, str(candidate.item_id)


def _offer(candidate: Candidate, level: str, now: datetime) -> Recommendation | None:
    need = need_of(candidate, now)
    gap = levels_apart(level, candidate.level)
    if need is None:
        return None
    if need is Need.NEW and (candidate.lacking or gap not in FIT_OF_NEW):
        return None
    fit = FIT_OF_NEW[gap] if need is Need.NEW else FIT_OF_PRACTISED.get(gap, FIT_ELSEWHERE)
    fit *= UNREADY if candidate.lacking else 1
    pressing = BASE[need] + EXTRA.get(need, 0.0) * _how_much(candidate, need, now)
    score = fit * _form(candidate, need) * (pressing + AIM * _nearness(candidate))
    return Recommendation(candidate, need, round(score, 3), reason_of(candidate, need, level, now))


def need_of(candidate: Candidate, now: datetime) -> Need | None:
    """None when the concept is known: there is nothing to do about it now."""
    if candidate.content_type == STARTER:
        return Need.TALK
    known = candidate.forgets_at is not None and candidate.forgets_at > now
    if candidate.errors or candidate.missed > (1 if known else 0):
        return Need.ERROR
    if candidate.memory is None or candidate.forgets_at is None:
        return Need.NEW
    if known:
        return None
    return Need.FADING if candidate.forgets_at > candidate.memory.last else Need.WEAK


def _how_much(candidate: Candidate, need: Need, now: datetime) -> float:
    if need is Need.ERROR:
        return 1 - 0.5 ** max(candidate.missed, candidate.errors)
    if need is Need.WEAK and candidate.memory:
        return 1 - candidate.memory.mastery(now) / 100
    if need is Need.FADING and candidate.forgets_at:
        return min((now - candidate.forgets_at).days / FADED_DAYS, 1.0)
    return 0.0


def _form(candidate: Candidate, need: Need) -> float:
    """A lesson comes before its exercise, and is not repeated for what only fades."""
    if candidate.content_type == LESSON:
        return LATER_FORM if need is Need.FADING or candidate.finished_at else 1.0
    if candidate.content_type == STARTER:
        return LATER_FORM if candidate.finished_at else 1.0
    if need is Need.NEW:
        return JUST_READ if candidate.lesson_read else UNREAD
    return 1.0 if candidate.lesson_read or need is Need.FADING else 0.9


def _nearness(candidate: Candidate) -> float:
    return min(max((near for _aim, near in candidate.near), default=0.0) / CLOSE, 1.0)


def _with_topics(
    candidate: Candidate, unplaced: Sequence[Aim], words: Mapping[str, Mapping[str, str]]
) -> Candidate:
    names = [name for topic in candidate.topics for name in words.get(topic, {}).values()]
    about = set().union(*map(_words_of, names)) if names else set()
    shared = [(aim, 1.0) for aim in unplaced if _words_of(aim.text) & about]
    return replace(candidate, near=(*candidate.near, *shared)) if shared else candidate


def _words_of(text: str) -> set[str]:
    """Words long enough to mean something by themselves, as in *food and drink*."""
    return {word for word in text.casefold().replace("’", " ").split() if len(word) > 3}


def _one_a_concept(offers: Iterable[Recommendation]) -> list[Recommendation]:
    kept: list[Recommendation] = []
    seen: set[UUID] = set()
    for offer in offers:
        subject = offer.candidate.concept_id or offer.candidate.item_id
        if not {subject, offer.candidate.item_id} & seen:
            kept.append(offer)
        seen |= {subject, offer.candidate.item_id}
    return kept


def reason_of(candidate: Candidate, need: Need, level: str, now: datetime) -> str:
    """Why it is offered, said only from what is on record."""
    return _REASONS[need](candidate, level, now)


def _of_error(candidate: Candidate, level: str, now: datetime) -> str:
    name = {"name": candidate.concept}
    if candidate.missed:
        return ngettext(
            "You missed “%(name)s” once this week.",
            "You missed “%(name)s” %(count)d times this week.",
            candidate.missed,
        ) % (name | {"count": candidate.missed})
    return ngettext(
        "A mistake of yours with “%(name)s” keeps coming back.",
        "%(count)d mistakes of yours with “%(name)s” keep coming back.",
        candidate.errors,
    ) % (name | {"count": candidate.errors})


def _of_weak(candidate: Candidate, level: str, now: datetime) -> str:
    mastery = candidate.memory.mastery(now) if candidate.memory else 0
    return _("“%(name)s” is not sure yet: the chance that you get it right is %(mastery)d %%.") % {
        "name": candidate.concept,
        "mastery": mastery,
    }


def _of_fading(candidate: Candidate, level: str, now: datetime) -> str:
    days = (now - candidate.memory.last).days if candidate.memory else 0
    if days < 1:
        return _("You practised this today, and it is already fading.")
    return ngettext(
        "You last practised this yesterday, and it is fading.",
        "You last practised this %(count)d days ago, and it is fading.",
        days,
    ) % {"count": days}


def _of_new(candidate: Candidate, level: str, now: datetime) -> str:
    aim = _nearest(candidate)
    if candidate.content_type == EXERCISE and candidate.lesson_read:
        return _("You have read the lesson; now try it yourself.")
    if candidate.level != level:
        place = _("New to you here, at %(level)s.") % {"level": candidate.level}
    else:
        place = _("Next at %(level)s.") % {"level": level}
    return f"{place} {_about(aim, candidate)}" if aim else place


def _of_talk(candidate: Candidate, level: str, now: datetime) -> str:
    aim = _nearest(candidate)
    if aim:
        return _about(aim, candidate)
    if candidate.finished_at:
        days = (now - candidate.finished_at).days
        return _("At your level; you last had this conversation %(count)d days ago.") % {
            "count": days
        }
    return _("A conversation at your level that you have not had yet.")


_REASONS: Final[dict[Need, Callable[[Candidate, str, datetime], str]]] = {
    Need.ERROR: _of_error,
    Need.WEAK: _of_weak,
    Need.FADING: _of_fading,
    Need.NEW: _of_new,
    Need.TALK: _of_talk,
}


def _nearest(candidate: Candidate) -> Aim | None:
    return max(candidate.near, key=lambda one: one[1])[0] if candidate.near else None


def _about(aim: Aim, candidate: Candidate) -> str:
    if aim.kind == "error" and candidate.content_type != STARTER:
        return _("Close to what you got wrong: “%(text)s”.") % {"text": aim.text}
    if aim.kind == "error":
        return _("A place to use “%(text)s”, which you got wrong before.") % {"text": aim.text}
    if aim.kind == "goal":
        return _("Close to what you learn for: %(text)s.") % {"text": aim.text.rstrip(".")}
    return _("Close to what interests you: %(text)s.") % {"text": aim.text}
