"""Series that the server has no room for: kept apart, so that the others flow; what comes for them is counted and goes.

A server says how many series it takes of a session; those first seen have a place, whatever is sent to the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stream_viz._line_name import label_name
from stream_viz._pane import COUNT

if TYPE_CHECKING:
    from stream_viz._row_block import Taken
    from stream_viz._series import Series, SeriesKey


class SeriesRoom:
    """Divides series into those that messages carry, `held`, and those beyond `most`. Not locked: the sender is."""

    def __init__(self) -> None:
        """Start without series and without a bound."""
        self.held: dict[SeriesKey, Series] = {}
        """In order of first sight; parts of the sender share this very dict."""
        self.untaken: dict[SeriesKey, Series] = {}
        self.most: int | None = None

    def find(self, key: SeriesKey) -> Series | None:
        """Return the series of a key, taken or not."""
        return self.held.get(key, self.untaken.get(key))

    def all(self) -> list[Series]:
        """Return every series, those with a place first."""
        return [*self.held.values(), *self.untaken.values()]

    def add(self, series: Series) -> None:
        """Hold a new series where there is room."""
        full = self.most is not None and len(self.held) >= self.most
        (self.untaken if full else self.held)[series.key] = series

    def remove(self, series: Series) -> None:
        """Forget a series; the first that had no room takes its place."""
        self.held.pop(series.key, None)
        self.untaken.pop(series.key, None)
        self._fill()

    def limit(self, most: int | None) -> list[Series]:
        """Hold at most so many from here on, None: any number; returns those that have lost their place."""
        self.most = most
        lost = [] if most is None else list(self.held.values())[most:]
        for series in lost:
            del self.held[series.key]
        self.untaken = {**{series.key: series for series in lost}, **self.untaken}
        self._fill()
        return lost

    def drop(self) -> None:
        """Count what waits in series without a place, and let it go. O(series without a place)."""
        for series in self.untaken.values():
            if series.waiting:
                series.untaken += _samples(series.take())

    def facts(self) -> dict[str, int]:
        """Return how many series have no place, and how many finite samples went so far."""
        self.drop()
        samples = sum(series.untaken for series in self.all())
        return {"untaken_series": len(self.untaken), "untaken_samples": samples}

    def words(self) -> str | None:
        """Return what a person is to know where a series has no place; None where all have one."""
        if self.most is None or not self.untaken:
            return None
        first = next(iter(self.untaken.values()))
        return (
            f"the server takes {self.most:,} series of a script. Further ones, from "
            f"{label_name(first.name, first.labels)} on, are not sent; sv.stats() counts them. "
            "A server started with --limit seriesPerSession=N takes more"
        )

    def _fill(self) -> None:
        while self.untaken and (self.most is None or len(self.held) < self.most):
            key = next(iter(self.untaken))
            self.held[key] = self.untaken.pop(key)


def _samples(taken: Taken) -> int:
    """Return how many finite samples were taken, those of folds too."""
    rows = int(np.isfinite(taken.rows.arrays()[1]).sum())
    return rows + sum(int(panes[COUNT].sum()) for _, panes in taken.folds)
