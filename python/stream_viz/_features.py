"""Wide panes: panes that also have mean, M2, increase and a sketch, for windows that need them.

1. `mean` and `M2` (sum of squared distances from it) of a run are computed in two passes and merged by Chan's formula
   (Chan, Golub, LeVeque 1979): never a sum of squares.
2. `increase` is the sum of the steps inside a pane in time order, a fall being a reset that adds the new value. Only
   panes that are disjoint in time merge, with the step between them; else it is NaN, not known, for good.
3. A sketch knows some or all of a pane's samples; which ones merge is what is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from stream_viz._fold import Indices, Times, Values, panes_at, run_bounds
from stream_viz._pane import (
    COUNT,
    FIRST,
    FIRST_TIME,
    INCREASE,
    LAST,
    LAST_TIME,
    M2,
    MEAN,
    ROWS,
    SKETCH,
    START,
    SUM,
    WIDE_ROWS,
    Panes,
    merge_panes,
)
from stream_viz._sketch import sketches_at
from stream_viz._sketch_pool import NONE, SketchPool


@dataclass(frozen=True)
class Features:
    """How the panes of one series are made and merged; `sketch`: with sketches."""

    sketch: bool
    pool: SketchPool = field(default_factory=SketchPool)

    def fold(self, times: Times, values: Values, duration_us: int, runs_per_cell: int = 1) -> Panes:
        """Return what `fold` does, wide. About 20 ns per sample from 1,000 samples on, without sketches."""
        if not len(times):
            return np.empty((WIDE_ROWS, 0))
        return self.panes_at(times, values, *run_bounds(times, duration_us, runs_per_cell))

    def panes_at(self, times: Times, values: Values, at: Indices, starts: Times) -> Panes:
        """Return what `panes_at` does, wide."""
        out = spread_of(panes_at(times, values, at, starts), values, at)
        if self.sketch:
            out[SKETCH] = self.pool.keep_all(sketches_at(values, at))
        return out

    def merged(self, panes: Panes) -> Panes:
        """Return what `merge_panes` does, wide; a pane alone at its start stays as it is."""
        plain = merge_panes(panes[:ROWS])
        order = np.argsort(panes[START], kind="stable")
        ordered = panes[:, order]
        at = np.searchsorted(ordered[START], plain[START])
        sizes = np.diff(at, append=len(order))
        out = np.concatenate((plain, ordered[ROWS:, at]))
        many = np.flatnonzero(sizes > 1)
        if not len(many):
            return out
        several = np.repeat(sizes > 1, sizes)
        chosen = ordered[:, several]
        sizes = sizes[many]
        bounds = np.cumsum(sizes) - sizes
        out[MEAN:SKETCH, many] = _merge_groups(chosen, bounds, sizes)
        ends = bounds + sizes
        numbers = chosen[SKETCH].tolist()
        out[SKETCH, many] = [
            self.pool.merged(numbers[a:b]) for a, b in zip(bounds.tolist(), ends.tolist(), strict=True)
        ]
        return out


def spread_of(panes: Panes, values: Values, at: Indices) -> Panes:
    """Return the plain panes of the rows from each index `at` to the next as wide ones, without sketches."""
    out = np.empty((WIDE_ROWS, len(at)))
    out[:ROWS] = panes
    with np.errstate(over="ignore", invalid="ignore"):
        out[MEAN] = out[SUM] / out[COUNT]
        distance = values - np.repeat(out[MEAN], out[COUNT].astype(np.int64))
        out[M2] = np.add.reduceat(distance * distance, at)
        out[INCREASE] = _increases(values, at)
    out[SKETCH] = NONE
    return out


def step(before: float, after: float) -> float:
    """Return what a counter rose from one total to the next; a fall is a reset."""
    return after - before if after >= before else after


def widen(panes: Panes) -> Panes:
    """Return panes as wide ones; what they do not know is NaN or none, but for panes of one sample. A copy."""
    if panes.shape[0] == WIDE_ROWS:
        return panes.copy()
    out = np.empty((WIDE_ROWS, panes.shape[1]))
    out[:ROWS] = panes
    with np.errstate(over="ignore", invalid="ignore"):
        out[MEAN] = panes[SUM] / panes[COUNT]
    out[M2] = out[INCREASE] = np.where(panes[COUNT] == 1, 0.0, np.nan)
    out[SKETCH] = NONE
    return out


def _increases(values: Values, at: Indices) -> Values:
    rises = np.empty(len(values))
    rises[0] = 0.0
    np.subtract(values[1:], values[:-1], out=rises[1:])
    falls = rises < 0
    if falls.any():
        rises[falls] = values[falls]
    rises[at] = 0.0
    return np.add.reduceat(rises, at)


def _merge_groups(panes: Panes, bounds: Indices, sizes: Indices) -> Panes:
    """Return the rows mean, M2, increase of each group, which begins at its bound; groups ascend by start."""
    with np.errstate(over="ignore", invalid="ignore"):
        counts = panes[COUNT]
        mean = np.add.reduceat(counts * panes[MEAN], bounds) / np.add.reduceat(counts, bounds)
        distance = panes[MEAN] - np.repeat(mean, sizes)
        m2 = np.add.reduceat(panes[M2] + counts * distance * distance, bounds)
        arrival = np.lexsort((panes[FIRST_TIME], panes[START]))
        timed = panes[:, arrival]
        before, after = timed[:, :-1], timed[:, 1:]
        rise = after[FIRST] - before[LAST]
        rise = np.where(rise >= 0, rise, after[FIRST])
        apart = before[LAST_TIME] < after[FIRST_TIME]
        apart |= (before[LAST_TIME] == after[FIRST_TIME]) & (arrival[:-1] < arrival[1:])
        rise[~apart] = np.nan
        steps = np.concatenate(([0.0], rise))
        steps[bounds] = 0.0
        return np.stack((mean, m2, np.add.reduceat(timed[INCREASE] + steps, bounds)))
