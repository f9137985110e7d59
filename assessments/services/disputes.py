"""A learner objects to a grade; a tutor decides; what they find holds for everybody."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Func, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from assessments.models import Assessment, Dispute, Item, Response
from assessments.selectors import tells_at_once
from assessments.services.grading import grade
from assessments.services.revision import regrade, revise_result
from assessments.services.sitting import hold
from assessments.tasks import regrade_item_task
from config.commits import after_commit
from config.errors import Conflict, DomainError, Forbidden, NotFound

DISPUTED: Final = "disputed"
"""The flag of an item whose key an author should look at."""
TYPED: Final = (Item.Type.FILL_BLANK, Item.Type.TRANSLATION)
"""Types whose key can take another right answer."""

Status = Dispute.Status


def dispute_grade(
    *, assessment: Assessment, question_id: UUID, by: User, reason: str = ""
) -> Dispute:
    """Object to the grade of one of one's answers. Once an answer.

    Raises Forbidden `only_the_learner`, NotFound, Conflict `not_told_yet` while right and wrong are
    not told, `already_disputed` or `set_by_tutor`, DomainError `nothing_to_dispute`.
    """
    if by.pk != assessment.learner_id:
        raise Forbidden(_("Only the learner can do this."), code="only_the_learner")
    answers = assessment.responses.filter(answered_at__isnull=False).select_related("item")
    response = answers.filter(pk=question_id).first()
    if response is None:
        raise NotFound()
    _check_disputable(assessment, response)
    try:
        with transaction.atomic():
            return Dispute.objects.create(response=response, reason=reason.strip())
    except IntegrityError:
        raise Conflict(_("You have disputed this grade before."), code="already_disputed") from None


def is_disputable(assessment: Assessment, response: Response) -> bool:
    """Whether a grade was given, and told, that the learner may find too low."""
    told = assessment.status == Assessment.Status.COMPLETED or tells_at_once(assessment)
    judged = response.correct is False or _abstained(response)
    return told and judged and not response.dont_know and response.graded_by_id is None


def accept_dispute(
    *, dispute: Dispute, by: User, note: str = "", now: datetime | None = None
) -> Dispute:
    """The answer is right. The grade changes, and with it evidence and result; no level falls.

    A typed answer joins the item's key, and everybody who gave it is graded anew; another item is
    flagged for its author. Raises Forbidden unless `by` teaches the learner, Conflict
    `dispute_decided`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        assessment, held = _held(dispute, by)
        _decide(held, Status.ACCEPTED, by=by, note=note, now=now)
        response = held.response
        level = assessment.level
        regrade(response, correct=True, by=by, now=now)
        revise_result(assessment, at_least=level)
        _change_item(response, now=now)
        if response.item.type in TYPED:
            # With the queue down the nightly run regrades.
            after_commit(regrade_item_task.delay, str(response.item_id))
    return held


def decline_dispute(
    *, dispute: Dispute, by: User, note: str, now: datetime | None = None
) -> Dispute:
    """The grade stands; the learner reads why. Raises as `accept_dispute`, and DomainError
    `note_missing`."""
    if not note.strip():
        raise DomainError(
            _("Tell the learner why the grade stands."),
            code="note_missing",
            details={"note": [_("Tell the learner why the grade stands.")]},
        )
    with transaction.atomic():
        held = _held(dispute, by)[1]
        _decide(held, Status.DECLINED, by=by, note=note, now=now or timezone.now())
    return held


def regrade_item(*, item_id: UUID | str, now: datetime | None = None) -> int:
    """Grade the wrong answers to an item by the key as it is now; how many became right.

    Each in a transaction of its own, so that a run that dies is simply run again. A grade that a
    person set stands.
    """
    item = Item.objects.get(pk=item_id)
    found = list(_right_after_all(item))
    return sum(_regrade_one(pk, now=now or timezone.now()) for pk in found)


def regrade_recent(*, language: str, since: datetime) -> int:
    """What `regrade_item` does, for every item that got a right answer since then."""
    recent = Dispute.objects.filter(
        status=Status.ACCEPTED, decided_at__gte=since, response__item__language=language
    ).filter(response__item__type__in=TYPED)
    items = recent.values_list("response__item", flat=True).distinct()
    return sum(regrade_item(item_id=item) for item in items)


