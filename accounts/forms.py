from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import InvalidFields
from accounts.models import User, UserSettings
from accounts.services.checks import LONGEST_NAME, LONGEST_PASSWORD, check_password
from accounts.validators import timezone_names
from config.errors import DomainError
from config.languages import NATIVE, TAUGHT

LONGEST_EMAIL = 254
MOST_AT_FIRST, MOST_INTERESTS, LONGEST_INTEREST = 10, 20, 60
PLACE_ME = "place"
SELF_LEVELS = [
    (PLACE_ME, _("Not sure: find my level with a short test")),
    ("A1", _("A1: I am starting, or know a few words")),
    ("A2", _("A2: I manage simple, everyday things")),
    ("B1", _("B1: I get by on most topics I know")),
    ("B2", _("B2: I talk and read with some ease")),
    ("C1", _("C1: I say what I mean, in almost any setting")),
]
DAILY_MINUTES = [(n, _("%(minutes)d minutes") % {"minutes": n}) for n in (5, 10, 15, 20, 30, 60)]


def add_refusal(form: forms.Form, refusal: DomainError) -> None:
    """Show what a service refused beside the fields it names, else above the form."""
    for name, reasons in (refusal.details or {}).items():
        if name in form.fields and not form[name].is_hidden:
            form.add_error(name, reasons)
    if not form.errors:
        form.add_error(None, refusal.message)


def language_choices(codes: dict[str, Any]) -> list[tuple[str, str]]:
    """Each by its English name, with its own beside it where that differs."""
    return [
        (code, item.name if item.name == item.endonym else f"{item.name} ({item.endonym})")
        for code, item in codes.items()
    ]


def timezone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Grouped by region, so that a list of 500 can be read."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(timezone_names()):
        region, _slash, city = name.partition("/")
        if city and region not in ("Etc", "SystemV"):
            label = city.replace("_", " ").replace("/", ", ")
            regions.setdefault(region, []).append((name, label))
    return [("UTC", [("UTC", "UTC")]), *regions.items()]


def _email(**options: Any) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
    return forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST_EMAIL,
        widget=widget,
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write a whole address, such as ana@example.org."),
        },
        **options,
    )


def _password(label: Any, *, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        error_messages={"required": _("Write a password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **options,
    )


def _new_password(label: Any) -> forms.CharField:
    hint = _("At least 8 characters: upper and lower case, and a number or sign.")
    return _password(label, autocomplete="new-password", help_text=hint)


def _timezone() -> forms.ChoiceField:
    # The page's script fills in the browser's own zone where it says `detect`.
    return forms.ChoiceField(
        label=_("Time zone"),
        choices=timezone_choices,
        help_text=_("Your days and streaks follow it."),
        widget=forms.Select(attrs={"data-timezone": "detect"}),
    )


def _native_language() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Your own language"),
        choices=language_choices(NATIVE),
        help_text=_("Explanations can use it."),
    )


class TopicsField(forms.CharField):
    """Topics with commas between them: a list to the code, one line to the learner."""

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        topics = [topic.strip() for topic in super().clean(value).split(",")]
        topics = list(dict.fromkeys(topic for topic in topics if topic))
        if len(topics) > self.most:
            message = _("Name at most %(most)d topics.") % {"most": self.most}
            raise forms.ValidationError(message)
        if any(len(topic) > LONGEST_INTEREST for topic in topics):
            raise forms.ValidationError(_("Keep each topic under 60 characters."))
        return topics


def _motivation() -> forms.CharField:
    return forms.CharField(
        label=_("Why you learn it"),
        max_length=280,
        required=False,
        help_text=_("A trip, a job, a person: conversations can follow it."),
    )


def _interests(most: int) -> TopicsField:
    return TopicsField(
        most=most,
        label=_("What you like to talk about"),
        required=False,
        help_text=_("A few topics, with commas between them."),
    )


class RegisterForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("What we call you."),
        error_messages={"required": _("Write the name we should call you.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = _email()
    password = _new_password(_("Password"))
    role = forms.ChoiceField(
        label=_("I am here to"),
        choices=[
            (User.Role.STUDENT, _("Learn a language")),
            (User.Role.TUTOR, _("Teach, as a tutor")),
        ],
        initial=User.Role.STUDENT,
        widget=forms.RadioSelect,
        help_text=_("Tutors are let in by an admin."),
    )

    def clean(self) -> dict[str, Any]:
        """A weak password is told of at once, beside whatever else is wrong."""
        answers = super().clean() or self.cleaned_data
        if "password" in answers:
            user = User(email=answers.get("email", ""), name=answers.get("name", ""))
            try:
                check_password(answers["password"], user)
            except InvalidFields as refusal:
                add_refusal(self, refusal)
        return answers


class LoginForm(forms.Form):
    email = _email()
    password = _password(_("Password"), autocomplete="current-password")


class OnboardingForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language to learn"),
        choices=language_choices(TAUGHT),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the language you want to learn.")},
    )
    native_language = _native_language()
    level = forms.ChoiceField(
        label=_("Where you stand"),
        choices=SELF_LEVELS,
        initial=PLACE_ME,
        widget=forms.RadioSelect,
        help_text=_("The test takes about ten minutes, and you can stop and come back."),
    )
    motivation = _motivation()
    interests = _interests(MOST_AT_FIRST)
    daily_minutes = forms.TypedChoiceField(
        label=_("Minutes a day"),
        choices=DAILY_MINUTES,
        coerce=int,
        initial=15,
        widget=forms.RadioSelect,
    )
    timezone = _timezone()

    def answers(self) -> dict[str, Any]:
        """The arguments of `complete_onboarding`."""
        answers = dict(self.cleaned_data)
        level = answers.pop("level")
        return answers | {"self_level": "" if level == PLACE_ME else level}


class SettingsForm(forms.Form):
    name = RegisterForm.base_fields["name"]
    language = forms.ChoiceField(
        label=_("Language you study now"),
        choices=[("", _("None")), *language_choices(TAUGHT)],
        required=False,
        help_text=_("Your other languages keep their levels."),
    )
    native_language = _native_language()
    daily_minutes = forms.IntegerField(label=_("Minutes a day"), min_value=5, max_value=240)
    motivation = _motivation()
    interests = _interests(MOST_INTERESTS)
    target_mastery = forms.TypedChoiceField(
        label=_("How sure you want to stay"),
        choices=[(share, f"{share} %") for share in range(50, 96, 5)],
        coerce=int,
        help_text=_("What you know less surely than this counts as fading and comes back sooner."),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=timezone_choices,
        help_text=_("Your days and streaks follow it."),
    )
    day_ends_at = forms.TypedChoiceField(
        label=_("Your day of reviews ends at"),
        choices=[(hour, f"{hour}:00") for hour in range(24)],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Who reviews past midnight still does today's cards until then."),
    )
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=UserSettings.Theme.choices, widget=forms.RadioSelect
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def catch_up(self, version: int) -> None:
        """Keep what was typed, but let the next save go over the version stored now."""
        self.data = {**self.data.dict(), "version": str(version)}  # type: ignore[attr-defined]


class PasswordChangeForm(forms.Form):
    current_password = _password(_("Current password"), autocomplete="current-password")
    new_password = _new_password(_("New password"))


class PasswordResetForm(forms.Form):
    email = _email()


class NewPasswordForm(forms.Form):
    new_password = _new_password(_("New password"))


class ConfirmForm(forms.Form):
    """Nothing to fill in: a mailed link only acts when its button is pressed, not when a mail
    scanner opens it."""
