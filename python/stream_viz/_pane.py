"""The pane: a mergeable summary of the samples in `[start, start + duration)`.

A pane at an edge (API, tests) is a tuple `count, sum, min, max, first, firstTime, last, lastTime`; many panes are the
columns of one float64 array, row `START` first. A wide array has four rows more (`_features.py`).
Times are whole microseconds, exact in a float64 until the year 2255.
`first` and `last` are by event time; of equal times the earliest arrival is first, the latest last.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pane = tuple[float, float, float, float, float, float, float, float]
Panes = npt.NDArray[np.float64]
START, COUNT, SUM, MIN, MAX, FIRST, FIRST_TIME, LAST, LAST_TIME = range(9)
ROWS = 9
MEAN, M2, INCREASE, SKETCH = range(9, 13)
"""More rows of a wide array: mean, sum of squared distances from it, increase (NaN: not known), sketch number."""
WIDE_ROWS = 13


def sample_pane(time_us: float, value: float) -> Pane:
    """Return the pane of one finite sample."""
    return (1, value, value, value, value, time_us, value, time_us)


def merge_pane(a: Pane, b: Pane) -> Pane:
    """Return both, `b` later in arrival order. O(1)."""
    first, first_time = (b[4], b[5]) if b[5] < a[5] else (a[4], a[5])
    last, last_time = (b[6], b[7]) if b[7] >= a[7] else (a[6], a[7])
    low, high = min(a[2], b[2]), max(a[3], b[3])
    return (a[0] + b[0], a[1] + b[1], low, high, first, first_time, last, last_time)


def no_panes() -> Panes:
    """Return zero panes."""
    return np.empty((ROWS, 0))


def merge_ordered(panes: Panes, at: npt.NDArray[np.intp]) -> Panes:
    """Return the panes from each index `at` to the next as one; within each their samples ascend in time. A copy."""
    ends = np.append(at[1:], panes.shape[1]) - 1
    out = panes[:, at]
    out[COUNT] = np.add.reduceat(panes[COUNT], at)
    out[SUM] = np.add.reduceat(panes[SUM], at)
    out[MIN] = np.minimum.reduceat(panes[MIN], at)
    out[MAX] = np.maximum.reduceat(panes[MAX], at)
    out[LAST], out[LAST_TIME] = panes[LAST, ends], panes[LAST_TIME, ends]
    return out


def merge_panes(panes: Panes) -> Panes:
    """Return one pane for each distinct start, ascending; the columns of `panes` stand in arrival order.

    The result is a copy. O(m log m); sums are added in arrival order within a start.
    """
    if panes.shape[1] < 2:  # noqa: PLR2004  nothing to merge
        return panes.copy()
    starts = panes[START]
    if (starts[1:] < starts[:-1]).any():
        panes = panes[:, np.argsort(starts, kind="stable")]
        starts = panes[START]
    at = np.flatnonzero(np.concatenate(([True], starts[1:] != starts[:-1])))
    if len(at) == len(starts):
        return panes.copy()
    ends = np.append(at[1:], len(starts)) - 1
    out = np.empty((ROWS, len(at)))
    out[START] = starts[at]
    out[COUNT] = np.add.reduceat(panes[COUNT], at)
    out[SUM] = np.add.reduceat(panes[SUM], at)
    out[MIN] = np.minimum.reduceat(panes[MIN], at)
    out[MAX] = np.maximum.reduceat(panes[MAX], at)
    first = np.lexsort((panes[FIRST_TIME], starts))[at]
    last = np.lexsort((panes[LAST_TIME], starts))[ends]
    out[FIRST], out[FIRST_TIME] = panes[FIRST, first], panes[FIRST_TIME, first]
    out[LAST], out[LAST_TIME] = panes[LAST, last], panes[LAST_TIME, last]
    return out
