from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from learning.mastery.services import recompute_mastery


class Command(BaseCommand):
    help = "Derive mastery from the evidence anew, for one learner or for all."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--learner", metavar="EMAIL", help="only this learner")

    def handle(self, *args: Any, learner: str | None = None, **options: Any) -> None:
        learners = User.objects.filter(evidence__isnull=False).distinct()
        if learner:
            learners = User.objects.filter(email__iexact=learner)
            if not learners.exists():
                raise CommandError(f"There is no user with the address {learner}.")
        total = sum(recompute_mastery(learner=one) for one in learners.iterator(chunk_size=200))
        self.stdout.write(f"{total} concepts recomputed.")
