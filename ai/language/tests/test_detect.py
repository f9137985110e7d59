import pytest

from ai.language.detect import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Me gusta mucho viajar en tren", "es"),
        ("Je voudrais un café, s'il vous plaît", "fr"),
        ("Ich möchte heute ins Kino gehen", "de"),
        ("I would like to go home now", "en"),
        ("no entiendo", "es"),
        ("hola", "es"),
        ("こんにちは、元気ですか", "ja"),
        ("Привет, как дела?", "ru"),
    ],
)
def test_known_texts(text, language):
    assert detect(text, expected=("es", "en")) == language


def test_no_evidence_means_the_expected_language():
    assert detect("", expected=("fr", "en")) == "fr"
    assert detect("123 !!", expected=("de", "en")) == "de"
