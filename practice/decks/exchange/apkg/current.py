"""The newest tables, those of version 18, out of those of version 11.

What was JSON in one row has a table of its own, and its settings are protobuf messages. The numbers
are those of the fields in Anki's messages.
"""

import json
import sqlite3
import struct
from collections.abc import Iterable
from typing import Any, Final

from practice.decks.exchange.apkg.collection import by_letters
from practice.decks.exchange.apkg.definitions import DECK_OPTIONS
from practice.decks.exchange.apkg.protobuf import message

VERSION: Final = 18
_TABLES: Final = """
DROP TABLE graves;
CREATE TABLE graves (oid integer NOT NULL, type integer NOT NULL, usn integer NOT NULL,
    PRIMARY KEY (oid, type)) WITHOUT ROWID;
CREATE TABLE config (KEY text NOT NULL PRIMARY KEY, usn integer NOT NULL,
    mtime_secs integer NOT NULL, val blob NOT NULL) WITHOUT ROWID;
CREATE TABLE deck_config (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase,
    mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase,
    mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL);
CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE unicase,
    mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL,
    name text NOT NULL COLLATE unicase, config blob NOT NULL, PRIMARY KEY (ntid, ord))
    WITHOUT ROWID;
CREATE TABLE templates (ntid integer NOT NULL, ord integer NOT NULL,
    name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL,
    config blob NOT NULL, PRIMARY KEY (ntid, ord)) WITHOUT ROWID;
CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE unicase, usn integer NOT NULL,
    collapsed boolean NOT NULL, config blob NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX idx_decks_name ON decks (name);
CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
CREATE UNIQUE INDEX idx_templates_name_ntid ON templates (name, ntid);
CREATE INDEX idx_notetypes_usn ON notetypes (usn);
CREATE INDEX idx_templates_usn ON templates (usn);
CREATE INDEX idx_graves_pending ON graves (usn);
CREATE INDEX idx_notes_mid ON notes (mid);
CREATE INDEX idx_cards_odid ON cards (odid) WHERE odid != 0;
"""


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Change a collection of version 11, as we write it, to the newest."""
    told = db.execute("SELECT mod / 1000, conf, models, decks FROM col").fetchone()
    now, settings, models, decks = told[0], *map(json.loads, told[1:])
    db.create_collation("unicase", by_letters)
    db.executescript(_TABLES)
    _fill(db, "config", ((key, 0, now, json.dumps(one).encode()) for key, one in settings.items()))
    _fill(db, "deck_config", [(1, "Default", 0, 0, _options(DECK_OPTIONS["1"]))])
    _fill(db, "decks", map(_deck, decks.values()))
    for model in models.values():
        _fill(db, "notetypes", [(model["id"], model["name"], now, -1, _notetype(model))])
        _fill(db, "fields", (_field(model["id"], one) for one in model["flds"]))
        _fill(db, "templates", (_template(model["id"], one, now) for one in model["tmpls"]))
    rows = db.execute("SELECT DISTINCT tags FROM notes").fetchall()
    tags = {tag for (text,) in rows for tag in text.split(" ") if tag}
    _fill(db, "tags", ((tag, -1, 0, b"") for tag in _apart(tags)))
    emptied = "conf = '', models = '', decks = '', dconf = '', tags = ''"
    db.execute(f"UPDATE col SET ver = ?, {emptied}", [VERSION])  # noqa: S608 - as above


def _fill(db: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - names of ours


def _apart(tags: Iterable[str]) -> list[str]:
    """One of those that differ in their capitals alone."""
    return list({tag.casefold(): tag for tag in sorted(tags)}.values())


def _deck(told: dict[str, Any]) -> tuple[Any, ...]:
    normal = message((1, told["conf"]), (4, told["desc"]))
    name = told["name"].replace("::", "\x1f")
    return told["id"], name, told["mod"], -1, b"", message((1, normal))


def _notetype(told: dict[str, Any]) -> bytes:
    asked = [message((1, place), (2, 1), (3, bytes(fields))) for place, _, fields in told["req"]]
    return message(
        (1, told["type"]), (2, told["sortf"]), (3, told["css"]), *((8, one) for one in asked)
    )


def _field(model: int, told: dict[str, Any]) -> tuple[Any, ...]:
    return model, told["ord"], told["name"], message((3, told["font"]), (4, told["size"]))


def _template(model: int, told: dict[str, Any], now: int) -> tuple[Any, ...]:
    sides = message((1, told["qfmt"]), (2, told["afmt"]))
    return model, told["ord"], told["name"], now, -1, sides


def _options(told: dict[str, Any]) -> bytes:
    new, reviews, lapses = told["new"], told["rev"], told["lapse"]
    return message(
        (1, struct.pack("<2f", *new["delays"])),
        (2, struct.pack("<f", *lapses["delays"])),
        (9, new["perDay"]),
        (10, reviews["perDay"]),
        (11, new["initialFactor"] / 1000),
        (12, float(reviews["ease4"])),
        (13, 1.2),
        (15, float(reviews["ivlFct"])),
        (16, reviews["maxIvl"]),
        (17, lapses["minInt"]),
        (18, new["ints"][0]),
        (19, new["ints"][1]),
        (21, lapses["leechAction"]),
        (22, lapses["leechFails"]),
        (24, told["maxTaken"]),
        (37, 0.9),
    )
