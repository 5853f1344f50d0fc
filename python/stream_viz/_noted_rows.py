"""Rows that entered cells and whose features nobody has asked for yet, as two arrays that grow by doubling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from stream_viz._fold import Times, Values

FIRST_CAPACITY = 32


class NotedRows:
    """Rows in order of arrival. Not locked: the sender is."""

    __slots__ = ("_length", "_times", "_values")

    def __init__(self) -> None:
        """Start empty, without memory."""
        self._times: Times = np.empty(0, np.int64)
        self._values: Values = np.empty(0)
        self._length = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._length

    @property
    def bytes(self) -> int:
        """Bytes allocated."""
        return self._times.nbytes + self._values.nbytes

    def add(self, time: int, value: float) -> None:
        """Append one row."""
        at = self._length
        if at == len(self._times):
            self._grow(at + 1)
        self._times[at], self._values[at] = time, value
        self._length = at + 1

    def extend(self, times: Times, values: Values) -> None:
        """Append rows; they are copied."""
        at, end = self._length, self._length + len(times)
        if end > len(self._times):
            self._grow(end)
        self._times[at:end], self._values[at:end] = times, values
        self._length = end

    def take(self) -> tuple[Times, Values]:
        """Return all rows and forget them, and their memory."""
        taken = self._times[: self._length], self._values[: self._length]
        self._times, self._values, self._length = np.empty(0, np.int64), np.empty(0), 0
        return taken

    def _grow(self, rows: int) -> None:
        size = max(FIRST_CAPACITY, 2 * len(self._times), rows)
        times, values = np.empty(size, np.int64), np.empty(size)
        times[: self._length], values[: self._length] = self._times[: self._length], self._values[: self._length]
        self._times, self._values = times, values
