from enum import StrEnum
from typing import Any, Final


class Queue(StrEnum):
    """Every task has one, so that slow work of one kind never holds up another."""

    CHAT = "chat"
    """A learner is waiting on the page: seconds at most."""
    SPEECH = "speech"
    """Audio: heavy on memory, so run by few workers."""
    ANALYSIS = "analysis"
    """Transcripts, embeddings, generation: up to minutes, so that whoever waits goes first."""
    DEFAULT = "default"
    """Mail, sweeps, clean-up."""


QUEUE_OF = {
    "accounts.tasks.delete_expired_tokens_task": Queue.DEFAULT,
    "accounts.tasks.send_password_reset_task": Queue.DEFAULT,
    "accounts.tasks.send_tutor_decision_task": Queue.DEFAULT,
    "accounts.tasks.send_verification_task": Queue.DEFAULT,
    "assessments.tasks.calibrate_items_task": Queue.ANALYSIS,
    "assessments.tasks.calibrate_language_task": Queue.ANALYSIS,
    "assessments.tasks.regrade_item_task": Queue.ANALYSIS,
    "assessments.tasks.review_waiting_texts_task": Queue.ANALYSIS,
    "assessments.tasks.review_writing_task": Queue.ANALYSIS,
    "conversations.tasks.close_interrupted_turns_task": Queue.CHAT,
    "conversations.memory.tasks.archive_memories_task": Queue.DEFAULT,
    "conversations.memory.tasks.remember_conversation_task": Queue.ANALYSIS,
    "conversations.memory.tasks.remember_finished_task": Queue.DEFAULT,
    "conversations.moderation.tasks.check_messages_task": Queue.DEFAULT,
    "conversations.handover.tasks.mail_answer_task": Queue.DEFAULT,
    "conversations.handover.tasks.mail_tutors_task": Queue.DEFAULT,
    "conversations.handover.tasks.queue_request_task": Queue.CHAT,
    "conversations.handover.tasks.queue_waiting_requests_task": Queue.DEFAULT,
    "conversations.retrieval.tasks.embed_missing_task": Queue.ANALYSIS,
    "conversations.retrieval.tasks.index_changed_task": Queue.ANALYSIS,
    "conversations.tasks.read_message_task": Queue.ANALYSIS,
    "conversations.tasks.read_unread_messages_task": Queue.ANALYSIS,
    "conversations.transcripts.tasks.process_session_task": Queue.ANALYSIS,
    "conversations.transcripts.tasks.process_waiting_sessions_task": Queue.ANALYSIS,
    "practice.decks.exchange.tasks.import_deck_task": Queue.ANALYSIS,
    "practice.decks.exchange.tasks.sweep_imports_task": Queue.DEFAULT,
    "practice.decks.tasks.fit_due_parameters_task": Queue.ANALYSIS,
    "practice.decks.tasks.fit_parameters_task": Queue.ANALYSIS,
    "practice.decks.tasks.record_reviews_task": Queue.ANALYSIS,
    "practice.decks.tasks.record_unread_reviews_task": Queue.ANALYSIS,
    "practice.decks.tasks.reschedule_task": Queue.ANALYSIS,
    "practice.sets.tasks.make_set_task": Queue.ANALYSIS,
    "practice.sets.tasks.make_waiting_sets_task": Queue.ANALYSIS,
    "learning.tasks.embed_aims_task": Queue.ANALYSIS,
    "learning.tasks.embed_content_task": Queue.ANALYSIS,
}
"""By the task's name. A task that is missing here fails a test."""

BEHIND: Final = 6
"""In Valkey a higher priority is later; what names none has 0."""
UNWATCHED: Final = {
    "assessments.tasks.calibrate_language_task",
    "conversations.memory.tasks.remember_conversation_task",
    "conversations.retrieval.tasks.embed_missing_task",
    "conversations.retrieval.tasks.index_changed_task",
    "conversations.tasks.read_unread_messages_task",
    "conversations.transcripts.tasks.process_session_task",
    "learning.tasks.embed_content_task",
    "practice.decks.tasks.fit_parameters_task",
}
"""Takes long while nobody waits: whatever else the queue holds goes before it."""


def route_of(task: str) -> dict[str, Any]:
    """As Celery's settings tell where a task goes."""
    route: dict[str, Any] = {"queue": QUEUE_OF[task].value}
    return route | {"priority": BEHIND} if task in UNWATCHED else route
