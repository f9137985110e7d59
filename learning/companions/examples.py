"""Examples for the schema."""

from typing import Any

COMPANION: dict[str, Any] = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c41",
    "name": "La vendedora del mercado",
    "subject": "language",
    "topic": "la comida y las compras",
    "language": "es",
    "voice": "female",
    "style": "warm and quick",
    "duration": 10,
    "instructions": "She sells fruit and asks what you cook.",
    "keepsPrivate": False,
    "author": None,
    "bookmarked": True,
    "createdAt": "2026-03-02T09:00:00Z",
    "updatedAt": "2026-03-02T09:00:00Z",
}
NEW: dict[str, Any] = {
    "name": "Mi abuela",
    "subject": "language",
    "topic": "recetas de familia",
    "language": "es",
    "voice": "female",
    "style": "warm",
    "duration": 15,
    "instructions": "She cooks for twelve every Sunday and wants to know what I eat.",
}
MADE = COMPANION | NEW | {"author": "0193f2b4-0a11-7d2f-8a3b-5c6d7e8f9a0b", "bookmarked": False}
OF_SESSION = COMPANION | {"startedAt": "2026-03-03T18:30:00Z"}
BOOKMARK: dict[str, Any] = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c42",
    "companionId": COMPANION["id"],
    "userId": "0193f2b4-0a11-7d2f-8a3b-5c6d7e8f9a0b",
    "isMarked": True,
    "createdAt": "2026-03-02T09:05:00Z",
}
SESSION = {name: value for name, value in BOOKMARK.items() if name != "isMarked"}
PERMISSIONS: dict[str, Any] = {
    "canCreateCompanion": True,
    "canStartConversation": False,
    "plan": "free",
    "companions": {"limit": 3, "used": 1},
    "conversations": {"limit": 10, "used": 10},
}
PLAN_LIMIT: dict[str, Any] = {
    "success": False,
    "error": "Your plan has room for 3 companions of your own. Delete one first.",
    "code": "plan_limit",
    "details": {"limit": 3, "used": 3, "plan": "free"},
    "requestId": "8f14e45fceea467a9b1c2d3e4f5a6b7c",
}
