"""How well retrieval finds, cites and refuses, on the gold set.

    python -m config.embedded --var var/bench python -m benchmarks.retrieval_gold [--fit]

Thirteen tutoring sessions in four languages are stored as one learner's, and every question of the
set is asked. How sure a search is, and from where on it answers, is judged for each session by a
calibration fitted on the twelve others. `--fit` prints the one fitted on all, which is the one in
use; its own figures are printed beside.
"""

import argparse
from dataclasses import asdict

from benchmarks.questions import use_own_database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    use_own_database("parlance_retrieval_gold")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        report(printing_fit=options.fit)
        transaction.set_rollback(True)


def report(*, printing_fit: bool) -> None:
    from accounts.tests.factories import UserFactory
    from conversations import gold
    from conversations.gold import fitting, measuring
    from conversations.retrieval.calibration import BUILTIN, WORDS_ALONE

    student = UserFactory()
    measuring.store_sessions(student=student)
    questions = list(gold.questions())
    for title, by_words, names, in_use in (
        ("with the embedded embedder", False, fitting.WITH_VECTORS, BUILTIN),
        ("by words alone", True, fitting.BY_WORDS, WORDS_ALONE),
    ):
        came = measuring.outcomes(student=student, questions=questions, by_words=by_words)
        print(f"\n{title}")
        show("each session by what the others taught", fitting.left_out(came, names))
        show("with the calibration in use", [(one, in_use) for one in came])
        if printing_fit:
            print(fitting.fit(came, names))


def show(title: str, judged) -> None:
    from conversations.gold import fitting

    print(f"  {title}")
    for name, value in asdict(fitting.score(judged)).items():
        print(
            f"    {name:14} {value:.3f}" if isinstance(value, float) else f"    {name:14} {value}"
        )


if __name__ == "__main__":
    main()
