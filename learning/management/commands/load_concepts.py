from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from config.languages import TAUGHT
from learning.concepts.files import (
    ConceptsUnreadableError,
    GrammarPoint,
    read_grammar,
    read_subjects,
    read_topics,
)
from learning.concepts.models import Concept
from learning.concepts.services import (
    ConceptChange,
    load_grammar,
    load_subjects,
    load_topics,
    stock_lemmas,
)
from learning.concepts.validate import grammar_problems
from learning.loads.services import CONCEPTS, is_current, loading


class Command(BaseCommand):
    help = "Load grammar points, topics, the points of other subjects, and the frequent words."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="look only, and fail on a problem")
        parser.add_argument("--no-words", action="store_true", help="leave the frequent words out")
        parser.add_argument("--if-changed", action="store_true", help="unless they are in already")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        if options.get("if_changed") and is_current(CONCEPTS, rows=_rows()):
            return
        try:
            grammar = {language: read_grammar(language) for language in TAUGHT}
            topics, subjects = read_topics(), read_subjects()
        except ConceptsUnreadableError as error:
            raise CommandError(str(error)) from error
        if check:
            self._check(grammar)
            return
        words = not options.get("no_words")
        with loading(CONCEPTS, rows=_rows, whole=words):
            change = load_topics(topics=topics) + load_subjects(points=subjects)
            change += sum(
                (_load(language, points, words=words) for language, points in grammar.items()),
                ConceptChange(),
            )
        if options["verbosity"] > 0:
            self.stdout.write(f"{change.created} concepts new, {change.updated} changed.")

    def _check(self, grammar: dict[str, Any]) -> None:
        problems = [
            problem
            for language, points in grammar.items()
            for problem in grammar_problems(points, language=language)
        ]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{sum(map(len, grammar.values()))} grammar points, sound.")


def _load(language: str, points: Sequence[GrammarPoint], *, words: bool) -> ConceptChange:
    change = load_grammar(language=language, points=points)
    return change + stock_lemmas(language=language) if words else change


def _rows() -> int:
    """Of those that loads make: a word that is met first in use has no forms."""
    return Concept.objects.exclude(Q(kind=Concept.Kind.LEMMA) & Q(forms=[])).count()
