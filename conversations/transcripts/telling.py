"""Findings in words that are right for whoever reads them.

They are kept as the student is told them. What the rules found keeps beside its text what it says,
so that it can be said to others; what a model wrote speaks to nobody.
"""

from typing import Any, Final

from accounts.models import User
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.phrases import Reader, say_to

STRENGTHS, AREAS, ACTIONS = "studentStrengths", "areasForImprovement", "actionItems"
LISTS: Final = (STRENGTHS, AREAS, ACTIONS)
Told = tuple[str, dict[str, Any]]


def told(session: TutoringSession, name: str, *, reader: User | None) -> list[Told]:
    """Each finding of a list, by the list's key, with its proof; to nobody in particular without a
    reader."""
    texts = session.analysis.get(name, [])
    proofs = session.analysis.get("proofs", {}).get(name, [])
    proofs = [*proofs, *({} for _ in texts[len(proofs) :])]
    voice = _voice(session, reader)
    return [(_said(session, *one, voice), one[1]) for one in zip(texts, proofs, strict=False)]


def told_texts(session: TutoringSession, name: str, *, reader: User | None) -> list[str]:
    return [text for text, _ in told(session, name, reader=reader)]


def _voice(session: TutoringSession, reader: User | None) -> Reader:
    if reader is None:
        return Reader.OTHERS
    if reader.pk == session.student_id:
        return Reader.STUDENT
    return Reader.TUTOR if reader.pk == session.tutor_id else Reader.OTHERS


def _said(session: TutoringSession, text: str, proof: dict[str, Any], reader: Reader) -> str:
    if reader is Reader.STUDENT or "says" not in proof:
        return text
    student = session.student
    words = {**proof["words"], "quote": proof["quote"], "student": student.get_short_name()}
    return say_to(reader, proof["says"], native=proof["in"], words=words)
