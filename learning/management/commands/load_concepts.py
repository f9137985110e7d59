from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.languages import TAUGHT
from learning.concepts.files import (
    ConceptsUnreadableError,
    read_grammar,
    read_subjects,
    read_topics,
)
from learning.concepts.services import (
    load_grammar,
    load_subjects,
    load_topics,
    stock_lemmas,
)
from learning.concepts.validate import grammar_problems


class Command(BaseCommand):
    help = "Load grammar points, topics, the points of other subjects, and the frequent words."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="look only, and fail on a problem")
        parser.add_argument("--no-words", action="store_true", help="leave the frequent words out")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        try:
            grammar = {language: read_grammar(language) for language in TAUGHT}
            topics, subjects = read_topics(), read_subjects()
        except ConceptsUnreadableError as error:
            raise CommandError(str(error)) from error
        if check:
            return self._check(grammar)
        change = load_topics(topics=topics) + load_subjects(points=subjects)
        for language, points in grammar.items():
            change += load_grammar(language=language, points=points)
            if not options.get("no_words"):
                change += stock_lemmas(language=language)
        if options["verbosity"] > 0:
            self.stdout.write(f"{change.created} concepts new, {change.updated} changed.")
        return None

    def _check(self, grammar: dict[str, Any]) -> None:
        problems = [
            problem
            for language, points in grammar.items()
            for problem in grammar_problems(points, language=language)
        ]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{sum(map(len, grammar.values()))} grammar points, sound.")
