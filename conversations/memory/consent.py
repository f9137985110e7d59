"""Whether a learner lets the tutor remember. Nothing is read or told without a yes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from config.errors import DomainError
from conversations.memory.keeping import forget_everything, refill_profile, unfill_all
from conversations.memory.models import MemoryConsent

LONGEST_PAUSE_DAYS: Final = 365


@transaction.atomic
def give_consent(
    *, learner: User, now: datetime, share_with_tutor: bool = False, include_earlier: bool = False
) -> MemoryConsent:
    """From now on conversations are read, those before too if asked. A pause ends.

    Given already, only sharing changes. What was kept after an earlier yes is used again.
    """
    consent = _locked(learner)
    if not consent.given or consent.paused(now):
        consent.reads_from = None if include_earlier else now
    if not consent.given:
        record_audit(actor=learner, subject=learner, action="memory.consent_given")
    consent.given, consent.paused_until = True, None
    consent.share_with_tutor = share_with_tutor
    consent.save()
    refill_profile(learner=learner)
    return consent


@transaction.atomic
def withdraw_consent(*, learner: User, forget: bool) -> MemoryConsent:
    """Nothing more is read, told or shared, and the profile loses what came from memory.

    What is remembered stays, unused, for the learner to see; with `forget` it goes.
    """
    consent = _locked(learner)
    if consent.given:
        record_audit(
            actor=learner,
            subject=learner,
            action="memory.consent_withdrawn",
            detail={"forgotten": forget},
        )
    consent.given = consent.share_with_tutor = False
    consent.paused_until = None
    consent.save()
    if forget:
        forget_everything(learner=learner)
    else:
        unfill_all(learner=learner)
    return consent


@transaction.atomic
def pause(*, learner: User, until: datetime | None, now: datetime) -> MemoryConsent:
    """Neither remember nor recall until a moment; None ends a pause. What is said in a pause is
    not read later either, nor what was said before it and is not read yet.

    Raises DomainError without consent, or for a moment past or more than a year away.
    """
    consent = _locked(learner)
    if not consent.given:
        raise DomainError(details={"pausedUntil": [_("Nothing is remembered: there is no pause.")]})
    if until is None:
        if consent.paused(now):
            consent.reads_from = now
        consent.paused_until = None
    else:
        if not 0 < (until - now).total_seconds() <= LONGEST_PAUSE_DAYS * 86_400:
            raise DomainError(details={"pausedUntil": [_("Choose a day within the next year.")]})
        consent.paused_until = consent.reads_from = until
    consent.save()
    return consent


@transaction.atomic
def set_sharing(*, learner: User, share: bool) -> MemoryConsent:
    """Whether quotes may go to the learner's human tutor. Without consent it stays off."""
    consent = _locked(learner)
    consent.share_with_tutor = share and consent.given
    consent.save()
    return consent


@transaction.atomic
def set_consent(*, learner: User, wanted: Mapping[str, Any], now: datetime) -> MemoryConsent:
    """`given`, and with a yes `share_with_tutor`, `include_earlier` and `paused_until`; with a no
    `forget`. What is left out stays as it is. Raises DomainError as `pause` does."""
    if not wanted["given"]:
        return withdraw_consent(learner=learner, forget=wanted.get("forget", False))
    present = _locked(learner)
    share = wanted.get("share_with_tutor", present.share_with_tutor)
    if present.given:
        consent = set_sharing(learner=learner, share=share)
    else:
        consent = give_consent(
            learner=learner,
            now=now,
            share_with_tutor=share,
            include_earlier=wanted.get("include_earlier", False),
        )
    if "paused_until" in wanted:
        consent = pause(learner=learner, until=wanted["paused_until"], now=now)
    return consent


def _locked(learner: User) -> MemoryConsent:
    MemoryConsent.objects.bulk_create([MemoryConsent(learner=learner)], ignore_conflicts=True)
    return MemoryConsent.objects.select_for_update().get(learner=learner)
