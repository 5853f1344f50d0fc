"""Cells whose panes are wide (`_features.py`); otherwise as `_cells.py`.

1. Plain fields are always up to date. Of samples the rest is computed when wide panes are read: until then they are
   noted as rows, at most `MOST_ROWS`. So a sample costs hardly more than in plain cells.
2. When they are computed changes nothing: sketches have the same bytes, mean and M2 are within rounding, and an
   increase is known at least where it would be had each batch been merged as it came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stream_viz._cells import Cells
from stream_viz._fold import fold, in_time_order, run_bounds
from stream_viz._noted_rows import NotedRows
from stream_viz._pane import ROWS, WIDE_ROWS
from stream_viz._wide_tier import WideTier

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from stream_viz._features import Features
    from stream_viz._fold import Indices, Times, Values
    from stream_viz._pane import Panes

MOST_ROWS = 8192
"""With so many noted rows they are folded, read or not; they take 16 bytes each."""


class WideCells(Cells):
    """Tiers of wide panes."""

    def __init__(
        self, durations_us: Sequence[int], limit: int, finest_limit: int | None = None, *, features: Features
    ) -> None:
        """Start empty, as `Cells`."""
        self.features = features
        self._noted = NotedRows()
        self._wide_tiers: list[WideTier] = []
        super().__init__(durations_us, limit, finest_limit)

    def _new_tier(self, duration_us: int) -> WideTier:
        tier = WideTier(duration_us, self.features, self.settle)
        self._wide_tiers.append(tier)
        return tier

    def fold(self, times: Times, values: Values, duration_us: int, runs_per_cell: int = 1) -> Panes:
        """Return finite samples in time order as wide panes."""
        return self.features.fold(times, values, duration_us, runs_per_cell)

    def merged(self, panes: Panes) -> Panes:
        """Return one wide pane for each start."""
        return self.features.merged(panes)

    def add_sample(self, time_us: int, value: float) -> None:
        """Add one finite sample."""
        super().add_sample(time_us, value)
        self._noted.add(time_us, value)
        if len(self._noted) >= MOST_ROWS:
            self.settle()

    def add_rows(self, times: Times, values: Values) -> None:
        """Add finite samples in any order."""
        ordered = in_time_order(times, values)
        self._enter(fold(*ordered, self.durations_us[0]), self.durations_us[0])
        self._note(times, values)

    def add_orderly(self, cells: list[list[float]], times: Times, values: Values) -> None:
        """Add finite samples in time order; `cells` are their plain panes of the finest duration, each as a list."""
        self._enter_cells(cells)
        self._note(times, values)

    def add_folded(self, panes: Panes, times: Times, values: Values) -> None:
        """Add what `fold` made of rows at the finest duration; the rows are noted."""
        self._enter(panes[:ROWS], self.durations_us[0])
        self._note(times, values)

    def add_panes(self, panes: Panes, duration_us: int) -> None:
        """Add wide panes of one duration, in arrival order; computes what is not yet known."""
        level = self.durations_us.index(duration_us)
        before = self._fold_noted()
        self._enter(panes[:ROWS], duration_us)
        if level:
            self._learn(before, 0)
            self._learn(panes, level)
        else:
            self._learn(np.concatenate((before, panes), axis=1), 0)

    def settle(self) -> None:
        """Compute the features of all that was added. About 0.3 ms and 20 ns per sample, nothing where it is done."""
        if len(self._noted):
            with np.errstate(over="ignore", invalid="ignore"):
                self._learn(self._fold_noted(), 0)

    @property
    def bytes(self) -> int:
        """Bytes of cells, sketches and noted rows; an estimate."""
        return (
            super().bytes
            + sum(8 * WIDE_ROWS * tier.size for tier in self.tiers)
            + self._noted.bytes
            + self.features.pool.size
        )

    def sketch_numbers(self) -> list[npt.NDArray[np.float64]]:
        """Return the sketch rows of all tiers, as far as they are computed."""
        return [tier.sketch_numbers() for tier in self._wide_tiers]

    def _note(self, times: Times, values: Values) -> None:
        self._noted.extend(times, values)
        if len(self._noted) >= MOST_ROWS:
            self.settle()

    def _learn(self, panes: Panes, level: int) -> None:
        for tier, horizon in zip(self._wide_tiers[level:], self.horizons_us[level:], strict=True):
            tier.learn(panes, horizon)

    def _fold_noted(self) -> Panes:
        """Return all noted rows as wide panes of the finest duration; nothing is noted any more."""
        times, values = in_time_order(*self._noted.take())
        if not len(times):
            return np.empty((WIDE_ROWS, 0))
        duration = self.durations_us[0]
        at, starts = run_bounds(times, duration)
        cuts = self._cuts(times)
        if len(cuts):
            at = np.union1d(at, cuts)
            starts = times[at] - times[at] % duration
        return self.features.panes_at(times, values, at, starts)

    def _cuts(self, times: Times) -> Indices:
        """Return where ascending rows pass the first or last time of a known cell.

        Uncut, rows before and after a cell would be one pane with the cell in between, and its increase not known.
        """
        edges = np.concatenate([tier.edges_after(int(times[0])) for tier in self._wide_tiers])
        cuts: Indices = np.searchsorted(times, edges[(edges > times[0]) & (edges <= times[-1])])
        return cuts
