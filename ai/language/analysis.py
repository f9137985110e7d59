from ai.language import agreement, english, german, rules, spelling
from ai.language.detect import detect
from ai.language.slips import MAX_SPAN, Finding, Slip, explain
from ai.language.tokens import tokenise

MOST_SLIPS = 8
_PRIORITY = ("rule", "harper", "agreement", "accent", "spelling")


def check(text: str, *, language: str, native_language: str, level: str) -> list[Slip]:
    """Slips in a learner's text, in order, none overlapping, at most `MOST_SLIPS`.

    A text written in another language has none. `level` keeps register notes from beginners.
    """
    if not is_in(text, language, native_language):
        return []
    found = _findings(text, language, native_language, level)
    chosen = _without_overlaps([finding for finding in found if _sound(text, finding)])
    return [_slip(text, finding, native_language) for finding in chosen[:MOST_SLIPS]]


def correct(text: str, slips: list[Slip]) -> str:
    """The text with every slip put right."""
    for slip in sorted(slips, key=lambda slip: slip.start, reverse=True):
        text = text[: slip.start] + slip.corrected + text[slip.end :]
    return text


def is_in(text: str, language: str, native_language: str) -> bool:
    if not tokenise(text):
        return False
    expected = tuple(dict.fromkeys((language, native_language, "en")))
    return detect(text, expected=expected) == language


def _findings(text: str, language: str, native_language: str, level: str) -> list[Finding]:
    found = rules.find(text, language=language, level=level)
    if language == "en":
        found += english.find(text, native_language)
        return found
    found += german.find(text) if language == "de" else agreement.find(text, language)
    return found + spelling.find(text, language=language, native_language=native_language)


def _without_overlaps(findings: list[Finding]) -> list[Finding]:
    """Rules beat word lists, and a longer finding beats a shorter one of its kind."""
    chosen: list[Finding] = []
    for finding in sorted(findings, key=_rank):
        if all(finding.end <= other.start or other.end <= finding.start for other in chosen):
            chosen.append(finding)
    return sorted(chosen, key=lambda finding: finding.start)


def _sound(text: str, finding: Finding) -> bool:
    original = text[finding.start : finding.end]
    longest = max(len(original), len(finding.corrected))
    return longest <= MAX_SPAN and bool(original) and finding.corrected not in ("", original)


def _rank(finding: Finding) -> tuple[int, int, int]:
    source = finding.rule.split(":")[0]
    return _PRIORITY.index(source), finding.start - finding.end, finding.start


def _slip(text: str, finding: Finding, native_language: str) -> Slip:
    original = text[finding.start : finding.end]
    return Slip(
        start=finding.start,
        end=finding.end,
        original=original,
        corrected=finding.corrected,
        kind=finding.kind,
        reason=explain(finding, original, native_language),
        rule=finding.rule,
    )
