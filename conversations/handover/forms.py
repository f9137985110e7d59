from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.handover.models import TutorRequest
from conversations.handover.services.requests import MAX_NOTE, MAX_QUESTION
from conversations.handover.services.thread import MAX_LENGTH


class AskForm(forms.Form):
    question = forms.CharField(max_length=MAX_QUESTION, required=False)


class AnswerForm(forms.Form):
    text = forms.CharField(
        max_length=MAX_LENGTH,
        label=_("Your answer"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write your answer first.")},
    )


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=TutorRequest.Verdict.choices,
        label=_("Was it right to call you?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    note = forms.CharField(
        max_length=MAX_NOTE,
        required=False,
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
