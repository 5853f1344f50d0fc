"""The rows of many series of one tick in one pass: what would cost a score of numpy calls per series costs them once.

1. A burst holds orderly rows only: times ascend and follow what the series saw, nothing is missing, infinite, expired
   or out of range. Other series keep their rows; the caller takes them one by one.
2. What it enters into a series equals what `Series.take` and `Series.enter` would have entered, sums within rounding.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stream_viz._arrow import SAMPLE_ROW_BYTES
from stream_viz._float_pairs import exact_us, float_pairs
from stream_viz._fold import RUN_ROWS, Times, Values, panes_at
from stream_viz._message import pane_bytes
from stream_viz._pane import LAST, LAST_TIME, START, Panes, merge_ordered
from stream_viz._row_block import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._limits import Limits
    from stream_viz._series import Series

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Folds:
    """Folds of a burst, ascending by series."""

    panes: Panes
    owner: Indices
    """The series number of each pane."""
    at: Indices
    """Where its rows begin in the burst."""


@dataclass(frozen=True)
class FoldRule:
    """Which series with needs may be in a burst: without more than `most_rows` or folded into `most_bytes`."""

    most_rows: int
    tail_rows: int
    """Newest rows that are not folded."""
    most_bytes: int

    def refuses(self, burst: Burst) -> npt.NDArray[np.bool]:
        """Return which series of a burst are to be taken one by one."""
        counts = burst.ends - burst.at
        out: npt.NDArray[np.bool] = (counts > self.most_rows) & ~np.array([series.plain for series in burst.series])
        if not out.any():
            return out
        cuts = burst.ends - self.tail_rows
        size = np.array([pane_bytes(series) for series in burst.series]) * burst.cell_counts(cuts)
        return out & ((size > self.most_bytes) | (size >= SAMPLE_ROW_BYTES * (cuts - burst.at)))


@dataclass
class Burst:
    """Rows of `series[k]` are `times[at[k]:ends[k]]`, ascending."""

    series: list[Series]
    times: Times
    values: Values
    at: Indices
    ends: Indices

    def enter(self, cuts: Indices | None = None, runs: int = 1) -> Folds:
        """Put all rows into cells, rings and counts of their series.

        Rows before `cuts[k]` are folded into at most `runs` panes per cell. Without `cuts` nothing is folded.
        """
        segment_at, starts = self._segments(cuts)
        owner = np.searchsorted(self.at, segment_at, side="right") - 1
        folded = np.zeros(len(segment_at), bool) if cuts is None else segment_at < cuts[owner]
        if runs > 1 and folded.any():
            counts = np.append(segment_at[1:], len(self.times)) - segment_at
            pieces = np.where(folded, np.clip(counts // RUN_ROWS, 1, runs), 1)
            of = np.repeat(np.arange(len(segment_at)), pieces)
            number = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
            segment_at = segment_at[of] + counts[of] * number // pieces[of]
            starts, owner, folded = starts[of], owner[of], folded[of]
        panes = panes_at(self.times, self.values, segment_at, starts)
        self._enter_cells(panes, owner)
        return Folds(panes[:, folded], owner[folded], segment_at[folded])

    def cell_counts(self, cuts: Indices) -> Indices:
        """Return in how many of the finest cells the rows before `cuts[k]` of each series lie."""
        durations = self.durations()
        last = np.maximum(cuts - 1, self.at)
        cells = self.times[last] // durations - self.times[self.at] // durations + 1
        return np.where(cuts > self.at, cells, 0)

    def durations(self) -> Times:
        """Return the finest duration of each series."""
        return np.array([series.cells.durations_us[0] for series in self.series], np.int64)

    def _segments(self, cuts: Indices | None) -> tuple[Indices, Times]:
        """Return where a cell, a series or its tail begins, and the cell's start there."""
        starts = self.times - self.times % np.repeat(self.durations(), self.ends - self.at)
        edge = np.empty(len(starts), bool)
        edge[1:] = starts[1:] != starts[:-1]
        edge[self.at] = True
        if cuts is not None:
            edge[cuts[cuts < self.ends]] = True
        at = np.flatnonzero(edge)
        return at, starts[at]

    def _enter_cells(self, panes: Panes, owner: Indices) -> None:
        edge = np.empty(len(owner), bool)
        edge[0] = True
        edge[1:] = (owner[1:] != owner[:-1]) | (panes[START, 1:] != panes[START, :-1])
        first = np.flatnonzero(edge)
        cells = merge_ordered(panes, first)
        of_series = np.searchsorted(owner[first], np.arange(len(self.series) + 1)).tolist()
        columns = cells.T.tolist()
        at, ends = self.at.tolist(), self.ends.tolist()
        for k, series in enumerate(self.series):
            low, high = of_series[k], of_series[k + 1]
            newest = columns[high - 1]
            series.enter_orderly(
                self.times[at[k] : ends[k]],
                self.values[at[k] : ends[k]],
                columns[low:high],
                (int(newest[LAST_TIME]), newest[LAST]),
            )


