"""Django's PostgreSQL, with a cheaper look at a connection that the pool hands out.

Django has the pool send each one a statement first, so that a restart of PostgreSQL fails no
request. A server that goes away closes its connections, which the socket tells without a trip.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        while True:
            connection = super().get_new_connection(conn_params)
            if self.pool is None or is_alive(connection):
                return connection
            # The pool puts another in the place of one that is broken.
            self.pool.putconn(connection)


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
