from pathlib import Path

import pytest

from ai.language import LEVELS, TAUGHT
from ai.language.difficulty import estimate, too_hard
from ai.providers.builtin.phrases import phrases
from ai.providers.builtin.topics import topics
from ai.scenarios import load_all

TEXTS = Path(__file__).parent / "levels"
SPOKEN = LEVELS[:5]


def graded(language: str) -> list[tuple[str, str]]:
    lines = (TEXTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [(line.split("|")[0], line.split("|")[1]) for line in lines]


def guard_rates() -> dict[tuple[str, str], float]:
    """Share of the texts of a level that the guard of another calls too hard."""
    texts = [(level, text, language) for language in TAUGHT for level, text in graded(language)]
    return {
        (learner, level): sum(caught) / len(caught)
        for learner in SPOKEN
        for level in SPOKEN
        if (
            caught := [
                too_hard(text, language=language, level=learner)
                for own, text, language in texts
                if own == level
            ]
        )
    }


def test_the_guard_catches_what_is_far_too_hard_and_little_else():
    rates = guard_rates()
    print({f"{learner} reads {level}": round(rate, 2) for (learner, level), rate in rates.items()})
    for (learner, level), rate in rates.items():
        above = LEVELS.index(level) - LEVELS.index(learner)
        if above <= 1:
            assert rate <= 0.1, (learner, level)
        if above >= 3 or (learner, level) == ("B1", "C1"):
            assert rate >= 0.8, (learner, level)


@pytest.mark.parametrize("language", TAUGHT)
def test_scores_rise_with_the_level(language):
    means = []
    for level in SPOKEN:
        scores = [
            estimate(text, language=language).score
            for own, text in graded(language)
            if own == level
        ]
        assert len(scores) >= 8
        means.append(sum(scores) / len(scores))
    assert means == sorted(means)


@pytest.mark.parametrize("language", TAUGHT)
def test_nothing_the_tutor_says_is_too_hard(language):
    lines = [
        (scenario.level, line)
        for scenario in load_all(language)
        for line in (*scenario.lines(), *(step.model for step in scenario.steps))
    ]
    free = phrases(language).free
    lines += [
        (level, text) for level in free for step in free[level] for text in (step.ask, step.model)
    ]
    lines += [
        (f"{band}1", step.ask)
        for topic in topics(language)
        for band, steps in topic.asks.items()
        for step in steps
    ]
    hard = [
        (level, line) for level, line in lines if too_hard(line, language=language, level=level)
    ]
    assert hard == []


def test_hard_words_are_the_rare_ones():
    found = estimate("La casa tiene un zaguán umbrío.", language="es", level="A1")
    assert found.hard_words[0] in ("zaguán", "umbrío")
    assert "casa" not in found.hard_words


def test_bands():
    assert estimate("Me gusta el pan.", language="es").band == "beginner"
    assert estimate("", language="es").band == "beginner"
