from django import forms
from django.utils.translation import gettext_lazy as _

from config.levels import Level
from conversations.models import CorrectionContract
from conversations.services.conversations import TITLE_LENGTH


class StartConversationForm(forms.Form):
    """A scenario of the learner's level, a companion, or neither for talk of their own choosing."""

    scenario = forms.SlugField(required=False, max_length=60)
    level = forms.ChoiceField(required=False, choices=[("", ""), *Level.choices])
    """The scenario's, where it is not the learner's own."""
    companion = forms.UUIDField(required=False)


class TitleForm(forms.Form):
    title = forms.CharField(max_length=TITLE_LENGTH)


class ContractForm(forms.Form):
    """When, how and how much to correct."""

    timing = forms.ChoiceField(
        label=_("When"),
        choices=[
            ("now", _("As I write")),
            ("after_turn", _("After the reply")),
            ("after_session", _("At the end, when I sum up")),
        ],
        widget=forms.RadioSelect,
    )
    manner = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("explicit", _("Show me the right form")),
            ("hint", _("Say where and why; I find the right form myself first")),
            ("recast", _("Only say it right in the reply, and mark nothing")),
        ],
        widget=forms.RadioSelect,
    )
    per_turn = forms.IntegerField(
        label=_("At most, in one message"),
        min_value=1,
        max_value=CorrectionContract.MOST_PER_TURN,
        help_text=_("What hinders being understood comes first. The rest is counted, not shown."),
    )
