"""The lines of a widget, told apart by labels: their handles, their series, and reading back what was sent."""

# ruff: noqa: SLF001  a widget and its lines are handles of one class and read each other

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from stream_viz import _producer
from stream_viz._option_values import check_label_room, check_labels, label_text
from stream_viz._view import Viewable

if TYPE_CHECKING:
    from stream_viz._cell_layout import Axis
    from stream_viz._declaration import Declaration
    from stream_viz._series import Series

MAX_POINTS = 100_000
"""Full-resolution points kept per line unless `max_points` says otherwise."""


class Lines(Viewable):
    """A widget of one series, or of lines of one name; each of them is such a handle too."""

    __slots__ = ("_axis", "_by", "_by_label", "_labels", "_lines", "_series")

    def __init__(
        self, declaration: Declaration, root: Lines | None = None, labels: dict[str, str] | None = None
    ) -> None:
        """Make the handle of a whole widget, or (with `root`) of one of its lines."""
        super().__init__(declaration)
        self._lines: dict[tuple[tuple[str, str], ...], Self] = root._lines if root is not None else {}  # type: ignore[assignment]  # its lines have its type
        self._labels: dict[str, str] | None = labels
        """None: the whole widget, with the labels of its declaration."""
        self._options_changed()

    def _options_changed(self) -> None:
        by = self._declaration.checked.get("by")
        self._by: str | None = by if isinstance(by, str) else None
        self._by_label: dict[str, Self] = {}
        self._axis: Axis = "step" if self._declaration.checked.get("x") == "step" else "time"
        self._series: Series | None = None
        if self._labels is None:
            for line in self._lines.values():
                line._options_changed()

    def labels(self, **labels: Any) -> Self:
        """Return the handle of one line, the same object for the same labels: `cpu.labels(core=0).send(12.5)`.

        Label values become texts: `core=0` and `core="0"` are one line. Keep the handle where sending is hot.
        Raises `OPTION_TYPE` for a value that is no text or number, `WIDGET_CLOSED`.
        """
        self._ensure_open()
        return self._child(check_labels(labels, f"{self._declaration.name}.labels", "labels"))

    def _child(self, labels: dict[str, str]) -> Self:
        merged = {**self._all_labels(), **labels}
        key = tuple(sorted(merged.items()))
        line = self._lines.get(key)
        if line is None:
            check_label_room(merged, f"{self._declaration.name}.labels")
            with _producer.current().lock:
                line = self._lines.get(key)
                if line is None:
                    line = self._lines[key] = type(self)(self._declaration, self, dict(key))
        return line

    def _line(self, label: Any, call: str) -> Self:
        if type(label) is not str:
            label = label_text(label, f"{call}: label {self._by!r}")
        line = self._by_label.get(label)
        if line is None:
            line = self._by_label[label] = self._child({self._by or "": label_text(label, call)})
        return line

    def _with_lines(self) -> list[Self]:
        """Return this handle and those of its lines."""
        return [self, *self._lines.values()]

    def _all_labels(self) -> dict[str, str]:
        if self._labels is not None:
            return self._labels
        declared = self._declaration.checked.get("labels")
        return declared if isinstance(declared, dict) else {}

    def _shown_lines(self) -> list[Self]:
        """Return the lines that carry the `by` label, first sent first."""
        own = self._all_labels().items()
        return [
            line
            for line in list(self._lines.values())
            if self._by in line._all_labels() and own <= line._all_labels().items()
        ]

    def _own_series(self) -> Series:
        if self._series is None:
            self._ensure_open()
            with _producer.current().lock:
                producer = _producer.current()
                metric = producer.dashboard.find(f"metric:{self._declaration.name}") or self._declaration
                points = metric.checked.get("max_points")  # a gauge of the same name shows the metric's series
                self._series = producer.sender.series(
                    self._declaration.name,
                    self._all_labels(),
                    max_points=points if isinstance(points, int) else MAX_POINTS,
                    axis=self._axis,
                )
        return self._series

    def _found_series(self) -> Series | None:
        """Return the series where something was sent to it already."""
        if self._series is not None:
            return self._series
        return _producer.current().sender.known_series(self._declaration.name, self._all_labels())

    # ---- reading back ---------------------------------------------------------------------------------------------

    def _newest_step(self) -> int | None:
        series = self._found_series()
        return None if series is None else series.last_time_us

    @property
    def last(self) -> Any:
        """Return the value sent last, None while there is none or where it is missing; with `by=` a dict by label."""
        by = self._by
        if by is not None and self._labels is None:
            return {line._all_labels()[by]: line.last for line in self._shown_lines()}
        series = None if self._declaration.closed else self._found_series()
        return None if series is None else series.last

    def values(self) -> Any:
        """Return (times as datetime64[us], values as float64) held at full resolution, oldest first: copies.

        On a step axis the first is the steps as int64. These are the values as sent: windows are computed in the page.
        With `by=` a dict of such pairs by label. Raises `WIDGET_CLOSED`.
        """
        self._ensure_open()
        by = self._by
        if by is not None and self._labels is None:
            return {line._all_labels()[by]: line.values() for line in self._shown_lines()}
        with _producer.current().lock:
            series = self._found_series()
            if series is not None:
                return series.values()
        import numpy as np  # noqa: PLC0415

        return np.empty(0, "datetime64[us]"), np.empty(0, np.float64)
