"""Rows by statements that are made once, for what is done most: reviews, turns, who bears a token.
The ORM works its SQL out anew each time, which takes longer than PostgreSQL takes to answer it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Field, Model
from django.db.models.base import ModelState
from psycopg import adapters
from psycopg.pq import Format

M = TypeVar("M", bound=Model)
_encode: Final = msgspec.json.Encoder().encode
Arguments = Sequence[Any] | Mapping[str, Any]
_TIMES: Final = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)


class Table(Generic[M]):
    """A model's table: its rows read by hand-written joins, and written many at a time."""

    def __init__(
        self, model: type[M], *, only: Collection[str] = (), without: Collection[str] = ()
    ) -> None:
        self._model = model
        self._fields: list[Field[Any, Any]] = [
            field
            for field in model._meta.concrete_fields
            if field.name not in without and (not only or field.name in only)
        ]
        self._names = [field.attname for field in self._fields]
        self._read = [
            (place, field.from_db_value)
            for place, field in enumerate(self._fields)
            if hasattr(field, "from_db_value")
        ]
        self._defaults = {
            field.attname: field.get_default()
            for field in self._fields
            if not (field.has_default() and callable(field.default))
        }

    def __len__(self) -> int:
        return len(self._fields)

    def columns(self, alias: str) -> str:
        return ", ".join(f'{alias}."{field.column}"' for field in self._fields)

    def take(self, values: Sequence[Any]) -> M:
        """The row of such columns; what the table is without is read when it is asked for."""
        read = list(values)
        for place, from_db_value in self._read:
            read[place] = from_db_value(read[place], None, connection)
        row = self._blank()
        row._state.adding, row._state.db = False, "default"
        row.__dict__.update(zip(self._names, read, strict=True))
        return row

    def make(self, **values: Any) -> M:
        """A new row of such columns, the others as they are by default. Those whose default is
        worked out must be given."""
        row = self._blank()
        row.__dict__.update(self._defaults, **values)
        return row

    def _blank(self) -> M:
        # As `Model.from_db`, which sends two signals and looks at each field for every row.
        row = self._model.__new__(self._model)
        row._state = ModelState()
        return row

    def insert(self, rows: Sequence[M]) -> None:
        """Fields that fill themselves in on saving must be filled in. Many are copied, which takes
        PostgreSQL half the time; one costs less as a statement."""
        if len(rows) > 1:
            self._copy(rows)
        else:
            self._send(self.insertion(), rows, self._names)

    def update(self, rows: Iterable[M], names: tuple[str, ...]) -> None:
        """Those fields of those rows, in one statement."""
        self._send(self._change(names), rows, ("id", *names))

    def document(self, rows: Iterable[M], names: Sequence[str] = ()) -> str:
        """The argument of `insertion`: PostgreSQL reads one document faster than psycopg quotes
        value after value."""
        names = names or self._names
        read = attrgetter(*names)
        return _encode([dict(zip(names, read(row), strict=True)) for row in rows]).decode()

    def _send(self, statement: str, rows: Iterable[M], names: Sequence[str]) -> None:
        execute(statement, [self.document(rows, names)])

    def _copy(self, rows: Iterable[M]) -> None:
        columns = ", ".join(f'"{name}"' for name in self._names)
        statement = f'COPY "{self._model._meta.db_table}" ({columns}) FROM STDIN'
        read = attrgetter(*self._names)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(
                    [_encode(one).decode() if type(one) is dict else one for one in read(row)]
                )

    @cache  # noqa: B019 - a table lives as long as the process
    def insertion(self) -> str:
        """A statement of one argument, or a part of one."""
        columns = ", ".join(f'"{name}"' for name in self._names)
        return (
            f'INSERT INTO "{self._model._meta.db_table}" ({columns}) '  # noqa: S608 - our names
            f"SELECT {columns} FROM jsonb_to_recordset(%s) AS row({self._typed(self._names)})"
        )

    @cache  # noqa: B019 - a table lives as long as the process
    def _change(self, names: tuple[str, ...]) -> str:
        changes = ", ".join(f'"{name}" = row."{name}"' for name in names)
        return (
            f'UPDATE "{self._model._meta.db_table}" AS old SET {changes} '  # noqa: S608 - our names
            f"FROM jsonb_to_recordset(%s) AS row({self._typed(('id', *names))}) "
            "WHERE old.id = row.id"
        )

    def _typed(self, names: Sequence[str]) -> str:
        types = {field.attname: field.db_type(connection) for field in self._fields}
        return ", ".join(f'"{name}" {types[name]}' for name in names)


def ids(values: Iterable[UUID]) -> str:
    """As PostgreSQL writes an array of them."""
    return "{" + ",".join(value.hex for value in values) + "}"


def fetch(statement: str, arguments: Arguments) -> list[tuple[Any, ...]]:
    with _prepared_cursor() as cursor:
        # Times in UTC by psycopg's own loader: Django's, in Python, takes longer than all the rest.
        cursor.adapters.register_loader("timestamptz", _TIMES)
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())


def execute(statement: str, arguments: Arguments) -> int:
    """Gives how many rows the statement was about."""
    with _prepared_cursor() as cursor:
        cursor.execute(statement, arguments)
        return int(cursor.rowcount)


def _prepared_cursor() -> Any:
    ours: Any = connection
    return ours.prepared_cursor()
