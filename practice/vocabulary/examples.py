"""Words and lists as the API's documentation shows them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_LIST_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c51"
_ITEM_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c52"
_CONCEPT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c53"
_MESSAGE_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c54"
_SOURCE = {"type": "conversations.message", "id": _MESSAGE_ID}

_MANZANA: dict[str, Any] = {
    "language": "es",
    "text": "manzana",
    "translation": "apple",
    "partOfSpeech": "noun",
}
_ITEM: dict[str, Any] = _MANZANA | {
    "id": _ITEM_ID,
    "listId": _LIST_ID,
    "gender": "feminine",
    "forms": "manzanas",
    "example": "Quiero una manzana roja.",
    "usage": "",
    "category": "food",
    "level": "A1",
    "tags": [],
    "conceptId": _CONCEPT_ID,
    "createdAt": "2026-03-02T09:00:00Z",
}
_LIST: dict[str, Any] = {
    "id": _LIST_ID,
    "name": "At the market",
    "description": "",
    "language": "es",
    "category": "food",
    "level": "A1",
    "visibility": "private",
    "owned": True,
    "starter": False,
    "count": 1,
}
_FACTS: dict[str, Any] = {
    "conceptId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c55",
    "lemma": "hacer",
    "level": "A1",
    "frequency": 5.9,
    "forms": ["hace", "hacen", "hizo"],
    "meanings": [
        {
            "text": "hacer",
            "partOfSpeech": "verb",
            "gender": "",
            "translation": "to do, to make",
            "forms": "",
            "usage": "",
        }
    ],
    "examples": [{"text": "¿Qué haces mañana?", "translation": "What are you doing tomorrow?"}],
}


def _request(value: dict[str, Any], title: str) -> OpenApiExample:
    return OpenApiExample(title, value, request_only=True)


def _answer(value: dict[str, Any], title: str, status: int = 200) -> OpenApiExample:
    return OpenApiExample(title, value, response_only=True, status_codes=[str(status)])


SAVED = [
    _request(_MANZANA, "One word"),
    _request({"items": [_MANZANA | {"source": _SOURCE}], "listId": _LIST_ID}, "Many, into a list"),
    _answer({"success": True, "items": [_ITEM], "created": 1}, "Saved", 201),
    _answer({"success": True, "items": [_ITEM], "created": 0}, "There already"),
]
ITEMS = [_answer(_ITEM, "A word")]
ITEM_CHANGED = [
    _request({"translation": "an apple"}, "What it means"),
    _answer(_ITEM | {"translation": "an apple"}, "Changed"),
]
LISTS = [_answer(_LIST, "A list of yours")]
LIST_MADE = [
    _request(
        {"name": "At the market", "language": "es", "category": "food", "level": "A1"}, "A list"
    ),
    _answer(_LIST | {"count": 0}, "Made", 201),
]
LIST = [_answer(_LIST | {"items": [_ITEM]}, "With its words")]
LIST_CHANGED = [
    _request({"visibility": "public"}, "Share it with everybody"),
    _answer(_LIST | {"visibility": "public"}, "Shared"),
]
LIST_COPIED = [_answer(_LIST, "Copied", 201)]
LIST_CARDS = [_answer({"success": True, "created": 1}, "Made")]
LOOK_UP = [_request({"language": "es", "word": "hizo"}, "A form"), _answer(_FACTS, "Known")]
