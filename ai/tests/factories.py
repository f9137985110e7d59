from typing import Any

import factory

from ai.models import UsageRecord
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


class UsageRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UsageRecord

    provider = "openai"
    model = "gpt-4o-mini"
    purpose = "tutor_reply"
    tokens_in = 100
    tokens_out = 50
    cost_micros = 45
    latency_ms = 900
    outcome = UsageRecord.Outcome.OK
