"""For tests of two transactions at once: go on when the other one waits for us."""

import time

from django.db import connection

_WAITS = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
    )
"""


def until_somebody_waits():
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(_WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for this transaction")
