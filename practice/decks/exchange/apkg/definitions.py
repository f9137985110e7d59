"""What a collection says of itself: its tables, and our kinds of notes as its note types."""

from typing import Any, Final

from practice.decks.exchange.apkg.notetypes import NAMES, OURS
from practice.decks.models import Note

Kind = Note.Kind
SCHEMA: Final = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL,
    scm integer NOT NULL, ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL,
    ls integer NOT NULL, conf text NOT NULL, models text NOT NULL, decks text NOT NULL,
    dconf text NOT NULL, tags text NOT NULL);
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
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_cid ON revlog (cid);
CREATE INDEX ix_notes_csum ON notes (csum);
"""
MODEL_IDS: Final = {kind: 1_732_000_000_000 + place for place, kind in enumerate(NAMES)}
"""The same in every package, so that Anki knows them again."""
_EXTRA: Final = "{{#Example}}<p>{{Example}}</p>{{/Example}}{{Picture}}"
_SIDES: Final = {
    Kind.BASIC: (("{{Front}}", "{{Back}}{{Sound}}" + _EXTRA),),
    Kind.REVERSED: (
        ("{{Front}}", "{{Back}}{{Sound}}" + _EXTRA),
        ("{{Back}}", "{{Front}}{{Sound}}" + _EXTRA),
    ),
    Kind.CLOZE: (("{{cloze:Front}}", "{{cloze:Front}}<br>{{Back}}{{Sound}}" + _EXTRA),),
    Kind.TYPED: (("{{Front}}<br>{{type:Back}}", "{{type:Back}}{{Sound}}" + _EXTRA),),
    Kind.LISTENING: (
        ("{{Sound}}{{^Sound}}{{hint:Front}}{{/Sound}}", "{{Front}}<br>{{Back}}" + _EXTRA),
    ),
}
_CSS: Final = """.card { font: 22px/1.5 Georgia, serif; text-align: center; }
.cloze { font-weight: bold; }"""
DEFAULT_DECK: Final = 1


def models_told(now: int) -> dict[str, Any]:
    return {str(MODEL_IDS[kind]): _model(kind, now) for kind in NAMES}


def _model(kind: str, now: int) -> dict[str, Any]:
    sides = _SIDES[Kind(kind)]
    sound = OURS.index("Sound")
    asked = {Kind.LISTENING: sound}.get(Kind(kind), 0)
    return {
        "id": MODEL_IDS[Kind(kind)],
        "name": NAMES[Kind(kind)],
        "type": int(kind == Kind.CLOZE),
        "mod": now,
        "usn": -1,
        "sortf": 0,
        "did": DEFAULT_DECK,
        "tmpls": [_template(place, *side) for place, side in enumerate(sides)],
        "flds": [_field(place, name) for place, name in enumerate(OURS)],
        "css": _CSS,
        "latexPre": "",
        "latexPost": "",
        "tags": [],
        "vers": [],
        "req": [[place, "any", [asked if place == 0 else 1, 0]] for place in range(len(sides))],
    }


def _template(place: int, question: str, answer: str) -> dict[str, Any]:
    shown = "" if "cloze:" in question else "{{FrontSide}}<hr id=answer>"
    return {
        "name": f"Card {place + 1}",
        "ord": place,
        "qfmt": question,
        "afmt": shown + answer,
        "did": None,
        "bqfmt": "",
        "bafmt": "",
    }


def _field(place: int, name: str) -> dict[str, Any]:
    told = {"name": name, "ord": place, "sticky": False, "rtl": False}
    return told | {"font": "Georgia", "size": 20, "media": []}


def deck_told(key: int, name: str, description: str, now: int) -> dict[str, Any]:
    today = {f"{what}Today": [0, 0] for what in ("new", "rev", "lrn", "time")}
    return today | {
        "id": key,
        "name": name,
        "desc": description,
        "mod": now,
        "usn": -1,
        "dyn": 0,
        "conf": 1,
        "extendNew": 10,
        "extendRev": 50,
        "collapsed": False,
        "browserCollapsed": False,
    }


DECK_OPTIONS: Final = {
    "1": {
        "id": 1,
        "name": "Default",
        "mod": 0,
        "usn": 0,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "delays": [1, 10],
            "ints": [1, 4, 7],
            "initialFactor": 2500,
            "order": 1,
            "perDay": 20,
            "bury": True,
            "separate": True,
        },
        "rev": {
            "perDay": 200,
            "ease4": 1.3,
            "ivlFct": 1,
            "maxIvl": 36500,
            "bury": True,
            "fuzz": 0.05,
            "minSpace": 1,
        },
        "lapse": {
            "delays": [10],
            "mult": 0,
            "minInt": 1,
            "leechFails": 8,
            "leechAction": 1,
        },
    }
}
"""Anki wants some; its own defaults."""
