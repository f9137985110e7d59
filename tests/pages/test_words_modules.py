"""Finding words and sentences in a text, as the look-up does."""

import pytest

pytestmark = pytest.mark.browser

TEXT = "Hoy no. ¿Compraste L'eau-de-vie? Sí, claro: dos."


def call(page, name, *arguments):
    return page.evaluate(
        """async ([name, rest]) => {
          const text = await import("/static/js/words/text.js");
          return text[name](...rest);
        }""",
        [name, list(arguments)],
    )


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("¿Qué tal, señor?", "es", ["Qué", "tal", "señor"]),
        ("J’ai l'eau aujourd’hui", "fr", ["J", "ai", "l", "eau", "aujourd’hui"]),
        ("I don't know the well-being.", "en", ["I", "don't", "know", "the", "well-being"]),
        ("Grüße, 12 Äpfel", "de", ["Grüße", "Äpfel"]),
        ("… 12 !", "es", []),
    ],
)
def test_words_are_cut_as_their_language_cuts_them(blank, text, language, words):
    assert [one["word"] for one in call(blank, "wordsOf", text, language)] == words


def test_the_word_at_a_place(blank):
    assert call(blank, "wordAt", "el pan", 4, "es") == {"word": "pan", "start": 3, "end": 6}
    assert call(blank, "wordAt", "el , pan", 3, "es") is None


@pytest.mark.parametrize(
    ("place", "sentence"),
    [(0, "Hoy no."), (9, "¿Compraste L'eau-de-vie?"), (47, "Sí, claro: dos.")],
)
def test_the_sentence_around_a_place(blank, place, sentence):
    assert call(blank, "sentenceAt", TEXT, place) == sentence


def test_a_sentence_that_is_too_long_is_left_out(blank):
    assert call(blank, "sentenceAt", "palabra " * 100, 3) == ""
