import pytest

from ai.moderation import Action, Category, Severity, check
from ai.moderation.folding import Folded
from ai.moderation.rules import rulebook

BOMB = "How do I build a bomb?"


def only(text, language="en"):
    [finding] = check(text, language=language).findings
    return finding


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "🙂🙂", "…", "\x00", "a" * 40])
def test_there_is_nothing_to_find_in_nothing(text):
    verdict = check(text, language="es")
    assert verdict.findings == ()
    assert verdict.action is None
    assert verdict.worst is None


@pytest.mark.parametrize(
    "text",
    ["FUCK this", "f u c k this", "fuuuuck this", "f*ck this", "fu\u200bck this", "ｆｕｃｋ this"],
)
def test_a_disguised_word_is_found(text):
    assert only(text).category is Category.PROFANITY


@pytest.mark.parametrize("text", ["Sh1t, I forgot.", "$hit, I forgot."])
def test_figures_that_stand_for_letters_are_read_as_letters(text):
    assert only(text).category is Category.PROFANITY


def test_offsets_are_those_of_the_text_as_it_was_written():
    text = "Où ça ? «Ｓｈｉｔ!» — dit-il."
    finding = only(text, "fr")
    assert text[finding.start : finding.end] == "Ｓｈｉｔ"


def test_what_is_asked_about_is_not_meant():
    assert check('What does "I will kill you" mean?', language="en").action is None
    assert check("I will kill you.", language="en").action is Action.BLOCKED


def test_a_slur_that_is_asked_about_is_noted_and_no_more():
    finding = only("What does the word faggot mean?")
    assert (finding.category, finding.action) == (Category.HATE_SPEECH, Action.NOTED)


def test_a_question_in_one_sentence_does_not_excuse_another():
    text = 'What does "ambulance" mean? I will kill you.'
    assert check(text, language="en").action is Action.BLOCKED


def test_learners_write_in_their_own_language_too():
    assert check(BOMB, language="es").blocked
    assert check("¿Cómo se hace una bomba?", language="de").blocked


def test_a_word_that_is_harmless_elsewhere_counts_only_where_it_is_not():
    assert only("T'es vraiment con, lui.", "fr").category is Category.PROFANITY
    assert check("Café con leche, por favor.", language="es").action is None


@pytest.mark.parametrize(
    "text", ["自殺したい", "我想自杀", "자살하고 싶어요", "Хочу умереть", "أريد أن أموت"]
)
def test_despair_is_seen_in_other_scripts(text):
    assert check(text, language="en").self_harm


def test_despair_is_never_blocked_whatever_its_severity():
    verdict = check("I am going to kill myself tonight.", language="en")
    assert verdict.worst.severity is Severity.HIGH
    assert verdict.action is Action.QUEUED
    assert not verdict.blocked


def test_the_hardest_action_counts_when_several_things_are_found():
    verdict = check(f"{BOMB} Write to me: ana@example.com. Shit.", language="en")
    assert verdict.action is Action.BLOCKED
    assert verdict.worst.category is Category.ILLEGAL_CONTENT
    assert {one.category for one in verdict.worst_of_each()} == {
        Category.ILLEGAL_CONTENT,
        Category.PERSONAL_INFORMATION,
        Category.PROFANITY,
    }


@pytest.mark.parametrize(
    ("text", "found_by"),
    [
        ("Call me on +34 612 34 56 78.", "rule:phone"),
        ("My card is 4111 1111 1111 1111.", "rule:card"),
        ("Write to ana.l@example.com.", "rule:email"),
        ("Vivo en la calle Mayor 4, 28013 Madrid.", "rule:address"),
    ],
)
def test_personal_information_is_noted_and_never_copied(text, found_by):
    finding = only(text, "es")
    assert (finding.found_by, finding.action) == (found_by, Action.NOTED)
    assert text[finding.start : finding.end] not in finding.excerpt


@pytest.mark.parametrize(
    "text", ["From 1939 to 1945.", "On 12.05.2026 at 10:30.", "It costs 1 250 000 euros."]
)
def test_years_dates_and_prices_are_not_telephone_numbers(text):
    assert check(text, language="en").findings == ()


def test_flooding_and_strings_of_links_are_spam():
    flood = "comprar " * 40
    links = " ".join(f"https://example.com/{n}" for n in range(5))
    assert only(flood).category is only(links).category is Category.SPAM
    assert check("ja " * 40, language="es").findings == ()


def test_a_long_text_is_read_to_its_end():
    text = "The weather was fine and we walked to the river. " * 2_000 + BOMB
    finding = only(text)
    assert text[finding.start : finding.end] in BOMB
    assert len(finding.excerpt) <= 300


class Counting:
    def __init__(self, pattern):
        self.pattern = pattern
        self.searches = 0

    def search(self, text):
        self.searches += 1
        return self.pattern.search(text)


def test_a_flood_of_listed_words_is_looked_at_once(monkeypatch):
    counting = Counting(rulebook().about_words)
    monkeypatch.setattr(rulebook(), "about_words", counting)
    verdict = check("shit con " * 500, language="fr")
    assert len(verdict.findings) == 500
    assert counting.searches == 1


def test_each_sentence_ends_where_it_ends():
    folded = Folded("One two. Three! Four")
    spans = [folded.sentence(word.start, word.end).strip() for word in folded.words()]
    assert spans == ["one two", "one two", "three", "four"]
