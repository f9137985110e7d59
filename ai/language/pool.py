"""Runs the language tools in one child process, so that no web process loads them.

The child starts at the first call, is replaced when it dies or is stuck, and ends with its parent.
When it cannot answer, the callers here give an answer that holds nothing up; where "nothing found"
would be a claim, None.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from ai.language.difficulty import Estimate, estimate, too_hard
from ai.language.slips import Slip

logger = logging.getLogger(__name__)

DEADLINE = 5.0
"""Seconds one call may take, waiting included."""

STUCK = 45.0
"""Seconds after which an unanswered call means that the child hangs. Loading takes a part of it."""

T = TypeVar("T")


class Unavailable(Exception):
    """The child did not answer."""


class AnalysisPool:
    """One child process, shared by every thread and event loop of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._waiting: dict[Future[Any], float] = {}

    async def run(
        self, function: Callable[..., T], *args: Any, deadline: float = DEADLINE, **options: Any
    ) -> T:
        """What `function` gives in the child. Raises Unavailable; a dead child is tried twice."""
        for _ in range(2):
            executor, future = self._submit(function, args, options)
            try:
                return await asyncio.wait_for(asyncio.wrap_future(future), deadline)
            except BrokenProcessPool:
                self._discard(executor)
                continue
            except TimeoutError as error:
                raise Unavailable(f"{function.__name__} took over {deadline} s") from error
            except Exception as error:
                raise Unavailable(f"{function.__name__} failed") from error
        raise Unavailable("the analysis process keeps dying")

    def close(self) -> None:
        if self._executor is not None:
            self._discard(self._executor)

    def _submit(
        self, function: Callable[..., T], args: tuple[Any, ...], options: dict[str, Any]
    ) -> tuple[ProcessPoolExecutor, Future[T]]:
        if self._executor is not None and self._is_stuck():
            self._discard(self._executor)
        with self._lock:
            executor = self._executor = self._executor or _start()
            try:
                future = executor.submit(function, *args, **options)
            except (BrokenProcessPool, RuntimeError):
                executor = self._executor = _start()
                future = executor.submit(function, *args, **options)
            self._waiting[future] = time.monotonic()
        future.add_done_callback(lambda done: self._waiting.pop(done, None))
        return executor, future

    def _is_stuck(self) -> bool:
        # A late call is left to run: it is mostly loading, and the next one will be quick.
        now = time.monotonic()
        return any(now - began > STUCK for began in list(self._waiting.values()))

    def _discard(self, executor: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None
        for process in list((executor._processes or {}).values()):
            with contextlib.suppress(OSError):
                process.kill()
        self._waiting.clear()
        executor.shutdown(wait=False, cancel_futures=True)


def _start() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_settle
    )


def _settle() -> None:
    """In the child: leave Ctrl-C to the parent, and end when it does, even by `kill -9`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


POOL = AnalysisPool()
os.register_at_fork(after_in_child=POOL.__init__)  # type: ignore[misc]


async def run_check(
    text: str, *, language: str, native_language: str, level: str, deadline: float = DEADLINE
) -> list[Slip] | None:
    """As `analysis.check`; None when the child does not answer: that is no text without slips."""
    options = {"language": language, "native_language": native_language, "level": level}
    nothing: list[Slip] | None = None
    return await _or(_check, text, otherwise=nothing, deadline=deadline, **options)


async def run_difficulty(
    text: str, *, language: str, level: str = "A2", deadline: float = DEADLINE
) -> Estimate | None:
    """As `difficulty.estimate`; None when the child does not answer."""
    nothing: Estimate | None = None
    return await _or(
        estimate, text, otherwise=nothing, deadline=deadline, language=language, level=level
    )


async def run_too_hard(text: str, *, language: str, level: str, deadline: float = DEADLINE) -> bool:
    """As `difficulty.too_hard`; False when the child does not answer."""
    return await _or(
        too_hard, text, otherwise=False, deadline=deadline, language=language, level=level
    )


async def run_detect(text: str, *, expected: tuple[str, ...], deadline: float = DEADLINE) -> str:
    """As `detect.detect`; the first expected language when the child does not answer."""
    return await _or(_detect, text, otherwise=expected[0], deadline=deadline, expected=expected)


async def warm(language: str) -> None:
    """Load a language before it is needed, which takes as long as it takes."""
    await run_check(
        _SAMPLES[language], language=language, native_language="en", level="A1", deadline=STUCK
    )


_SAMPLES = {
    "es": "Yo quiero irr al parke con mi hermana.",
    "fr": "Je voudrais allerr au park avec ma sœur.",
    "de": "Ich möchte heutee mit dem Buss fahren.",
    "en": "I would likee to go to the parck.",
}
"""With misspelt words, so that all there is gets loaded."""


async def _or(
    function: Callable[..., T], text: str, *, otherwise: T, deadline: float, **options: Any
) -> T:
    try:
        return await POOL.run(function, text, deadline=deadline, **options)
    except Unavailable:
        logger.warning("The language tools did not answer.", exc_info=True)
        return otherwise


def _check(text: str, **options: Any) -> list[Slip]:
    # Imported in the child only: it pulls in the rule packs.
    from ai.language.analysis import check

    return check(text, **options)


def _detect(text: str, **options: Any) -> str:
    # Imported in the child only: it pulls in the detector.
    from ai.language.detect import detect

    return detect(text, **options)
