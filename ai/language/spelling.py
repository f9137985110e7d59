import re
from collections.abc import Iterator

from ai.language import lexicon
from ai.language.slips import Finding, like
from ai.language.suggest import suggest
from ai.language.tokens import Token, tokenise

TWIN_LEAD = 0.6
"""How much more frequent, on the Zipf scale, an accented twin must be."""
KNOWN_TWIN_LEAD = 1.0
"""The same, when the word without accents is a word of its own."""

_ELISION = re.compile(
    r"^(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quoiqu|aujourd)[’']", re.IGNORECASE
)
_REPEATS = re.compile(r"^(?:(?:ja|je|ha|he|ji|hi)+j?h?|m{2,}|a+h+|o+h+|u+f+|e+h+|h*m+)$")
_NEVER_ALONE = {
    # Both twins are everyday words here, whatever their frequencies.
    "es": {"solo", "ese", "este", "aquel", "que", "como", "cuando", "donde", "tu", "el", "mi", "si",
           "te", "se", "de", "aun", "porque", "quien", "cual", "cuanto", "calle", "papa", "hacia"},
    "fr": {"a", "la", "ou", "des", "du", "sur", "cru", "mur", "notre", "votre", "cote", "jeune",
           "tache", "pale", "mange", "marche", "peche"},
    "de": {"schon", "konnte", "wurde", "hatte", "mochte", "musste", "war", "ware", "mutter",
           "vater", "bruder", "garten", "apfel", "uns", "zahlen", "fordern", "drucken", "lauft"},
    "en": set(),
}  # fmt: skip
_SHORTEST = 3
_NAME_LENGTH = 5
_NAME_FREQUENCY = 4.3
_FOREIGN = 3.6


def find(text: str, *, language: str, native_language: str) -> list[Finding]:
    """Missing accents, then misspelt words: lower-case words chiefly, so that names are left be."""
    found = []
    previous = ""
    for token in _words(text):
        if not _is_exempt(token, language, previous):
            finding = _accent(token, language) or _misspelt(token, language, native_language)
            if finding is not None:
                found.append(finding)
        previous = token.lower
    return found


def _words(text: str) -> Iterator[Token]:
    """Tokens without elided articles, hyphenated ones in their parts."""
    for token in tokenise(text):
        elided = _ELISION.match(token.text)
        offset = elided.end() if elided else 0
        for part in token.text[offset:].split("-"):
            if part:
                start = token.start + offset
                opens = token.opens_sentence and offset == 0
                yield Token(part, start, start + len(part), opens)
            offset += len(part) + 1


def _is_exempt(token: Token, language: str, previous: str) -> bool:
    if len(token.text) > 1 and token.text.isupper():
        return True
    if "'" in token.text or "’" in token.text or _REPEATS.match(token.lower):
        return True
    if not token.capitalised or token.opens_sentence or _is_famous(token.lower, language):
        return False
    # A capital inside a sentence is a name, but in German any noun: check it after an article.
    return not (language == "de" and previous in _DETERMINERS)


def _is_famous(word: str, language: str) -> bool:
    """`Espana`: no word, but a very frequent one with its marks."""
    twins = lexicon.marked_twins(language).get(word, ())
    return any(lexicon.zipf(twin, language) >= 5 for twin in twins) and (
        lexicon.zipf(word, language) < lexicon.KNOWN_FREQUENCY + 0.5
    )


_ARTICLES = (
    "der die das den dem des ein eine einen einem einer mein meine meinen meinem meiner kein keine "
    "keinen keinem im am zum zur vom"
)
_DETERMINERS = frozenset(_ARTICLES.split())


def _accent(token: Token, language: str) -> Finding | None:
    word = token.lower
    if word in _NEVER_ALONE[language] or len(word) < _SHORTEST - 1:
        return None
    twins = [
        twin
        for twin in lexicon.marked_twins(language).get(word, ())
        if lexicon.is_known(twin, language)
    ]
    if not twins:
        return None
    best = max(twins, key=lambda twin: lexicon.zipf(twin, language))
    own = lexicon.zipf(word, language)
    lead = KNOWN_TWIN_LEAD if lexicon.in_dictionary(word, language) else TWIN_LEAD
    if token.capitalised and own >= lexicon.KNOWN_FREQUENCY + 1.3:
        # It may be a name of its own: *Jose* opens sentences, but not as *Tambien* does.
        lead = KNOWN_TWIN_LEAD
    if lexicon.zipf(best, language) - own < lead or _other_tense(word, best, language):
        return None
    return Finding(
        token.start, token.end, like(token.text, best), "accent", "accent", f"accent:{language}"
    )


def _other_tense(word: str, twin: str, language: str) -> bool:
    """`hablo` and `habló`, `mange` and `mangé` are both right: the sentence decides."""
    if not lexicon.in_dictionary(word, language) or word[:-1] != twin[:-1]:
        return False
    return language in ("es", "fr") and word[-1] in "oea"


def _misspelt(token: Token, language: str, native_language: str) -> Finding | None:
    word = token.lower
    if len(word) < _SHORTEST or _is_word(token.text, language):
        return None
    others = {native_language, "en"} - {language}
    foreign = max((_foreign_frequency(word, other) for other in others), default=0.0)
    if foreign >= _FOREIGN + 0.6:
        return None
    best = suggest(word, language)
    if not best or (token.capitalised and not _surely(word, best[0], language)):
        return None
    if foreign >= _FOREIGN and lexicon.zipf(best[0], language) < 4.2:
        return None
    corrected = like(token.text, best[0])
    rule = f"spelling:{language}"
    return Finding(token.start, token.end, corrected, "spelling", "spelling", rule)


def _foreign_frequency(word: str, language: str) -> float:
    try:
        return lexicon.zipf(word, language)
    except LookupError:
        # A learner's own language without a word list.
        return 0.0


def _surely(word: str, best: str, language: str) -> bool:
    """A capitalised word may be a name: only a near miss of a frequent long word is a slip."""
    return len(word) >= _NAME_LENGTH and lexicon.zipf(best, language) >= _NAME_FREQUENCY


def _is_word(word: str, language: str) -> bool:
    if lexicon.is_known(word, language):
        return True
    if language == "es":
        return _without_clitics(word.lower())
    return language == "de" and _is_compound(word.lower())


_CLITICS = re.compile(
    r"^(.+?(?:[aeiáéí]r|ndo|[aeoáéíó]))((?:me|te|se|nos|os)?(?:lo|la|los|las|le|les)?)$"
)


def _without_clitics(word: str) -> bool:
    """`dámelo`, `comprarlas`, `diciéndole`: a verb with pronouns stuck on."""
    match = _CLITICS.match(word)
    if not match or not match.group(2):
        return False
    verb = match.group(1)
    return any(lexicon.in_dictionary(form, "es") for form in (verb, lexicon.without_marks(verb)))


_LINKS = ("", "s", "es", "n", "en", "er", "e")


def _is_compound(word: str, depth: int = 3) -> bool:
    """`Haustürschlüssel`: known parts of three letters or more, joined by a linking sound."""
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        if not any(link == "" or head.endswith(link) for link in _LINKS):
            continue
        if _is_part(head) and (_is_part(tail) or (depth > 1 and _is_compound(tail, depth - 1))):
            return True
    return False


def _is_part(part: str) -> bool:
    return any(
        lexicon.zipf(stem, "de") >= 3.0 and lexicon.is_known(stem, "de") and len(stem) >= 3
        for link in _LINKS
        if part.endswith(link) and (stem := part[: len(part) - len(link)])
    )
