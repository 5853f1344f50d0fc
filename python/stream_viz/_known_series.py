"""All series of an epoch by key, their generations, and what the windows over their names need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stream_viz._intake import MemoryShare
from stream_viz._needs import Needs, NeedsByName
from stream_viz._series import Series, SeriesKey, series_key
from stream_viz._untaken import SeriesRoom

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stream_viz._cell_layout import Axis
    from stream_viz._limits import Limits


class KnownSeries:
    """In order of first sight. Not locked: the sender is."""

    def __init__(self, limits: Limits, now_us: Callable[[], int]) -> None:
        """Start without series."""
        self._limits = limits
        self._now_us = now_us
        self._needs = NeedsByName()
        self._share = MemoryShare(limits)
        self.room = SeriesRoom()
        self.held = self.room.held
        self.generations: dict[SeriesKey, int] = {}
        """Of series that were cleared or removed."""

    def of(self, name: str, labels: Mapping[str, str], max_points: int, axis: Axis) -> tuple[Series, bool]:
        """Return a series, made where it is new, and whether it must restart: its axis is another one."""
        key = series_key(name, labels)
        found = self.room.find(key)
        if found is not None:
            found.max_points = max_points
            return found, found.axis != axis
        found = Series(
            name,
            labels,
            max_points=max_points,
            generation=self.generations.get(key, 0),
            limits=self._limits,
            now_us=self._now_us,
            share=self._share,
            axis=axis,
        )
        self._needs.apply(found)
        self.room.add(found)
        self._share.divide(len(self.held))
        return found, False

    def named(self, name: str) -> list[Series]:
        """Return all label sets of a name."""
        return [series for series in self.room.all() if series.name == name]

    def need(self, name: str, needs: Needs) -> bool:
        """Replace the needs of a name; returns whether that changes any series that is there."""
        self._needs.set(name, needs)
        changed = [self._needs.apply(series) for series in self.named(name)]
        return any(changed)

    def restart(self, series: Series, axis: Axis | None = None) -> None:
        """Begin the next generation of a series, empty. `axis`: on another axis."""
        generation = self.generations[series.key] = series.generation + 1
        series.reset(generation, axis)
        if axis is not None:
            self._needs.apply(series)

    def remove(self, series: Series) -> None:
        """Forget a series but its generation."""
        self.generations[series.key] = series.generation + 1
        self.room.remove(series)
        self._share.divide(len(self.held))
