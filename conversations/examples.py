"""Conversations and messages as the API's documentation shows them. Fictional people only."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

CONVERSATION_ID = "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e"
SAID_ID = "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d60"
REPLY_ID = "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6f"
COMPANION_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c41"
_LESSON_ID = "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d71"

CONVERSATION: dict[str, Any] = {
    "conversationId": CONVERSATION_ID,
    "studentId": "0193f2b4-0a11-7d2f-8a3b-5c6d7e8f9a0b",
    "title": "En el mercado",
    "language": "es",
    "level": "A2",
    "scenario": "en-el-mercado",
    "companion": {"id": COMPANION_ID, "name": "La vendedora del mercado"},
    "messageCount": 2,
    "lastMessageAt": "2025-11-15T10:00:01Z",
    "createdAt": "2025-11-15T10:00:00Z",
    "updatedAt": "2025-11-15T10:00:01Z",
}
CORRECTION: dict[str, Any] = {
    "id": "0193f2b4-9d11-7c02-b1aa-3c5d7e9f0a1b",
    "start": 3,
    "end": 6,
    "original": "soy",
    "corrected": "estoy",
    "kind": "grammar",
    "reason": "Feelings take estar.",
    "manner": "explicit",
}
_SAID: dict[str, Any] = {
    "id": SAID_ID,
    "role": "user",
    "content": "Yo soy cansado hoy.",
    "timestamp": "2025-11-15T10:00:00Z",
    "status": "complete",
    "provider": "",
    "corrections": [CORRECTION],
    "checked": True,
    "suggestTutor": False,
    "confidence": None,
    "rating": None,
}
_REPLY: dict[str, Any] = _SAID | {
    "id": REPLY_ID,
    "role": "assistant",
    "content": "Ah, estás cansado. ¿Has dormido mal?",
    "timestamp": "2025-11-15T10:00:01Z",
    "provider": "builtin",
    "corrections": [],
}
SOURCE: dict[str, Any] = {
    "index": 1,
    "kind": "lesson",
    "id": _LESSON_ID,
    "title": "Ser and estar",
    "excerpt": "Use estar for how somebody feels.",
    "locator": {"section": "When", "teaches": "es"},
    "relevance": 0.82,
    "url": f"/learn/{_LESSON_ID}",
}


def _in_branch(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    bare = {"route": "", "tools": [], "sources": [], "siblings": [message["id"]], "author": ""}
    return message | bare | more


_WHOLE: dict[str, Any] = CONVERSATION | {
    "state": "ai",
    "messages": [_in_branch(_SAID), _in_branch(_REPLY, route="talk")],
    "earlier": None,
}
_BEGUN: dict[str, Any] = _WHOLE | {"messages": [], "messageCount": 0, "lastMessageAt": None}


def _request(value: dict[str, Any], title: str) -> OpenApiExample:
    return OpenApiExample(title, value, request_only=True)


def _answer(value: dict[str, Any], title: str, status: int = 200) -> OpenApiExample:
    return OpenApiExample(title, value, response_only=True, status_codes=[str(status)])


BEGIN = [
    _request({"scenario": "en-el-mercado"}, "A scenario"),
    _request({"companionId": COMPANION_ID}, "With a companion"),
    _answer(_BEGUN, "Begun", 201),
]
READ = [_answer(_WHOLE, "Read")]
LIST = [_answer(CONVERSATION, "One")]
HISTORY = [_answer(_SAID | {"conversationId": CONVERSATION_ID}, "Something said")]
RENAME = [
    _request({"title": "Mi fin de semana"}, "A new title"),
    _answer(CONVERSATION | {"title": "Mi fin de semana"}, "Renamed"),
]
RESTORE = [_answer(CONVERSATION, "Back")]
BRANCH = [
    _request({"messageId": REPLY_ID}, "The branch of a reply"),
    _answer(CONVERSATION, "Shown"),
]
CANCEL = [_answer({"messageId": REPLY_ID, "status": "streaming"}, "On its way", 202)]
FEEDBACK = [
    _request({"rating": -1, "reason": "Too hard"}, "Not helpful"),
    _answer({"messageId": REPLY_ID, "rating": -1, "reason": "Too hard"}, "Noted"),
]
SCENARIOS = [
    _answer(
        {
            "scenarios": [
                {
                    "slug": "en-el-mercado",
                    "language": "es",
                    "level": "A2",
                    "title": "En el mercado",
                    "summary": "Buy fruit at a market and ask what it costs.",
                }
            ]
        },
        "One of them",
    )
]
SAY_WHOLE = [
    _request({"message": "Yo soy cansado hoy."}, "Say something"),
    _answer(
        {
            "messageId": REPLY_ID,
            "response": _REPLY["content"],
            "conversationId": CONVERSATION_ID,
            "suggestTutor": False,
            "confidence": None,
            "sources": [],
            "corrections": [CORRECTION],
            "checked": True,
            "provider": "builtin",
            "safety": None,
        },
        "Answered",
    ),
    _answer(
        {
            "messageId": REPLY_ID,
            "response": "Use estar for how somebody feels [1].",
            "conversationId": CONVERSATION_ID,
            "suggestTutor": False,
            "confidence": 0.91,
            "sources": [SOURCE],
            "corrections": [],
            "checked": True,
            "provider": "builtin",
            "safety": None,
        },
        "Answered from a lesson",
    ),
]
