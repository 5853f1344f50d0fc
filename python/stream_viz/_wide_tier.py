"""A tier of wide panes: plain rows are added at once, the others learnt later, many samples at a time.

Beside the plain cells it holds wide ones as of the newest `learn`: merging an increase takes first and last of then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stream_viz._pane import FIRST_TIME, LAST_TIME, ROWS, SKETCH, START, WIDE_ROWS, Panes
from stream_viz._tier import Tier

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from stream_viz._features import Features


class WideTier(Tier):
    """See above. `settle` is called before wide panes are shown, to teach what was only noted so far."""

    __slots__ = ("_features", "_settle", "_wide")

    def __init__(self, duration_us: int, features: Features, settle: Callable[[], None]) -> None:
        """Start empty."""
        super().__init__(duration_us)
        self._features = features
        self._settle = settle
        self._wide: Panes = np.empty((WIDE_ROWS, 0))

    def fill(self, panes: Panes) -> None:
        """Hold these wide cells; the tier is empty."""
        super().fill(panes[:ROWS])
        self._wide = panes

    def panes(self) -> Panes:
        """Return all cells as wide panes; computes what is not yet known."""
        self._settle()
        plain = self.plain()
        gone = self._wide.shape[1] - plain.shape[1]
        if gone:  # the oldest
            self._wide = self._wide[:, gone:].copy()
        self._wide[:ROWS] = plain
        return self._wide

    def learn(self, panes: Panes, horizon_us: int) -> None:
        """Take in wide panes, later in arrival order, that the plain cells have already; what is before goes."""
        panes = panes[:, panes[START] >= horizon_us]
        if not panes.shape[1]:
            return
        panes[START] -= panes[START] % self.duration_us
        starts = self._wide[START]
        low, at = np.searchsorted(starts, (horizon_us, panes[START].min())).tolist()
        merged = self._features.merged(np.concatenate((self._wide[:, at:], panes), axis=1))
        self._wide = np.concatenate((self._wide[:, low:at], merged), axis=1)

    def edges_after(self, time_us: int) -> npt.NDArray[np.float64]:
        """Return first and last times of the known cells that end after `time_us`."""
        at = int(np.searchsorted(self._wide[START], time_us - self.duration_us, side="right"))
        first, last = self._wide[FIRST_TIME, at:], self._wide[LAST_TIME, at:]
        return np.concatenate((first, last))

    def sketch_numbers(self) -> npt.NDArray[np.float64]:
        """Return the numbers of the sketches held."""
        numbers: npt.NDArray[np.float64] = self._wide[SKETCH]
        return numbers
