from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from config.languages import TAUGHT_CHOICES
from learning.companions.models import LONGEST_SESSION, MAX_INSTRUCTIONS, Companion

Subject = Companion.Subject

VOICES: Final = [("female", _("A woman’s")), ("male", _("A man’s"))]
STYLES: Final = [
    ("casual", _("Casual")),
    ("formal", _("Formal")),
    ("warm", _("Warm")),
    ("patient", _("Patient")),
    ("curious", _("Curious")),
    ("playful", _("Playful")),
]


class CompanionsForm(forms.Form):
    """What to show of the list. A value that is none of the choices counts as not given."""

    q = forms.CharField(label=_("Name or topic"), required=False, max_length=120)
    subject = forms.ChoiceField(
        label=_("Subject"), required=False, choices=[("", _("All subjects")), *Subject.choices]
    )

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {
            "topic": self.cleaned_data.get("q", ""),
            "subject": self.cleaned_data.get("subject", ""),
        }


class CompanionForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Who it is, such as “My grandmother” or “The night porter”."),
    )
    subject = forms.ChoiceField(label=_("Subject"), choices=Subject.choices)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("The one I study")), *TAUGHT_CHOICES],
        help_text=_("You talk with it in this language."),
    )
    topic = forms.CharField(
        label=_("Topic"), max_length=120, help_text=_("What it likes to talk about.")
    )
    style = forms.ChoiceField(label=_("Manner"), choices=STYLES)
    voice = forms.ChoiceField(
        label=_("Voice"), choices=VOICES, help_text=_("How it sounds where replies are read aloud.")
    )
    duration = forms.IntegerField(
        label=_("Minutes of a session"), min_value=1, max_value=LONGEST_SESSION, initial=15
    )
    instructions = forms.CharField(
        label=_("What it is like"),
        required=False,
        max_length=MAX_INSTRUCTIONS,
        widget=forms.Textarea({"rows": 4, "maxlength": MAX_INSTRUCTIONS}),
        help_text=_("Its story and how it should talk with you, in a few sentences."),
    )
    keeps_private = forms.BooleanField(
        label=_("Keep what it learns about me between us"),
        required=False,
        help_text=_(
            "What the tutor remembers from talk with it is told to no other companion. "
            "When you ask what you said, your own words are still found."
        ),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        # Asked of every companion; which of them need it is checked with the subject.
        self.fields["language"].one_of_several = True  # type: ignore[attr-defined]  # the template's
        for name in ("style", "voice"):
            self._offer(name, str(initial.get(name, "")))

    def _offer(self, name: str, value: str) -> None:
        """What a client of the API has chosen can be kept here too."""
        field: Any = self.fields[name]
        if value and value not in dict(field.choices):
            field.choices = [(value, value), *field.choices]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("subject") == Subject.LANGUAGE and not data.get("language"):
            self.add_error("language", _("Say which language it is for."))
        return data
