from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.bank.files import BankUnreadableError, languages, read_bank
from assessments.bank.validate import validate_bank
from assessments.services import load_bank
from learning.concepts.services import lemma_concepts


class Command(BaseCommand):
    help = "Check the item bank's files and bring the stored items in line with them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("languages", nargs="*", help="language codes; all that have a bank")
        parser.add_argument("--check", action="store_true", help="check the files, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for language in options["languages"] or languages():
            self._load(language, check=options["check"])

    def _load(self, language: str, *, check: bool) -> None:
        try:
            items = read_bank(language)
        except BankUnreadableError as error:
            raise CommandError(str(error)) from error
        verdict = validate_bank(items, language=language)
        if check:
            for remark in verdict.remarks:
                self.stdout.write(f"look at {remark}")
        if not verdict.sound:
            raise CommandError(f"{language}: the bank is not sound\n" + "\n".join(verdict.problems))
        if check:
            self.stdout.write(f"{language}: {len(items)} items, sound")
            return
        change = load_bank(language=language, items=items)
        # Answers count towards a word only once it has a concept; to make one takes the word lists.
        lemma_concepts(language=language, lemmas={item.lemma for item in items if item.lemma})
        self.stdout.write(
            f"{language}: {change.created} new, {change.updated} changed, "
            f"{change.unchanged} as before, {change.retired} retired"
        )
