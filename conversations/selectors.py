from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from ai.factory import chat_models
from config.errors import NotFound
from conversations.history import branch_ids
from conversations.models import Conversation, Correction, Message
from practice.models import Deck, Note, VocabularyItem, VocabularyList


def conversation_for(user: User, conversation_id: UUID) -> Conversation:
    rows = Conversation.objects.visible_to(user).select_related("companion")
    found = rows.filter(pk=conversation_id).first()
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
    return rows.select_related("companion").order_by("-last_message_at", "-created_at")


def unbegun(learner: User, language: str, level: str) -> Conversation | None:
    """A conversation that was opened and left before anything was said in it."""
    rows = Conversation.objects.owned_by(learner).filter(language=language, level=level)
    empty = rows.filter(message_count=0, scenario="", companion=None, state=Conversation.State.AI)
    return empty.filter(title="").order_by("-created_at").first()


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
    told = Prefetch("corrections", Correction.objects.told())
    return rows.prefetch_related(told).order_by("-id")


def reply_for(learner: User, message_id: UUID) -> Message:
    """A reply in a conversation of the learner's own."""
    replies = Message.objects.owned_by(learner).filter(role=Message.Role.ASSISTANT)
    found = replies.filter(pk=message_id).first()
    if found is None:
        raise NotFound
    return found


def said_for(user: User, message_id: UUID) -> Message:
    """A learner's message, with its corrections as they are told, by its id or a reply's to it."""
    rows = Message.objects.visible_to(user)
    answered = rows.filter(pk=message_id).values_list("reply_to", flat=True).first()
    said = rows.filter(pk=answered or message_id, role=Message.Role.USER)
    found = said.prefetch_related(Prefetch("corrections", Correction.objects.told())).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Branch:
    """A stretch of the branch that is shown, oldest first. `earlier` is before it, if anything."""

    messages: list[Message]
    earlier: UUID | None


def branch_of(
    conversation: Conversation,
    *,
    before: UUID | None = None,
    until: UUID | None = None,
    limit: int = 100,
) -> Branch:
    """The end of the branch that is shown, or what comes before a message, or until one.

    Each message has its corrections and sources, and in `siblings` the ids of what stands beside
    it, itself included, in the order they were made.
    """
    end = before or until or conversation.tip_id or _newest(conversation)
    if end is None:
        return Branch([], None)
    ids = branch_ids(end, limit=limit + (2 if before else 1))
    if before:
        ids.pop()
    earlier = ids[-limit] if len(ids) > limit else None
    shown = conversation.messages.filter(pk__in=ids[-limit:]).select_related("author")
    told = Prefetch("corrections", Correction.objects.told())
    messages = list(shown.prefetch_related(told, "sources").order_by("position"))
    _note_siblings(conversation, messages)
    return Branch(messages, earlier)


def _newest(conversation: Conversation) -> UUID | None:
    newest = conversation.messages.order_by("-position").values_list("pk", flat=True)
    return newest.first()


def _note_siblings(conversation: Conversation, messages: list[Message]) -> None:
    answered = [one.reply_to_id for one in messages if one.reply_to_id]
    followed = [one.follows_id for one in messages if one.follows_id]
    beside = conversation.messages.filter(
        Q(reply_to__in=answered) | Q(follows__in=followed) | Q(reply_to=None, follows=None)
    )
    groups: dict[tuple[UUID | None, UUID | None], list[UUID]] = defaultdict(list)
    for pk, reply_to, follows in beside.order_by("position").values_list(
        "pk", "reply_to", "follows"
    ):
        groups[reply_to, follows].append(pk)
    for one in messages:
        one.siblings = groups[one.reply_to_id, one.follows_id]


def first_provider() -> str:
    """Who would speak first, by name: the first of the chain that is set up."""
    return next((model.name for model in chat_models()), "builtin")


def saved_source(user: User, source_id: UUID) -> tuple[str | None, UUID | None]:
    """What a saved passage was taken from: ("note", its id), or ("list", the id of its list)."""
    if Note.objects.filter(pk=source_id, deck__in=Deck.objects.visible_to(user)).exists():
        return "note", source_id
    lists = VocabularyList.objects.visible_to(user)
    item = VocabularyItem.objects.filter(pk=source_id, vocabulary_list__in=lists).first()
    return ("list", item.vocabulary_list_id) if item else (None, None)
