"""Which deck each note of a file goes to, and where its media are kept."""

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts.models import User
from practice.decks.errors import InvalidDeck
from practice.decks.exchange.notes import ReadNote, Source
from practice.decks.media import kind_of
from practice.decks.models import Deck
from practice.decks.services.decks import STUDY_FIELDS, check_options, create_deck

FOLDERS: Final = {"audio": "cards/audio", "image": "cards/images"}
_UNNAMED: Final = ("", "Default")
"""Where Anki puts what it is not told to put anywhere."""


@dataclass(slots=True)
class Targets:
    """The learner's deck for each name in the file; made when it is first needed, so that a second
    import, or one begun again, finds it. With `only`, everything goes there."""

    owner: User
    file_name: str
    language: str = ""
    only: Deck | None = None
    study: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Deck] = field(default_factory=dict)

    def deck(self, name: str, source: Source) -> Deck:
        if self.only:
            return self.only
        if name not in self.found:
            self.found[name] = self._deck(name, source)
        return self.found[name]

    def _deck(self, told: str, source: Source) -> Deck:
        name = self._name(told)
        mine = Deck.objects.live().filter(owner=self.owner, name=name).select_related("owner")
        return mine.order_by("created_at").first() or create_deck(
            owner=self.owner,
            name=name,
            language=self.language,
            description=source.description_of(told),
            **_sound(self.study),
        )

    def _name(self, told: str) -> str:
        name = told if told not in _UNNAMED else PurePath(self.file_name).stem
        name = " ".join(name.split()).strip()
        return name[:120].strip() or _("Imported cards")


@dataclass(slots=True)
class MediaShelf:
    """Puts the media of a file in store, each once. A file's name there is made of its bytes and
    its owner: what is imported again is there already."""

    owner: User
    source: Source
    stored: int = 0
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def names_of(self, read: ReadNote) -> dict[str, Any]:
        """The stored names of a note's sound and picture, as NewNote takes them."""
        asked = {"audio": read.audio, "image": read.image}
        return {what: self._name(name, what) for what, name in asked.items() if name}

    def _name(self, name: str, what: str) -> str:
        if (what, name) not in self._known:
            self._known[what, name] = self._put(self.source.media(name, what), what)
        return self._known[what, name]

    def _put(self, data: bytes | None, what: str) -> str:
        if not data:
            return ""
        digest = hashlib.sha256(self.owner.pk.bytes + data).hexdigest()[:32]
        name = f"{FOLDERS[what]}/{digest}.{kind_of(data[:16], what)}"
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))
            self.stored += 1
        return name


def _sound(study: dict[str, Any]) -> dict[str, Any]:
    """The settings a file brings, if they can be used."""
    options: dict[str, Any] = {name: study[name] for name in STUDY_FIELDS if name in study}
    try:
        check_options(options)
    except (InvalidDeck, TypeError):
        return {}
    return options
