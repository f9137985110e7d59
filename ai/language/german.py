"""German articles, cases after prepositions and capital nouns, over curated nouns."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from ai.language.slips import Finding, like
from ai.language.tokens import Token, tokenise

FOLDER = Path(__file__).parent / "data"

_ENDINGS = {
    "nominative": {"m": "er", "n": "as", "f": "ie"},
    "accusative": {"m": "en", "n": "as", "f": "ie"},
    "dative": {"m": "em", "n": "em", "f": "er"},
}
_BARE = {
    "nominative": {"m": "", "n": "", "f": "e"},
    "accusative": {"m": "en", "n": "", "f": "e"},
    "dative": {"m": "em", "n": "em", "f": "er"},
}
_STEMS = ("ein", "kein", "mein", "dein", "sein", "ihr", "unser", "euer")


@dataclass(frozen=True, slots=True)
class Grammar:
    genders: dict[str, str]
    """`m`, `f` or `n` by noun, written with its capital."""
    same_plural: frozenset[str]
    """Nouns whose plural looks like their singular, so that `die` may be right."""
    capitals: frozenset[str]
    """Nouns in lower case that are no other word."""
    accusative: frozenset[str]
    dative: frozenset[str]
    object_verbs: frozenset[str]
    """Finite verbs that take an accusative object right after them."""
    copulas: frozenset[str]
    """Verbs whose subject stands before them when it opens the sentence."""


def find(text: str) -> list[Finding]:
    grammar = load()
    tokens = tokenise(text)
    found = [finding for token in tokens if (finding := _capital(token, grammar)) is not None]
    for place in range(len(tokens) - 1):
        finding = _article(text, tokens, place, grammar)
        if finding is not None:
            found.append(finding)
    return found


def _capital(token: Token, grammar: Grammar) -> Finding | None:
    if token.capitalised or token.text not in grammar.capitals:
        return None
    corrected = token.text.capitalize()
    return Finding(
        token.start, token.end, corrected, "spelling", "de_capital_noun", "agreement:de.capital"
    )


def _article(text: str, tokens: tuple[Token, ...], place: int, grammar: Grammar) -> Finding | None:
    article, noun = tokens[place], tokens[place + 1]
    gender = grammar.genders.get(noun.text.capitalize())
    forms = _forms(article.lower)
    if gender is None or forms is None or text[article.end : noun.start] != " ":
        return None
    if noun.text.capitalize() in grammar.same_plural:
        return None
    stem, own = forms
    case = _case(tokens, place, grammar)
    allowed = _allowed(stem, gender, case)
    if article.lower in allowed:
        return None
    wanted = _form(stem, gender, case or _guess(own, gender))
    impossible = article.lower not in _allowed(stem, gender, "")
    if not wanted or (not case and not impossible):
        return None
    reason = "de_gender" if impossible or case == "nominative" else f"de_{case}"
    return Finding(
        article.start, article.end, like(article.text, wanted), "grammar", reason,
        "agreement:de.article" if impossible else "agreement:de.case",
    )  # fmt: skip


def _forms(word: str) -> tuple[str, str] | None:
    """The stem and the ending of an article: `einen` -> (`ein`, `en`), `das` -> (`d`, `as`)."""
    if word in ("der", "die", "das", "den", "dem"):
        return "d", word[1:]
    for stem in _STEMS:
        for base in (stem, "eur" if stem == "euer" else stem):
            ending = word.removeprefix(base)
            if word.startswith(base) and ending in ("", "e", "en", "em", "er"):
                return stem, ending
    return None


def _case(tokens: tuple[Token, ...], place: int, grammar: Grammar) -> str:
    """The case the words before call for; empty when they do not say."""
    if tokens[place].opens_sentence:
        return "nominative" if _is_subject(tokens, place, grammar) else ""
    before = tokens[place - 1].lower
    if before == "nach" and place > 1 and tokens[place - 2].text in ("Meinung", "Ansicht"):
        return ""
    if before in grammar.dative:
        return "dative"
    if before in grammar.accusative:
        return "accusative"
    return "accusative" if before in grammar.object_verbs else ""


def _is_subject(tokens: tuple[Token, ...], place: int, grammar: Grammar) -> bool:
    """`Der Frau ist nett`: article, noun and such a verb open the sentence."""
    follows = tokens[place + 2].lower if place + 2 < len(tokens) else ""
    return tokens[place].lower in ("der", "die", "das") and follows in grammar.copulas


def _guess(ending: str, gender: str) -> str:
    """Without a preposition or a verb: the case the learner's own ending suggests."""
    if ending == "em" and gender == "f":
        return "dative"
    return "" if ending in ("er", "en", "em") and gender != "f" else "nominative"


def _allowed(stem: str, gender: str, case: str) -> set[str]:
    cases = [case] if case else ["nominative", "accusative", "dative"]
    forms = {_form(stem, gender, one) for one in cases}
    if not case and gender == "f":
        # The genitive looks like the dative.
        forms.add(_form(stem, gender, "dative"))
    return forms


def _form(stem: str, gender: str, case: str) -> str:
    if not case:
        return ""
    if stem == "d":
        return "d" + _ENDINGS[case][gender]
    ending = _BARE[case][gender]
    return ("eur" if stem == "euer" and ending else stem) + ending


@lru_cache(maxsize=1)
def load() -> Grammar:
    data = yaml.safe_load((FOLDER / "de.yaml").read_text(encoding="utf-8"))
    nouns = {key: data[key].split() for key in ("masculine", "feminine", "neuter")}
    genders = {word: key[0] for key, words in nouns.items() for word in words}
    not_only_nouns = set(data["other_words"].split())
    return Grammar(
        genders=genders,
        same_plural=frozenset(data["same_plural"].split()),
        capitals=frozenset(word.lower() for word in genders) - not_only_nouns,
        accusative=frozenset(data["accusative"].split()),
        dative=frozenset(data["dative"].split()),
        object_verbs=frozenset(data["object_verbs"].split()),
        copulas=frozenset(data["copulas"].split()),
    )
