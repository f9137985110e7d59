"""Mails about accounts, each a pair of templates in templates/accounts/mail."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import TutorProfile, User
from accounts.services.passwords import reset_token
from accounts.services.verification import VERIFICATION_LIFETIME, uid_of, verification_token


def send_verification_mail(user: User) -> None:
    link = reverse("accounts:verify_email", args=[uid_of(user), verification_token(user)])
    days = VERIFICATION_LIFETIME.days
    context = {"link": link, "days": days}
    send_mail(user, "accounts/mail/verify_email", _("Confirm your e-mail address"), context)


def send_password_reset_mail(user: User) -> None:
    link = reverse("accounts:password_reset_confirm", args=[uid_of(user), reset_token(user)])
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    context = {"link": link, "minutes": minutes}
    send_mail(user, "accounts/mail/password_reset", _("Choose a new password"), context)


def send_tutor_decision_mail(profile: TutorProfile) -> None:
    approved = profile.status == TutorProfile.Status.APPROVED
    subject = _("You can teach now") if approved else _("Your request to teach was declined")
    link = reverse("conversations:tutor_queue" if approved else "accounts:tutor_waiting")
    context = {"link": link, "approved": approved}
    send_mail(profile.user, "accounts/mail/tutor_decision", subject, context)


def send_mail(user: User, template: str, subject: str, context: dict[str, Any]) -> None:
    """`template` is a pair's path without its ending; `context["link"]` a path within the site."""
    context |= {"name": user.get_short_name(), "link": settings.SITE_URL + context["link"]}
    message = EmailMultiAlternatives(
        subject, render_to_string(f"{template}.txt", context), to=[user.email]
    )
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    message.send()
