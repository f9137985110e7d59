"""A file on its way into decks: asked for, begun now or by a worker, and ended either way."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.commits import after_commit
from config.languages import TAUGHT
from practice.decks.exchange import limits
from practice.decks.exchange.document import DeckDocument
from practice.decks.exchange.errors import SENTENCES, ImportRefused
from practice.decks.exchange.notes import ReadNote, Refusal
from practice.decks.exchange.opening import AnySource, check_size, format_of, opened
from practice.decks.exchange.table import Layout, Preview, detected, preview
from practice.decks.exchange.targets import MediaShelf, Targets
from practice.decks.exchange.tasks import import_deck_task
from practice.decks.models import Deck, DeckImport
from practice.decks.services.bringing import Brought, bring_notes
from practice.decks.studying import calendar_of

logger = logging.getLogger(__name__)

Status, Format = DeckImport.Status, DeckImport.Format
TOLD: Final = 20
"""Refused notes that are named; the others are counted."""
MOST_TRIES: Final = 3
ABANDONED: Final = timedelta(days=1)
"""A table whose columns nobody has named by then is thrown away."""


def request_import(
    *,
    learner: User,
    upload: "UploadedFile[bytes]",
    deck: Deck | None = None,
    language: str = "",
    update: bool = True,
    layout: dict[str, Any] | None = None,
) -> DeckImport:
    """Put a file in store, to be begun by `begin_import`. `deck` takes all of it; else decks are
    made by the names in the file. `layout` holds fields of Layout. Raises ImportRefused for a file
    of no known format, or too large."""
    name = PurePath(upload.name or "").name[:200] or _("file")
    format = format_of(upload, name)
    check_size(upload.size or 0, format)
    options: dict[str, Any] = {"update": update, **(layout or {})}
    options["language"] = language if language in TAUGHT else ""
    options["deck"] = str(deck.pk) if deck else ""
    row = DeckImport(learner=learner, deck=deck, format=format, file_name=name, options=options)
    row.file.save(f"{row.pk}.{format}", upload, save=False)
    row.save()
    return row


def begin_import(*, row: DeckImport, now: datetime, **choices: Any) -> DeckImport:
    """Bring the file in now if it is small, else by a worker. `choices` change its options.

    Raises ImportRefused for a small file that cannot be taken in; the row says so too.
    """
    if row.format == Format.CSV and "front" not in choices.get("columns", ("front",)):
        raise ImportRefused("no_front")
    row.options |= {**choices, "begun": True}
    row.save(update_fields=["options"])
    if row.file.size <= limits.SMALL_FILE and _is_done(row, now):
        return row
    after_commit(import_deck_task.delay, str(row.pk))
    return row


def run_import(*, import_id: UUID | str, now: datetime) -> bool:
    """A worker's part. One whose worker was killed begins again, and doubles nothing; of two at
    once the second leaves it to the first."""
    with _held(import_id) as held:
        row = DeckImport.objects.select_related("learner").filter(pk=import_id).first()
        if not held or row is None or row.status not in (Status.WAITING, Status.RUNNING):
            return False
        row.options["tries"] = row.options.get("tries", 0) + 1
        row.save(update_fields=["options"])
        if row.options["tries"] > MOST_TRIES:
            _end_badly(row, "interrupted", now)
            return False
        return _is_brought_in(row, now)


def _is_brought_in(row: DeckImport, now: datetime) -> bool:
    try:
        with _reading(row, now) as source:
            _bring_in(row, source, now)
    except ImportRefused as refusal:
        _end_badly(row, refusal.code, now)
        return False
    except Exception:
        _end_badly(row, "interrupted", now)
        raise
    return True


@contextmanager
def _held(import_id: UUID | str) -> Iterator[bool]:
    """Whether it is this worker's alone. A lock of the session: it ends with a killed worker's
    connection, while a batch's transactions come and go."""
    key = f"import {import_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def preview_import(*, row: DeckImport) -> Preview:
    """What would be made of a table. Raises ImportRefused, also for what is no table."""
    if row.format != Format.CSV:
        raise ImportRefused("no_preview")
    with row.file.open("rb") as file:
        return preview(file, detected(file, Layout.from_options(row.options)))


def waiting_imports(*, now: datetime) -> list[UUID]:
    """Imports whose task was lost, on its way to a worker or with one."""
    rows = DeckImport.objects.filter(options__begun=True)
    waiting = rows.filter(status=Status.WAITING, created_at__lt=now - timedelta(minutes=10))
    running = rows.filter(status=Status.RUNNING, created_at__lt=now - timedelta(minutes=40))
    return list((waiting | running).order_by("created_at").values_list("pk", flat=True)[:500])


def drop_abandoned(*, now: datetime) -> int:
    """Throw away uploads that nobody went on with; how many."""
    rows = DeckImport.objects.filter(status=Status.WAITING, created_at__lt=now - ABANDONED)
    dropped = list(rows.exclude(options__has_key="begun"))
    for row in dropped:
        drop_import(row=row)
    return len(dropped)


def drop_import(*, row: DeckImport) -> None:
    """Throw away an upload that was only looked at."""
    row.file.delete(save=False)
    row.delete()


