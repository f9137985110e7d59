import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import language_choices
from config.languages import TAUGHT
from practice.decks.models import Deck, Note, StudyOptions, Visibility
from practice.decks.services.checks import clean_tags

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
LANGUAGES = [("", _("None, or several")), *language_choices(TAUGHT)]


def steps_as_text(steps: list[int]) -> str:
    """Seconds as a person writes them: `1m 10m`."""
    return " ".join(_step_as_text(step) for step in steps)


def _step_as_text(step: int) -> str:
    unit = next(name for name in "dhms" if step % _UNITS[name] == 0)
    return f"{step // _UNITS[unit]}{unit}"


class StepsField(forms.CharField):
    def clean(self, value: Any) -> list[int]:
        words = super().clean(value).lower().replace(",", " ").split()
        found = [re.fullmatch(r"(\d{1,5})([smhd]?)", word) for word in words]
        if not all(found):
            raise forms.ValidationError(_("Write times like 1m 10m: s, m, h or d after a number."))
        return [int(one[1]) * _UNITS[one[2] or "m"] for one in found if one]


class DeckForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    description = forms.CharField(
        label=_("What it holds"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StudyForm(forms.Form):
    desired_retention = forms.IntegerField(
        label=_("Recall you aim at, in percent"),
        min_value=70,
        max_value=98,
        widget=forms.NumberInput(attrs={"type": "range", "step": "1"}),
        help_text=_("A card comes back when the chance of recalling it has fallen to this."),
    )
    new_per_day = forms.IntegerField(label=_("New cards a day"), min_value=0, max_value=9999)
    reviews_per_day = forms.IntegerField(label=_("Reviews a day"), min_value=0, max_value=9999)
    scheduler = forms.ChoiceField(
        label=_("Scheduler"),
        choices=[
            (StudyOptions.Scheduler.FSRS, _("FSRS: four ratings, fitted to how you forget")),
            (StudyOptions.Scheduler.SM2, _("SM-2: five ratings, fixed steps")),
        ],
        widget=forms.RadioSelect,
        help_text=_("You can change it at any time: your reviews are kept and read anew."),
    )
    learning_steps = StepsField(
        label=_("Steps of a new card"),
        max_length=80,
        required=False,
        help_text=_("Like 1m 10m. FSRS only; leave it empty for days from the first answer on."),
    )
    relearning_steps = StepsField(
        label=_("Steps of a forgotten card"), max_length=80, required=False
    )

    @staticmethod
    def initial_of(by: StudyOptions) -> dict[str, Any]:
        return {
            "desired_retention": round(by.desired_retention * 100),
            "new_per_day": by.new_per_day,
            "reviews_per_day": by.reviews_per_day,
            "scheduler": by.scheduler,
            "learning_steps": steps_as_text(by.learning_steps),
            "relearning_steps": steps_as_text(by.relearning_steps),
        }

    def options(self) -> dict[str, Any]:
        """The arguments of `update_study`."""
        chosen = dict(self.cleaned_data)
        return chosen | {"desired_retention": chosen["desired_retention"] / 100}


class NoteForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (Note.Kind.BASIC, _("Front and back")),
            (Note.Kind.REVERSED, _("Both ways: two cards")),
            (Note.Kind.CLOZE, _("Gaps in a text")),
            (Note.Kind.TYPED, _("Type the answer")),
            (Note.Kind.LISTENING, _("Listen and recall")),
        ],
        initial=Note.Kind.BASIC,
        widget=forms.RadioSelect,
    )
    front = forms.CharField(
        label=_("Front"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "data-front": ""}),
        help_text=_("What the card asks."),
    )
    back = forms.CharField(
        label=_("Back"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The answer. With gaps or by ear, a note shown below it."),
    )
    example = forms.CharField(label=_("Example sentence"), max_length=2000, required=False)
    tags = forms.CharField(
        label=_("Tags"), max_length=1000, required=False, help_text=_("With commas between them.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        required=False,
        help_text=_("Of the front; of the back where the answer is typed."),
    )
    audio = forms.FileField(label=_("Sound"), required=False, help_text=_("At most 5 MB."))
    image = forms.FileField(label=_("Picture"), required=False, help_text=_("At most 5 MB."))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Most kinds need it; which do is checked with the kind.
        self.fields["back"].one_of_several = True  # type: ignore[attr-defined]  # the template's

    def clean_tags(self) -> list[str]:
        return clean_tags(self.cleaned_data["tags"].split(","))

    @staticmethod
    def initial_of(note: Note) -> dict[str, Any]:
        kept = {name: getattr(note, name) for name in ("kind", "front", "back", "example")}
        return kept | {"tags": ", ".join(note.tags), "language": note.language}


class ShareForm(forms.Form):
    visibility = forms.ChoiceField(
        label=_("Who may see it"),
        choices=[
            (Visibility.PRIVATE, _("Only me")),
            (Visibility.SHARED, _("People I name")),
            (Visibility.PUBLIC, _("Everybody: they can study it or copy it")),
        ],
        widget=forms.RadioSelect,
    )
    emails = forms.CharField(
        label=_("Let people in by their addresses"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "With commas or line breaks between them. They study it on their own schedule."
        ),
    )

    def clean_emails(self) -> list[str]:
        return [one for one in re.split(r"[\s,;]+", self.cleaned_data["emails"]) if one]


class FindForm(forms.Form):
    """What a deck page is asked for in its address."""

    q = forms.CharField(max_length=200, required=False)
    tag = forms.CharField(max_length=100, required=False)
    state = forms.ChoiceField(
        choices=[
            ("", _("All cards")),
            ("new", _("New")),
            ("learning", _("Learning")),
            ("review", _("In review")),
            ("suspended", _("Suspended")),
        ],
        required=False,
    )

    def asked(self) -> dict[str, str]:
        """The arguments of `cards_of`; nothing that cannot be."""
        found = self.cleaned_data if self.is_valid() else {}
        return {
            "words": found.get("q", ""),
            "tag": found.get("tag", ""),
            "state": found.get("state", ""),
        }


class BulkForm(forms.Form):
    action = forms.ChoiceField(
        choices=[
            ("suspend", _("Suspend")),
            ("unsuspend", _("Let back")),
            ("bury", _("Put off until tomorrow")),
            ("tag", _("Add a tag")),
            ("untag", _("Take a tag away")),
            ("move", _("Move to")),
            ("reset", _("Make new again")),
            ("delete", _("Delete")),
        ]
    )
    tag = forms.CharField(max_length=100, required=False)
    deck = forms.ModelChoiceField(queryset=Deck.objects.none(), required=False)
    cards = forms.MultipleChoiceField(choices=())

    def __init__(self, *arguments: Any, decks: Any, cards: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["deck"].queryset = decks  # type: ignore[attr-defined]
        self.fields["cards"].choices = cards  # type: ignore[attr-defined]
