import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Final

from ai.moderation.folding import Folded, Word
from ai.moderation.personal import personal_findings
from ai.moderation.rules import Listed, Rule, Rulebook, rulebook
from ai.moderation.spam import spam_findings
from ai.moderation.verdict import Category, Finding, Severity, Verdict

_SHORTEST_STEM: Final = 4
_DRAWN_OUT: Final = re.compile(r"(\w)\1{2,}")
_NO_SPACES: Final = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff]")


def check(text: str, *, language: str) -> Verdict:
    """What is wrong with a text, by rules and lists: well under a millisecond for a message.

    `language` is the one that is learned; learners write in their own too, so the lists of every
    language are looked at, and a word that is harmless elsewhere only in a sentence of its own.
    """
    book, folded = rulebook(), Folded(text)
    words = folded.words()
    by_rules = list(_by_rules(text, folded, words, book))
    by_lists = _by_lists(text, folded, words, book, language)
    found = [*by_rules, *(one for one in by_lists if not _covered(one, by_rules))]
    return Verdict.of([*found, *personal_findings(text), *spam_findings(text, words)])


def _by_rules(text: str, folded: Folded, words: list[Word], book: Rulebook) -> Iterator[Finding]:
    said = {word.text for word in words}
    wanted = {rule.id: rule for cue in said & book.by_cue.keys() for rule in book.by_cue[cue]}
    rules = list(wanted.values())
    if _NO_SPACES.search(folded.text):
        rules += book.without_spaces
    for rule in rules:
        if span := _place(rule, folded):
            yield _finding(text, folded, span, rule.category, rule.severity, f"rule:{rule.id}")


def _place(rule: Rule, folded: Folded) -> tuple[int, int] | None:
    """The first place where the rule holds and its sentence does not excuse it."""
    excused: set[str] = set()
    for found in rule.pattern.finditer(folded.text):
        sentence = folded.sentence(*found.span())
        if sentence in excused:
            continue
        if not rule.excuses(sentence):
            return found.span()
        excused.add(sentence)
    return None


def _by_lists(
    text: str, folded: Folded, words: list[Word], book: Rulebook, language: str
) -> Iterator[Finding]:
    # A text may be one long sentence of such words: what is known of it is not found out again.
    listed_as = cache(partial(_listed, book=book))
    is_about = cache(lambda sentence: book.about_words.search(sentence) is not None)
    written_in = cache(partial(_written_in, book=book, learned=language))
    for word in words:
        if (listed := listed_as(word.text)) is None:
            continue
        sentence = folded.sentence(word.start, word.end)
        if listed.only_here and not written_in(listed.language, sentence):
            continue
        severity = listed.severity
        if is_about(sentence):
            # What a word means is what a learner asks; a slur that is asked about is still noted.
            if listed.category is not Category.HATE_SPEECH:
                continue
            severity = Severity.LOW
        span, source = (word.start, word.end), f"list:{listed.language}"
        yield _finding(text, folded, span, listed.category, severity, source)


def _listed(word: str, book: Rulebook) -> Listed | None:
    if "*" in word:
        return _starred(word, book)
    if (known := book.words.get(word)) is not None:
        return known
    for length in range(_SHORTEST_STEM, min(len(word), book.longest_stem) + 1):
        if (known := book.stems.get(word[:length])) is not None:
            return known
    drawn = _DRAWN_OUT.sub(r"\1", word)
    return _listed(drawn, book) if drawn != word else None


def _starred(word: str, book: Rulebook) -> Listed | None:
    """`f*ck`: a listed word of the same length, its first letter shown."""
    fits = re.compile(word.replace("*", "."))
    for known in book.by_length.get(len(word), ()):
        if len(known) >= _SHORTEST_STEM and fits.fullmatch(known):
            return book.words[known]
    for stem, listed in book.stems.items():
        if re.fullmatch(word[: len(stem)].replace("*", "."), stem):
            return listed
    return _listed(word.strip("*"), book) if word.strip("*") != word else None


def _written_in(language: str, sentence: str, *, book: Rulebook, learned: str) -> bool:
    said = set(sentence.split())
    votes = {code: len(said & known) for code, known in book.function_words.items()}
    most = max(votes.values())
    return votes[language] == most if most else language == learned


def _covered(one: Finding, others: list[Finding]) -> bool:
    return any(
        other.category == one.category and one.start < other.end and other.start < one.end
        for other in others
    )


def _finding(
    text: str,
    folded: Folded,
    span: tuple[int, int],
    category: Category,
    severity: Severity,
    found_by: str,
) -> Finding:
    start, end = folded.span(*span)
    return Finding.in_text(
        text, category=category, severity=severity, start=start, end=end, found_by=found_by
    )
