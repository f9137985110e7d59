"""Labelled lines, and how well `check` agrees with them."""

from pathlib import Path

import yaml

from ai.moderation import Category, check

HERE = Path(__file__).parent
LABELLED, UNSEEN = "labelled.yaml", "unseen.yaml"


def harmless(name):
    return [(language, text) for language, part in _lines(name) for text in part["harmless"]]


def found(name):
    """(language, text, category, action)"""
    return [(language, *line) for language, part in _lines(name) for line in part["found"]]


def false_alarms(name):
    checked = [(text, check(text, language=language)) for language, text in harmless(name)]
    return [(text, verdict) for text, verdict in checked if verdict.findings]


def missed(name):
    """Lines where the category, or what is done, is another than the label says."""
    checked = [(line, check(line[1], language=line[0])) for line in found(name)]
    return [
        (line[1:], verdict)
        for line, verdict in checked
        if verdict.action != line[3] or line[2] not in categories(verdict)
    ]


def by_category(name):
    """{category: (precision, recall)}. A label is one category, though a line may deserve two: so
    only what is found in a harmless line counts against precision."""
    alarms = [categories(verdict) for _, verdict in false_alarms(name)]
    rates = {}
    for category in Category:
        wanted = [line for line in found(name) if line[2] == category]
        right = sum(category in categories(check(line[1], language=line[0])) for line in wanted)
        wrong = sum(category in alarm for alarm in alarms)
        rates[category] = (right / max(1, right + wrong), right / len(wanted))
    return rates


def categories(verdict):
    return {one.category for one in verdict.findings}


def _lines(name):
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8")).items()
