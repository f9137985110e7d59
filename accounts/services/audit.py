from typing import Any

from accounts.models import AuditEntry, User


def record_audit(
    *,
    actor: User | None,
    subject: User | None,
    action: str,
    detail: dict[str, Any] | None = None,
    address: str | None = None,
) -> AuditEntry:
    """Keep who did what to whom. `action` is `<noun>.<past verb>`; `detail` holds no secrets."""
    return AuditEntry.objects.create(
        actor=actor, subject=subject, action=action, detail=detail or {}, address=address
    )
