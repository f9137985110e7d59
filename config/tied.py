"""A process of `make run` that ends when its manager is gone, however that went."""

import os
import signal
import threading
import time
from contextlib import suppress
from subprocess import TimeoutExpired
from typing import Any

from honcho.process import Process

BETWEEN_LOOKS = 1.0
GRACE = 5.0
"""Seconds the program gets to end by itself."""


class TiedProcess(Process):
    """Runs in a fork of the manager, which is its parent for as long as there is a manager."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        follower = threading.Thread(target=self._follow, args=(os.getppid(),), daemon=True)
        follower.start()
        super().run(events, ignore_signals)

    def _follow(self, manager: int) -> None:
        while os.getppid() == manager:
            time.sleep(BETWEEN_LOOKS)
        self._send(signal.SIGTERM)
        with suppress(TimeoutExpired):
            self._child.wait(GRACE)
        self._send(signal.SIGKILL)
        # Nobody reads its lines any more, and a plain end would wait for a reader.
        os._exit(1)

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError, AttributeError):
            os.killpg(self._child.pid, number)
