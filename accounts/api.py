from django.contrib.auth import update_session_auth_hash
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import examples, services
from accounts.callers import caller_of
from accounts.selectors import learner_record, user_settings
from accounts.serializers import (
    AcceptedSerializer,
    CredentialsInput,
    EmailVerifyInput,
    PasswordChangeInput,
    PasswordResetConfirmInput,
    PasswordResetInput,
    ProfileInput,
    ProfileSerializer,
    RefreshInput,
    RegistrationInput,
    RegistrationSerializer,
    SettingsInput,
    SettingsSerializer,
    SettingsSyncInput,
    SettingsSyncSerializer,
    SignInSerializer,
    TicketSerializer,
    TokenPairSerializer,
    UserSerializer,
    VerifiedSerializer,
)
from config.addresses import client_address
from config.idempotency import idempotent
from config.ratelimit import rate_limited

REFUSED = OpenApiResponse(description="What was sent proves nothing, or not any more.")


class OpenView(APIView):
    """For those who are not signed in: what they send is all that counts, no cookie or header."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class RegisterView(OpenView):
    @extend_schema(
        operation_id="auth_register",
        summary="Open an account",
        description="`role: tutor` opens an account that waits for an admin's approval; `admin` is "
        "refused. An address that is taken, in whatever letter case, gives 409 `email_taken`. A "
        "link that verifies the address is mailed.",
        tags=["accounts"],
        request=RegistrationInput,
        responses={201: RegistrationSerializer},
        examples=examples.REGISTER,
    )
    @idempotent
    @rate_limited("sign_up")
    def post(self, request: Request) -> Response:
        given = RegistrationInput(data=request.data)
        given.is_valid(raise_exception=True)
        address = client_address(request._request)
        user = services.register_user(**given.validated_data, address=address)
        pair = services.issue_tokens(user=user)
        answer = {"token": pair.token, "refresh_token": pair.refresh_token, "user": user}
        return Response(RegistrationSerializer(answer).data, status=201)


class LoginView(OpenView):
    @extend_schema(
        operation_id="auth_login",
        summary="Sign in",
        description="401 `invalid_credentials` for an unknown address and a wrong password alike. "
        "Repeated failures lock the pair of account and network address out: 429 `locked_out` with "
        "`Retry-After`.",
        tags=["accounts"],
        request=CredentialsInput,
        responses={200: SignInSerializer, 401: REFUSED},
        examples=examples.LOGIN,
    )
    @rate_limited("sign_in")
    def post(self, request: Request) -> Response:
        given = CredentialsInput(data=request.data)
        given.is_valid(raise_exception=True)
        user = services.check_credentials(request=request._request, **given.validated_data)
        services.open_api_sign_in(request=request._request, user=user)
        pair = services.issue_tokens(user=user)
        answer = {"token": pair.token, "refresh_token": pair.refresh_token, "user": user}
        return Response(SignInSerializer(answer).data)


class RefreshView(OpenView):
    @extend_schema(
        operation_id="auth_refresh",
        summary="Spend a refresh token for a new pair",
        description="A refresh token works once. Sending one again revokes every token that "
        "descends from the same sign-in (401 `token_reused`), because somebody holds a copy.",
        tags=["accounts"],
        request=RefreshInput,
        responses={200: TokenPairSerializer, 401: REFUSED},
        examples=examples.REFRESH,
    )
    @rate_limited("sign_in")
    def post(self, request: Request) -> Response:
        given = RefreshInput(data=request.data)
        given.is_valid(raise_exception=True)
        pair = services.rotate_refresh_token(given.validated_data["refresh_token"])
        return Response(TokenPairSerializer(pair).data)


class LogoutView(OpenView):
    @extend_schema(
        operation_id="auth_logout",
        summary="Sign out",
        description="Revokes the refresh token and all that descend from the same sign-in. "
        "Signing out twice is no error.",
        tags=["accounts"],
        request=RefreshInput,
        responses={204: None, 401: REFUSED},
        examples=examples.LOGOUT,
    )
    def post(self, request: Request) -> Response:
        given = RefreshInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.revoke_refresh_token(given.validated_data["refresh_token"])
        return Response(status=204)


class MeView(APIView):
    @extend_schema(
        operation_id="auth_me",
        summary="Who am I",
        tags=["accounts"],
        responses={200: UserSerializer},
        examples=examples.ME,
    )
    def get(self, request: Request) -> Response:
        return Response(UserSerializer(caller_of(request)).data)


class PasswordChangeView(APIView):
    @extend_schema(
        operation_id="auth_password_change",
        summary="Change my password",
        description="Ends every other sign-in: sessions, refresh tokens, and access tokens, the "
        "one this request came with included. The answer holds a new pair.",
        tags=["accounts"],
        request=PasswordChangeInput,
        responses={200: TokenPairSerializer},
        examples=examples.PASSWORD_CHANGE,
    )
    @rate_limited("sign_in")
    def post(self, request: Request) -> Response:
        given = PasswordChangeInput(data=request.data)
        given.is_valid(raise_exception=True)
        user = caller_of(request)
        services.change_password(
            user=user,
            current=given.validated_data["current_password"],
            new=given.validated_data["new_password"],
            address=client_address(request._request),
        )
        if request.auth is None:
            update_session_auth_hash(request._request, user)
        return Response(TokenPairSerializer(services.issue_tokens(user=user)).data)


class PasswordResetView(OpenView):
    @extend_schema(
        operation_id="auth_password_reset",
        summary="Ask for a link to choose a new password",
        description="The answer is the same whether the address has an account or not.",
        tags=["accounts"],
        request=PasswordResetInput,
        responses={202: AcceptedSerializer},
        examples=examples.PASSWORD_RESET,
    )
    @rate_limited("mail")
    def post(self, request: Request) -> Response:
        given = PasswordResetInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.request_password_reset(email=given.validated_data["email"])
        message = _("If an account has this address, a link is on its way.")
        return Response(AcceptedSerializer({"message": message}).data, status=202)


class PasswordResetConfirmView(OpenView):
    @extend_schema(
        operation_id="auth_password_reset_confirm",
        summary="Choose a new password with a mailed link",
        description="`uid` and `token` are the last two parts of the link. It works once, for an "
        "hour: after that 400 `link_invalid`.",
        tags=["accounts"],
        request=PasswordResetConfirmInput,
        responses={204: None},
        examples=examples.PASSWORD_RESET_CONFIRM,
    )
    @rate_limited("sign_in")
    def post(self, request: Request) -> Response:
        given = PasswordResetConfirmInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.confirm_password_reset(
            uid=given.validated_data["uid"],
            token=given.validated_data["token"],
            new=given.validated_data["new_password"],
            address=client_address(request._request),
        )
        return Response(status=204)


class EmailVerifyView(OpenView):
    @extend_schema(
        operation_id="auth_email_verify",
        summary="Verify an address with a mailed link",
        description="`uid` and `token` are the last two parts of the link. It works once, for "
        "three days: after that 400 `link_invalid`.",
        tags=["accounts"],
        request=EmailVerifyInput,
        responses={200: VerifiedSerializer},
        examples=examples.EMAIL_VERIFY,
    )
    @rate_limited("sign_in")
    def post(self, request: Request) -> Response:
        given = EmailVerifyInput(data=request.data)
        given.is_valid(raise_exception=True)
        address = client_address(request._request)
        user = services.verify_email(**given.validated_data, address=address)
        return Response(VerifiedSerializer(user).data)


class WebSocketTicketView(APIView):
    @extend_schema(
        operation_id="auth_ws_ticket",
        summary="A ticket that opens one WebSocket",
        description="Put it in the socket's address as `?ticket=`. It works once, for 30 seconds.",
        tags=["accounts"],
        request=None,
        responses={201: TicketSerializer},
        examples=examples.WS_TICKET,
    )
    def post(self, request: Request) -> Response:
        ticket = services.issue_ws_ticket(user=caller_of(request))
        return Response(TicketSerializer({"ticket": ticket}).data, status=201)


class ProfileView(APIView):
    @extend_schema(
        operation_id="user_profile",
        summary="My profile",
        tags=["accounts"],
        responses={200: ProfileSerializer},
        examples=examples.PROFILE,
    )
    def get(self, request: Request) -> Response:
        return Response(ProfileSerializer(learner_record(caller_of(request))).data)

    @extend_schema(
        operation_id="user_profile_update",
        summary="Change my profile",
        description="What is left out stays as it is. `targetLanguages` is the whole list, the "
        "one studied now first; a language with a measured level cannot leave it. A level in "
        "`proficiencyLevels` is the learner's own estimate: it never replaces one that a "
        "placement measured or a tutor set, and `languages` says where each comes from.",
        tags=["accounts"],
        request=ProfileInput,
        responses={200: ProfileSerializer},
        examples=examples.PROFILE_UPDATE,
    )
    def put(self, request: Request) -> Response:
        given = ProfileInput(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        user = services.update_profile(user=caller_of(request), changes=given.validated_data)
        return Response(ProfileSerializer(learner_record(user)).data)


def _save_settings(request: Request) -> Response:
    given = SettingsInput(data=request.data)
    given.is_valid(raise_exception=True)
    changes = dict(given.validated_data)
    version = changes.pop("version")
    saved = services.update_settings(user=caller_of(request), changes=changes, version=version)
    return Response(SettingsSerializer(saved).data)


class SettingsView(APIView):
    @extend_schema(
        operation_id="user_settings_update",
        summary="Change my settings",
        description="`version` is the one you read. If another device has saved since, nothing is "
        "changed: 409 `stale_settings`, with the present version in `details`. A group that is "
        "sent replaces the whole group; what is left out stays as it is.",
        tags=["accounts"],
        request=SettingsInput,
        responses={200: SettingsSerializer},
        examples=examples.SETTINGS_SAVE,
    )
    def put(self, request: Request) -> Response:
        return _save_settings(request)


class SettingsSaveView(APIView):
    @extend_schema(
        operation_id="settings_save",
        summary="Save my settings from a device",
        description="The same as `PUT /api/user/settings`.",
        tags=["accounts"],
        request=SettingsInput,
        responses={200: SettingsSerializer},
        examples=examples.SETTINGS_SAVE,
    )
    def post(self, request: Request) -> Response:
        return _save_settings(request)


class SettingsSyncView(APIView):
    @extend_schema(
        operation_id="settings_sync",
        summary="My settings, if they changed",
        tags=["accounts"],
        parameters=[
            OpenApiParameter("since", int, description="The version you have; 0 for none.")
        ],
        responses={200: SettingsSyncSerializer},
        examples=examples.SETTINGS_SYNC,
    )
    def get(self, request: Request) -> Response:
        given = SettingsSyncInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        stored = user_settings(caller_of(request))
        changed = stored.version != given.validated_data["since"]
        answer = {
            "version": stored.version,
            "changed": changed,
            "settings": stored if changed else None,
        }
        return Response(SettingsSyncSerializer(answer).data)
