"""Slow mode: while nobody is known to listen rows enter cells unsent, and of each series the newest waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stream_viz._burst import take_burst
from stream_viz._row_block import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stream_viz._limits import Limits
    from stream_viz._message import MessageParts
    from stream_viz._series import Series, SeriesKey


class LatestRows:
    """The newest row of each series, the longest unsent first. Not locked: the sender is."""

    def __init__(self, limits: Limits, held: Mapping[SeriesKey, Series]) -> None:
        """Start without rows; `held` is the caller's."""
        self._limits = limits
        self._held = held
        self._rows: dict[SeriesKey, Rows] = {}

    def enter(self, waiting: Sequence[tuple[Series, int]], now_us: int) -> None:
        """Put all that waits into cells and remember the newest rows."""
        burst, odd = take_burst([series for series, _ in waiting], now_us, self._limits)
        if burst is not None:
            burst.enter()
            for series, end in zip(burst.series, burst.ends.tolist(), strict=True):
                self._keep(series, Rows(burst.times[end - 1 : end].copy(), burst.values[end - 1 : end].copy()))
        for series in odd:
            rows = series.enter(series.take()).rows
            if len(rows):
                self._keep(series, rows.cut(len(rows) - 1)[1])

    def add(self, parts: MessageParts, room: int) -> None:
        """Carry rows until they take `room` bytes."""
        end = parts.size + room
        for key in list(self._rows):
            if parts.size > end:
                break
            parts.latest(self._held[key], self._rows.pop(key))

    def forget(self, series: Series) -> None:
        """Forget the row of one series."""
        self._rows.pop(series.key, None)

    def clear(self) -> None:
        """Forget all rows."""
        self._rows.clear()

    def _keep(self, series: Series, newest: Rows) -> None:
        self._rows.pop(series.key, None)
        self._rows[series.key] = newest
