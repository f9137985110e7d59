"""How well what is remembered is chosen: `python -m benchmarks.memory`.

Runs the built-in extractor, and a scripted model whose proposals are mostly wrong, over the gold
set and over a smaller one that the patterns were not made with. Prints precision, recall, what was
not in the learner's own language, and everything that went wrong.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from conversations.memory.extraction import builtin  # noqa: E402 - needs the settings
from conversations.tests.memory_gold import (  # noqa: E402 - as above
    GOLD,
    UNSEEN,
    Score,
    by_patterns,
    by_script,
    cases,
    measure,
)


def main() -> None:
    for name, file in (("gold", GOLD), ("unseen", UNSEEN)):
        for found_by, extractor in ((builtin.NAME, by_patterns), ("model", by_script)):
            score = measure(extractor, found_by=found_by, held=cases(file))
            shown(f"{name}, {len(cases(file))} conversations, found by {found_by}", score)


def shown(title: str, score: Score) -> None:
    print(f"\n{title}: {score.expected} memories to find")
    print(f"precision {score.precision:.3f}  recall {score.recall:.3f}  found {score.found}")
    print(f"in another language than the learner's own: {len(score.foreign)}")
    for name in ("wrong", "missed", "foreign"):
        for line in getattr(score, name):
            print(f"  {name}: {line}")


if __name__ == "__main__":
    main()
