from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from practice.decks.exchange.columns import FIELDS
from practice.decks.exchange.table import DELIMITERS, ENCODINGS, Layout
from practice.decks.forms import LANGUAGES
from practice.decks.models import Deck

_DELIMITER_NAMES = {
    "comma": _("Commas"),
    "semicolon": _("Semicolons"),
    "tab": _("Tabs"),
    "pipe": _("Upright bars"),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("An Anki package (.apkg), a table (.csv, .tsv, .txt) or our own .json."),
        widget=forms.ClearableFileInput(attrs={"accept": ".apkg,.colpkg,.csv,.tsv,.txt,.json"}),
    )
    deck = forms.ModelChoiceField(
        label=_("Put the cards in"),
        queryset=Deck.objects.none(),
        required=False,
        empty_label=_("The decks that the file names"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    update = forms.BooleanField(
        label=_("Update cards that are here already"),
        required=False,
        initial=True,
        help_text=_("Your reviews are kept either way."),
    )

    def __init__(self, *arguments: Any, decks: QuerySet[Deck], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["deck"].queryset = decks  # type: ignore[attr-defined]


class LayoutForm(forms.Form):
    """How a table is read, with one choice for each of its columns."""

    delimiter = forms.ChoiceField(
        label=_("Between the columns"),
        choices=[(DELIMITERS[name], shown) for name, shown in _DELIMITER_NAMES.items()],
    )
    encoding = forms.ChoiceField(label=_("Encoding"), choices=[(one, one) for one in ENCODINGS])
    heading = forms.BooleanField(label=_("The first row names the columns"), required=False)

    def __init__(self, *arguments: Any, names: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for place, name in enumerate(names):
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=name, choices=list(FIELDS.items()), required=False
            )

    @staticmethod
    def initial_of(layout: Layout) -> dict[str, Any]:
        columns = {f"column{place}": name for place, name in enumerate(layout.columns)}
        told = {name: getattr(layout, name) for name in ("delimiter", "encoding", "heading")}
        return columns | told

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("column")]

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        named = [value for name, value in chosen.items() if name.startswith("column") and value]
        if len(set(named)) < len(named):
            raise forms.ValidationError(_("Two columns hold the same. Leave one of them out."))
        return chosen

    def layout(self, before: Layout) -> dict[str, Any]:
        """As the options of an import. Columns are found anew where the table is cut anew."""
        chosen = self.cleaned_data
        told = {name: chosen[name] for name in ("delimiter", "encoding", "heading")}
        cut_anew = any(told[name] != getattr(before, name) for name in ("delimiter", "encoding"))
        columns = [] if cut_anew else [chosen[field.name] for field in self.columns]
        return told | {"columns": columns}
