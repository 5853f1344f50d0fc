"""Folding: samples become panes, by the integer arithmetic of the core (`start = time - time mod duration`)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
    Panes,
    no_panes,
)

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
RUN_ROWS = 8
"""A run shorter than this saves nothing: cells with fewer rows are cut into fewer runs."""


def is_ascending(times: Times) -> bool:
    """Return whether no time is before the one before it."""
    return len(times) < 2 or not bool((times[1:] < times[:-1]).any())  # noqa: PLR2004


def in_time_order(times: Times, values: Values) -> tuple[Times, Values]:
    """Return the rows by time, equal times in arrival order; the same arrays where they are in order already."""
    if is_ascending(times):
        return times, values
    order = np.argsort(times, kind="stable")
    return times[order], values[order]


def fold(times: Times, values: Values, duration_us: int, runs_per_cell: int = 1) -> Panes:
    """Return the panes of finite samples in time order: for each cell at most `runs_per_cell` consecutive runs.

    `times` must ascend (`in_time_order`) and `values` be finite. About 10 ns per sample from 1,000 samples on.
    """
    if not len(times):
        return no_panes()
    return panes_at(times, values, *run_bounds(times, duration_us, runs_per_cell))


def run_bounds(times: Times, duration_us: int, runs_per_cell: int = 1) -> tuple[Indices, Times]:
    """Return where each run of `fold` begins, and the start of its cell; there is at least one row."""
    at, starts = _cell_bounds(times, duration_us)
    return _cut(at, starts, len(times), runs_per_cell) if runs_per_cell > 1 else (at, starts)


def panes_at(times: Times, values: Values, at: Indices, starts: Times) -> Panes:
    """Return the panes of the rows from each index `at` to the next; times ascend within each, values are finite."""
    ends = np.append(at[1:], len(times))
    out = np.empty((ROWS, len(at)))
    out[START] = starts
    out[COUNT] = ends - at
    out[SUM] = np.add.reduceat(values, at)
    out[MIN] = np.minimum.reduceat(values, at)
    out[MAX] = np.maximum.reduceat(values, at)
    out[FIRST], out[FIRST_TIME] = values[at], times[at]
    out[LAST], out[LAST_TIME] = values[ends - 1], times[ends - 1]
    return out


def _cell_bounds(times: Times, duration_us: int) -> tuple[Indices, Times]:
    first = int(times[0]) - int(times[0]) % duration_us
    span = (int(times[-1]) - first) // duration_us + 1
    if span * 8 <= len(times):  # few cells: a search for each edge is cheaper than a division for each sample
        edges = first + duration_us * np.arange(span, dtype=np.int64)
        at = np.searchsorted(times, edges)
        filled = np.append(at[1:], len(times)) > at
        return at[filled], edges[filled]
    starts = times - times % duration_us
    at = np.flatnonzero(np.concatenate(([True], starts[1:] != starts[:-1])))
    return at, starts[at]


def _cut(at: Indices, starts: Times, rows: int, runs_per_cell: int) -> tuple[Indices, Times]:
    counts = np.append(at[1:], rows) - at
    runs = np.clip(counts // RUN_ROWS, 1, runs_per_cell)
    cell = np.repeat(np.arange(len(at)), runs)
    number = np.arange(len(cell)) - np.repeat(np.cumsum(runs) - runs, runs)
    return at[cell] + counts[cell] * number // runs[cell], starts[cell]
