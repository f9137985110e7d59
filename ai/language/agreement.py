"""Gender and number of article, noun and adjective in Spanish and French, over curated nouns."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ai.language.inflect import feminine, plural
from ai.language.slips import Finding, like
from ai.language.tokens import Token, tokenise

FOLDER = Path(__file__).parent / "data"
_VOWELS = "aeiouyhàâéèêëîïôœù"
_ELIDED = ("le", "mon", "ton", "son", "ce")
"""Before a vowel their forms no longer show the gender."""


@dataclass(frozen=True, slots=True)
class Form:
    lemma: str
    gender: str
    """`m`, `f`, or both."""
    number: str
    """`s`, `p`, or both."""


@dataclass(frozen=True, slots=True)
class Grammar:
    nouns: dict[str, Form]
    determiners: dict[str, Form]
    adjectives: dict[str, Form]
    forms: dict[tuple[str, str, str], str]
    """What stands for (lemma, gender, number)."""
    homographs: frozenset[str]
    """Nouns that are verb forms too, and so may follow a pronoun that looks like an article."""
    pronouns: frozenset[str]
    masculine_article: frozenset[str]
    """Feminine nouns that take `el`."""
    copulas: frozenset[str]
    adverbs: frozenset[str]


def find(text: str, language: str) -> list[Finding]:
    grammar = load(language)
    tokens = tokenise(text)
    found = []
    for place, noun in enumerate(tokens):
        form = grammar.nouns.get(noun.lower)
        if form is None or (noun.capitalised and not noun.opens_sentence):
            continue
        if place and _touch(text, tokens[place - 1], noun):
            found += _determiner(text, tokens, place, form, grammar, language)
        found += _adjective(text, tokens, place, form, grammar, language)
    return found


def _touch(text: str, left: Token, right: Token) -> bool:
    return text[left.end : right.start] == " "


def _determiner(
    text: str, tokens: tuple[Token, ...], place: int, noun: Form, grammar: Grammar, language: str
) -> list[Finding]:
    token, before = tokens[place], tokens[place - 1]
    article = grammar.determiners.get(before.lower)
    if article is None or (
        before.lower in grammar.pronouns
        and (token.lower in grammar.homographs or _is_object(text, tokens, place - 1, grammar))
    ):
        return []
    if noun.lemma in grammar.masculine_article and article.number == "s":
        return []
    if not set(noun.number) & set(article.number):
        return _number(token, noun, article, language)
    if set(noun.gender) & set(article.gender):
        return []
    corrected = grammar.forms.get((article.lemma, noun.gender, article.number[0]))
    return _article(before, token, corrected, article, language) if corrected else []


def _is_object(text: str, tokens: tuple[Token, ...], place: int, grammar: Grammar) -> bool:
    """`yo la casa...` is read as a pronoun: after a subject or `no` the article may be one."""
    return place > 0 and tokens[place - 1].lower in grammar.adverbs | {
        "yo",
        "je",
        "tu",
        "il",
        "elle",
        "me",
        "te",
        "se",
        "no",
        "nous",
        "vous",
    }


def _article(
    before: Token, noun: Token, corrected: str, article: Form, language: str
) -> list[Finding]:
    if language == "fr" and noun.lower[0] in _VOWELS and article.lemma in _ELIDED:
        return []
    corrected = like(before.text, corrected)
    rule = f"agreement:{language}.article"
    return [Finding(before.start, before.end, corrected, "grammar", "gender", rule)]


def _number(token: Token, noun: Form, article: Form, language: str) -> list[Finding]:
    if article.number != "p" or noun.number != "s" or not set(noun.gender) & set(article.gender):
        return []
    corrected = like(token.text, plural(noun.lemma, language))
    rule = f"agreement:{language}.number"
    return [Finding(token.start, token.end, corrected, "grammar", "plural", rule)]


def _adjective(
    text: str, tokens: tuple[Token, ...], place: int, noun: Form, grammar: Grammar, language: str
) -> list[Finding]:
    after = place + 1
    if _has_copula(text, tokens, place, grammar):
        after += 1
    if after < len(tokens) and tokens[after].lower in grammar.adverbs:
        after += 1
    span = tokens[place : after + 1]
    if len(span) < 2 or after >= len(tokens):
        return []
    if not all(_touch(text, left, right) for left, right in zip(span, span[1:], strict=False)):
        return []
    return _agree(span[-1], noun, grammar, language)


def _has_copula(text: str, tokens: tuple[Token, ...], place: int, grammar: Grammar) -> bool:
    """`la casa es`, where `la casa` opens its sentence: else the subject may be another noun."""
    return (
        0 < place < len(tokens) - 1
        and tokens[place - 1].opens_sentence
        and tokens[place - 1].lower in grammar.determiners
        and tokens[place + 1].lower in grammar.copulas
    )


def _agree(token: Token, noun: Form, grammar: Grammar, language: str) -> list[Finding]:
    adjective = grammar.adjectives.get(token.lower)
    if adjective is None:
        return []
    if set(adjective.gender) & set(noun.gender) and set(adjective.number) & set(noun.number):
        return []
    corrected = grammar.forms.get((adjective.lemma, noun.gender[0], noun.number[0]))
    if not corrected or len(noun.gender) > 1 or corrected == token.lower:
        return []
    rule = f"agreement:{language}.adjective"
    return [
        Finding(token.start, token.end, like(token.text, corrected), "grammar", "agreement", rule)
    ]


@lru_cache(maxsize=2)
def load(language: str) -> Grammar:
    data = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    forms: dict[tuple[str, str, str], str] = {}
    return Grammar(
        nouns=_nouns(data, language),
        determiners=_determiners(data["determiners"], forms),
        adjectives=_adjectives(data, language, forms),
        forms=forms,
        homographs=frozenset(data["homographs"].split()),
        pronouns=frozenset(data["pronouns"].split()),
        masculine_article=frozenset(data.get("masculine_article", "").split()),
        copulas=frozenset(data["copulas"].split()),
        adverbs=frozenset(data["adverbs"].split()),
    )


def _nouns(data: dict[str, Any], language: str) -> dict[str, Form]:
    nouns: dict[str, Form] = {}
    for key, gender in (("masculine", "m"), ("feminine", "f")):
        for word in data[key].split():
            nouns[word] = Form(word, gender, "s")
            many = plural(word, language)
            nouns[many] = Form(word, gender, "sp" if many == word else "p")
    return nouns


def _determiners(sets: list[str], forms: dict[tuple[str, str, str], str]) -> dict[str, Form]:
    """Each set is written `masculine feminine masculine-plural feminine-plural`; `-` for none."""
    found: dict[str, Form] = {}
    for written in sets:
        _add_paradigm(written.split(), found, forms)
    return found


def _adjectives(
    data: dict[str, Any], language: str, forms: dict[tuple[str, str, str], str]
) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for word in data["adjectives"].split():
        woman = feminine(word, language)
        _add_paradigm([word, woman, plural(word, language), plural(woman, language)], found, forms)
    for written in data.get("irregular_adjectives", []):
        _add_paradigm(written.split(), found, forms)
    return found


def _add_paradigm(
    paradigm: list[str], found: dict[str, Form], forms: dict[tuple[str, str, str], str]
) -> None:
    cells = [("m", "s"), ("f", "s"), ("m", "p"), ("f", "p")]
    name = next(word for word in paradigm if word != "-")
    for word in set(paradigm) - {"-"}:
        held = [cell for cell, form in zip(cells, paradigm, strict=True) if form == word]
        genders = "".join(sorted({gender for gender, _ in held}, reverse=True))
        numbers = "".join(sorted({number for _, number in held}, reverse=True))
        found[word] = Form(name, genders, numbers)
    for (gender, number), word in zip(cells, paradigm, strict=True):
        if word != "-":
            forms[name, gender, number] = word
