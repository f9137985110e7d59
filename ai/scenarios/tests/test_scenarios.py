from collections import Counter
from pathlib import Path

import pytest
import yaml

from ai.language import TAUGHT
from ai.scenarios import LEVELS, catalogue, find, load_all
from ai.scenarios.schema import ScenarioError, parse


@pytest.mark.parametrize("language", TAUGHT)
def test_every_level_has_two_or_more(language):
    counts = Counter(scenario.level for scenario in load_all(language))
    assert all(counts[level] >= 2 for level in LEVELS)


@pytest.mark.parametrize("language", TAUGHT)
def test_no_two_scenarios_ask_the_same(language):
    asked = [step.ask for scenario in load_all(language) for step in scenario.steps]
    assert len(asked) == len(set(asked))


def test_the_catalogue_and_finding():
    first = catalogue("es", "A1")[0]
    assert find("es", first.slug) is first
    assert first.opening.endswith(first.steps[0].ask)
    assert find("es", "no-such") is None
    assert catalogue("es", "C2") == catalogue("es", "C1")


def written(**changes) -> str:
    step = {"ask": "a?", "simpler": "b?", "model": "c.", "reply": "d.", "about": "x y"}
    steps = [{name: f"{text} {n}" for name, text in step.items()} for n in range(6)]
    fields = ("title", "summary", "setting", "goal", "greeting", "closing")
    data = {"slug": "one", "level": "A1", "steps": steps} | {name: name for name in fields}
    return yaml.safe_dump(data | changes)


def test_a_good_file_is_read():
    assert parse(written(), path=Path("es/one.yaml")).language == "es"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"level": "Z9"}, "level is 'Z9'"),
        ({"slug": "two"}, "not the file's name"),
        ({"title": ""}, "title must be a text"),
        ({"odd": 1}, "does not know odd"),
        ({"steps": []}, "steps must be 6 to 10"),
        ({"steps": [{}] * 6}, "step 1: lacks"),
        ({"greeting": "closing"}, "says twice"),
    ],
)
def test_a_bad_file_says_what_is_wrong(changes, says):
    with pytest.raises(ScenarioError, match=says):
        parse(written(**changes), path=Path("es/one.yaml"))


def test_no_yaml_and_no_mapping():
    for text in ("a: [", "- a"):
        with pytest.raises(ScenarioError, match=r"one\.yaml"):
            parse(text, path=Path("es/one.yaml"))
