from django import forms
from django.utils.translation import gettext_lazy as _

from config.languages import TAUGHT_CHOICES
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


class LookUpForm(forms.Form):
    """A word as it stands in a text. `source` is where it was looked up."""

    word = forms.CharField(max_length=80)
    language = forms.ChoiceField(choices=TAUGHT_CHOICES)
    sentence = forms.CharField(max_length=400, required=False)
    source = forms.UUIDField(required=False)

    def clean_word(self) -> str:
        return " ".join(str(self.cleaned_data["word"]).replace("’", "'").split())


class KeepForm(LookUpForm):
    WORD, CARD = "word", "card"

    keep = forms.ChoiceField(choices=[(WORD, WORD), (CARD, CARD)])
    translation = forms.CharField(max_length=400, required=False)
