"""Live rows of one message: what fits goes as rows, the rest is folded by fair share, and series take turns.

1. No message carries more than `rows` sample rows or about `room` bytes of live data; what has no room waits.
2. A series above its share is folded, all but its newest 3 rows, where that takes fewer bytes; else its oldest rows go
   and the rest waits.
3. Series that found no room come first the next time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stream_viz._arrow import PANE_ROW_BYTES, SAMPLE_ROW_BYTES
from stream_viz._burst import Burst, FoldRule, take_burst
from stream_viz._burst_folds import fold_pieces
from stream_viz._feature_part import FEATURE_PART_BYTES, FEATURE_ROW_BYTES
from stream_viz._message import MessageParts, entry_bytes, pane_bytes
from stream_viz._row_block import Rows, Taken
from stream_viz._series import SCALAR_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._limits import Limits
    from stream_viz._pane import Panes
    from stream_viz._series import Series

TOGETHER_ROWS = 40
"""From so many waiting rows on series go through one pass: its own cost is that of about so many rows one by one."""
ARRAY_ROWS = 18
"""What more rows of one series than are handled in Python cost, in such rows, however many they are."""
LEAST_PANES = 64
LEAST_ROWS = 64
"""A series whose rows are not folded sends at least so many, so that it gets on."""


class LiveRows:
    """Remembers whose turn it is. Not locked: the sender is."""

    def __init__(self, limits: Limits) -> None:
        """Start with the first series."""
        self._limits = limits
        self._turn = 0

    def add(self, parts: MessageParts, waiting: Sequence[tuple[Series, int]], room: int, now_us: int) -> None:
        """Enter the rows of (series, waiting rows) that fit into `room` bytes, and carry them."""
        entries = sum(entry_bytes(series) for series, _ in waiting)
        rows_room = max(0, min(self._limits.message_rows, (room - entries) // SAMPLE_ROW_BYTES))
        share = max(self._limits.raw_tail_rows, fair_share([rows for _, rows in waiting], rows_room))
        turn = self._turn % max(1, len(waiting))
        end = parts.size + room
        order = [*waiting[turn:], *waiting[:turn]]
        if sum(rows if rows <= SCALAR_ROWS else ARRAY_ROWS for _, rows in order) >= TOGETHER_ROWS:
            fitting = self._fitting(order, share, room)
            one_by_one = self._add_together(parts, order[:fitting], share, end, now_us)
            rest, turn = order[fitting:], turn + fitting
        else:
            one_by_one, rest = order, []
        served = 0
        for series, rows in one_by_one:
            left = end - parts.size
            if left <= 0:
                break
            self._add(parts, series, rows, share, left // (len(one_by_one) - served))
            served += 1
        self._turn = 0 if served == len(one_by_one) and not rest else turn + served

    def _fitting(self, order: Sequence[tuple[Series, int]], share: int, room: int) -> int:
        """Return how many series, at least one, find room for their least: rows up to their share, else one fold."""
        folded = PANE_ROW_BYTES + FEATURE_ROW_BYTES + SAMPLE_ROW_BYTES * self._limits.raw_tail_rows
        for count, (series, rows) in enumerate(order):
            size = SAMPLE_ROW_BYTES * rows
            room -= entry_bytes(series) + (size if rows <= share else min(size, folded))
            if room < 0 and count:
                return count
        return len(order)

    def _add_together(
        self, parts: MessageParts, chosen: Sequence[tuple[Series, int]], share: int, end: int, now_us: int
    ) -> list[tuple[Series, int]]:
        """Carry the orderly rows of many series in one pass; returns the series that are to be carried one by one."""
        each = max(0, end - parts.size - sum(entry_bytes(series) for series, _ in chosen)) // len(chosen)
        rule = FoldRule(share, self._limits.raw_tail_rows, each - SAMPLE_ROW_BYTES * self._limits.raw_tail_rows)
        burst, odd = take_burst([series for series, _ in chosen], now_us, self._limits, rule)
        if burst is not None:
            self._carry(parts, burst, share, end)
        left = {id(series) for series in odd}
        return [(series, rows) for series, rows in chosen if id(series) in left]

    def _carry(self, parts: MessageParts, burst: Burst, share: int, end: int) -> None:
        counts = burst.ends - burst.at
        cuts = np.where(counts > share, burst.ends - self._limits.raw_tail_rows, burst.at)
        cells = burst.cell_counts(cuts)
        row_bytes = np.array([pane_bytes(series) for series in burst.series])
        folds = row_bytes * cells < SAMPLE_ROW_BYTES * (cuts - burst.at)
        cuts = np.where(folds, cuts, burst.at)
        base = len(parts.entries)
        befores = [series.sent_until_us for series in burst.series]
        least = int((row_bytes * cells)[folds].sum())
        spare = (
            end - parts.size - sum(map(entry_bytes, burst.series)) - SAMPLE_ROW_BYTES * int((burst.ends - cuts).sum())
        )
        runs = max(1, min(self._limits.runs_per_cell, spare // least if least else 1))
        folded = burst.enter(cuts, runs)
        for series, before, count in zip(burst.series, befores, (cuts - burst.at).tolist(), strict=True):
            series.count(folded=count)
            parts.entry(series, before)
        rows = np.arange(len(burst.times)) >= np.repeat(cuts, counts)
        owners = (base + np.repeat(np.arange(len(counts)), burst.ends - cuts)).astype(np.uint16)
        parts.live_together(
            fold_pieces(burst, folded, base, spare - FEATURE_PART_BYTES),
            (owners, Rows(burst.times[rows], burst.values[rows])),
        )

    def _add(self, parts: MessageParts, series: Series, rows: int, share: int, room: int) -> None:
        before = series.sent_until_us
        n = series.n
        taken = series.take()
        now, later = _split(taken.folds, max(LEAST_PANES, room // pane_bytes(series))) if taken.folds else ([], [])
        if later:
            series.put_back(taken.rows)
            series.put_back_folds(later)
            taken = Taken(now, Rows([], []))
        if rows > share or taken.folds:
            taken = self._reduced(series, taken, share, room)
        entered = series.enter(taken)
        if len(entered.rows) or entered.folds or series.n != n:
            spare = 0
            if entered.folds:
                spare = room - pane_bytes(series) * _count(entered.folds) - SAMPLE_ROW_BYTES * len(entered.rows)
            parts.live(series, before, entered.folds, entered.rows, max(0, spare))

    def _reduced(self, series: Series, taken: Taken, share: int, room: int) -> Taken:
        """Return what of `taken` travels; the rest is put back."""
        times, values = taken.rows.arrays()
        cut = max(0, len(times) - self._limits.raw_tail_rows)
        finite = np.isfinite(values[:cut])
        older_t, older_v = times[:cut][finite], values[:cut][finite]
        if len(times) <= share:
            return taken
        room -= SAMPLE_ROW_BYTES * self._limits.raw_tail_rows
        cells = series.cells.cell_count(older_t)
        runs = min(self._limits.runs_per_cell, room // pane_bytes(series) // max(1, cells))
        folds = series.cells.fold_rows(older_t, older_v, max(1, runs))
        size = pane_bytes(series) * _count(folds)
        fits = size <= max(room, SAMPLE_ROW_BYTES * share)
        if (size < SAMPLE_ROW_BYTES * cut and (fits or cells == 1)) or not len(older_t):
            series.count(folded=len(older_t))
            series.retain(Rows(times[:cut], values[:cut]))
            whole = len(folds) == 1 and folds[0][0] == series.cells.durations_us[0]
            folded = Rows(older_t, older_v) if whole else None
            return Taken([*taken.folds, *folds], Rows(times[cut:], values[cut:]), folded)
        now, later = Rows(times, values).cut(max(share, LEAST_ROWS))
        series.put_back(later)
        return Taken(taken.folds, now)


def _split(folds: list[tuple[int, Panes]], most: int) -> tuple[list[tuple[int, Panes]], list[tuple[int, Panes]]]:
    """Return the first `most` panes and the others, in order."""
    now: list[tuple[int, Panes]] = []
    for at, (duration, panes) in enumerate(folds):
        if panes.shape[1] > most:
            now += [(duration, panes[:, :most])] if most else []
            return now, [(duration, panes[:, most:]), *folds[at + 1 :]]
        now.append((duration, panes))
        most -= panes.shape[1]
    return now, []


def _count(folds: list[tuple[int, Panes]]) -> int:
    return sum(panes.shape[1] for _, panes in folds)


def fair_share(counts: list[int], room: int) -> int:
    """Return the largest share s for which the sum of min(count, s) is within `room`; the largest count if all fit."""
    left = len(counts)
    for count in sorted(counts):
        if count * left > room:
            return room // left
        room -= count
        left -= 1
    return max(counts, default=0)
