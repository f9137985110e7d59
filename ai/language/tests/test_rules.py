from pathlib import Path

import pytest
import yaml

from ai.language import LEVELS, TAUGHT, rules
from ai.language.rules import Rule
from ai.language.slips import explain, reasons

RULES = [rule for language in TAUGHT for rule in rules.rules(language)]


def put_right(rule: Rule, text: str) -> str:
    for finding in reversed(rules.apply(rule, text)):
        text = text[: finding.start] + finding.corrected + text[finding.end :]
    return text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_fires_on_every_wrong_example_and_on_no_right_one(rule):
    assert rule.wrong
    assert rule.right
    for wrong, right in rule.wrong.items():
        assert put_right(rule, wrong) == right
    for right in (*rule.right, *rule.wrong.values()):
        assert rules.apply(rule, right) == [], right


def test_ids_are_unique():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("native", TAUGHT)
def test_every_reason_is_worded_in_every_catalogue(native):
    worded = reasons(native)
    assert set(worded) == set(reasons("en"))
    for rule in RULES:
        assert rule.reason in worded
        assert rule.kind in {
            "spelling",
            "accent",
            "grammar",
            "vocabulary",
            "punctuation",
            "register",
        }
        assert rule.from_level in LEVELS
    assert all("\n" not in line and len(line) <= 140 for line in worded.values())


def test_a_language_without_a_catalogue_gets_english():
    assert reasons("pt") == reasons("en")


def test_a_reason_names_the_correction():
    finding = rules.find("Voy a el parque.", language="es")[0]
    assert explain(finding, "a el", "es") == "Estas dos palabras se unen: al."


def test_a_broken_pack_names_its_rule(monkeypatch, tmp_path: Path):
    entry = {"id": "odd", "reason": "gender", "match": "(", "fix": "", "wrong": {}, "right": []}
    (tmp_path / "xx.yaml").write_text(yaml.safe_dump({"rules": [entry]}))
    monkeypatch.setattr(rules, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="Rule odd of xx"):
        rules.rules("xx")
