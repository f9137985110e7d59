"""What a password, a time zone and a list of languages must be, by whichever door they come."""

from collections.abc import Sequence
from functools import cache
from math import isfinite
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.languages import NATIVE, TAUGHT
from config.levels import LEVELS


class MixedCharactersValidator:
    """Upper and lower case, and a digit or a sign: the rule the API has always stated."""

    def validate(self, password: str, user: object = None) -> None:
        mixed = password.lower() != password and password.upper() != password
        if not mixed or all(character.isalpha() for character in password):
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        return _("Use upper and lower case letters, and at least one number or sign.")


@cache
def timezone_names() -> frozenset[str]:
    """Reading them walks the system's zone files: some 20 ms, so it is done once."""
    return frozenset(available_timezones())


def validate_storable(value: Any) -> None:
    """JSON as clients send it holds a little more than PostgreSQL keeps: a character 0, half a pair
    of surrogates, and numbers too large, which Python reads as infinite."""
    if isinstance(value, dict | list):
        for one in (*value, *value.values()) if isinstance(value, dict) else value:
            validate_storable(one)
    elif isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValidationError(_("This holds a character that cannot be kept."), code="text")
    elif isinstance(value, float) and not isfinite(value):
        raise ValidationError(_("This holds a number that cannot be kept."), code="number")


def validate_timezone(name: str) -> None:
    if name not in timezone_names():
        raise ValidationError(_("This time zone is not known."), code="timezone")


def validate_native_language(code: str) -> None:
    if code not in NATIVE:
        raise ValidationError(_("This language is not known."), code="language")


def validate_taught_language(code: str) -> None:
    if code not in TAUGHT:
        raise ValidationError(_("This language is not taught here."), code="language")


def validate_target_languages(codes: Sequence[str], *, native_language: str) -> None:
    for code in codes:
        validate_taught_language(code)
    if len(set(codes)) != len(codes):
        raise ValidationError(_("Name each language once."), code="duplicate")
    if native_language in codes:
        raise ValidationError(
            _("Choose a language to learn that is not your own."), code="own_language"
        )


def validate_level(level: str) -> None:
    if level not in LEVELS:
        raise ValidationError(_("A level is one of A1, A2, B1, B2, C1, C2."), code="level")
