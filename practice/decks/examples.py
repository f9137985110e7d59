"""Decks, cards and reviews as the API's documentation shows them. Fictional people only."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

CARD_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c12"
_DECK_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c13"
_NOTE_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c14"
_CLIENT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c11"
_IMPORT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c15"
_CORRECTION_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c16"
_ANA = {"id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c17", "name": "Ana Torres"}
_BEN = {"id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c18", "name": "Ben Okafor"}

_STUDY: dict[str, Any] = {
    "scheduler": "fsrs",
    "desiredRetention": 0.9,
    "newPerDay": 10,
    "reviewsPerDay": 200,
    "learningSteps": [60, 600],
    "relearningSteps": [600],
    "fitted": False,
}
_DECK: dict[str, Any] = {
    "id": _DECK_ID,
    "name": "Market words",
    "description": "",
    "language": "es",
    "visibility": "private",
    "owner": _ANA,
    "isMine": True,
    "counts": {"new": 10, "learning": 1, "review": 4, "cards": 62},
    "createdAt": "2026-02-20T09:00:00Z",
}
_DECK_WHOLE = _DECK | {"study": _STUDY, "members": []}
_SHARED = _DECK_WHOLE | {"visibility": "shared", "members": [_BEN]}
_PUBLIC: dict[str, Any] = _DECK | {
    "visibility": "public",
    "owner": _BEN,
    "isMine": False,
    "counts": {"new": 0, "learning": 0, "review": 0, "cards": 62},
}
_COPY = _DECK_WHOLE | {"counts": {"new": 10, "learning": 0, "review": 0, "cards": 62}}
_JOINED = _COPY | {"visibility": "public", "owner": _BEN, "isMine": False}

_BEFORE: dict[str, Any] = {
    "state": "review",
    "step": None,
    "dueAt": "2026-03-02T03:00:00Z",
    "stability": 7.4,
    "difficulty": 5.1,
    "easeFactor": None,
    "intervalDays": 7.0,
    "reviews": 3,
    "lapses": 0,
    "lastReview": "2026-02-23T08:30:00Z",
}
_AFTER = _BEFORE | {
    "dueAt": "2026-03-20T03:00:00Z",
    "stability": 18.2,
    "intervalDays": 18.0,
    "reviews": 4,
    "lastReview": "2026-03-02T09:00:00Z",
}
_SCHEDULE: dict[str, Any] = {
    **{name: value for name, value in _AFTER.items() if name != "step"},
    "scheduler": "fsrs",
    "suspended": False,
    "buriedUntil": None,
}
_NEXT: dict[str, Any] = {
    "again": {"intervalDays": 0.0, "dueAt": "2026-03-20T09:10:00Z"},
    "hard": {"intervalDays": 24.0, "dueAt": "2026-04-13T03:00:00Z"},
    "good": {"intervalDays": 41.0, "dueAt": "2026-04-30T03:00:00Z"},
    "easy": {"intervalDays": 68.0, "dueAt": "2026-05-27T03:00:00Z"},
}
_CARD: dict[str, Any] = {
    "id": CARD_ID,
    "noteId": _NOTE_ID,
    "deckId": _DECK_ID,
    "ordinal": 0,
    "kind": "reversed",
    "front": "la manzana",
    "back": "the apple",
    "question": "la manzana",
    "questionLanguage": "es",
    "answer": "the apple",
    "answerLanguage": None,
    "answerParts": [],
    "extra": "",
    "spoken": "",
    "expected": "",
    "tags": ["market"],
    "example": "Quiero una manzana roja.",
    "language": "es",
    "conceptId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c19",
    "audioUrl": None,
    "imageUrl": None,
    "source": None,
    "schedule": _SCHEDULE,
}
_CLOZE: dict[str, Any] = _CARD | {
    "kind": "cloze",
    "front": "Busco {{c1::una}} manzana roja.",
    "back": "",
    "question": "Busco [...] manzana roja.",
    "answer": "Busco una manzana roja.",
    "answerLanguage": "es",
    "answerParts": [
        {"text": "Busco ", "gap": False},
        {"text": "una", "gap": True},
        {"text": " manzana roja.", "gap": False},
    ],
    "tags": [],
    "example": "",
    "source": {"type": "conversations.correction", "id": _CORRECTION_ID},
}
_APPLE = {
    "front": "la manzana",
    "back": "the apple",
    "kind": "reversed",
    "tags": ["market"],
    "example": "Quiero una manzana roja.",
}
_GOOD: dict[str, Any] = {
    "rating": 3,
    "clientId": _CLIENT_ID,
    "reviewedAt": "2026-03-02T09:00:00Z",
    "durationMs": 4200,
}
_REVIEWED = {"card": _CARD, "schedule": _SCHEDULE, "next": _NEXT, "repeated": False}
_TAKEN_BACK = _SCHEDULE | {name: _BEFORE[name] for name in _BEFORE if name != "step"}
_LOG: dict[str, Any] = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c1a",
    "scheduler": "fsrs",
    "rating": 3,
    "weight": 1.0,
    "surface": "review",
    "before": _BEFORE,
    "after": _AFTER,
    "elapsedDays": 7.02,
    "durationMs": 4200,
    "timezone": "Europe/Madrid",
    "source": None,
    "reviewedAt": "2026-03-02T09:00:00Z",
    "undoneAt": None,
}
_IMPORT: dict[str, Any] = {
    "id": _IMPORT_ID,
    "format": "apkg",
    "fileName": "market.apkg",
    "status": "completed",
    "done": 62,
    "total": 62,
    "deckId": None,
    "result": {
        "notes": 61,
        "updated": 0,
        "kept": 0,
        "cards": 118,
        "reviews": 640,
        "media": 12,
        "skipped": 1,
        "refused": [{"place": 14, "title": "", "reason": "It has no front."}],
        "decks": [_DECK_ID],
    },
    "errorCode": None,
    "error": None,
    "createdAt": "2026-03-02T09:00:00Z",
    "finishedAt": "2026-03-02T09:00:02Z",
}
_RUNNING = _IMPORT | {
    "status": "running",
    "done": 1500,
    "total": 9200,
    "result": None,
    "finishedAt": None,
}
_PREVIEW: dict[str, Any] = {
    "encoding": "utf-8",
    "delimiter": "semicolon",
    "heading": True,
    "columns": ["front", "back"],
    "names": ["word", "meaning"],
    "rows": [["la manzana", "the apple"], ["la pera", "the pear"]],
    "notes": [
        {"place": 2, "kind": "basic", "front": "la manzana", "back": "the apple", "tags": []},
        {"place": 3, "kind": "basic", "front": "la pera", "back": "the pear", "tags": []},
    ],
    "refused": [],
    "total": 2,
    "good": 2,
}


def _request(value: dict[str, Any], title: str) -> OpenApiExample:
    return OpenApiExample(title, value, request_only=True)


def _answer(value: dict[str, Any], title: str, status: int = 200) -> OpenApiExample:
    return OpenApiExample(title, value, response_only=True, status_codes=[str(status)])


DECKS = [_answer(_DECK, "A deck")]
DECK_MADE = [
    _request({"name": "Market words", "language": "es", "newPerDay": 10}, "Ten new cards a day"),
    _answer(_DECK_WHOLE | {"counts": dict.fromkeys(_DECK["counts"], 0)}, "Made", 201),
]
DECKS_PUBLIC = [_answer(_PUBLIC, "A deck of somebody else")]
DECK = [_answer(_DECK_WHOLE, "A deck")]
DECK_CHANGED = [
    _request({"name": "Market words", "desiredRetention": 0.92}, "A name, and how to study"),
    _answer(_DECK_WHOLE | {"study": _STUDY | {"desiredRetention": 0.92}}, "Changed"),
]
STUDY = [
    _request({"newPerDay": 5, "reviewsPerDay": 80}, "Fewer a day"),
    _answer(_STUDY | {"newPerDay": 5, "reviewsPerDay": 80}, "Changed"),
]
WORKLOAD = [
    _answer(
        {"retention": 0.9, "reviews": [12, 9, 14, *[11] * 27], "aDay": 11.1, "capped": False},
        "Thirty days",
    )
]
DECK_COPIED = [
    _request({"name": "Market words"}, "Under a name of yours"),
    _answer(_COPY, "Copied", 201),
]
DECK_SHARED = [
    _request({"visibility": "shared", "emails": ["ben@example.org"]}, "With one person"),
    _answer(_SHARED, "Shared"),
]
DECK_JOINED = [_answer(_JOINED, "Joined", 201)]

CARDS = [_answer(_CARD, "A card")]
CARD = CARDS
CARDS_ADDED = [
    _request(_APPLE, "Both ways"),
    _request({"cards": [_APPLE, {"front": "la pera", "back": "the pear"}]}, "Many"),
    _answer(_CARD | {"schedule": None}, "One", 201),
    _answer({"cards": [_CARD | {"schedule": None}]}, "Of many", 201),
]
CARD_MADE = [
    _request(
        {"front": _CLOZE["front"], "kind": "cloze", "language": "es", "source": _CLOZE["source"]},
        "From a correction",
    ),
    _answer(_CLOZE | {"schedule": None}, "Made", 201),
    _answer(_CLOZE, "There already"),
]
CARD_CHANGED = [
    _request({"example": "Como una manzana.", "tags": ["market", "fruit"]}, "An example and tags"),
    _answer(_CARD | {"example": "Como una manzana.", "tags": ["market", "fruit"]}, "Changed"),
]
CARD_SUSPENDED = [
    _request({"suspended": True}, "Keep it out"),
    _answer(_CARD | {"schedule": _SCHEDULE | {"suspended": True}}, "Kept out"),
]
CARD_HISTORY = [_answer(_LOG, "A review")]
CARDS_CHANGED = [
    _request({"cardIds": [CARD_ID], "action": "tag", "tags": ["market"]}, "Tag"),
    _answer({"changed": 1}, "Tagged"),
]
CARD_MEDIA = [
    _answer(
        _CARD
        | {
            "audioUrl": f"/api/flashcards/cards/{CARD_ID}/audio",
            "imageUrl": f"/api/flashcards/cards/{CARD_ID}/image",
        },
        "With its files",
    )
]

DUE = [
    _answer(
        {"cards": [_CARD | {"next": _NEXT}], "counts": {"new": 10, "learning": 1, "review": 4}},
        "One of them",
    )
]
REVIEW = [_request(_GOOD, "Good"), _answer(_REVIEWED, "Reviewed")]
REVIEWS = [
    _request({"reviews": [_GOOD | {"cardId": CARD_ID}]}, "One"),
    _answer(
        {
            "results": [
                {
                    "clientId": _CLIENT_ID,
                    "cardId": CARD_ID,
                    "status": "done",
                    "schedule": _SCHEDULE,
                },
                {
                    "clientId": _NOTE_ID,
                    "cardId": _DECK_ID,
                    "status": "refused",
                    "schedule": None,
                    "code": "not_found",
                    "error": "There is nothing here by that id.",
                },
            ]
        },
        "One kept, one refused",
    ),
]
UNDO = [
    _request({"clientId": _CLIENT_ID}, "That one"),
    _answer(
        _REVIEWED | {"card": _CARD | {"schedule": _TAKEN_BACK}, "schedule": _TAKEN_BACK},
        "Taken back",
    ),
]

IMPORT = [
    OpenApiExample(
        "Refused",
        {
            "success": False,
            "error": "This is not an Anki package, or it broke on the way. Export it again "
            "and retry.",
            "code": "not_an_archive",
            "details": None,
            "requestId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c12",
        },
        status_codes=["400"],
        response_only=True,
    ),
    _answer(_PREVIEW, "What a table would make"),
    _answer(_IMPORT, "Brought in", 201),
    _answer(_RUNNING, "Under way", 202),
]
IMPORT_STATE = [_answer(_IMPORT, "Brought in"), _answer(_RUNNING, "Under way")]
