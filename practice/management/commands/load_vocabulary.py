from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learning.concepts.files import read_topics
from practice.vocabulary.files import StarterUnreadableError, read_starter
from practice.vocabulary.services import load_starter
from practice.vocabulary.validate import starter_problems


class Command(BaseCommand):
    help = "Load the starter word lists of every language."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="look only, and fail on a problem")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
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
        words = load_starter(starter=starter, topics=topics)
        if options["verbosity"] > 0:
            self.stdout.write(f"{words} starter words.")
