from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from ai.factory import chat_models
from config.errors import NotFound
from conversations.models import Conversation, Message


def conversation_for(user: User, conversation_id: UUID) -> Conversation:
    found = Conversation.objects.visible_to(user).filter(pk=conversation_id).first()
    if found is None:
        raise NotFound
    return found


def conversations_of(
    user: User, *, search: str = "", learner_id: UUID | None = None
) -> QuerySet[Conversation]:
    """Newest first. Without a learner, the caller's own; `search` looks in titles and messages."""
    rows = Conversation.objects.visible_to(user).filter(learner=learner_id or user.pk)
    for word in search.split()[:8]:
        said = Message.objects.filter(conversation=OuterRef("pk"), content__icontains=word)
        rows = rows.filter(Q(title__icontains=word) | Exists(said))
    return rows.order_by("-last_message_at", "-created_at")


def history_of(
    user: User,
    *,
    learner_id: UUID | None = None,
    conversation_id: UUID | None = None,
    search: str = "",
) -> QuerySet[Message]:
    """Every message of the learner's conversations, or of one of them, newest first."""
    rows = Message.objects.visible_to(user)
    rows = rows.filter(conversation__learner=learner_id or user.pk)
    if conversation_id:
        rows = rows.filter(conversation=conversation_id)
    for word in search.split()[:8]:
        rows = rows.filter(content__icontains=word)
    return rows.prefetch_related("corrections").order_by("-id")


def reply_for(learner: User, message_id: UUID) -> Message:
    """A reply in a conversation of the learner's own."""
    replies = Message.objects.owned_by(learner).filter(role=Message.Role.ASSISTANT)
    found = replies.filter(pk=message_id).first()
    if found is None:
        raise NotFound
    return found


def turns_of(conversation: Conversation) -> list[Message]:
    """In order, with corrections; of a turn's replies only the newest."""
    rows = list(conversation.messages.prefetch_related("corrections").order_by("position"))
    newest = {row.reply_to_id: row.pk for row in rows if row.reply_to_id}
    return [row for row in rows if not row.reply_to_id or newest[row.reply_to_id] == row.pk]


def first_provider() -> str:
    """Who would speak first, by name: the first of the chain that is set up."""
    return next((model.name for model in chat_models()), "builtin")
