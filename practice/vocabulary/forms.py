from django import forms
from django.utils.translation import gettext_lazy as _

from practice.vocabulary.models import VocabularyItem


class WordForm(forms.Form):
    text = forms.CharField(label=_("Word or phrase"), max_length=200)
    translation = forms.CharField(label=_("What it means"), max_length=400, required=False)
    part_of_speech = forms.ChoiceField(
        label=_("Part of speech"),
        choices=[("", _("Not said")), *VocabularyItem.PartOfSpeech.choices],
        required=False,
    )
    example = forms.CharField(label=_("Example"), max_length=400, required=False)


class ListForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