def override_grade(
    *, response: Response, correct: bool, by: User, note: str = "", now: datetime | None = None
) -> Response:
    """A tutor's word on a grade: it wins over every rule, and is audited.

    The result is worked out anew; the learner's level on record may rise by it, never fall.
    Raises Forbidden unless `by` teaches the learner, Conflict `not_answered`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        assessment = hold(Assessment(pk=response.assessment_id))
        _require_teacher(by, assessment.learner)
        held = _lock(response.pk, assessment)
        if held.answered_at is None:
            raise Conflict(_("There is no answer to grade yet."), code="not_answered")
        detail = {
            "response": str(held.pk),
            "item": held.item.slug,
            "from": held.correct,
            "to": correct,
            "note": note.strip(),
        }
        regrade(held, correct=correct, by=by, now=now)
        revise_result(assessment)
        record_audit(actor=by, subject=assessment.learner, action="grade.overridden", detail=detail)
    return held


def settle_items(*, items: Sequence[Item]) -> int:
    """Take the disputed flag off items that their author has looked at; how many had it."""
    chosen = Item.objects.filter(pk__in=[item.pk for item in items], flags__contains=[DISPUTED])
    return chosen.update(
        flags=Func(F("flags"), Value(DISPUTED), function="array_remove"),
        updated_at=timezone.now(),
    )


def _check_disputable(assessment: Assessment, response: Response) -> None:
    if assessment.status != Assessment.Status.COMPLETED and not tells_at_once(assessment):
        raise Conflict(_("Right and wrong are told once the test is over."), code="not_told_yet")
    if response.graded_by_id:
        raise Conflict(_("Your tutor set this grade."), code="set_by_tutor")
    if not is_disputable(assessment, response):
        raise DomainError(
            _("Only an answer that was marked wrong can be disputed."),
            code="nothing_to_dispute",
            details={"question_id": [_("Only an answer that was marked wrong can be disputed.")]},
        )


def _abstained(response: Response) -> bool:
    """A free text whose readers disagreed: a tutor may settle it."""
    return response.awaits_reader and hasattr(response, "review")


def _held(dispute: Dispute, by: User) -> tuple[Assessment, Dispute]:
    """The dispute and its assessment, locked. Every writer locks the assessment first."""
    place = Response.objects.values_list("assessment_id", flat=True).get(pk=dispute.response_id)
    assessment = hold(Assessment(pk=place))
    _require_teacher(by, assessment.learner)
    held = Dispute.objects.select_for_update().get(pk=dispute.pk)
    if held.status != Status.OPEN:
        raise Conflict(_("That dispute has been decided."), code="dispute_decided")
    held.response = _lock(held.response_id, assessment)
    return assessment, held


def _lock(response_id: UUID, assessment: Assessment) -> Response:
    rows = Response.objects.select_for_update(of=("self",)).select_related("item")
    response = rows.get(pk=response_id)
    response.assessment = assessment
    return response


def _require_teacher(by: User, learner: User) -> None:
    staff = by.is_admin or by.is_tutor
    if not staff or by.pk == learner.pk or not User.objects.visible_to(by).filter(pk=learner.pk):
        raise Forbidden(_("Only a tutor of the learner decides this."), code="only_a_tutor")


def _decide(dispute: Dispute, status: Status, *, by: User, note: str, now: datetime) -> None:
    dispute.status, dispute.decided_by = status, by
    dispute.note, dispute.decided_at = note.strip(), now
    dispute.save(update_fields=["status", "decided_by", "note", "decided_at"])
    response = dispute.response
    record_audit(
        actor=by,
        subject=response.assessment.learner,
        action=f"dispute.{status.value}",
        detail={
            "dispute": str(dispute.pk),
            "response": str(response.pk),
            "item": response.item.slug,
            "note": dispute.note,
        },
    )


def _change_item(response: Response, *, now: datetime) -> None:
    """A typed answer joins the key; of other types, the author looks at the item."""
    # A batch that has stored answers to it waits for the learner: it must not wait for that batch.
    item = Item.objects.select_for_update(no_key=True).get(pk=response.item_id)
    if item.type not in TYPED:
        item.flags = list(dict.fromkeys([*item.flags, DISPUTED]))
    elif not grade(item, response.answer).correct:
        item.key = [*item.key, response.answer]
    item.updated_at = now
    Item.objects.filter(pk=item.pk).update(key=item.key, flags=item.flags, updated_at=now)


def _right_after_all(item: Item) -> Iterator[UUID]:
    wrong = Response.objects.filter(
        item=item, correct=False, dont_know=False, graded_by__isnull=True
    ).order_by("pk")
    judged: dict[str, bool] = {}
    for pk, answer in wrong.values_list("pk", "answer").iterator(chunk_size=2000):
        if answer not in judged:
            judged[answer] = bool(grade(item, answer).correct)
        if judged[answer]:
            yield pk


@transaction.atomic
def _regrade_one(response_id: UUID, *, now: datetime) -> bool:
    place = Response.objects.values_list("assessment_id", flat=True).get(pk=response_id)
    assessment = hold(Assessment(pk=place))
    response = _lock(response_id, assessment)
    judged = grade(response.item, response.answer)
    if response.correct or response.graded_by_id or not judged.correct:
        return False
    level = assessment.level
    response.note = judged.note
    regrade(response, correct=True, by=None, now=now)
    revise_result(assessment, at_least=level)
    return True
