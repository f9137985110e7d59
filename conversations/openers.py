"""First words for a conversation that nobody has begun: simple ones, to send or to change."""

from typing import Final

from config.levels import Level

_FIRST: Final = {
    "es": ("Hola, me llamo {name}.", "Hoy quiero hablar de mi familia.", "Me gusta cocinar."),
    "fr": (
        "Bonjour, je m’appelle {name}.",
        "Je voudrais parler de ma famille.",
        "J’aime cuisiner.",
    ),
    "de": (
        "Hallo, ich heiße {name}.",
        "Ich möchte über meine Familie sprechen.",
        "Ich koche gern.",
    ),
    "en": ("Hello, my name is {name}.", "I want to talk about my family.", "I like cooking."),
}
_LATER: Final = {
    "es": ("El fin de semana pasado fui a …", "Quiero contarte algo de mi trabajo.", "Creo que …"),
    "fr": (
        "Le week-end dernier, j’ai visité …",
        "Je voudrais te parler de mon travail.",
        "Je pense que …",
    ),
    "de": (
        "Letztes Wochenende war ich …",
        "Ich möchte dir von meiner Arbeit erzählen.",
        "Ich glaube, dass …",
    ),
    "en": ("Last weekend I went to …", "I want to tell you about my work.", "I think that …"),
}
_BEGINNERS: Final = (Level.A1, Level.A2)


def openers(language: str, level: str, *, name: str) -> list[str]:
    """Ways to begin in a taught language; a beginning to be gone on with ends in “…”."""
    words = (_FIRST if level in _BEGINNERS else _LATER).get(language, ())
    return [one.format(name=name) for one in words]
