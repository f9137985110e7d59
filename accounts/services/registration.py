from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.errors import EmailTaken, InvalidFields
from accounts.models import LearnerProfile, TutorProfile, User
from accounts.services.audit import record_audit
from accounts.services.checks import check_password, checked, clean_name
from accounts.services.languages import choose_languages
from accounts.services.verification import send_verification
from accounts.validators import (
    validate_native_language,
    validate_target_languages,
    validate_timezone,
)


def register_user(
    *,
    email: str,
    password: str,
    name: str,
    role: str = "student",
    native_language: str = "en",
    target_languages: Sequence[str] = (),
    grade: int | None = None,
    timezone: str = "UTC",
    address: str | None = None,
) -> User:
    """Open an account and mail a link that verifies the address once the row is committed.

    A tutor gets an account that waits for an admin. Raises InvalidFields, or EmailTaken.
    """
    if role not in (User.Role.STUDENT, User.Role.TUTOR):
        raise InvalidFields(role="Choose student or tutor.")
    with checked("email"):
        validate_email(email.strip())
    with checked("native_language"):
        validate_native_language(native_language)
    with checked("target_languages"):
        validate_target_languages(target_languages, native_language=native_language)
    with checked("timezone"):
        validate_timezone(timezone)
    user = User(
        email=email.strip().lower(),
        name=clean_name(name),
        role=role,
        native_language=native_language,
        timezone=timezone,
    )
    check_password(password, user)
    user.set_password(password)
    profile = LearnerProfile(user=user, grade=grade)
    _check_profile(profile)
    with transaction.atomic():
        _save_new(user)
        profile.save()
        choose_languages(user=user, languages=target_languages)
        if user.is_tutor:
            TutorProfile.objects.create(user=user)
        record_audit(actor=user, subject=user, action="account.registered", address=address)
        send_verification(user=user)
    return user


def _check_profile(profile: LearnerProfile) -> None:
    try:
        profile.clean_fields(exclude=["user"])
    except ValidationError as refusal:
        raise InvalidFields(**refusal.message_dict) from refusal


def _save_new(user: User) -> None:
    if User.objects.by_email(user.email).exists():
        raise EmailTaken
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as clash:
        # Somebody else took the address after we had looked.
        raise EmailTaken from clash
