from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import language_choices
from accounts.models import User
from config.languages import TAUGHT
from conversations.transcripts.models import TutoringSession

LONGEST_PASTE: Final = 300_000
"""Letters that can be pasted: some five hours of talk. More comes as a file."""
TYPES: Final = ".txt,.vtt,.srt,.json,text/plain,text/vtt,application/json,application/x-subrip"


class UploadForm(forms.Form):
    """A file or pasted text; staff say whose session it was."""

    student = forms.ModelChoiceField(User.objects.none(), label=_("Learner"))
    file = forms.FileField(
        label=_("Transcript"),
        required=False,
        allow_empty_file=True,
        help_text=_("Text, VTT, SRT, or the JSON of a meeting tool. At most 10 MB."),
        widget=forms.FileInput(attrs={"accept": TYPES}),
    )
    text = forms.CharField(
        label=_("Or paste it here"),
        required=False,
        max_length=LONGEST_PASTE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    held_on = forms.DateField(
        label=_("Day of the session"),
        required=False,
        help_text=_("Today, if you leave it empty."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=language_choices(TAUGHT))

    def __init__(self, *args: Any, caller: User, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("file", "text"):
            either: Any = self.fields[name]
            either.one_of_several = True
        students: Any = self.fields["student"]
        students.queryset = User.objects.visible_to(caller).students().order_by("name", "pk")
        students.label_from_instance = lambda one: one.name
        if caller.role == User.Role.STUDENT:
            del self.fields["student"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("file") is None and not (data.get("text") or "").strip():
            self.add_error("file", _("Choose a file, or paste the text."))
        return data


class ChangeForm(forms.Form):
    title = forms.CharField(label=_("Name"), max_length=200, required=False)
    student_speaker = forms.CharField(max_length=100, required=False)


class AdminUploadForm(UploadForm):
    format = forms.ChoiceField(
        choices=[("", _("As its content says")), *TutoringSession.Format.choices], required=False
    )
