from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MixedCharactersValidator:
    """Upper and lower case, and a digit or a sign: the rule the API has always stated."""

    def validate(self, password: str, user: object = None) -> None:
        mixed = password.lower() != password and password.upper() != password
        if not mixed or all(character.isalpha() for character in password):
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        return _("Use upper and lower case letters, and at least one number or sign.")
