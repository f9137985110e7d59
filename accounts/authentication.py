"""Who is asking: a bearer token, else the browser's session with its CSRF token."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication as BaseSessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.errors import TokenRefused
from accounts.models import User
from accounts.selectors import user_by_id
from config.errors import Forbidden, NotAuthenticated

FindUser = Callable[[UUID], User | None]


class BearerAuthentication(JWTAuthentication):
    """JWT access tokens. Every refusal is the same 401, whichever check failed."""

    def __init__(self, find: FindUser = user_by_id) -> None:
        super().__init__()
        self._find = find

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        try:
            return super().authenticate(request)
        except AuthenticationFailed as refusal:
            raise TokenRefused from refusal

    def get_user(self, validated_token: Token) -> Any:
        """As the library's, with one quick statement: every request comes by here."""
        try:
            user = self._find(UUID(validated_token.get(api_settings.USER_ID_CLAIM, "")))
        except (AttributeError, TypeError, ValueError) as error:
            raise AuthenticationFailed from error
        if user is None or not user.is_active:
            raise AuthenticationFailed
        changed = get_md5_hash_password(user.password)
        if validated_token.get(api_settings.REVOKE_TOKEN_CLAIM) != changed:
            raise AuthenticationFailed
        return user


class SessionAuthentication(BaseSessionAuthentication):
    """The browser's session; to write, with its CSRF token."""

    def enforce_csrf(self, request: Any) -> None:
        _check_csrf(request)


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _unanswered(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _session_user(request: HttpRequest) -> User | None:
    """The user of the session cookie, also for a request no middleware has seen."""
    if not hasattr(request, "session"):
        store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if user.is_authenticated and user.is_active else None


def _check_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(_unanswered)
    check.process_request(request)
    # Outside DRF the view itself is exempt, and the token is asked for here instead.
    if check.process_view(request, _unanswered, (), {}):
        raise Forbidden(_("The page is out of date. Reload it and try again."), code="csrf_failed")


def authenticate_request(request: HttpRequest, *, find: FindUser = user_by_id) -> User:
    """The caller of a request that does not come through DRF. Blocks: call it in a thread.

    `find` reads the user whom a bearer token names, with what else is wanted of them.
    Raises NotAuthenticated (TokenRefused for a bad bearer token), or Forbidden with the code
    `csrf_failed` for a session without its CSRF token.
    """
    bearer = BearerAuthentication(find).authenticate(cast(Request, request))
    if bearer:
        return cast(User, bearer[0])
    user = _session_user(request)
    if user is None:
        raise NotAuthenticated
    _check_csrf(request)
    return user
