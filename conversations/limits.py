from django.http import HttpRequest
from django_ratelimit.core import get_usage

from accounts.models import User
from config.errors import RateLimited

CHAT_RATE = "50/m"


def check_chat_rate(request: HttpRequest, learner: User) -> None:
    """Count one message of the learner's. Raises RateLimited past 50 a minute."""
    usage = get_usage(
        request,
        group="chat",
        key=lambda group, asked: str(learner.pk),
        rate=CHAT_RATE,
        increment=True,
    )
    if usage and usage["should_limit"]:
        raise RateLimited(retry_after=usage["time_left"], limit=usage["limit"])
