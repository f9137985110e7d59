from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.callers import caller_of
from accounts.errors import InvalidFields, LockedOut
from accounts.forms import (
    PLACE_ME,
    ConfirmForm,
    LoginForm,
    NewPasswordForm,
    OnboardingForm,
    PasswordChangeForm,
    PasswordResetForm,
    RegisterForm,
    SettingsForm,
    add_refusal,
)
from accounts.models import User
from accounts.selectors import (
    current_language,
    day_ends_at,
    learner_profile,
    target_mastery,
    user_settings,
    waits_for_approval,
)
from accounts.services.profiles import other_languages
from accounts.starts import start_of
from config.addresses import client_address
from config.errors import DomainError
from config.ratelimit import rate_limited

MODEL_BACKEND = "accounts.backends.AccountBackend"

SAVED_IN_PROFILE = (
    "name",
    "native_language",
    "daily_minutes",
    "motivation",
    "interests",
    "timezone",
)

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(start_of(caller_of(request)))
    return render(request, "home.html")


@form_page
@never_cache
@sensitive_post_parameters("password")
@rate_limited("sign_up")
def register_page(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("learning:today")
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        try:
            user = services.register_user(**form.cleaned_data, address=client_address(request))
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            login(request, user, backend=MODEL_BACKEND)
            return _go_on(request, user)
    return _form_page(request, "accounts/register.html", form)


@form_page
@never_cache
@sensitive_post_parameters("password")
@rate_limited("sign_in")
def login_page(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _go_on(request, caller_of(request))
    form = LoginForm(request.POST or None)
    if form.is_valid():
        try:
            user = services.check_credentials(request=request, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status if isinstance(refusal, LockedOut) else 400
            return _form_page(request, "accounts/login.html", form, status, refusal.headers)
        login(request, user)
        services.record_sign_in(user=user, door="page", address=client_address(request))
        return _go_on(request, user)
    return _form_page(request, "accounts/login.html", form)


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("home")


@form_page
@login_required
def onboarding_page(request: HttpRequest) -> HttpResponse:
    user = caller_of(request)
    if waits_for_approval(user):
        return redirect("accounts:tutor_waiting")
    initial = {"native_language": user.native_language, "timezone": user.timezone}
    form = OnboardingForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.complete_onboarding(user=user, **form.answers())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            place = form.cleaned_data["level"] == PLACE_ME
            return redirect("assessments:placement" if place else "learning:today")
    return _form_page(request, "accounts/onboarding.html", form)


@form_page
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    user = caller_of(request)
    form = SettingsForm(request.POST or None, initial=_present_settings(user))
    if form.is_valid():
        try:
            services.update_account(user=user, **_settings_changes(user, form.cleaned_data))
        except DomainError as refusal:
            user.refresh_from_db()
            add_refusal(form, refusal)
            form.catch_up(user_settings(user).version)
            return _form_page(request, "accounts/settings.html", form, refusal.status)
        messages.success(request, _("Your settings are saved."))
        return redirect("accounts:settings")
    return _form_page(request, "accounts/settings.html", form)


@form_page
@login_required
@sensitive_post_parameters()
@rate_limited("sign_in")
def password_change_page(request: HttpRequest) -> HttpResponse:
    user = caller_of(request)
    form = PasswordChangeForm(request.POST or None)
    if form.is_valid():
        try:
            services.change_password(
                user=user,
                current=form.cleaned_data["current_password"],
                new=form.cleaned_data["new_password"],
                address=client_address(request),
            )
        except InvalidFields as refusal:
            add_refusal(form, refusal)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Other devices are signed out."))
            return redirect("accounts:settings")
    return _form_page(request, "accounts/password_change.html", form)


@form_page
@rate_limited("mail")
def password_reset_page(request: HttpRequest) -> HttpResponse:
    form = PasswordResetForm(request.POST or None)
    if form.is_valid():
        services.request_password_reset(email=form.cleaned_data["email"])
        return redirect("accounts:password_reset_done")
    return _form_page(request, "accounts/password_reset.html", form)


@require_safe
def password_reset_done_page(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_done.html")


@form_page
@never_cache
@sensitive_post_parameters()
@rate_limited("sign_in")
def password_reset_confirm_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    template = "accounts/password_reset_confirm.html"
    if not services.reset_link_works(uid=uid, token=token):
        return _form_page(request, template, None, 400)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.confirm_password_reset(
                uid=uid,
                token=token,
                new=form.cleaned_data["new_password"],
                address=client_address(request),
            )
        except InvalidFields as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Your password is changed. Sign in with it."))
            return redirect("accounts:login")
    return _form_page(request, template, form)


@form_page
@never_cache
@rate_limited("sign_in")
def verify_email_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.verify_email(uid=uid, token=token, address=client_address(request))
        except DomainError as refusal:
            return _form_page(request, "accounts/verify_email.html", None, refusal.status)
        messages.success(request, _("Your e-mail address is confirmed."))
        return redirect("home")
    return _form_page(request, "accounts/verify_email.html", form)


@require_POST
@login_required
@rate_limited("mail")
def send_verification_page(request: HttpRequest) -> HttpResponse:
    services.send_verification(user=caller_of(request))
    messages.success(request, _("The link is on its way. Look in your mail."))
    return redirect("accounts:settings")


@require_safe
@login_required
def tutor_waiting_page(request: HttpRequest) -> HttpResponse:
    user = caller_of(request)
    if not waits_for_approval(user):
        return redirect(start_of(user))
    return render(request, "accounts/tutor_waiting.html", {"standing": user.tutor_profile})


def _go_on(request: HttpRequest, user: User) -> HttpResponseRedirect:
    """To where they were going, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted) if safe else redirect(start_of(user))


def _form_page(
    request: HttpRequest,
    template: str,
    form: Form | None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    if form is not None and form.errors and status == 200:
        status = 400
    page = render(request, template, {"form": form}, status=status)
    for name, value in (headers or {}).items():
        page[name] = value
    return page


def _present_settings(user: User) -> dict[str, Any]:
    language, settings = current_language(user), user_settings(user)
    profile = learner_profile(user)
    return {
        "name": user.name,
        "language": language.language if language else "",
        "native_language": user.native_language,
        "daily_minutes": profile.daily_minutes,
        "motivation": profile.motivation,
        "interests": profile.interests,
        "timezone": user.timezone,
        "day_ends_at": day_ends_at(user),
        "target_mastery": round(target_mastery(user) / 5) * 5,
        "theme": settings.theme,
        "version": settings.version,
    }


def _settings_changes(user: User, saved: dict[str, Any]) -> dict[str, Any]:
    profile = {name: saved[name] for name in SAVED_IN_PROFILE}
    if saved["language"]:
        languages = [saved["language"], *other_languages(user, saved["language"])]
        profile["target_languages"] = languages
    learning = user_settings(user).learning | {"targetMastery": saved["target_mastery"]}
    if saved["day_ends_at"] is not None:
        learning["dayEndsAt"] = saved["day_ends_at"]
    return {
        "profile": profile,
        "preferences": {"theme": saved["theme"], "learning": learning},
        "version": saved["version"],
    }
