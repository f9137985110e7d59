from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.models import Assessment, Item, Response
from assessments.services.completion import complete_assessment
from assessments.services.grading import Grade, grade
from assessments.services.sitting import hold, take_in
from assessments.services.state import Sitting
from config.errors import Conflict, DomainError, NotFound

MOST_ANSWERS: Final = 100


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer of a batch. An empty answer says "I don't know"."""

    question_id: UUID
    answer: str
    time_spent: float | None = None
    confidence: float | None = None


def submit_assessment(
    *,
    learner: User,
    session_id: UUID,
    language: str,
    assessment_type: str,
    answers: Sequence[GivenAnswer],
    now: datetime | None = None,
) -> Assessment:
    """Judge a whole batch against the server's own items and finish the assessment.

    A question is named by its id in this assessment or by the id of an active item of the bank;
    nothing a client says about questions or keys is used. Raises NotFound for a session that is not
    the learner's, Conflict `assessment_over`, `wrong_assessment` or `stale_question`, DomainError
    `unknown_question`, `repeated_question` or `unknown_option`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        held = _held(learner, session_id)
        if (held.language, held.assessment_type) != (language, assessment_type):
            raise Conflict(
                _("That session is for another language or type."), code="wrong_assessment"
            )
        fresh = _responses(held, answers, now=now)
        unasked = [row.item_id for row in fresh if row._state.adding]
        _save(fresh)
        take_in(held, fresh, now=now)
        _count(unasked)
        held.responses.filter(answered_at__isnull=True).delete()
        complete_assessment(Sitting.load(held), stopped_because=Assessment.Stop.SUBMITTED, now=now)
        return held


def _held(learner: User, session_id: UUID) -> Assessment:
    found = Assessment.objects.filter(learner=learner, learning_session=session_id).first()
    if found is None:
        raise NotFound()
    held = hold(found)
    if held.status != Assessment.Status.ACTIVE:
        raise Conflict(_("This assessment is over."), code="assessment_over")
    return held


def _responses(
    assessment: Assessment, answers: Sequence[GivenAnswer], *, now: datetime
) -> list[Response]:
    """The answers that are new, judged and unsaved."""
    asked = {row.pk: row for row in assessment.responses.select_related("item")}
    items = _items(assessment.language, [row.question_id for row in answers])
    by_item = {row.item_id: row for row in asked.values()}
    number = max((row.number for row in asked.values()), default=0)
    met: set[UUID] = set()
    written = []
    for place, given in enumerate(answers):
        response = asked.get(given.question_id) or by_item.get(given.question_id)
        if response is None:
            item = items.get(given.question_id)
            if item is None:
                raise _refused(place, "unknown_question", "There is no such question.")
            number += 1
            response = _unasked(assessment, item, number)
        if response.item_id in met:
            raise _refused(place, "repeated_question", "That question is answered twice.")
        met.add(response.item_id)
        if _judge(response, given, now=now):
            written.append(response)
    return written


def _items(language: str, ids: Sequence[UUID]) -> dict[UUID, Item]:
    return Item.objects.active(language).in_bulk(ids)


def _unasked(assessment: Assessment, item: Item, number: int) -> Response:
    return Response(
        assessment=assessment,
        item=item,
        number=number,
        discrimination=item.discrimination,
        difficulty=item.difficulty,
        guessing=item.guessing,
    )


def _judge(response: Response, given: GivenAnswer, *, now: datetime) -> bool:
    """Put the answer on the response. False when it already stood there."""
    judged = grade(response.item, given.answer) if given.answer.strip() else _unknown(response)
    if response.answered_at:
        if response.answer != judged.stored:
            raise Conflict(_("That question was answered before."), code="stale_question")
        return False
    response.answer, response.correct, response.note = judged
    response.dont_know = not judged.stored
    response.time_spent, response.confidence = given.time_spent, given.confidence
    response.answered_at = now
    return True


def _unknown(response: Response) -> Grade:
    return Grade("", None if response.item.type == Item.Type.CONVERSATION else False)


def _save(responses: list[Response]) -> None:
    new = [row for row in responses if row._state.adding]
    open_before = [row for row in responses if not row._state.adding]
    Response.objects.bulk_create(new)
    for response in open_before:
        response.save()


def _count(ids: Sequence[UUID]) -> None:
    """Items are locked after the learner, as where a dispute is decided; in one order, so that two
    batches with the same items cannot wait for each other."""
    rows = Item.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    Item.objects.filter(pk__in=ids).update(exposures=F("exposures") + 1)


def _refused(place: int, code: str, message: str) -> DomainError:
    return DomainError(message, code=code, details={f"responses.{place}.questionId": [message]})
