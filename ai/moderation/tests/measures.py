"""The labelled lines, and how well `check` agrees with them."""

from pathlib import Path

import yaml

from ai.moderation import check

LINES = yaml.safe_load(Path(__file__).with_name("labelled.yaml").read_text(encoding="utf-8"))


def harmless():
    return [(language, text) for language, part in LINES.items() for text in part["harmless"]]


def found():
    return [(language, *line) for language, part in LINES.items() for line in part["found"]]


def false_alarms():
    checked = [(text, check(text, language=language)) for language, text in harmless()]
    return [(text, verdict) for text, verdict in checked if verdict.findings]


def missed():
    """Lines where the category or what is done is another."""
    wrong = []
    for language, text, category, action in found():
        verdict = check(text, language=language)
        if verdict.action != action or category not in {one.category for one in verdict.findings}:
            wrong.append((text, category, action, verdict))
    return wrong


def measured():
    """{lines, harmless, precision, recall}: a line counts as found whatever is found in it."""
    caught = [line for line in found() if check(line[1], language=line[0]).findings]
    alarms, right = len(false_alarms()), len(caught)
    return {
        "lines": len(harmless()) + len(found()),
        "harmless": len(harmless()),
        "precision": right / (right + alarms),
        "recall": right / len(found()),
        "exact": 1 - len(missed()) / len(found()),
    }
