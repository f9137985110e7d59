from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.services.mailing import no_mail
from conversations.demo import ACCOUNTS, Account, seed


class Command(BaseCommand):
    help = "Make the demo accounts (a learner with history, a tutor, an admin) and print them."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("The demo's passwords are public: it is for development only.")
        with no_mail():
            seed(now=timezone.now())
        rows = [(account.who, account.email, self._password(account)) for account in ACCOUNTS]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.stdout.write("  ".join(cells).rstrip())

    def _password(self, account: Account) -> str:
        user = User.objects.get(email=account.email)
        return account.password if user.check_password(account.password) else "(was changed)"
