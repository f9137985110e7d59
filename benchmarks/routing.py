"""How well messages are put to their routes, by sets that the router was not made of, and what
processor time it takes: `python -m benchmarks.routing`, with `-v` each message that went wrong."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import yaml

SETS: Final = ("routes_held_out", "routes_second", "routes_unseen")
FOLDER: Final = Path(__file__).parent.parent / "conversations" / "tests"
ORDERS: Final = ("remember", "forget")
Labelled = list[tuple[str, str, str]]
"""Language, what is wanted, message."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    everything: Labelled = []
    for name in SETS:
        labelled = _read(name)
        everything += labelled
        _report(name, labelled)
    _time([text for _, _, text in everything])
    return 0


def _read(name: str) -> Labelled:
    told = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [
        (language, wants, text)
        for language, by_want in told.items()
        for wants, texts in by_want.items()
        for text in texts
    ]


def _route(text: str) -> str:
    from conversations.routes.choose import in_words
    from conversations.routes.classify import may_want_more, meant

    if told := in_words(text):
        came = told.what or told.route
    else:
        came = meant(text) if may_want_more(text) else "talk"
    return "memory" if came in ORDERS else came


def _report(name: str, labelled: Labelled) -> None:
    routed = [(language, wants, text, _route(text)) for language, wants, text in labelled]
    wishes = [row for row in routed if row[1] != "talk"]
    talk = [row for row in routed if row[1] == "talk"]
    right = Counter(row[1] for row in wishes if row[1] == row[3])
    print(f"\n{name}")
    print(f"  wishes put to their route: {right.total()} of {len(wishes)}")
    print(f"  wishes taken for talk: {sum(row[3] == 'talk' for row in wishes)}")
    print(f"  talk taken for a wish: {sum(row[3] != 'talk' for row in talk)} of {len(talk)}")
    of = Counter(row[1] for row in wishes)
    print("  " + ", ".join(f"{wants} {right[wants]}/{of[wants]}" for wants in of))
    if "-v" in sys.argv:
        for language, wants, text, came in routed:
            if wants != came:
                print(f"    {language} {wants} -> {came}: {text}")


def _time(texts: list[str]) -> None:
    from conversations.routes import classify
    from conversations.routes.choose import in_words

    classify.meant("")
    steps: dict[str, Callable[[str], object]] = {
        "forms": in_words,
        "spelling, in the web process": classify.may_want_more,
        "meaning, in the language process": classify.meant,
    }
    print()
    for name, step in steps.items():
        taken = [_timed(step, text) for text in texts]
        print(f"{name}: p50 {np.median(taken):.2f} ms, p95 {np.quantile(taken, 0.95):.2f} ms")


def _timed(step: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    step(text)
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
