"""What a writer says against a flag, and what an admin decides."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.notifications.services import notify
from accounts.services import record_audit
from ai.models import ModerationFlag
from config.errors import Conflict, DomainError, Forbidden, NotFound
from conversations.moderation.selectors import OPEN, STATES, can_appeal

Status = ModerationFlag.Status
MAX_APPEAL: Final = 1000
MAX_DECISION: Final = 500
VERDICTS: Final = (Status.UPHELD, Status.OVERTURNED)
DECIDED, APPEAL_DECIDED = "flag-decided", "appeal-decided"


@transaction.atomic
def appeal(*, user: User, flag_id: UUID, text: str, now: datetime) -> ModerationFlag:
    """Say why a flag is wrong: a person decides. Raises NotFound for somebody else's, and Conflict
    when it was appealed before or has nothing to appeal against."""
    text = text.strip()
    if not 1 <= len(text) <= MAX_APPEAL:
        raise DomainError(details={"text": [_("Use 1 to %d characters.") % MAX_APPEAL]})
    flag = _locked(ModerationFlag.objects.filter(user=user), flag_id)
    if flag.appeal:
        raise Conflict(_("You have said what you think of this one."), code="already_appealed")
    if not can_appeal(flag):
        raise Conflict(_("Nothing came of this, so nothing can be undone."), code="not_appealable")
    flag.appeal, flag.appealed_at, flag.status = text, now, Status.APPEALED
    flag.save(update_fields=["appeal", "appealed_at", "status"])
    return flag


@transaction.atomic
def decide(
    *,
    admin: User,
    flag_id: UUID,
    verdict: str,
    decision: str = "",
    now: datetime,
    address: str | None = None,
) -> ModerationFlag:
    """Uphold or overturn a flag, for good or until an appeal. A text that was blocked goes through
    from now on when its flag is overturned. The writer is told, and it is audited.

    Raises Forbidden for anybody but an admin, NotFound, and Conflict when it does not wait.
    """
    if not admin.is_admin:
        raise Forbidden
    if verdict not in VERDICTS:
        raise DomainError(details={"verdict": [_("Uphold it or overturn it.")]})
    flag = _locked(ModerationFlag.objects.all(), flag_id)
    if flag.status not in STATES[OPEN]:
        raise Conflict(_("That is decided already."), code="already_decided")
    flag.status, flag.decision = verdict, decision.strip()[:MAX_DECISION]
    flag.decided_by, flag.decided_at = admin, now
    flag.save(update_fields=["status", "decision", "decided_by", "decided_at"])
    record_audit(
        actor=admin,
        subject=flag.user,
        action=f"moderation.{verdict}",
        detail={"flag": str(flag.pk), "category": flag.category, "appealed": bool(flag.appeal)},
        address=address,
    )
    _tell(flag)
    return flag


def _locked(rows: QuerySet[ModerationFlag], flag_id: UUID) -> ModerationFlag:
    flag = rows.select_for_update(of=("self",)).filter(pk=flag_id).first()
    if flag is None:
        raise NotFound
    return flag


def _tell(flag: ModerationFlag) -> None:
    """Words of despair are looked at, not judged: their writer hears nothing of a verdict."""
    if flag.category == ModerationFlag.Category.SELF_HARM:
        return
    title = (
        _("We were wrong: what was flagged is fine")
        if flag.status == Status.OVERTURNED
        else _("We looked at what was flagged, and it stands")
    )
    notify(
        user=flag.user,
        kind=APPEAL_DECIDED if flag.appeal else DECIDED,
        title=title,
        body=flag.decision or flag.reason,
        url="/moderation",
        source_type="ai.moderationflag",
        source_id=flag.pk,
    )
