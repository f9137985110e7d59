from django import forms

from config.levels import Level


class StartConversationForm(forms.Form):
    """A scenario of the learner's level, or none for talk of their own choosing."""

    scenario = forms.SlugField(required=False, max_length=60)
    level = forms.ChoiceField(required=False, choices=[("", ""), *Level.choices])
    """The scenario's, where it is not the learner's own."""
