from typing import Any

from django.core.management.base import BaseCommand

from conversations.routes.fitting import write_weights


class Command(BaseCommand):
    help = "Fit the weights that messages are routed by to the examples: after a change to these."

    def handle(self, *args: Any, **options: Any) -> None:
        write_weights()
