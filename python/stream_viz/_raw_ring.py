"""The newest raw rows of a series, as two arrays that grow by doubling up to their capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._fold import Times, Values

FIRST_CAPACITY = 64


class RawRing:
    """Rows in order of arrival; above `capacity` the oldest go. Appending is amortised O(rows)."""

    def __init__(self, capacity: int) -> None:
        """Start empty; `capacity` is the number of rows kept at most, 0 keeps none."""
        self.capacity = capacity
        self._times: Times = np.empty(0, np.int64)
        self._values: Values = np.empty(0)
        self._next = 0
        self._length = 0
        self.total = 0
        """Rows given so far, kept or not."""

    def __len__(self) -> int:
        """Return the number of rows held."""
        return self._length

    @property
    def bytes(self) -> int:
        """Bytes allocated."""
        return self._times.nbytes + self._values.nbytes

    def append_once(self, times: Sequence[int] | Times, values: Sequence[float] | Values, total: int) -> None:
        """Append rows unless they were appended already: `total` rows had been given before."""
        if self.total == total:
            self.append(times, values)

    def append(self, times: Sequence[int] | Times, values: Sequence[float] | Values) -> None:
        """Append rows; times in microseconds, NaN values are kept as breaks."""
        rows = len(times)
        total = self.total + rows
        if rows >= self.capacity:
            times, values = times[rows - self.capacity :], values[rows - self.capacity :]
            rows = self.capacity
        if not rows:
            self.total = total
            return
        if self._length + rows > len(self._times) < self.capacity:
            self._grow(self._length + rows)
        room = len(self._times) - self._next
        first = min(rows, room)
        self._times[self._next : self._next + first] = times[:first]
        self._values[self._next : self._next + first] = values[:first]
        if rows > first:
            self._times[: rows - first] = times[first:]
            self._values[: rows - first] = values[first:]
        after, length = (self._next + rows) % len(self._times), min(self._length + rows, len(self._times))
        self._next, self._length, self.total = after, length, total  # one statement: an interrupt finds it done or not

    def newest(self, rows: int | None = None) -> tuple[Times, Values]:
        """Return copies of the newest `rows` rows (default all), oldest first."""
        rows = self._length if rows is None else min(rows, self._length)
        at = (np.arange(self._next - rows, self._next)) % max(1, len(self._times))
        return self._times[at], self._values[at]

    def resize(self, capacity: int) -> None:
        """Change the capacity; the newest rows stay."""
        times, values = self.newest(capacity) if capacity else (self._times[:0], self._values[:0])
        self.capacity = capacity
        self.clear()
        self.append(times, values)

    def clear(self) -> None:
        """Forget all rows and their memory."""
        self._times, self._values = np.empty(0, np.int64), np.empty(0)
        self._next = self._length = 0

    def _grow(self, rows: int) -> None:
        times, values = self.newest()
        size = min(self.capacity, max(FIRST_CAPACITY, 2 * len(self._times), rows))
        grown_times, grown_values = np.empty(size, np.int64), np.empty(size)
        grown_times[: len(times)], grown_values[: len(times)] = times, values
        self._times, self._values, self._next = grown_times, grown_values, len(times) % size
