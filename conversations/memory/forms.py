from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.memory.models import MAX_CONTENT, Memory
from conversations.memory.selectors import NOW, STATES


class MemoryFilterForm(forms.Form):
    """What an address asks for. A value nobody offers counts as none."""

    state = forms.ChoiceField(choices=[(name, name) for name in STATES], required=False)
    namespace = forms.ChoiceField(choices=Memory.Namespace, required=False)
    search = forms.CharField(max_length=100, required=False)

    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {
            "state": self.cleaned_data.get("state") or NOW,
            "namespace": self.cleaned_data.get("namespace", ""),
            "search": self.cleaned_data.get("search", ""),
        }


class MemoryForm(forms.Form):
    content = forms.CharField(
        label=_("In your words"),
        max_length=MAX_CONTENT,
        widget=forms.Textarea({"rows": 2, "maxlength": MAX_CONTENT}),
    )


class KeptForForm(forms.Form):
    """The one companion that is told; none: all."""

    companion = forms.UUIDField(required=False)


class PauseForm(forms.Form):
    until = forms.DateField(
        label=_("Pause until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def moment(self, zone: str) -> datetime:
        """The beginning of that day where the learner is."""
        return datetime.combine(self.cleaned_data["until"], time(), ZoneInfo(zone))


def tomorrow(now: datetime, zone: str) -> Any:
    return (now.astimezone(ZoneInfo(zone)) + timedelta(days=1)).date()
