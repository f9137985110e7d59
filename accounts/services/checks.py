from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.errors import InvalidFields
from accounts.models import User
from accounts.validators import validate_storable

# argon2 hashes any length; this only keeps a request from making us hash a megabyte.
LONGEST_PASSWORD = 128
LONGEST_NAME = 255
LARGEST_OBJECT = 8 * 1024


@contextmanager
def checked(field: str) -> Iterator[None]:
    """Turn Django's ValidationError about one value into our refusal that names the field."""
    try:
        yield
    except ValidationError as refusal:
        raise InvalidFields(**{field: list(refusal.messages)}) from refusal


def check_password(password: str, user: User, *, field: str = "password") -> None:
    """Raises InvalidFields when the password is too long, or weak for this user."""
    if len(password) > LONGEST_PASSWORD:
        raise InvalidFields(
            **{field: _("Use at most %(most)d characters.") % {"most": LONGEST_PASSWORD}}
        )
    with checked(field):
        validate_password(password, user)


def check_object(field: str, value: Any) -> None:
    """Raises InvalidFields unless a free-form value is an object that we can keep, of a size we
    keep."""
    if not isinstance(value, dict):
        raise InvalidFields(**{field: _("This must be an object.")})
    with checked(field):
        validate_storable(value)
    if len(msgspec.json.encode(value)) > LARGEST_OBJECT:
        raise InvalidFields(**{field: _("This is larger than we keep.")})


def clean_name(name: str) -> str:
    """A name fit to print: no control characters, no runs of space. Raises InvalidFields."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    cleaned = " ".join(printable.split())
    if not cleaned:
        raise InvalidFields(name=_("Tell us what to call you."))
    if len(cleaned) > LONGEST_NAME:
        raise InvalidFields(name=_("Use at most %(most)d characters.") % {"most": LONGEST_NAME})
    return cleaned
