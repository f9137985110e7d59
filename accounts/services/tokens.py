"""API sign-ins: short access tokens, and refresh tokens that can be used once."""

from dataclasses import dataclass
from typing import Any, cast

from django.utils import timezone
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.errors import TokenRefused
from accounts.models import RefreshFamily, User
from accounts.services.audit import record_audit
from config.ids import new_id

FAMILY_CLAIM = "fam"


@dataclass(frozen=True, slots=True)
class TokenPair:
    token: str
    refresh_token: str


def issue_tokens(*, user: User) -> TokenPair:
    """Open a refresh family for a user who has just proved who they are."""
    family = RefreshFamily(id=new_id(), user=user)
    refresh = _new_refresh(user, family)
    family.current_jti = refresh["jti"]
    family.save()
    return _pair(refresh)


def rotate_refresh_token(refresh: str) -> TokenPair:
    """Spend a refresh token for a new pair. A token spent before revokes its whole family.

    Raises TokenRefused.
    """
    spent = _decode(refresh)
    family = _family_of(spent)
    if family.revoked_at:
        raise TokenRefused(code="token_revoked")
    fresh = _new_refresh(family.user, family)
    # Compare and swap: of two requests with one token, exactly one finds it current.
    swapped = (
        RefreshFamily.objects.live()
        .filter(pk=family.pk, current_jti=spent["jti"])
        .update(current_jti=fresh["jti"], rotated_at=timezone.now())
    )
    if not swapped:
        _revoke_replayed(family)
        raise TokenRefused(code="token_reused")
    return _pair(fresh)


def revoke_refresh_token(refresh: str) -> None:
    """Sign out: nothing that descends from the same sign-in can be refreshed any more.

    Raises TokenRefused for a token that is not ours or has expired.
    """
    revoke_family(family=_family_of(_decode(refresh)), reason=RefreshFamily.Reason.LOGOUT)


def revoke_family(*, family: RefreshFamily, reason: RefreshFamily.Reason) -> bool:
    """Whether it was live until now."""
    live = RefreshFamily.objects.live().filter(pk=family.pk)
    return bool(live.update(revoked_at=timezone.now(), revoked_because=reason))


def revoke_all_families(*, user: User, reason: RefreshFamily.Reason) -> int:
    live = RefreshFamily.objects.live().filter(user=user)
    return live.update(revoked_at=timezone.now(), revoked_because=reason)


def _new_refresh(user: User, family: RefreshFamily) -> RefreshToken:
    refresh = RefreshToken.for_user(user)
    refresh[FAMILY_CLAIM] = str(family.pk)
    return refresh


def _pair(refresh: RefreshToken) -> TokenPair:
    return TokenPair(token=str(refresh.access_token), refresh_token=str(refresh))


def _decode(refresh: str) -> RefreshToken:
    try:
        return RefreshToken(cast(Any, refresh))
    except ExpiredTokenError as expired:
        raise TokenRefused(code="token_expired") from expired
    except TokenError as broken:
        raise TokenRefused from broken


def _family_of(token: RefreshToken) -> RefreshFamily:
    family = (
        RefreshFamily.objects.select_related("user")
        .filter(pk=token.get(FAMILY_CLAIM), user=token.get(api_settings.USER_ID_CLAIM))
        .first()
    )
    if family is None or not family.user.is_active:
        raise TokenRefused
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(family.user.password):
        raise TokenRefused(code="token_revoked")
    return family


def _revoke_replayed(family: RefreshFamily) -> None:
    if revoke_family(family=family, reason=RefreshFamily.Reason.REUSE):
        record_audit(
            actor=None,
            subject=family.user,
            action="token.reused",
            detail={"family": str(family.pk)},
        )


def delete_expired_families() -> int:
    """Forget families whose last token can no longer be refreshed. Gives how many went."""
    oldest = timezone.now() - api_settings.REFRESH_TOKEN_LIFETIME
    return RefreshFamily.objects.filter(rotated_at__lt=oldest).delete()[0]
