"""A deadline that is cheap to move: one timer for a stream, not one a token."""

import asyncio


class Watch:
    """Cancels the task that waits for a provider longer than it may.

    Every token moves a number; the timer looks at it when it fires and sleeps on if there is time
    left. It only cancels between `arm` and `rest`, so a consumer's own waits are never cut short.
    """

    __slots__ = ("_cancelling", "_limit", "_loop", "_task", "_timer", "_total", "_waiting", "fired")

    def __init__(self, total: float) -> None:
        """`total` is the loop's time after which no wait is allowed."""
        self._loop = asyncio.get_running_loop()
        self._total = total
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._waiting = False
        self._limit = 0.0
        self.fired = False

    def arm(self, patience: float) -> None:
        """Give the current task `patience` seconds from now, and never more than the total."""
        self._task = task = asyncio.current_task()
        self._cancelling = task.cancelling() if task else 0
        self._limit = limit = min(self._loop.time() + patience, self._total)
        self._waiting = True
        if self._timer is None or self._timer.when() > limit:
            self._set_timer(limit)

    def rest(self) -> None:
        self._waiting = False

    def explains(self) -> bool:
        """Whether the cancellation just met was this watch's, and no one else's."""
        return bool(self.fired and self._task and self._task.uncancel() <= self._cancelling)

    def stop(self) -> None:
        self._waiting = False
        if self._timer:
            self._timer.cancel()

    def _set_timer(self, when: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        if not self._waiting or self._task is None:
            return
        if self._loop.time() < self._limit:
            self._set_timer(self._limit)
        else:
            self.fired = True
            self._task.cancel()
