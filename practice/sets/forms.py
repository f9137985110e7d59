from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.languages import TAUGHT
from practice.sets.models import Question
from practice.sets.phrases import LONGEST_TEXT


class AnswerForm(forms.Form):
    """An answer to one question, or the wish to leave it."""

    question = forms.UUIDField()
    answer = forms.CharField(required=False, max_length=1000)
    dont_know = forms.BooleanField(required=False)
    unheard = forms.BooleanField(required=False)


def answer_in(data: QueryDict, question: Question) -> Any:
    """What the page sends: a text, or of pairs a choice for each left side, in their order."""
    if question.type != Question.Type.MATCHING:
        return data.get("answer", "")
    left = question.options["left"]
    chosen = [data.get(f"pair-{place}", "") for place in range(1, len(left) + 1)]
    return [[side, other] for side, other in zip(left, chosen, strict=True) if other]


class PictureForm(forms.Form):
    """A picture, and what is to be seen on it, in the language that is learned."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, GIF or WebP, at most 5 MB. Only you and your tutor see it."),
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}
        ),
    )
    description = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("Three sentences or more make good questions."),
    )

    def __init__(self, *args: Any, language: str, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["description"]
        name = TAUGHT[language].name
        field.label = _("What is on it, in %(language)s") % {"language": name}
        field.widget.attrs["lang"] = language


class TextForm(forms.Form):
    """A text to find words in."""

    text = forms.CharField(
        label=_("Your text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Song lyrics, a message, a piece of news: up to 8,000 characters."),
    )
