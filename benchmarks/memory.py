"""How well what is remembered is chosen: `python -m benchmarks.memory`.

Runs the built-in extractor over the gold set and prints precision, recall, the share in the learner's
own language, and everything that went wrong.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from conversations.memory.extraction import builtin  # noqa: E402 - needs the settings
from conversations.tests.memory_gold import by_patterns, cases, measure  # noqa: E402 - as above


def main() -> None:
    score = measure(by_patterns, found_by=builtin.NAME)
    print(f"conversations {len(cases())}, memories expected {score.expected}")
    print(f"precision {score.precision:.3f}  recall {score.recall:.3f}  found {score.found}")
    print(f"in another language than the learner's own: {len(score.foreign)}")
    for name in ("wrong", "missed", "foreign"):
        for line in getattr(score, name):
            print(f"  {name}: {line}")


if __name__ == "__main__":
    main()
