"""The languages Parlance knows: one registry, so that no list of codes stands anywhere else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """ISO 639-1."""
    name: str
    endonym: str
    text_search: str
    """The PostgreSQL text-search configuration."""
    letters: str = ""
    """Letters and marks a keyboard may lack, offered beside the composer."""


TAUGHT = {
    language.code: language
    for language in (
        Language("es", "Spanish", "español", "spanish", "áéíóúüñ¿¡"),
        Language("fr", "French", "français", "french", "àâæçéèêëîïôœùûüÿ"),
        Language("de", "German", "Deutsch", "german", "äöüß"),
        Language("en", "English", "English", "english"),
    )
}
"""Languages a learner can study, by code."""

NATIVE = TAUGHT | {
    language.code: language
    for language in (
        Language("pt", "Portuguese", "português", "portuguese"),
        Language("it", "Italian", "italiano", "italian"),
        Language("nl", "Dutch", "Nederlands", "dutch"),
        Language("sv", "Swedish", "svenska", "swedish"),
        Language("tr", "Turkish", "Türkçe", "turkish"),
        Language("ru", "Russian", "русский", "russian"),
        Language("ar", "Arabic", "العربية", "arabic"),
        Language("pl", "Polish", "polski", "simple"),
        Language("zh", "Chinese", "中文", "simple"),
        Language("ja", "Japanese", "日本語", "simple"),
        Language("ko", "Korean", "한국어", "simple"),
    )
}
"""Languages a learner can name as their own, by code."""

TAUGHT_CHOICES = [(language.code, language.name) for language in TAUGHT.values()]
NATIVE_CHOICES = [(language.code, language.name) for language in NATIVE.values()]
