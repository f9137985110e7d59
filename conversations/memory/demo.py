"""What the tutor remembers of the demo learner: found in her conversations, as for anybody."""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from conversations.memory.models import Memory, MemoryConsent
from conversations.memory.remembering import finished_conversations, remember_by_patterns
from conversations.memory.services import change, give_consent
from conversations.models import Conversation

PINNED: Final = "reason"


@transaction.atomic
def seed_memories(*, learner: User, now: datetime) -> None:
    """Once: a learner who has answered since is not asked again. Asks no provider."""
    if MemoryConsent.objects.filter(learner=learner).exists():
        return
    give_consent(learner=learner, now=now, share_with_tutor=True, include_earlier=True)
    finished = finished_conversations(now=now)
    mine = Conversation.objects.filter(learner=learner, pk__in=finished)
    for conversation_id in mine.order_by("last_message_at").values_list("pk", flat=True):
        remember_by_patterns(conversation_id=conversation_id, now=now)
    for memory in Memory.objects.standing().filter(learner=learner, subject=PINNED):
        change(memory=memory, changes={"pinned": True}, now=now)