def _is_done(row: DeckImport, now: datetime) -> bool:
    """Whether the file was small enough to be brought in at once."""
    try:
        with _reading(row, now) as source:
            if source.total > limits.AT_ONCE:
                DeckImport.objects.filter(pk=row.pk).update(total=source.total)
                row.total = source.total
                return False
            _bring_in(row, source, now)
    except ImportRefused as refusal:
        _end_badly(row, refusal.code, now)
        raise
    return True


class _reading:  # noqa: N801 - used as a context manager only
    """The row's file, opened and checked."""

    def __init__(self, row: DeckImport, now: datetime) -> None:
        self._row, self._now = row, now

    def __enter__(self) -> AnySource:
        try:
            self._file = self._row.file.open("rb")
        except OSError as error:
            raise ImportRefused("interrupted") from error
        try:
            calendar = calendar_of(self._row.learner)
            self._source = opened(
                self._file, self._row.format, self._row.options, calendar=calendar, now=self._now
            )
        except BaseException:
            self._file.close()
            raise
        return self._source.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._source.__exit__(*error)
        self._file.close()


def _bring_in(row: DeckImport, source: AnySource, now: datetime) -> None:
    """In batches of one transaction each, in which the row says how far it is."""
    row.status, row.total, row.done = Status.RUNNING, source.total, 0
    row.save(update_fields=["status", "total", "done"])
    targets, shelf = _targets(row, source), MediaShelf(row.learner, source)
    before = Brought(**row.options.get("brought", {}))
    brought, skipped = Brought(), 0
    refused: list[Refusal] = []
    for batch in _batches(_with_media(source, shelf)):
        refusals = [one for one in batch if isinstance(one, Refusal)]
        skipped += len(refusals)
        refused += refusals[: TOLD - len(refused)]
        row.done = min(_place(batch[-1]), row.total)
        with transaction.atomic():
            DeckImport.objects.select_for_update().get(pk=row.pk)
            brought.add(_bring_batch(row, source, targets, batch))
            row.options["brought"] = asdict(_in_all(before, brought))
            row.save(update_fields=["done", "options"])
    counts = asdict(_in_all(before, brought))
    row.result = {
        "notes": counts.pop("added"),
        **counts,
        "media": shelf.stored,
        "skipped": skipped,
        "refused": [asdict(one) for one in refused],
        "decks": [str(deck.pk) for deck in targets.found.values()] or [row.options["deck"]],
    }
    row.deck = targets.only or next(iter(targets.found.values()), None)
    row.result["decks"] = [one for one in row.result["decks"] if one]
    _end(row, Status.COMPLETED, now)


def _in_all(before: Brought, now: Brought) -> Brought:
    """With what a worker that was killed had brought, which the next one finds there already."""
    whole = replace(before, kept=max(now.kept - before.added - before.updated, 0))
    whole.add(replace(now, kept=0))
    return whole


Made = tuple[ReadNote, dict[str, Any]]


def _place(one: Made | Refusal) -> int:
    return one.place if isinstance(one, Refusal) else one[0].place


def _with_media(source: AnySource, shelf: MediaShelf) -> Iterator[Made | Refusal]:
    """Media go to the store as they are met: outside any transaction."""
    for one in source.notes():
        yield one if isinstance(one, Refusal) else (one, shelf.names_of(one))


def _batches(notes: Iterator[Made | Refusal]) -> Iterator[list[Made | Refusal]]:
    batch: list[Made | Refusal] = []
    weight = 0
    for one in notes:
        batch.append(one)
        weight += 0 if isinstance(one, Refusal) else one[0].weight
        if len(batch) >= limits.BATCH or weight >= limits.HEAVIEST_BATCH:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _bring_batch(
    row: DeckImport, source: AnySource, targets: Targets, batch: Sequence[Made | Refusal]
) -> Brought:
    by_deck: dict[UUID, list[Any]] = defaultdict(list)
    decks: dict[UUID, Deck] = {}
    for one in batch:
        if isinstance(one, Refusal):
            continue
        read, media = one
        deck = targets.deck(read.deck, source)
        decks[deck.pk] = deck
        language = read.note.language or row.options["language"]
        by_deck[deck.pk].append(replace(read.note, language=language, **media))
    brought = Brought()
    for key, notes in by_deck.items():
        brought.add(bring_notes(deck=decks[key], notes=notes, update=row.options["update"]))
    return brought


def _targets(row: DeckImport, source: AnySource) -> Targets:
    only = None
    if row.options.get("deck"):
        decks = Deck.objects.live().select_related("owner")
        only = decks.filter(pk=row.options["deck"]).first()
        if only is None:
            raise ImportRefused("interrupted")
    told = source.deck if isinstance(source, DeckDocument) else None
    language = told.language if told and told.language in TAUGHT else row.options["language"]
    return Targets(
        owner=row.learner,
        file_name=row.file_name,
        language=language,
        only=only,
        study=told.study if told else {},
    )


def _end_badly(row: DeckImport, code: str, now: datetime) -> None:
    row.error_code, row.error = code, _(SENTENCES[code])
    _end(row, Status.FAILED, now)


def _end(row: DeckImport, status: str, now: datetime) -> None:
    """The upload has done its part either way."""
    row.status, row.finished_at = status, now
    row.file.delete(save=False)
    row.save()
