from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from conversations.handover.mail import send_answer_mail, send_request_mails
from conversations.handover.models import TutorRequest
from conversations.handover.services import hand_over
from conversations.models import Message

OVERDUE = timedelta(minutes=2)


@shared_task
def queue_request_task(request_id: str) -> bool:
    return hand_over(request_id=request_id)


@shared_task
def queue_waiting_requests_task() -> int:
    """Each few minutes: what was asked while the queue was down is handed over after all."""
    late = TutorRequest.objects.open().filter(
        queued_at__isnull=True,
        requested_at__lt=timezone.now() - OVERDUE,
        conversation__deleted_at__isnull=True,
    )
    return sum(hand_over(request_id=pk) for pk in late.values_list("pk", flat=True)[:100])


@shared_task
def mail_tutors_task(request_id: str) -> int:
    """To those who are called; nobody when it was taken back or taken meanwhile."""
    rows = TutorRequest.objects.open().select_related("learner", "conversation")
    request = rows.filter(pk=request_id, taken_at__isnull=True).first()
    return send_request_mails(request) if request else 0


@shared_task
def mail_answer_task(message_id: str) -> None:
    rows = Message.objects.filter(role=Message.Role.TUTOR, conversation__deleted_at__isnull=True)
    message = rows.select_related("author", "conversation__learner").filter(pk=message_id).first()
    if message is not None:
        send_answer_mail(message)
