"""Cells of one series at the producer, in tiers; each duration divides the next.

1. Every tier is complete from its horizon on: a sample adds to its cell in every tier whose horizon it has not passed.
   So the finest tier that holds a time shows all of it, and the shown view is a partition, finest first.
2. A tier over its limit loses its oldest cells, whole parents at a time; the parent knows their sum already.
3. `retained_from_us` is the start of what the coarsest tier holds, `gone` counts the samples before it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from stream_viz._fold import Times, Values, fold, in_time_order, is_ascending, run_bounds
from stream_viz._pane import COUNT, FIRST_TIME, ROWS, START, Pane, Panes, merge_panes, no_panes
from stream_viz._tier import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NEVER_US = -(2**62)
"""Horizon of a tier that has lost nothing."""
SCALAR_PANES = 6
"""Up to here panes are added one by one, above in columns."""


class Cells:
    """Tiers of one series and generation. Not locked: the sender is."""

    def __init__(self, durations_us: Sequence[int], limit: int, finest_limit: int | None = None) -> None:
        """Start empty; `limit` is the number of cells a tier keeps, `finest_limit` that of the finest tier."""
        self.durations_us = tuple(durations_us)
        self.tiers = [self._new_tier(duration) for duration in self.durations_us]
        self.horizons_us = [NEVER_US] * len(self.tiers)
        self.limits = [limit] * len(self.tiers)
        if finest_limit is not None:
            self.limits[0] = finest_limit
        self.gone = 0
        self.retained_from_us: int | None = None

    def _new_tier(self, duration_us: int) -> Tier:
        return Tier(duration_us)

    def fold(self, times: Times, values: Values, duration_us: int, runs_per_cell: int = 1) -> Panes:
        """Return finite samples in time order as panes of the kind these cells hold. Nothing is added."""
        return fold(times, values, duration_us, runs_per_cell)

    def merged(self, panes: Panes) -> Panes:
        """Return `merge_panes` of panes of the kind these cells hold."""
        return merge_panes(panes)

    @property
    def bytes(self) -> int:
        """Bytes of the cells; an estimate."""
        return sum(8 * ROWS * tier.size for tier in self.tiers)

    @property
    def horizon_us(self) -> int:
        """Start of the coarsest tier; samples before it are expired."""
        return self.horizons_us[-1]

    def add_sample(self, time_us: int, value: float) -> None:
        """Add one finite sample. O(tiers); a late one O(cells)."""
        for tier, horizon in zip(self.tiers, self.horizons_us, strict=True):
            start = time_us - time_us % tier.duration_us
            if start >= horizon:
                tier.add_sample(start, time_us, value)

    def add_pane(self, start_us: float, pane: Sequence[float]) -> None:
        """Merge one pane of the finest duration, later in arrival order. O(tiers)."""
        for tier, horizon in zip(self.tiers, self.horizons_us, strict=True):
            start = start_us - start_us % tier.duration_us
            if start >= horizon:
                tier.add_pane(start, pane)

    def add_rows(self, times: Times, values: Values) -> None:
        """Add finite samples in any order. About 15 ns per sample in large batches."""
        times, values = in_time_order(times, values)
        self.add_panes(self.fold(times, values, self.durations_us[0]), self.durations_us[0])

    def fold_rows(self, times: Times, values: Values, runs_per_cell: int) -> list[tuple[int, Panes]]:
        """Return finite samples as (duration, panes), each at the finest duration that is still held for its time.

        Nothing is added.
        """
        times, values = in_time_order(times, values)
        out: list[tuple[int, Panes]] = []
        end = len(times)
        top = len(self.durations_us) - 1
        for k, duration in enumerate(self.durations_us):
            begin = 0 if k == top else int(np.searchsorted(times[:end], self.horizons_us[k]))
            if end > begin:
                out.append((duration, self.fold(times[begin:end], values[begin:end], duration, runs_per_cell)))
            end = begin
        return out

    def cell_count(self, times: Times) -> int:
        """Return how many panes `fold_rows` makes of rows of these times with one run per cell."""
        times = times if is_ascending(times) else np.sort(times)
        count, end = 0, len(times)
        top = len(self.durations_us) - 1
        for k, duration in enumerate(self.durations_us):
            begin = 0 if k == top else int(np.searchsorted(times[:end], self.horizons_us[k]))
            if end > begin:
                count += len(run_bounds(times[begin:end], duration)[0])
            end = begin
        return count

    def add_orderly(self, cells: list[list[float]], times: Times, values: Values) -> None:
        """Add finite samples in time order; `cells` are their panes of the finest duration, each as a list."""
        del times, values
        self._enter_cells(cells)

    def _enter_cells(self, cells: list[list[float]]) -> None:
        if len(cells) <= SCALAR_PANES:
            for start, *pane in cells:
                self.add_pane(start, pane)
        else:
            self._enter(np.array(cells).T, self.durations_us[0])

    def add_folded(self, panes: Panes, times: Times, values: Values) -> None:
        """Add what `fold` made of rows at the finest duration; the rows come along."""
        del times, values
        self._enter(panes, self.durations_us[0])

    def add_panes(self, panes: Panes, duration_us: int) -> None:
        """Add panes of one duration, in arrival order; below a coarser one finer cells go (rule 1)."""
        self._enter(panes, duration_us)

    def _enter(self, panes: Panes, duration_us: int) -> None:
        if not panes.shape[1]:
            return
        level = self.durations_us.index(duration_us)
        if level:
            self._forget_finer(level, int(panes[START].max()) + duration_us)
        for k in range(level, len(self.tiers)):
            tier, horizon = self.tiers[k], self.horizons_us[k]
            held = panes if horizon == NEVER_US else panes[:, panes[START] >= horizon]
            if held.shape[1] <= SCALAR_PANES:
                for start, *pane in held.T.tolist():
                    tier.add_pane(start - start % tier.duration_us, pane)
            else:
                rounded = held.copy()
                rounded[START] -= rounded[START] % tier.duration_us
                tier.add_panes(rounded)

    def _forget_finer(self, level: int, edge_us: int) -> None:
        for k in range(level):
            self.horizons_us[k] = max(self.horizons_us[k], edge_us)
            self.tiers[k].drop_before(self.horizons_us[k])

    def evict(self) -> None:
        """Bring every tier to its limit (rule 2). O(1) where nothing is over it."""
        for k, tier in enumerate(self.tiers):
            excess = tier.size - self.limits[k]
            if excess <= 0:
                continue
            top = k + 1 == len(self.tiers)
            parent = self.durations_us[k if top else k + 1]
            newest_to_go = int(tier.plain()[START, excess - 1])
            edge = newest_to_go - newest_to_go % parent + parent
            if top:
                panes = tier.plain()
                self.gone += int(panes[COUNT, panes[START] < edge].sum())
                self.retained_from_us = edge
            self._forget_finer(k + 1, edge)

    def pane(self, duration_us: int, start_us: int) -> Pane | None:
        """Return one cell's summary; None where it is empty or no longer held at that duration."""
        return self.tiers[self.durations_us.index(duration_us)].pane(start_us)

    def view(self) -> Iterator[tuple[int, Panes]]:
        """Yield (duration, panes) of the shown partition, finest tier first."""
        return self._partition([max(h, self.horizon_us) for h in self.horizons_us[:-1]])

    def keyframe(self, limit: int) -> Iterator[tuple[int, Panes]]:
        """Yield (duration, panes), a partition of all retained time: newest finest, about `limit` cells of a tier."""
        low = []
        for k, tier in enumerate(self.tiers[:-1]):
            if tier.size <= limit:
                low.append(self.horizons_us[k])
            else:
                parent = self.durations_us[k + 1]
                oldest = int(tier.plain()[START, tier.size - limit])
                low.append(-(-oldest // parent) * parent)
        return self._partition(low)

    def _partition(self, low: list[int]) -> Iterator[tuple[int, Panes]]:
        low = [*low, NEVER_US]
        for k in range(len(low) - 2, -1, -1):
            low[k] = max(low[k], low[k + 1])
        high = float("inf")
        for k, tier in enumerate(self.tiers):
            panes = tier.panes()
            if panes.shape[1]:
                a, b = np.searchsorted(panes[START], [low[k], high])
                if b > a:
                    yield tier.duration_us, panes[:, a:b]
            high = low[k]


def coarsen(
    pending: list[tuple[int, Panes]],
    durations_us: Sequence[int],
    most: int,
    merge: Callable[[Panes], Panes] = merge_panes,
) -> tuple[list[tuple[int, Panes]], int]:
    """Return at most about `most` panes with the same samples, and the count of samples that had to go.

    First the runs of a cell are merged, then, tier by tier, the older three quarters become coarser; of the coarsest
    tier the oldest go. Counts, min, max, first, last stay exact.
    """
    by = {duration: pending[0][1][:, :0] if pending else no_panes() for duration in durations_us}
    for duration, panes in pending:
        by[duration] = np.concatenate((by[duration], panes), axis=1)
    by = {duration: merge(panes) for duration, panes in by.items()}
    for fine, coarse in itertools.pairwise(durations_us):
        total = sum(panes.shape[1] for panes in by.values())
        if total <= most:
            break
        old = by[fine]
        cut = old.shape[1] * 3 // 4
        if not cut:
            continue
        edge = old[START, cut - 1] - old[START, cut - 1] % coarse + coarse
        moved = old[:, old[START] < edge].copy()
        by[fine] = old[:, old[START] >= edge].copy()
        moved[START] -= moved[START] % coarse
        by[coarse] = merge(np.concatenate((by[coarse], moved), axis=1))
    over = max(0, sum(panes.shape[1] for panes in by.values()) - most)
    lost = 0
    for duration in reversed(durations_us):
        panes = by[duration]
        lost += int(panes[COUNT, :over].sum())
        by[duration] = panes[:, over:]
        over = max(0, over - panes.shape[1])
    kept = [(duration, panes) for duration, panes in by.items() if panes.shape[1]]
    kept.sort(key=lambda each: float(each[1][FIRST_TIME, 0]))
    return kept, lost
