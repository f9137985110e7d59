from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import transaction

_unmailed = ContextVar("unmailed", default=False)


@contextmanager
def no_mail() -> Iterator[None]:
    """For demo data: nobody is waiting for a mail about what never happened."""
    token = _unmailed.set(True)
    try:
        yield
    finally:
        _unmailed.reset(token)


def mail_on_commit(task: Any, row_id: UUID) -> None:
    """Enqueue a mail once what it is about is committed.

    With the queue down what was done stands, and the failure is logged: mails can be asked for
    again.
    """
    if _unmailed.get():
        return

    def enqueue() -> None:
        task.delay(str(row_id))

    transaction.on_commit(enqueue, robust=True)
