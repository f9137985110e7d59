"""The extractor that asks a model. What it answers is checked like any other candidate."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct

from ai import prompts
from ai.factory import LOCAL_PROVIDERS, chat_models
from ai.structured import complete_structured
from ai.types import ChatMessage, ChatRequest
from config.languages import NATIVE, TAUGHT
from config.levels import Level
from conversations.memory.extraction.candidates import Candidate, Reading, Said
from conversations.memory.extraction.folding import folded_lower
from conversations.memory.extraction.importance import rated
from conversations.memory.matching import denies
from conversations.memory.models import Memory

PROMPT: Final = "extract_memories"
MOST_CHARACTERS: Final = 6_000
"""Of messages in one request."""
MOST_TOKENS: Final = 1_500


class Found(Struct):
    message: Annotated[int, Meta(ge=1)]
    type: Literal["fact", "preference", "experience"]
    namespace: Literal["personal", "work", "learning", "interests", "plans"]
    subject: Annotated[str, Meta(max_length=60)]
    content: str
    quote: str
    importance: Annotated[int, Meta(ge=1, le=5)]
    value: str = ""


class Answer(Struct):
    memories: list[Found]


def has_model() -> bool:
    """Whether a provider of the chain can answer in JSON."""
    return any(model.name not in LOCAL_PROVIDERS for model in chat_models())


def label() -> str:
    return prompts.load(PROMPT).label


async def extract(reading: Reading, *, learner_id: UUID) -> list[Candidate]:
    """Raises ProviderError and AllProvidersFailed."""
    found: list[Candidate] = []
    for said in _portions(reading.said):
        answer = await complete_structured(
            _request(reading, said), schema=Answer, user_id=learner_id
        )
        found += [
            _candidate(one, said[one.message - 1])
            for one in answer.memories
            if one.message <= len(said)
        ]
    return found


def _portions(said: Sequence[Said]) -> Iterator[list[Said]]:
    portion: list[Said] = []
    length = 0
    for one in said:
        if portion and length + len(one.text) > MOST_CHARACTERS:
            yield portion
            portion, length = [], 0
        portion.append(one)
        length += len(one.text)
    if portion:
        yield portion


def _request(reading: Reading, said: Sequence[Said]) -> ChatRequest:
    prompt = prompts.load(PROMPT)
    numbered = "\n".join(f"{number}. {one.text}" for number, one in enumerate(said, start=1))
    return ChatRequest(
        purpose=PROMPT,
        instructions=prompt.render(
            language=TAUGHT[reading.language].name,
            native_language=NATIVE[reading.native_language].name,
        ),
        messages=(ChatMessage("user", prompts.learner_block(numbered)),),
        language=reading.native_language,
        level=Level.B1,
        native_language=reading.native_language,
        prompt=prompt.label,
        temperature=0.0,
        max_tokens=MOST_TOKENS,
        names=(reading.name,) if reading.name else (),
    )


def _candidate(found: Found, said: Said) -> Candidate:
    return Candidate(
        type=Memory.Type(found.type),
        namespace=Memory.Namespace(found.namespace),
        subject=found.subject.strip().lower(),
        content=found.content.strip(),
        quote=found.quote.strip(),
        importance=rated(found.namespace, found.importance),
        message_id=said.message_id,
        said_at=said.said_at,
        field=_field(found),
        value=_value(found),
    )


def _value(found: Found) -> str:
    """Words of the sentence, which is checked: a value of its own would be in any language."""
    value = found.value.strip()
    return value if folded_lower(value) in folded_lower(found.content) else ""


def _field(found: Found) -> str:
    """Of the profile. A model names a value only for what somebody likes, is good at or aims at."""
    if denies(found.content):
        return ""
    if found.namespace == "interests":
        return "interests"
    if found.subject == "reason":
        return "motivation"
    return "strengths" if found.subject.startswith("strength:") else ""
