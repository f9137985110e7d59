"""The words of a question that mean something, in the dictionaries of the rows they look for."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from django.db import connection

from config.languages import NATIVE, TAUGHT

MOST: Final = 40
_WORD: Final = re.compile(r"\w+")
_ACCENT: Final = re.compile("[\u0300-\u036f]")

# Stop words of any of the dictionaries go: "was" asks in German, and says nothing in English. How
# many of each there are tells what the question is written in.
_LEXEMES: Final = """
WITH words AS (
    SELECT DISTINCT token FROM ts_parse('default', %(question)s)
    WHERE tokid NOT IN (12, 13, 14, 18) LIMIT %(most)s
), telling AS (
    SELECT unaccent(lower(token)) AS token FROM words
    WHERE NOT EXISTS (
        SELECT FROM unnest(%(stems)s::regdictionary[]) AS stem
        WHERE ts_lexize(stem, unaccent(lower(token))) = '{}' OR ts_lexize(stem, lower(token)) = '{}'
    )
)
SELECT 'word', token, array_agg(DISTINCT lexeme ORDER BY lexeme)
FROM telling, unnest(%(configs)s::regconfig[]) AS config, unnest(to_tsvector(config, token))
WHERE length(lexeme) > 1 OR lexeme ~ '[0-9]'
GROUP BY token
UNION ALL
SELECT 'empty', stem::text, array_agg(token)
FROM unnest(%(stems)s::regdictionary[]) AS stem, words
WHERE ts_lexize(stem, lower(token)) = '{}' GROUP BY stem
ORDER BY 1, 2
"""


class Words(NamedTuple):
    groups: dict[str, frozenset[str]]
    """The words, without accents, and for each the lexemes that it may stand as."""
    lexemes: list[str]
    query: str
    """Any of them, as a tsquery; empty when there are none."""
    telling: str
    """The question without the words that say nothing."""
    asked_in: str = ""
    """Which of the languages it is written in, the first of them when nothing tells."""


def dictionary(language: str) -> str:
    """The text-search configuration of a language: without accents where it is taught."""
    if language in TAUGHT:
        return f"parlance_{TAUGHT[language].text_search}"
    return NATIVE[language].text_search if language in NATIVE else "simple"


def words_of(question: str, *, languages: Collection[str]) -> Words:
    """Its lexemes in each of the languages that the rows may be in."""
    configs = sorted({dictionary(language) for language in languages})
    stems = sorted({f"{_stemmer(language)}_stem" for language in languages} - {"simple_stem"})
    given: dict[str, Any] = {"question": question, "most": MOST, "configs": configs, "stems": stems}
    with connection.cursor() as cursor:
        cursor.execute(_LEXEMES, given)
        rows = cursor.fetchall()
    groups = {word: frozenset(lexemes) for kind, word, lexemes in rows if kind == "word"}
    empty = {stem: len(words) for kind, stem, words in rows if kind == "empty"}
    lexemes = sorted(frozenset().union(*groups.values()))
    telling = [word for word in _WORD.findall(question) if plain(word) in groups]
    asked_in = max(languages, key=lambda one: empty.get(f"{_stemmer(one)}_stem", 0))
    return Words(groups, lexemes, " | ".join(map(_quoted, lexemes)), " ".join(telling), asked_in)


def plain(text: str) -> str:
    """Small letters without accents, as the dictionaries have them."""
    text = text.casefold()
    return text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFKD", text))


def _stemmer(language: str) -> str:
    return NATIVE[language].text_search if language in NATIVE else "simple"


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
