from celery import shared_task
from django.core.management import call_command

from accounts.mail import (
    send_password_reset_mail,
    send_tutor_decision_mail,
    send_verification_mail,
)
from accounts.models import TutorProfile, User
from accounts.services.tokens import delete_expired_families


@shared_task
def send_verification_task(user_id: str) -> None:
    user = User.objects.filter(pk=user_id, is_active=True, email_verified_at__isnull=True).first()
    if user is not None:
        send_verification_mail(user)


@shared_task
def send_password_reset_task(user_id: str) -> None:
    """An id nobody has does nothing: the request must not show which addresses exist."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        send_password_reset_mail(user)


@shared_task
def send_tutor_decision_task(user_id: str) -> None:
    """Says how things stand when it runs: a decision taken back in between is not mailed."""
    decided = TutorProfile.objects.exclude(status=TutorProfile.Status.PENDING)
    profile = decided.select_related("user").filter(user_id=user_id).first()
    if profile is not None:
        send_tutor_decision_mail(profile)


@shared_task
def delete_expired_tokens_task() -> None:
    delete_expired_families()
    call_command("clearsessions")
