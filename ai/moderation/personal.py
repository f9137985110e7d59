"""Addresses and numbers by which a person can be found or robbed."""

import re
from collections.abc import Iterator
from typing import Final

from ai.moderation.verdict import Category, Finding, Severity

_DIGIT: Final = re.compile(r"\d")
_EMAIL: Final = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
_DIGITS: Final = re.compile(r"(?<![\w.,:/-])\+?\(?\d(?:[ ().\-/]{0,2}\d){6,18}(?![\w])")
_YEARS: Final = re.compile(
    r"(?:1[5-9]|20)\d\d\D{1,3}(?:1[5-9]|20)\d\d|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
)
_STREET: Final = re.compile(
    r"\b\d{1,4},? (?:[a-z]+ ){1,3}(?:street|st\.|avenue|ave\.|road|rd\.|lane|boulevard)(?!\w)"
    r"|\b(?:calle|avenida|avda\.|plaza|paseo) (?:[\w.]+ ){0,4}[\w.]+,? (?:n[º°o.]{1,2} ?)?\d{1,4}\b"
    r"|\b\d{1,4},? (?:bis )?(?:rue|avenue|boulevard|place|allée|impasse)"
    r" (?:de |du |des |la |l')*\w+"
    r"|\b\w+(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}\b",
    re.IGNORECASE,
)
_POSTCODE: Final = re.compile(r"\b\d{5}\b|\b[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}\b", re.IGNORECASE)
_CARD: Final = range(13, 20)
_PHONE: Final = range(9, 16)


def personal_findings(text: str) -> Iterator[Finding]:
    """E-mail addresses, card and telephone numbers, and what looks like where somebody lives."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield _finding(text, found.span(), "rule:email")
    if not _DIGIT.search(text):
        return
    for found in _DIGITS.finditer(text):
        if kind := _kind(found[0]):
            yield _finding(text, found.span(), kind)
    # A street with a number may be a shop's: with a postcode near it is where mail arrives.
    for found in _STREET.finditer(text):
        near = text[max(0, found.start() - 20) : found.end() + 40]
        if _POSTCODE.search(near):
            yield _finding(text, found.span(), "rule:address")


def _kind(written: str) -> str:
    digits = [int(one) for one in written if one.isdigit()]
    if len(digits) in _CARD and _luhn(digits):
        return "rule:card"
    if _YEARS.fullmatch(written):
        return ""
    return "rule:phone" if len(digits) in _PHONE else ""


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right is doubled."""
    if len(set(digits)) < 2:
        return False
    doubled = [2 * one - 9 * (one > 4) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _finding(text: str, span: tuple[int, int], found_by: str) -> Finding:
    return Finding.in_text(
        text,
        category=Category.PERSONAL_INFORMATION,
        severity=Severity.LOW,
        start=span[0],
        end=span[1],
        found_by=found_by,
    )
