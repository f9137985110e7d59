"""Who may move a request, and holding it still while it moves."""

from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.services import record_audit
from config.errors import NotFound
from conversations.handover.errors import NotTheTaker, OwnRequest
from conversations.handover.models import TutorRequest
from conversations.models import Conversation


def held_conversation(user: User, conversation_id: UUID) -> Conversation:
    """The user's own conversation, its row locked. Raises NotFound."""
    mine = Conversation.objects.owned_by(user).filter(pk=conversation_id)
    found = mine.select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound
    return found


def held_request(user: User, request_id: UUID) -> TutorRequest:
    """A request the user may see, with its conversation's row locked. Raises NotFound.

    The lock is the one turns take too: nobody speaks while who is spoken with changes.
    """
    seen = TutorRequest.objects.visible_to(user).filter(pk=request_id)
    conversation_id = seen.values_list("conversation", flat=True).first()
    if conversation_id is None:
        raise NotFound
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation_id)
    request = seen.select_related("learner", "tutor").get()
    request.conversation = conversation
    return request


def require_tutor(user: User, request: TutorRequest) -> None:
    """Whoever sees a request that is not theirs teaches its learner, or is an admin."""
    if user.pk == request.learner_id:
        raise OwnRequest


def require_taker(user: User, request: TutorRequest) -> None:
    require_tutor(user, request)
    if request.tutor_id != user.pk and not user.is_admin:
        raise NotTheTaker


def move(request: TutorRequest, state: Conversation.State) -> None:
    request.conversation.state = state
    request.conversation.save(update_fields=["state", "updated_at"])


def audit(request: TutorRequest, *, actor: User | None, verb: str, **detail: Any) -> None:
    record_audit(
        actor=actor,
        subject=request.learner,
        action=f"tutor_request.{verb}",
        detail={"request": str(request.pk), **detail},
    )
