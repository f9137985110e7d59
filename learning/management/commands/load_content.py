from typing import Any

from django.core.management.base import BaseCommand

from config.languages import TAUGHT
from learning.companions.services import load_companions
from learning.content.services import ContentChange, load_content


class Command(BaseCommand):
    help = "Make lessons, exercises, conversation starters and companions of what is authored."

    def handle(self, *args: Any, **options: Any) -> None:
        change = sum((load_content(language=language) for language in TAUGHT), ContentChange())
        new, changed = load_companions()
        if options["verbosity"] > 0:
            self.stdout.write(f"{change.created} pieces new, {change.updated} changed.")
            self.stdout.write(f"{new} companions new, {changed} changed.")
