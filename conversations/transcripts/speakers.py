"""Who of the speakers is the student: told by names, and left open where they do not tell."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_PARTS = re.compile(r"[^\W\d_]+")
_ROLES = {
    "student", "learner", "pupil", "me", "estudiante", "alumno", "alumna", "élève", "étudiant",
    "étudiante", "apprenant", "apprenante", "schüler", "schülerin", "lerner", "lernende",
    "student/in",
}  # fmt: skip
_TUTORS = {
    "tutor", "teacher", "tutora", "profesor", "profesora", "profe", "professeur", "prof",
    "professeure", "lehrer", "lehrerin", "coach", "instructor",
}  # fmt: skip


def student_among(speakers: Sequence[str], *, student: str, tutors: Iterable[str] = ()) -> str:
    """The one speaker who bears the student's name, or is called a student; else, of two
    speakers, the one who is not the tutor. Nothing when that tells no one, or several."""
    others = {_plain(name) for name in tutors}
    theirs = [one for one in speakers if any(_fits(one, name) for name in others)]
    theirs += [one for one in speakers if _plain(one) in _TUTORS]
    left = [one for one in speakers if one not in theirs]
    named = [one for one in left if _fits(one, _plain(student))]
    named = named or [one for one in left if _plain(one) in map(_plain, _ROLES)]
    if len(named) == 1:
        return named[0]
    if not named and theirs and len(left) == 1:
        return left[0]
    return ""


def _fits(speaker: str, name: str) -> bool:
    """The same name, or a part of it: `Ana`, `Ana T.` and `TORRES, Ana` are all Ana Torres."""
    said, whole = _PARTS.findall(_plain(speaker)), _PARTS.findall(name)
    if not said or not whole:
        return False
    known = [part for part in said if part in whole]
    rest = [part for part in said if part not in whole]
    return bool(known) and all(any(one.startswith(part) for one in whole) for part in rest)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in parts if not unicodedata.combining(one)).split())
