from typing import Any

from ai.types import ChatMessage, ChatRequest


def make_request(text: str = "Ayer fui al mercado.", **changes: Any) -> ChatRequest:
    values: dict[str, Any] = {
        "purpose": "tutor_reply",
        "instructions": "You are a tutor.",
        "messages": (ChatMessage("user", text),),
        "language": "es",
        "level": "A2",
        "prompt": "tutor_reply.v1",
    }
    return ChatRequest(**(values | changes))
