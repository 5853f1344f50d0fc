"""Which cells a series holds: its axis, its tiers and what its panes know."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from stream_viz._cells import Cells
from stream_viz._features import Features, widen
from stream_viz._pane import ROWS, START, Panes, merge_panes
from stream_viz._wide_cells import WideCells

if TYPE_CHECKING:
    from stream_viz._limits import Limits

Axis = Literal["time", "step"]
"""What times count: microseconds since the epoch, or steps."""


@dataclass(frozen=True)
class CellLayout:
    """Immutable; `axis="step"` counts steps where names say microseconds."""

    tiers_us: tuple[int, ...]
    """Without the base tier."""
    limit: int
    least_base: int
    axis: Axis = "time"
    base_us: int | None = None
    """A tier finer than all others, which divides them."""
    features: Features | None = None

    @staticmethod
    def of(limits: Limits, axis: Axis) -> CellLayout:
        """Return the layout of a series without needs."""
        tiers, least = (limits.tiers_us, limits.base_us) if axis == "time" else (limits.step_tiers, 1)
        return CellLayout(tiers, limits.cells_per_tier, least, axis)

    @property
    def plain(self) -> bool:
        """Whether the series is as one without needs on the time axis."""
        return self.base_us is None and self.features is None and self.axis == "time"

    @property
    def durations_us(self) -> tuple[int, ...]:
        """All tiers, ascending."""
        return self.tiers_us if self.base_us is None else (self.base_us, *self.tiers_us)

    def with_base(self, duration_us: int | None) -> CellLayout:
        """Return the layout for panes of this duration: the finest tier is their greatest common divisor.

        None, and a divisor that is a tier already: no tier more. One below the least becomes the least that fits.
        """
        finest = self.tiers_us[0]
        base = finest if duration_us is None else math.gcd(finest, duration_us)
        if base < self.least_base:
            base = self.least_base if finest % self.least_base == 0 else finest
        return replace(self, base_us=base if base < finest else None)

    def with_needs(self, *, spread: bool, increase: bool, sketch: bool) -> CellLayout:
        """Return the layout of panes that know what is needed; spread and increase come together."""
        wanted = spread or increase or sketch
        if not wanted:
            return replace(self, features=None)
        if self.features is not None and self.features.sketch == sketch:
            return self
        return replace(
            self, features=Features(sketch) if self.features is None else replace(self.features, sketch=sketch)
        )

    def cells(self) -> Cells:
        """Return empty cells."""
        # A base tier holds at least two cells of the next, or an eviction could leave nothing of it.
        finest = self.limit if self.base_us is None else max(self.limit, 2 * self.tiers_us[0] // self.base_us)
        if self.features is None:
            return Cells(self.durations_us, self.limit, finest)
        return WideCells(self.durations_us, self.limit, finest, features=self.features)

    def panes(self, panes: Panes) -> Panes:
        """Return panes of another layout as this one has them. A copy."""
        return panes[:ROWS].copy() if self.features is None else widen(panes)

    def merged(self, panes: Panes) -> Panes:
        """Return one pane for each start."""
        return merge_panes(panes) if self.features is None else self.features.merged(panes)

    def folds(self, folds: list[tuple[int, Panes]]) -> list[tuple[int, Panes]]:
        """Return folds of another layout as this one has them: those of a duration that it lacks at its finest."""
        out: list[tuple[int, Panes]] = []
        for duration, panes in folds:
            kept = self.panes(panes)
            if duration in self.durations_us:
                out.append((duration, kept))
                continue
            finest = self.tiers_us[0]
            kept[START] -= kept[START] % finest
            out.append((finest, self.merged(kept)))
        return out

    def take_over(self, cells: Cells, newest_us: int | None) -> tuple[Cells, int | None]:
        """Return the same cells in this layout, and from where on a base tier that is new is held.

        Tiers that both have stay; a new base tier begins with the coarser cell after the one of `newest_us` (None where
        no sample was ever entered: then it is held from the beginning).
        """
        out = self.cells()
        out.gone, out.retained_from_us = cells.gone, cells.retained_from_us
        since: int | None = None
        for k in range(len(self.durations_us) - 1, -1, -1):
            duration = self.durations_us[k]
            if duration in cells.durations_us:
                at = cells.durations_us.index(duration)
                out.horizons_us[k] = cells.horizons_us[at]
                panes = cells.tiers[at].panes()
                if panes.shape[1]:
                    out.tiers[k].fill(self.panes(panes))
            elif newest_us is not None:
                coarser = self.tiers_us[0]
                since = max(newest_us - newest_us % coarser + coarser, out.horizons_us[k + 1])
                out.horizons_us[k] = since
        return out, since
