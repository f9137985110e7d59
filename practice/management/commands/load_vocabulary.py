from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learning.concepts.files import read_topics
from learning.loads.services import is_current, loading
from practice.vocabulary.files import StarterUnreadableError, read_starter
from practice.vocabulary.models import VocabularyItem
from practice.vocabulary.services import load_starter
from practice.vocabulary.validate import starter_problems

NAME = "vocabulary"


class Command(BaseCommand):
    help = "Load the starter word lists of every language."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="look only, and fail on a problem")
        parser.add_argument("--if-changed", action="store_true", help="unless they are in already")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        if options.get("if_changed") and is_current(NAME, rows=_rows()):
            return
        try:
            starter, topics = read_starter(), read_topics()
        except StarterUnreadableError as error:
            raise CommandError(str(error)) from error
        if check:
            problems = list(starter_problems(starter, topics={topic.slug for topic in topics}))
            if problems:
                raise CommandError("\n".join(problems))
            self.stdout.write(f"{sum(map(len, starter.values()))} words, sound.")
            return
        with loading(NAME, rows=_rows):
            words = load_starter(starter=starter, topics=topics)
        if options["verbosity"] > 0:
            self.stdout.write(f"{words} starter words.")


def _rows() -> int:
    starter = VocabularyItem.objects.filter(vocabulary_list__owner__isnull=True)
    return starter.exclude(vocabulary_list__slug="").count()
