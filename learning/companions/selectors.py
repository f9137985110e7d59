"""What is asked about companions."""

from uuid import UUID

from learning.companions.persona import Persona, kept_persona


def persona(companion_id: UUID | None) -> Persona | None:
    """Who the tutor is in a conversation with this companion. None without one, or when it is gone.

    Kept in the process for a minute, so that a turn costs no query for it.
    """
    return kept_persona(companion_id) if companion_id else None
