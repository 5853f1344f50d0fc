"""The daemon thread that flushes 20 times a second, or 30, and its life across fork and exit."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_S = 0.05
STOP_TIMEOUT_S = 2.0
LOG = logging.getLogger("stream_viz")


class Flusher:
    """Calls `flush` each 50 ms (or `interval_s`) on a daemon thread between `start` and `stop`; both may be repeated.

    1. A `flush` that raises is logged once per kind of error and never ends the thread.
    2. A late tick is not caught up: the next one is due an interval after it.
    3. `stop` waits for a running `flush` to end, at most 2 s.
    """

    def __init__(self, flush: Callable[[], None], *, interval_s: float = INTERVAL_S) -> None:
        """Take what to call; starts nothing."""
        self._flush = flush
        self._interval_s = interval_s
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: set[type[Exception]] = set()

    @property
    def running(self) -> bool:
        """Whether the thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread unless it lives."""
        if self.running:
            return
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._wake,), name="streamviz-flusher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_TIMEOUT_S)

    def forget(self) -> None:
        """Drop the thread without waiting: in a forked child it does not exist."""
        self._thread = None

    def _run(self, wake: threading.Event) -> None:
        began = time.monotonic()
        while not wake.wait(max(0.0, began + self._interval_s - time.monotonic())):
            began = time.monotonic()
            self.tick()

    def tick(self) -> None:
        """Flush once; an error is logged."""
        try:
            self._flush()
        except Exception as error:
            if type(error) not in self._seen:
                self._seen.add(type(error))
                LOG.exception("StreamViz could not send; it tries again at the next tick")
