from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


def caller_of(request: HttpRequest | Request) -> User:
    """The signed-in user behind a request that authentication has let through."""
    return cast(User, request.user)
