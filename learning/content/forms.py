from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.levels import Level
from learning.content.models import ContentItem


class ShelfForm(forms.Form):
    """What to show of the shelf. A value that is none of the choices counts as not given."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("All levels")), *Level.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("Everything")), *ContentItem.Type.choices],
    )
    topic = forms.CharField(label=_("Topic"), required=False, max_length=60)

    def __init__(self, data: Any, *, topics: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["topic"].widget = forms.Select(choices=[("", _("All topics")), *topics])

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        names = ("q", "level", "kind", "topic")
        return {name: str(self.cleaned_data.get(name) or "") for name in names}


class TaskForm(forms.Form):
    """An answer to a task, "I don't know", or the wish for help."""

    task = forms.CharField(max_length=40)
    answer = forms.CharField(required=False, max_length=400)
    dont_know = forms.BooleanField(required=False)
    hint = forms.BooleanField(required=False)
