from django import forms


class StartConversationForm(forms.Form):
    """A scenario of the learner's level, or none for talk of their own choosing."""

    scenario = forms.SlugField(required=False, max_length=60)
