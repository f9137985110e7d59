"""Asking for a set: it is noted at once, and made in the background."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import current_language
from config.commits import after_commit
from config.errors import Conflict, DomainError, NotFound
from config.ids import new_id
from learning.models import Concept, ContentItem
from practice.decks.media import checked
from practice.sets.aims import concepts_of_session, language_of
from practice.sets.models import PracticeSet
from practice.tasks import make_set_task

Kind, Status = PracticeSet.Kind, PracticeSet.Status
DUE_AFTER: Final = timedelta(days=1)
MOST_CONCEPTS: Final = 20
ASKED_AGAIN: Final = timedelta(minutes=10)
"""Asking for the same within this time gives the set that is being made."""


@transaction.atomic
def request_practice(
    *,
    learner: User,
    requested_by: User,
    now: datetime,
    concepts: Sequence[Concept] = (),
    session_id: UUID | None = None,
    language: str = "",
    title: str = "",
    source_type: str = "",
) -> PracticeSet:
    """Exercises about concepts, about what went wrong in a session, or about what presses most.

    Raises NotFound for a session that is not the learner's, Conflict `no_language` when there is
    no language to practise, and DomainError `too_many_concepts` or `mixed_languages`.
    """
    chosen = list(concepts)
    _check(chosen)
    if session_id:
        found = concepts_of_session(learner, session_id)
        if found is None:
            raise NotFound
        language = language or found[0]
        chosen = chosen or found[1]
    language = language_of(chosen) or language or _current(learner)
    context = {"concepts": [str(one.pk) for one in chosen]}
    waiting = _being_made(learner, language, context, now)
    if waiting:
        return waiting
    return _start(
        learner=learner,
        kind=Kind.PRACTICE,
        language=language,
        title=title or _named(chosen, learner),
        context=context,
        assigned_by=requested_by if requested_by != learner else None,
        source_type=source_type or ("learning.learningsession" if session_id else ""),
        source_id=session_id,
        due_at=now + DUE_AFTER,
    )


def request_quiz(*, learner: User, lesson: ContentItem) -> PracticeSet:
    """Raises NotFound for content that is no lesson."""
    if lesson.content_type != ContentItem.Type.LESSON:
        raise NotFound(_("There is no lesson by that id."))
    return _start(
        learner=learner,
        kind=Kind.QUIZ,
        language=lesson.language,
        level=lesson.level,
        title=lesson.title,
        lesson=lesson,
    )


def request_picture_questions(
    *,
    learner: User,
    description: str,
    language: str,
    image_url: str = "",
    level: str = "",
    image: "File[Any] | None" = None,
) -> PracticeSet:
    """Questions from a description; `image` is kept with them.

    Raises TooLarge or WrongMedia for a picture that cannot be shown.
    """
    context = {"description": description, "image_url": image_url}
    if image:
        image = checked(image, "image")
        context["image"] = default_storage.save(f"pictures/{new_id()}/{image.name}", image)
    return _start(
        learner=learner, kind=Kind.PICTURE, language=language, level=level, context=context
    )


def delete_picture(*, practice_set: PracticeSet) -> None:
    """The file goes; its description, the questions and the answers stay."""
    name = practice_set.context.pop("image", "")
    practice_set.save(update_fields=["context"])
    if name:
        default_storage.delete(name)


def _check(concepts: Sequence[Concept]) -> None:
    if len(concepts) > MOST_CONCEPTS:
        raise DomainError(
            _("Choose at most %d things to practise.") % MOST_CONCEPTS, code="too_many_concepts"
        )
    if len({one.language for one in concepts}) > 1:
        raise DomainError(_("Practise one language at a time."), code="mixed_languages")


def _current(learner: User) -> str:
    studied = current_language(learner)
    if studied is None:
        raise Conflict(_("Say what you want to learn first."), code="no_language")
    return studied.language


def _named(concepts: Sequence[Concept], learner: User) -> str:
    names = [one.name_in(learner.native_language) for one in concepts[:3]]
    return ", ".join(names)[:160]


def _being_made(
    learner: User, language: str, context: dict[str, Any], now: datetime
) -> PracticeSet | None:
    """The set that is being made already: a button pressed twice makes one."""
    # Two tabs take turns at the learner's row.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=learner.pk)
    return PracticeSet.objects.filter(
        learner=learner,
        kind=Kind.PRACTICE,
        language=language,
        status=Status.GENERATING,
        context=context,
        assigned_at__gt=now - ASKED_AGAIN,
    ).first()


def _start(**fields: Any) -> PracticeSet:
    with transaction.atomic():
        made: PracticeSet = PracticeSet.objects.create(**fields)
        after_commit(make_set_task.delay, str(made.pk))
    return made
