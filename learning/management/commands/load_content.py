from typing import Any

from django.core.management.base import BaseCommand

from config.languages import TAUGHT
from learning.companions.models import Companion
from learning.companions.services import load_companions
from learning.content.models import ContentItem
from learning.content.services import ContentChange, load_content
from learning.loads.services import is_current, loading

NAME = "content"


class Command(BaseCommand):
    help = "Make lessons, exercises, conversation starters and companions of what is authored."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--if-changed", action="store_true", help="unless it is in already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options.get("if_changed") and is_current(NAME, rows=_rows()):
            return
        with loading(NAME, rows=_rows):
            change = sum((load_content(language=language) for language in TAUGHT), ContentChange())
            new, changed = load_companions()
        if options["verbosity"] > 0:
            self.stdout.write(f"{change.created} pieces new, {change.updated} changed.")
            self.stdout.write(f"{new} companions new, {changed} changed.")


def _rows() -> int:
    companions = Companion.objects.filter(author__isnull=True).exclude(slug="")
    return ContentItem.objects.exclude(slug="").count() + companions.count()
