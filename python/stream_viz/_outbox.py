"""Frames that the server has not acknowledged, oldest first: what a broken connection sends again."""

from __future__ import annotations

import threading
from collections import deque


class Outbox:
    """Frames of rising seq. Any thread; its lock is held for moments only."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._frames: deque[tuple[int, bytes]] = deque()
        self.bytes = 0

    def append(self, seq: int, frame: bytes) -> None:
        """Keep a frame until it is acknowledged."""
        with self._lock:
            self._frames.append((seq, frame))
            self.bytes += len(frame)

    def forget(self, seq: int) -> None:
        """Drop all frames up to and including `seq`."""
        with self._lock:
            while self._frames and self._frames[0][0] <= seq:
                self.bytes -= len(self._frames.popleft()[1])

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._frames.clear()
            self.bytes = 0

    @property
    def first(self) -> int | None:
        """The oldest seq held; None where nothing is."""
        with self._lock:
            return self._frames[0][0] if self._frames else None

    def after(self, seq: int) -> tuple[int, bytes] | None:
        """Return the oldest (seq, frame) newer than `seq`; None where there is none."""
        with self._lock:
            if not self._frames or self._frames[-1][0] <= seq:
                return None
            at = min(len(self._frames) - 1, max(0, seq + 1 - self._frames[0][0]))  # there where no seq is left out
            while at and self._frames[at - 1][0] > seq:
                at -= 1
            return self._frames[at]
