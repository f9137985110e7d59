"""What a new companion is when its author does not say."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.errors import InvalidFields
from accounts.models import User
from accounts.selectors import current_language
from learning.companions.models import Companion

DEFAULTS: Final[Mapping[str, Any]] = {"voice": "female", "style": "casual", "duration": 15}


def with_defaults(
    author: User, fields: Mapping[str, Any], companion: Companion | None = None
) -> dict[str, Any]:
    """The fields of a companion that is whole. Raises InvalidFields when its language is not known.

    Of a language it is that language's: the one its author studies unless they name another.
    """
    whole = dict(fields) if companion else {**DEFAULTS, **fields}
    if whole["subject"] != Companion.Subject.LANGUAGE:
        return whole
    known = whole.get("language") or (companion.language if companion else "") or _own(author)
    if not known:
        raise InvalidFields(language="Say which language it is for.")
    return whole | {"language": known}


def _own(author: User) -> str:
    studied = current_language(author)
    return studied.language if studied else ""
