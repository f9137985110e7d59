"""What a rule's fix may do with a word. Each gives None when the word is not of the right sort."""

from collections.abc import Callable

from ai.language import lexicon

_ES_FIRST = {
    "ser": "soy", "estar": "estoy", "ir": "voy", "tener": "tengo", "hacer": "hago",
    "querer": "quiero", "poder": "puedo", "decir": "digo", "venir": "vengo", "salir": "salgo",
    "poner": "pongo", "saber": "sé", "ver": "veo", "dar": "doy", "dormir": "duermo",
    "jugar": "juego", "pensar": "pienso", "empezar": "empiezo", "preferir": "prefiero",
    "pedir": "pido", "volver": "vuelvo", "entender": "entiendo", "conocer": "conozco",
    "traer": "traigo", "oír": "oigo", "conducir": "conduzco", "encontrar": "encuentro",
    "cerrar": "cierro", "sentir": "siento", "recordar": "recuerdo", "almorzar": "almuerzo",
    "seguir": "sigo", "haber": "he",
}  # fmt: skip
_S_IRREGULAR = {"have": "has", "do": "does", "go": "goes", "be": "is"}


def _es_first_person(verb: str, language: str) -> str | None:
    """`comer` -> `como`. Regular forms are trusted only when they are real words."""
    verb = verb.lower()
    if verb in _ES_FIRST:
        return _ES_FIRST[verb]
    form = verb[:-2] + "o"
    return form if lexicon.zipf(form, language) >= 2.5 else None


def _en_third_person(verb: str, language: str) -> str | None:
    """`watch` -> `watches`."""
    verb = verb.lower()
    if verb in _S_IRREGULAR:
        return _S_IRREGULAR[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    return verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeiou" else verb + "s"


def _lower(word: str, language: str) -> str:
    return word.lower()


def _capital(word: str, language: str) -> str:
    return word[:1].upper() + word[1:]


FILTERS: dict[str, Callable[[str, str], str | None]] = {
    "yo": _es_first_person,
    "third": _en_third_person,
    "lower": _lower,
    "capital": _capital,
}
