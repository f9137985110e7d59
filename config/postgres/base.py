"""Django's PostgreSQL, with a cheaper look at a connection that the pool hands out, and a cursor
for statements whose plan PostgreSQL keeps.

Django has the pool send each connection a statement first, so that a restart of PostgreSQL fails no
request. A server that goes away closes its connections, which the socket tells without a trip.
"""

import select
from typing import Any, Self

from django.db.backends.postgresql import base, operations
from psycopg import Connection, Cursor, Error
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool


class PreparedCursor(Cursor[Any]):
    """Prepares what it executes, unless the connection's `prepare_threshold` is None."""

    def execute(self, query: Any, params: Any = None) -> Self:  # type: ignore[override]
        try:
            return super().execute(query, params, prepare=True)
        except FeatureNotSupported:
            # A migration has changed a column since. In a transaction that is an end of it, after
            # which psycopg prepares anew.
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            return super().execute(query, params, prepare=False)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        # psycopg forgets the text of a statement that it sends by its name.
        if isinstance(cursor, PreparedCursor):
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        while True:
            connection = super().get_new_connection(conn_params)
            if self.pool is None or is_alive(connection):
                return connection
            # The pool puts another in the place of one that is broken.
            self.pool.putconn(connection)

    def prepared_cursor(self) -> Any:
        """As `cursor()`, for a statement that is made once and sent often: planning one takes
        PostgreSQL longer than answering it."""
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined]


def is_alive(connection: Connection[Any]) -> bool:
    """Whether an idle connection is still open at its other end. Only one that has something to
    read, as after a farewell, is sent a statement."""
    try:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if waiting.poll(0):
            ConnectionPool.check_connection(connection)
    except Error:
        return False
    return True
