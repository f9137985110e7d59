"""A model's judgement, asked for only where the rules see signs and do not decide."""

import asyncio
from typing import Annotated, Final, Literal

import msgspec

from accounts.models import User
from ai import factory, prompts, worker
from ai.structured import complete_structured
from ai.types import ChatMessage, ChatRequest
from config.languages import NATIVE, TAUGHT
from conversations.handover.models import RoutingDecision
from conversations.handover.rules import Judgement, Signals

PURPOSE: Final = "route_to_tutor"
PATIENCE: Final = 8.0
"""Seconds: somebody waits for the answer, and the rules have one."""
LONGEST: Final = 4000


class Verdict(msgspec.Struct, kw_only=True):
    route: bool
    urgency: Literal["low", "medium", "high"]
    topic: Annotated[str, msgspec.Meta(max_length=120)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


def available() -> bool:
    """Whether a provider of the chain can judge: the built-in tutor does not speak JSON."""
    return any(model.name not in factory.LOCAL_PROVIDERS for model in factory.chat_models())


def judge(signals: Signals, *, topic: str, learner: User, language: str) -> Judgement:
    """Raises ProviderError, AllProvidersFailed, or TimeoutError after `PATIENCE`."""
    request = routing_request(signals, learner=learner, language=language)

    async def asked() -> Verdict:
        async with asyncio.timeout(PATIENCE):
            return await complete_structured(request, schema=Verdict, user_id=learner.pk)

    told = worker.run(asked())
    return Judgement(
        rule=RoutingDecision.Rule.MODEL if told.route else RoutingDecision.Rule.NONE,
        urgency=RoutingDecision.Urgency(told.urgency),
        reason=told.reason,
        topic=told.topic or topic,
    )


def routing_request(signals: Signals, *, learner: User, language: str) -> ChatRequest:
    prompt = prompts.load(PURPOSE)
    taught = TAUGHT.get(language)
    instructions = prompt.render(
        language=taught.name if taught else "a language",
        native_language=NATIVE[learner.native_language].name,
        failed=str(signals.failed_practice),
        thumbs_down=str(signals.thumbs_down),
        nothing_found=str(signals.nothing_found),
    )
    said = "\n".join([*signals.before, signals.said])
    slips = "\n".join(f"{slip.original} -> {slip.corrected}" for slip in signals.slips[-10:])
    block = prompts.learner_block(f"{said}\n\n{slips}"[-LONGEST:])
    return ChatRequest(
        purpose=PURPOSE,
        instructions=instructions,
        messages=(ChatMessage("user", block),),
        language=language or "en",
        level="",
        native_language=learner.native_language,
        prompt=prompt.label,
        temperature=0.0,
        max_tokens=400,
        names=(learner.name,),
    )
