from django import forms


class AnswerForm(forms.Form):
    """One answer from a page: an option's id, what was typed, or the "I don't know" button."""

    question = forms.UUIDField()
    answer = forms.CharField(required=False, max_length=4000)
    dont_know = forms.BooleanField(required=False)
    read = forms.BooleanField(required=False)
    time_spent = forms.FloatField(required=False, min_value=0, max_value=86_400)
