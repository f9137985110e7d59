from functools import lru_cache

from ai.language import lexicon

_FREQUENCY_WEIGHT = 0.25
_MARK_DISCOUNT = 0.8


@lru_cache(maxsize=4_096)
def suggest(word: str, language: str, *, limit: int = 3) -> tuple[str, ...]:
    """Frequent words near `word`: one edit off, or two in a long word. The likeliest first."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    reach = 1 if len(word) <= 4 else 2
    near = process.extract(
        word,
        lexicon.frequent_words(language),
        scorer=OSA.distance,
        score_cutoff=reach,
        limit=40,
    )
    ranked = sorted(near, key=lambda found: _cost(word, found[0], found[1], language))
    return tuple(found[0] for found in ranked[:limit])


def _cost(word: str, candidate: str, distance: float, language: str) -> float:
    cost = distance - _FREQUENCY_WEIGHT * lexicon.zipf(candidate, language)
    if lexicon.without_marks(candidate) == lexicon.without_marks(word):
        cost -= _MARK_DISCOUNT
    return cost + (0.5 if candidate[0] != word[0] else 0.0)
