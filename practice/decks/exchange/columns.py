"""What the columns of a table may hold, and how to tell."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

FIELDS: Final = {
    "": _("Leave it out"),
    "front": _("Front"),
    "back": _("Back"),
    "example": _("Example sentence"),
    "tags": _("Tags"),
    "kind": _("Kind of card"),
    "language": _("Language"),
    "guid": _("Name that survives export and import"),
}
_CALLED: Final = {
    "front": "front question word term text expression prompt phrase "
    "palabra término termino pregunta expresión mot terme recto "
    "wort begriff vokabel frage vorderseite",
    "back": "back answer translation meaning definition "
    "significado traducción traduccion respuesta definición reverso "
    "traduction sens réponse définition verso übersetzung bedeutung antwort rückseite",
    "example": "example sentence usage ejemplo frase oración exemple beispiel beispielsatz satz",
    "tags": "tags tag labels etiquetas étiquettes schlagwörter schlagworte",
    "kind": "kind type notetype tipo typ",
    "language": "language lang idioma lengua langue sprache",
    "guid": "guid",
}
"""The words that learners head their columns with, in the languages they speak here."""
_MEANT: dict[str, str] = {name: field for field, names in _CALLED.items() for name in names.split()}
_MEANT |= {"example sentence": "example", "note type": "kind"}


def guessed(names: Sequence[str]) -> list[str]:
    """A field for each column by its heading; none twice."""
    taken: set[str] = set()
    fields = []
    for name in names:
        field = _MEANT.get(name.strip().lstrip("#").casefold(), "")
        fields.append("" if field in taken else field)
        taken.add(field)
    return fields


def by_place(width: int) -> list[str]:
    """A table without headings: front, back, then an example or tags is anybody's guess."""
    return [*("front", "back")[:width], *[""] * max(width - 2, 0)]


def is_heading(cells: Sequence[str]) -> bool:
    """A first row that names at least the front, or two of the fields."""
    found = [one for one in guessed(cells) if one]
    return "front" in found and len(found) >= min(2, len(cells))
