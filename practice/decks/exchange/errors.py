from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config.errors import DomainError

SENTENCES: Final = {
    "empty_file": gettext_noop("The file is empty."),
    "too_large": gettext_noop("The file is larger than we accept."),
    "unknown_format": gettext_noop(
        "We read Anki packages (.apkg), tables (.csv, .tsv, .txt) and our own .json."
    ),
    "not_an_archive": gettext_noop(
        "This is not an Anki package, or it broke on the way. Export it again and retry."
    ),
    "no_collection": gettext_noop("The archive holds no Anki collection."),
    "unsafe_archive": gettext_noop(
        "The archive names files outside itself. Nothing of it was read."
    ),
    "archive_bomb": gettext_noop("The archive unpacks to far more than a deck can hold."),
    "broken_collection": gettext_noop("The collection in the file is damaged."),
    "unsafe_collection": gettext_noop(
        "The collection in the file holds more than notes and cards. Nothing of it was read."
    ),
    "unknown_collection": gettext_noop("This version of Anki's collection is not known to us."),
    "wrong_values": gettext_noop("The file holds values of the wrong kind."),
    "too_many_notes": gettext_noop("The file has more than 100,000 notes. Export it in parts."),
    "too_many_cards": gettext_noop("The file has more cards or reviews than we accept."),
    "too_many_decks": gettext_noop("The file has more than 500 decks. Export it in parts."),
    "duplicate_guids": gettext_noop("Two notes of the file bear the same name."),
    "too_slow": gettext_noop("Reading the file took too long. Export it in parts."),
    "field_too_large": gettext_noop("A note of the file is far larger than a card can be."),
    "no_notes": gettext_noop("There is no note in the file."),
    "wrong_encoding": gettext_noop("The text of the file cannot be read. Save it as UTF-8."),
    "no_front": gettext_noop("Say which column holds the front of the cards."),
    "unknown_version": gettext_noop("The file was written by a newer version. Update, and retry."),
    "no_preview": gettext_noop("Only tables have a preview: this file says itself what it holds."),
    "interrupted": gettext_noop("The import stopped half-way. Start it again: nothing is doubled."),
}
"""What a person is told, by code."""


class ImportRefused(DomainError):
    """A file that cannot be taken in, by a code of SENTENCES. Nothing has been written."""

    def __init__(self, code: str) -> None:
        super().__init__(_(SENTENCES[code]), code=code)
        if code in ("too_large", "archive_bomb"):
            self.status = 413
