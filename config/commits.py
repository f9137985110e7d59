from collections.abc import Callable

from django.db import transaction


def after_commit(function: Callable[..., object], *arguments: object) -> None:
    """Call a function once the transaction is over: to enqueue what follows from it.

    When it fails (the queue is down) that is logged, and what was done stands. Django logs the name
    of the function that failed, which a `functools.partial` does not have: it would fail again.
    """

    def call() -> None:
        function(*arguments)

    transaction.on_commit(call, robust=True)
