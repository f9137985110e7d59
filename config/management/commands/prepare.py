import gc
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from conversations.retrieval.tasks import index_changed_task

LOADS = ("load_concepts", "load_content", "load_items", "load_vocabulary")
"""Concepts first, since the others are about them."""


class Command(BaseCommand):
    """One process for what is done before serving: starting Django costs more than all of it."""

    help = "Bring the database to its shape and load the content; in development, demo accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        # WhiteNoise warns about a folder that is not there, though here it serves from the sources.
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        for load in LOADS:
            call_command(load, if_changed=True, verbosity=0)
        if settings.DEVELOPMENT:
            call_command("seed_demo")
        # So that the first question of a newcomer finds the lessons: the schedule is minutes away.
        index_changed_task.delay()
        # Python would look through all that is loaded for garbage before it ends: up to a second,
        # in which everybody waits for this process.
        gc.freeze()
