"""The languages a learner studies, their order, and the level they stand at in each."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.errors import InvalidFields
from accounts.models import LearnerLanguage, User
from accounts.services.audit import record_audit
from accounts.services.checks import checked
from accounts.validators import validate_level, validate_taught_language
from config.languages import TAUGHT

_RANK = {
    "": 0,
    LearnerLanguage.Source.SELF: 1,
    LearnerLanguage.Source.PLACEMENT: 2,
    LearnerLanguage.Source.OVERRIDE: 3,
}


@transaction.atomic
def set_level(
    *,
    user: User,
    language: str,
    level: str,
    source: str,
    probability: float | None = None,
    low: str = "",
    high: str = "",
    now: datetime,
) -> LearnerLanguage:
    """State a learner's level, unless a source that knows better has stated one.

    A tutor knows better than a test, a test better than the learner. Gives the row as it stands.
    Raises InvalidFields.
    """
    with checked("language"):
        validate_taught_language(language)
    with checked("level"):
        validate_level(level)
    lock_languages(user)
    row = LearnerLanguage.objects.filter(user=user, language=language).first()
    row = row or LearnerLanguage(user=user, language=language, position=_next_position(user))
    if _RANK[source] >= _RANK[row.level_source]:
        row.level, row.level_source, row.level_set_at = level, source, now
        row.level_probability, row.level_low, row.level_high = probability, low, high
        row.save()
    return row


@transaction.atomic
def override_level(*, row: LearnerLanguage, level: str, by: User, now: datetime) -> LearnerLanguage:
    """A tutor's or an admin's word on a level, audited. Raises InvalidFields."""
    before = row.level
    row = set_level(
        user=row.user,
        language=row.language,
        level=level,
        source=LearnerLanguage.Source.OVERRIDE,
        now=now,
    )
    detail = {"language": row.language, "from": before, "to": level}
    record_audit(actor=by, subject=row.user, action="level.overridden", detail=detail)
    return row


@transaction.atomic
def choose_languages(*, user: User, languages: Sequence[str]) -> list[LearnerLanguage]:
    """Study these, in this order. The caller has validated the codes.

    A language with a measured level stays on the list: dropping and naming it again would trade
    the measured level for one of the learner's own. Raises InvalidFields.
    """
    lock_languages(user)
    rows = {row.language: row for row in LearnerLanguage.objects.filter(user=user)}
    for code in rows.keys() - set(languages):
        _drop(rows.pop(code))
    for position, code in enumerate(languages):
        row = rows.setdefault(code, LearnerLanguage(user=user, language=code))
        row.position = position
        row.save()
    return [rows[code] for code in languages]


def lock_languages(user: User) -> None:
    """Two tabs that change one learner's list take turns."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _drop(row: LearnerLanguage) -> None:
    if _RANK[row.level_source] > _RANK[LearnerLanguage.Source.SELF]:
        raise InvalidFields(
            target_languages=f"{TAUGHT[row.language].name} has a measured level, so it stays."
        )
    row.delete()


def _next_position(user: User) -> int:
    last = LearnerLanguage.objects.filter(user=user).order_by("-position").first()
    return last.position + 1 if last else 0
