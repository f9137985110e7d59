from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.bank.files import BankItem, BankUnreadableError, languages, read_bank
from assessments.models import Item
from assessments.services import load_bank
from learning.concepts.services import lemma_concepts
from learning.loads.services import is_current, loading

if TYPE_CHECKING:
    from assessments.bank.validate import Verdict

NAME = "items"


class Command(BaseCommand):
    help = "Check the item bank's files and bring the stored items in line with them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("languages", nargs="*", help="language codes; all that have a bank")
        parser.add_argument("--check", action="store_true", help="check the files, write nothing")
        parser.add_argument("--if-changed", action="store_true", help="unless they are in already")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["languages"]
        if options["check"]:
            for language in chosen or languages():
                self._check(language)
        elif not (options["if_changed"] and is_current(NAME, rows=Item.objects.count())):
            with loading(NAME, rows=Item.objects.count, whole=not chosen):
                for language in chosen or languages():
                    self._load(language, tell=options["verbosity"] > 0)

    def _check(self, language: str) -> None:
        items, verdict = _read(language)
        for remark in verdict.remarks:
            self.stdout.write(f"look at {remark}")
        _require_sound(language, verdict)
        self.stdout.write(f"{language}: {len(items)} items, sound")

    def _load(self, language: str, *, tell: bool) -> None:
        items, verdict = _read(language)
        _require_sound(language, verdict)
        change = load_bank(language=language, items=items)
        # Answers count towards a word only once it has a concept; to make one takes the word lists.
        lemma_concepts(language=language, lemmas={item.lemma for item in items if item.lemma})
        if tell:
            self.stdout.write(
                f"{language}: {change.created} new, {change.updated} changed, "
                f"{change.unchanged} as before, {change.retired} retired"
            )


def _read(language: str) -> tuple[list[BankItem], "Verdict"]:
    from assessments.bank.validate import validate_bank  # loads the word lists

    try:
        items = read_bank(language)
    except BankUnreadableError as error:
        raise CommandError(str(error)) from error
    return items, validate_bank(items, language=language)


def _require_sound(language: str, verdict: "Verdict") -> None:
    if not verdict.sound:
        raise CommandError(f"{language}: the bank is not sound\n" + "\n".join(verdict.problems))
