"""Sending numbers: the hot path every metric and gauge shares.

1. `send` of a float or int without `time=` costs at most twice a bare `list.append((time.time(), v))`: no lock, no I/O.
2. It raises only for a wrong call, never because of transport.
3. Samples of one thread keep their order.
"""

# ruff: noqa: SLF001  a widget and its lines are handles of one class and read each other

from __future__ import annotations

from collections.abc import Mapping
from time import time as _now
from typing import TYPE_CHECKING, Any, Self

from stream_viz import _armed, _producer
from stream_viz._declaration import Declaration, closed_error
from stream_viz._errors import StreamVizTypeError
from stream_viz._numbers import shown, to_number, to_numbers
from stream_viz._option_values import check_label_room, check_labels, label_text
from stream_viz._row_times import row_times
from stream_viz._standin_buffers import FirstSend, RefusingBuffer
from stream_viz._step_number import axis_mismatch, step_number, step_numbers
from stream_viz._time import event_time_us
from stream_viz._view import Viewable
from stream_viz._widget import clear_series

if TYPE_CHECKING:
    from stream_viz._cell_layout import Axis
    from stream_viz._series import Series


class Line(Viewable):
    """A widget of numbers over time: one series, or lines of one name told apart by labels."""

    __slots__ = ("_axis", "_buf", "_by", "_by_label", "_labels", "_lines", "_series", "_time_unit")

    def __init__(
        self, declaration: Declaration, root: Line | None = None, labels: dict[str, str] | None = None
    ) -> None:
        """Make the handle of a whole widget, or (with `root`) of one of its lines."""
        super().__init__(declaration)
        self._lines: dict[tuple[tuple[str, str], ...], Line] = root._lines if root is not None else {}
        self._labels: dict[str, str] | None = labels
        """None: the whole widget, with the labels of its declaration."""
        self._series: Series | None = None
        self._buf: list[float] = []
        self._options_changed()

    # Sending

    def send(self, value: Any, *, time: Any = None, step: Any = None) -> None:
        """Append one sample, now or at `time`; with `x="step"` at a `step`, which must be given then.

        `value` is a number or converts to one; None, NaN and `pandas.NA` are missing values, which break the line;
        +-inf counts as invalid. With `by=` a dict sends one value per line, all at one time.
        `time` is a datetime, a numpy.datetime64, or a number in `time_unit` (seconds by default); a time that is not
        finite counts as invalid. `step` is a whole number; steps may come in any order.

        Raises `VALUE_TYPE` for text, bytes and lists, `TIME_TYPE`, `TIME_REFUSED` (more than a day ahead), `STEP_TYPE`,
        `AXIS_MISMATCH` (a time where steps count, a step where time does), `WIDGET_CLOSED`. Never because of transport.
        """
        kind = type(value)
        if time is None and step is None and (kind is float or kind is int):
            buf = self._buf
            buf += (_now(), value)
            if len(buf) > _armed.limit:
                self._at_limit()
        else:
            self._send_checked(value, time, step)

    def send_many(self, values: Any, times: Any = None, *, every: Any = None) -> None:
        """Append many samples at once: an array, a list, a pandas or polars series, an iterator.

        `times` has one time per value (as `time=` of `send`); a single time with `every` (a length of time such as
        "10ms", or seconds) starts an even row there; `every` alone ends the row now; without both, all are now.
        With `x="step"` it has one step per value instead, such as `range(100)`. With `by=` a dict holds the values of
        each line.

        Raises what `send` raises, and `LENGTH_MISMATCH` where values and times differ in number; nothing is appended
        then. Cost: a few nanoseconds per sample for arrays.
        """
        self._ensure_open()
        call = f"{self._declaration.name}.send_many"
        now_us = _producer.now_us()
        if isinstance(values, Mapping) and self._by is not None:
            for label in values:
                self._line(label, call)
            for label, many in values.items():
                self._line(label, call).send_many(many, times, every=every)
            return
        if self._by is not None and self._labels is None:
            raise _needs_dict(self._declaration.name, self._by)
        numbers = to_numbers(values, call)
        if self._axis == "step":
            if times is None or every is not None:
                raise self._axis_error("send_many", "(values, steps)")
            times_us, finite = step_numbers(times, len(numbers), call), None
        else:
            times_us, finite = row_times(times, every, len(numbers), unit=self._time_unit, now_us=now_us, call=call)
        producer = _producer.current()
        series = self._own_series()
        with producer.lock:
            refused = 0
            if finite is not None and not finite.all():
                refused = int(len(finite) - finite.sum())
                times_us, numbers = times_us[finite], numbers[finite]
            series.extend_us(times_us, numbers, refused)
        if _armed.limit < 0:
            producer.wake(series.buf)

    def _send_checked(self, value: Any, time: Any, step: Any) -> None:
        call = f"{self._declaration.name}.send"
        self._ensure_open()
        place = self._place(time, step, call)
        for line, number in self._numbers(value, call):  # all checked before the first is appended
            line._append(place, number)

    def _place(self, time: Any, step: Any, call: str) -> float | None:
        """Return the place of a sample on the axis: seconds or steps; None for a time that is not finite."""
        if self._axis == "step":
            if step is None or time is not None:
                raise self._axis_error("send", "(value, step=i)")
            return step_number(step, call)
        if step is not None:
            raise self._axis_error("send", "(value, time=t)")
        now = _now()
        if time is None:
            return now
        us = event_time_us(time, self._time_unit, int(now * 1e6), call)
        return None if us is None else us / 1e6

    def _numbers(self, value: Any, call: str) -> list[tuple[Line, float]]:
        """Return the lines a value is for, each with its number; raises for a wrong one."""
        if self._by is None or self._labels is not None:
            return [(self, to_number(value, call))]
        if not isinstance(value, Mapping):
            raise _needs_dict(self._declaration.name, self._by, value)
        return [(self._line(label, call), to_number(each, f"{call}[{label!r}]")) for label, each in value.items()]

    def _append(self, place: float | None, number: float) -> None:
        if place is None:
            with _producer.current().lock:
                self._own_series().count(invalid=1)
            return
        buf = self._own_series().buf
        buf += (place, number)
        if len(buf) > _armed.limit:
            self._at_limit()

    def _at_limit(self) -> None:
        """Take the slow path of a send: wake the flusher, pack a full buffer."""
        producer = _producer.current()
        if _armed.limit < 0:
            producer.wake(self._own_series().buf)
        if self._series is not None and len(self._buf) > _armed.LIMIT_FLOATS:
            self._series.pack()

    def _newest_step(self) -> int | None:
        series = self._found_series()
        return None if series is None else series.last_time_us

    # Lines of a widget

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
        return line  # type: ignore[return-value]  # its lines have its type

    def _line(self, label: Any, call: str) -> Self:
        if type(label) is not str:
            label = label_text(label, f"{call}: label {self._by!r}")
        line = self._by_label.get(label)
        if line is None:
            line = self._by_label[label] = self._child({self._by or "": label_text(label, call)})
        return line  # type: ignore[return-value]  # its lines have its type

    def _all_labels(self) -> dict[str, str]:
        if self._labels is not None:
            return self._labels
        declared = self._declaration.checked.get("labels")
        return declared if isinstance(declared, dict) else {}

    # Reading back

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

    def _shown_lines(self) -> list[Line]:
        """Return the lines that carry the `by` label, first sent first."""
        own = self._all_labels().items()
        return [
            line
            for line in list(self._lines.values())
            if self._by in line._all_labels() and own <= line._all_labels().items()
        ]

    # Declaration

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

    def _first_buffer(self) -> list[float]:
        self._buf = self._own_series().buf
        return self._buf

    def _found_series(self) -> Series | None:
        """Return the series where something was sent to it already."""
        if self._series is not None:
            return self._series
        return _producer.current().sender.known_series(self._declaration.name, self._all_labels())

    def _options_changed(self) -> None:
        checked = self._declaration.checked
        by, unit = checked.get("by"), checked.get("time_unit")
        self._by: str | None = by if isinstance(by, str) else None
        self._by_label: dict[str, Line] = {}
        self._time_unit: str = unit if isinstance(unit, str) else "s"
        self._axis: Axis = "step" if checked.get("x") == "step" else "time"
        self._series = None
        if self._by is not None and self._labels is None:
            self._buf = RefusingBuffer(_needs_dict(self._declaration.name, self._by))
        elif self._axis == "step":
            self._buf = RefusingBuffer(self._axis_error("send", "(value, step=i)"))
        else:
            found = self._found_series()
            self._buf = self._own_series().buf if found is not None else FirstSend(self._first_buffer)
        if self._labels is None:
            for line in self._lines.values():
                line._options_changed()

    def _axis_error(self, method: str, wanted: str) -> StreamVizTypeError:
        return axis_mismatch(self._declaration.name, self._axis, method, wanted)

    def _clear_data(self) -> None:
        clear_series(self._declaration.name)

    def _release(self) -> None:
        error = closed_error(self._declaration)
        for line in (self, *self._lines.values()):
            line._series = None
            line._buf = RefusingBuffer(error)


MAX_POINTS = 100_000
"""Full-resolution points kept per line unless `max_points` says otherwise."""


def _needs_dict(name: str, by: str, value: Any = None) -> StreamVizTypeError:
    got = "a plain value" if value is None else shown(value)
    return StreamVizTypeError(
        "VALUE_TYPE",
        f"{name}.send: the lines of {name!r} are told apart by {by!r}: expected a dict such as {{'a': 12.5}} "
        f"(or {name}.labels({by}=...).send(12.5)), got {got}",
        expected="dict",
    )