def take_burst(
    waiting: Sequence[Series], now_us: int, limits: Limits, rule: FoldRule | None = None
) -> tuple[Burst | None, list[Series]]:
    """Take what waits in many series; returns the burst and the series that are not in it, untouched."""
    flat: list[tuple[Series, list[float]]] = []
    packed: list[tuple[Series, Rows]] = []
    odd: list[Series] = []
    for series in waiting:
        taken = series.take_orderly()
        if taken is None:
            odd.append(series)
        elif isinstance(taken, Rows):
            packed.append((series, taken))
        elif taken:
            flat.append((series, taken))
    if not flat and not packed:
        return None, odd
    pairs = float_pairs(list(itertools.chain.from_iterable(rows for _, rows in flat)))
    times, in_range = exact_us(pairs[0::2], limits.past_us, now_us + limits.ahead_us)
    parts = [rows.arrays() for _, rows in packed]
    times = np.concatenate([times, *(part[0] for part in parts)])
    values = np.concatenate([pairs[1::2], *(part[1] for part in parts)])
    counts = [len(rows) // 2 for _, rows in flat] + [len(rows) for _, rows in packed]
    ends = np.cumsum(counts, dtype=np.intp)
    at = ends - np.array(counts, np.intp)
    bad = ~np.isfinite(values)
    bad[: len(in_range)] |= ~in_range
    falls = np.zeros(len(times), bool)
    falls[1:] = times[1:] < times[:-1]
    falls[at] = False
    bad |= falls
    seen = [max(series.seen_us, series.cells.horizons_us[0]) for series, _ in flat]
    seen += [series.cells.horizons_us[0] for series, _ in packed]
    bad[at] |= times[at] < seen
    burst = Burst([series for series, _ in (*flat, *packed)], times, values, at, ends)
    wrong = np.logical_or.reduceat(bad, at)
    if rule is not None:
        wrong |= rule.refuses(burst)
    if not wrong.any():
        return burst, odd
    for k in np.flatnonzero(wrong).tolist():
        odd.append(burst.series[k])
        if k < len(flat):
            flat[k][0].give_back(flat[k][1])
        else:
            packed[k - len(flat)][0].put_back(packed[k - len(flat)][1])
    return _without(burst, wrong, counts), odd


def _without(burst: Burst, wrong: npt.NDArray[np.bool], counts: list[int]) -> Burst | None:
    kept = np.repeat(~wrong, counts)
    series = [one for one, out in zip(burst.series, wrong.tolist(), strict=True) if not out]
    if not series:
        return None
    left = np.array(counts, np.intp)[~wrong]
    ends = np.cumsum(left, dtype=np.intp)
    return Burst(series, burst.times[kept], burst.values[kept], ends - left, ends)
