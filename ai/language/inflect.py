"""Regular plurals and feminines of Spanish and French, enough for the curated words."""

_ES_STRESS = str.maketrans("áéíóú", "aeiou")
_FR_SAME = ("s", "x", "z")
_FR_FEMININE = (("eux", "euse"), ("er", "ère"), ("if", "ive"), ("el", "elle"), ("en", "enne"),
                ("on", "onne"), ("et", "ette"))  # fmt: skip


def plural(word: str, language: str) -> str:
    return _es_plural(word) if language == "es" else _fr_plural(word)


def feminine(word: str, language: str) -> str:
    if language == "es":
        return word[:-1] + "a" if word.endswith("o") else word + "a"
    if word.endswith("e"):
        return word
    for ending, woman in _FR_FEMININE:
        if word.endswith(ending):
            return word[: -len(ending)] + woman
    return word + "e"


def _es_plural(word: str) -> str:
    if word.endswith("z"):
        return word[:-1] + "ces"
    if word[-1] in "aeiouáéó":
        return word + "s"
    if word.endswith("s") and word[-2] not in "áéíóú":
        return word
    if word[-2] in "áéíóú" and word[-1] in "ns":
        return word[:-2] + word[-2].translate(_ES_STRESS) + word[-1] + "es"
    return word + "es"


def _fr_plural(word: str) -> str:
    if word.endswith(_FR_SAME):
        return word
    if word.endswith(("eau", "eu")) and word != "bleu":
        return word + "x"
    return word[:-2] + "aux" if word.endswith("al") else word + "s"
