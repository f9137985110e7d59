"""A message in the learner's own language, on demand."""

from uuid import UUID

from django.core.cache import cache
from django.utils.translation import gettext_noop

from accounts.models import User
from ai import prompts
from ai.chain import complete
from ai.errors import AllProvidersFailed, ProviderError
from ai.types import ChatMessage, ChatRequest
from ai.worker import run
from config.errors import NotFound, Unavailable
from config.languages import NATIVE, TAUGHT
from conversations.models import Message

KEEP_SECONDS = 30 * 24 * 60 * 60


class NoTranslator(Unavailable):
    code = "no_translator"
    message = gettext_noop(
        "The built-in tutor does not translate whole messages. Tap a word to look it up."
    )


def translate_message(*, learner: User, message_id: UUID) -> str:
    """Raises NotFound, and NoTranslator while no model answers."""
    said = Message.objects.visible_to(learner).filter(pk=message_id)
    message = said.select_related("conversation").first()
    if message is None or not message.content or message.status in Message.LIVE:
        raise NotFound
    key = f"translation:{message.pk}:{learner.native_language}"
    known: str | None = cache.get(key)
    if known is None:
        known = run(_translated(message, learner))
        cache.set(key, known, KEEP_SECONDS)
    return known


async def _translated(message: Message, learner: User) -> str:
    language = message.conversation.language
    prompt = prompts.load("translate")
    request = ChatRequest(
        purpose="translate",
        instructions=prompt.render(
            language=TAUGHT[language].name, native_language=NATIVE[learner.native_language].name
        ),
        messages=(ChatMessage("user", prompts.learner_block(message.content)),),
        language=learner.native_language,
        level=message.conversation.level,
        native_language=learner.native_language,
        prompt=prompt.label,
        temperature=0.0,
        names=(learner.name,),
        models_only=True,
    )
    try:
        answer = await complete(request, user_id=learner.pk, reference=message.pk)
    except (AllProvidersFailed, ProviderError) as error:
        raise NoTranslator from error
    return answer.text.strip()
