"""Anki packages made in code, old and new, as sound or as broken as a test wants them."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass, field

import zstandard

OLD_TABLES = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer, mod integer, scm integer, ver integer,
    dty integer, usn integer, ls integer, conf text, models text, decks text, dconf text,
    tags text);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL,
    mod integer NOT NULL, usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL,
    sfld integer NOT NULL, csum integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL,
    ord integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL,
    queue integer NOT NULL, due integer NOT NULL, ivl integer NOT NULL, factor integer NOT NULL,
    reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL, odue integer NOT NULL,
    odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL,
    ease integer NOT NULL, ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL,
    time integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_revlog_cid ON revlog (cid);
"""
NEW_TABLES = """
CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE unicase,
    mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL,
    name text NOT NULL COLLATE unicase, config blob NOT NULL, PRIMARY KEY (ntid, ord))
    without rowid;
CREATE TABLE templates (ntid integer NOT NULL, ord integer NOT NULL,
    name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL,
    config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase,
    mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL);
CREATE TABLE config (KEY text NOT NULL PRIMARY KEY, usn integer NOT NULL,
    mtime_secs integer NOT NULL, val blob NOT NULL) without rowid;
"""
BEGAN = 1_767_240_000
"""1 January 2026, four in the morning, UTC."""
ANSWER = "{{FrontSide}}<hr id=answer>{{Back}}"
BASIC, REVERSED, TYPED, CLOZE, SHOWN_MANY = range(1_700_000_000_001, 1_700_000_000_006)
NOTE_TYPES = {
    BASIC: ("Basic", 0, ["Front", "Back", "Extra"], [("{{Front}}", ANSWER)]),
    REVERSED: (
        "Basic (and reversed)",
        0,
        ["Front", "Back"],
        [("{{Front}}", ANSWER), ("{{Back}}", "{{FrontSide}}<hr>{{Front}}")],
    ),
    TYPED: ("Basic (type)", 0, ["Front", "Back"], [("{{Front}} {{type:Back}}", "{{type:Back}}")]),
    CLOZE: (
        "Cloze",
        1,
        ["Text", "Back Extra"],
        [("{{cloze:Text}}", "{{cloze:Text}}<br>{{Back Extra}}")],
    ),
    SHOWN_MANY: (
        "Verb",
        0,
        ["Verb", "Past", "Future"],
        [
            ("{{Verb}}: past?", "{{Past}}"),
            ("{{Verb}}: future?", "{{Future}}"),
            ("{{Past}}?", "{{Verb}} {{hint:Future}}"),
        ],
    ),
}


@dataclass
class Package:
    """Rows of the collection and media by name. `version` is `anki2`, `anki21` or `anki21b`."""

    version: str = "anki21"
    notes: list = field(default_factory=list)
    cards: list = field(default_factory=list)
    logs: list = field(default_factory=list)
    media: dict = field(default_factory=dict)
    decks: dict = field(default_factory=lambda: {1: "Default", 20: "Spanish::Food"})
    sql: str = ""
    extra: list = field(default_factory=list)
    """Further members of the archive: (ZipInfo or name, bytes)."""

    def note(self, fields, *, kind=BASIC, guid="", tags="", deck=20, cards=(), **card):
        key = 1_767_300_000_000 + len(self.notes)
        guid = guid or f"guid{len(self.notes)}"
        self.notes.append((key, guid, kind, BEGAN, -1, tags, "\x1f".join(fields), "", 0, 0, ""))
        return [self.card(key, ordinal, deck, **card) for ordinal in cards or (0,)]

    def card(self, note, ordinal=0, deck=20, **more):
        told = {
            **{"type": 0, "queue": 0, "due": len(self.cards), "ivl": 0, "factor": 0, "reps": 0},
            **{"lapses": 0, "left": 0, "odue": 0, "odid": 0, "data": ""},
            **more,
        }
        key = 1_767_400_000_000 + len(self.cards)
        data = told.pop("data")
        self.cards.append((key, note, deck, ordinal, BEGAN, -1, *told.values(), 0, data))
        return key

    def log(self, card, at, ease=3, ivl=4, last=0, factor=2500, time=5000, type=0, usn=-1):
        self.logs.append(
            (round(at.timestamp() * 1000), card, usn, ease, ivl, last, factor, time, type)
        )

    def collection(self, path):
        new = self.version == "anki21b"
        with closing(sqlite3.connect(path)) as db:
            db.create_collation("unicase", lambda one, other: (one > other) - (one < other))
            db.executescript(OLD_TABLES + (NEW_TABLES if new else ""))
            told = ("{}",) * 5 if new else self._told()
            version = 18 if new else 11
            db.execute(
                "INSERT INTO col VALUES (1, ?, 0, 0, ?, 0, 0, 0, ?, ?, ?, ?, ?)",
                (BEGAN, version, *told),
            )
            if new:
                self._write_new(db)
            for table, rows in (
                ("notes", self.notes),
                ("cards", self.cards),
                ("revlog", self.logs),
            ):
                for row in rows:
                    marks = ",".join("?" * len(row))
                    db.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608 - ours
            db.executescript(self.sql)
            db.commit()
        return path.read_bytes()

    def build(self, path):
        data = self.collection(path)
        new = self.version == "anki21b"
        packed = zstandard.ZstdCompressor().compress if new else bytes
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(f"collection.{self.version}", packed(data))
            if self.version != "anki2":
                package.writestr("collection.anki2", b"a stand-in, not to be read")
            listed = self._listed_now() if new else json.dumps(dict(enumerate(self.media))).encode()
            package.writestr("media", packed(listed))
            for place, content in enumerate(self.media.values()):
                package.writestr(str(place), packed(content))
            for name, content in self.extra:
                package.writestr(name, content)
        return archive.getvalue()

    def _told(self):
        models = {
            key: {
                "name": name,
                "type": kind,
                "flds": [{"name": one} for one in fields],
                "tmpls": [{"name": "Card", "qfmt": one, "afmt": two} for one, two in sides],
            }
            for key, (name, kind, fields, sides) in NOTE_TYPES.items()
        }
        decks = {
            key: {"name": name, "desc": "From <b>Anki</b>"} for key, name in self.decks.items()
        }
        return [json.dumps(one) for one in ({"creationOffset": 0}, models, decks, {}, {})]

    def _write_new(self, db):
        db.execute("INSERT INTO config VALUES ('creationOffset', 0, 0, ?)", (b"0",))
        for key, (name, kind, fields, sides) in NOTE_TYPES.items():
            told = b"\x08\x01" if kind else b""
            db.execute("INSERT INTO notetypes VALUES (?, ?, 0, 0, ?)", (key, name, told))
            for place, one in enumerate(fields):
                db.execute("INSERT INTO fields VALUES (?, ?, ?, ?)", (key, place, one, b""))
            for place, (question, answer) in enumerate(sides):
                told = packed_text(1, question) + packed_text(2, answer)
                row = (key, place, f"Card {place}", told)
                db.execute("INSERT INTO templates VALUES (?, ?, ?, 0, 0, ?)", row)
        for key, name in self.decks.items():
            row = (key, name.replace("::", "\x1f"))
            db.execute("INSERT INTO decks VALUES (?, ?, 0, 0, x'', x'')", row)

    def _listed_now(self):
        entries = [
            packed_text(1, name) + b"\x10" + number(len(data)) for name, data in self.media.items()
        ]
        return b"".join(b"\x0a" + number(len(one)) + one for one in entries)


def packed_text(field, text):
    data = text.encode()
    return bytes([field << 3 | 2]) + number(len(data)) + data


def number(value):
    """A protobuf varint."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
