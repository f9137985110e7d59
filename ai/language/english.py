"""Harper's findings on English, without those that are matters of taste, style or dialect."""

from functools import lru_cache
from typing import Any

from ai.language import lexicon
from ai.language.slips import Finding, Kind

_KINDS: dict[str, tuple[Kind, str]] = {
    "Spelling": ("spelling", "spelling"),
    "Agreement": ("grammar", "en_verb_agreement"),
    "Grammar": ("grammar", "en_grammar"),
    "Miscellaneous": ("grammar", "en_grammar"),
    "Capitalization": ("spelling", "capital"),
    "BoundaryError": ("spelling", "spelling"),
    "Eggcorn": ("vocabulary", "word_choice"),
    "Malapropism": ("vocabulary", "word_choice"),
    "Usage": ("vocabulary", "word_choice"),
    "Typo": ("spelling", "spelling"),
    "Nonstandard": ("grammar", "en_grammar"),
}
_REPLACE, _REMOVE, _INSERT = 0, 1, 2


def find(text: str, native_language: str) -> list[Finding]:
    found = []
    for lint in _linter().lint(text):
        finding = _finding(text, lint, native_language)
        if finding is not None:
            found.append(finding)
    return found


def _finding(text: str, lint: Any, native_language: str) -> Finding | None:
    known = _KINDS.get(lint.lint_kind)
    start, end = lint.span.start, lint.span.end
    original = text[start:end]
    if known is None or not lint.suggestions or "\n" in original:
        return None
    if _is_taste(text, start, original, lint.lint_kind, native_language):
        return None
    kind, reason = known
    corrected = _corrected(original, lint.suggestions[0])
    if lint.lint_kind == "Capitalization" and corrected.lower() != original.lower():
        return None
    return Finding(start, end, corrected, kind, reason, f"harper:{lint.lint_kind.lower()}")


def _is_taste(text: str, start: int, original: str, kind: str, native_language: str) -> bool:
    """British spellings, names, and words of the learner's own language are no slips."""
    if kind == "Capitalization":
        return original != "i"
    if kind != "Spelling":
        return False
    if original[:1].isupper() and text[:start].strip() and text[:start].rstrip()[-1] not in ".!?":
        return True
    if original.lower() in _NO_APOSTROPHE:
        return False
    if lexicon.is_known(original, "en") and "'" not in original:
        return True
    return native_language in ("es", "fr", "de") and lexicon.zipf(original, native_language) >= 4


_NO_APOSTROPHE = frozenset(
    word.replace("'", "")
    for word in (
        "I'm don't doesn't didn't can't won't isn't aren't wasn't weren't haven't hasn't couldn't "
        "shouldn't wouldn't I've you're they're that's what's"
    )
    .lower()
    .split()
)


def _corrected(original: str, suggestion: Any) -> str:
    action = int(suggestion.kind)
    if action == _REMOVE:
        return ""
    return (original if action == _INSERT else "") + str(suggestion.replacement_text)


@lru_cache(maxsize=1)
def _linter() -> Any:
    import harper

    return harper.Linter(harper.Dialect.AMERICAN)
