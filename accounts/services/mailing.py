from typing import Any
from uuid import UUID

from django.db import transaction


def mail_on_commit(task: Any, user_id: UUID) -> None:
    """Enqueue a mail once what it is about is committed.

    With the queue down what was done stands, and the failure is logged: mails can be asked for
    again.
    """

    def enqueue() -> None:
        task.delay(str(user_id))

    transaction.on_commit(enqueue, robust=True)
