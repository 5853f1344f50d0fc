"""One tier: cells of one duration, sorted by start, in columns; the newest one apart as a list, for cheap adding."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from stream_viz._pane import (
    COUNT,
    FIRST,
    FIRST_TIME,
    LAST,
    LAST_TIME,
    MAX,
    MIN,
    ROWS,
    START,
    SUM,
    Pane,
    Panes,
    merge_panes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Tier:
    """Sorted cells. Adding to the newest cell is O(1); to an older one O(log cells), a new older one O(cells)."""

    __slots__ = ("_columns", "_high", "_low", "_open", "duration_us")

    def __init__(self, duration_us: int) -> None:
        """Start empty."""
        self.duration_us = duration_us
        self._columns = np.empty((ROWS, 8))
        self._low = self._high = 0
        self._open: list[float] | None = None

    @property
    def size(self) -> int:
        """Number of cells."""
        return self._high - self._low + (self._open is not None)

    def add_sample(self, start_us: float, time_us: float, value: float) -> None:
        """Add one finite sample to the cell at `start_us`."""
        cell = self._open
        if cell is None or cell[START] != start_us:
            self.add_pane(start_us, (1, value, value, value, value, time_us, value, time_us))
            return
        cell[COUNT] += 1
        cell[SUM] += value
        cell[MIN] = min(cell[MIN], value)
        cell[MAX] = max(cell[MAX], value)
        if time_us < cell[FIRST_TIME]:
            cell[FIRST], cell[FIRST_TIME] = value, time_us
        if time_us >= cell[LAST_TIME]:
            cell[LAST], cell[LAST_TIME] = value, time_us

    def add_pane(self, start_us: float, pane: Sequence[float]) -> None:
        """Merge one pane, later in arrival order, into the cell at `start_us`."""
        cell = self._open
        if cell is None or start_us > cell[START]:
            self._close()
            self._open = [start_us, *pane]
        elif cell[START] == start_us:
            _merge_into(cell, pane)
        else:
            self._add_older(start_us, pane)

    def _add_older(self, start_us: float, pane: Sequence[float]) -> None:
        starts = self._columns[START, self._low : self._high]
        at = self._low + int(np.searchsorted(starts, start_us))
        if at < self._high and self._columns[START, at] == start_us:
            cell = self._columns[:, at].tolist()
            _merge_into(cell, pane)
            self._columns[:, at] = cell
            return
        self._reserve()
        at = self._low + int(np.searchsorted(self._columns[START, self._low : self._high], start_us))
        self._columns[:, at + 1 : self._high + 1] = self._columns[:, at : self._high].copy()
        self._columns[:, at] = [start_us, *pane]
        self._high += 1

    def add_panes(self, panes: Panes) -> None:
        """Merge many panes, in arrival order; starts already lie on cells. O((cells + m) log)."""
        merged = merge_panes(np.concatenate((self.plain(), panes), axis=1))
        self._low, self._high = 0, merged.shape[1] - 1
        self._columns, self._open = merged, merged[:, -1].tolist()

    def drop_before(self, edge_us: float) -> None:
        """Forget the cells that start before `edge_us`."""
        if self._open is not None and self._open[START] < edge_us:
            self._low = self._high = 0
            self._open = None
        elif self._high > self._low:
            self._low += int(np.searchsorted(self._columns[START, self._low : self._high], edge_us))

    def pane(self, start_us: float) -> Pane | None:
        """Return the cell at `start_us`."""
        panes = self.plain()
        at = int(np.searchsorted(panes[START], start_us))
        if at == panes.shape[1] or panes[START, at] != start_us:
            return None
        return cast("Pane", tuple(panes[1:, at].tolist()))

    def fill(self, panes: Panes) -> None:
        """Hold these cells; the tier is empty."""
        self.add_panes(panes)

    def panes(self) -> Panes:
        """Return all cells with all that is known of them, ascending: a view, valid until the next change."""
        return self.plain()

    def plain(self) -> Panes:
        """Return all cells as plain panes, ascending: a view, valid until the next change."""
        if self._open is None:
            return self._columns[:, self._low : self._high]
        self._reserve()
        self._columns[:, self._high] = self._open
        return self._columns[:, self._low : self._high + 1]

    def _close(self) -> None:
        if self._open is not None:
            self._reserve()
            self._columns[:, self._high] = self._open
            self._high += 1
            self._open = None

    def _reserve(self) -> None:
        """Make room for one cell more behind the newest closed one."""
        width = self._columns.shape[1]
        if self._high + 1 < width:
            return
        held = self._high - self._low
        target = self._columns if self._low > width // 2 else np.empty((ROWS, max(8, 2 * held + 2)))
        target[:, :held] = self._columns[:, self._low : self._high].copy()
        self._columns, self._low, self._high = target, 0, held


def _merge_into(cell: list[float], pane: Sequence[float]) -> None:
    count, total, low, high, first, first_time, last, last_time = pane
    cell[COUNT] += count
    cell[SUM] += total
    cell[MIN] = min(cell[MIN], low)
    cell[MAX] = max(cell[MAX], high)
    if first_time < cell[FIRST_TIME]:
        cell[FIRST], cell[FIRST_TIME] = first, first_time
    if last_time >= cell[LAST_TIME]:
        cell[LAST], cell[LAST_TIME] = last, last_time
