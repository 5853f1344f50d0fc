"""Sending numbers: the hot path every metric and gauge shares.

1. `send` of a float or int without `time=` costs at most twice a bare `list.append((time.time(), v))`: no lock, no I/O.
2. It raises only for a wrong call, never because of transport.
3. Samples of one thread keep their order.
"""

# ruff: noqa: SLF001  a widget and its lines are handles of one class and read each other

from __future__ import annotations

from collections.abc import Mapping
from time import time as _now
from typing import Any, Self

from stream_viz import _armed, _producer
from stream_viz._declaration import closed_error
from stream_viz._errors import StreamVizTypeError
from stream_viz._lines import Lines
from stream_viz._numbers import shown, to_number, to_numbers
from stream_viz._row_times import row_times
from stream_viz._standin_buffers import FirstSend, RefusingBuffer, again
from stream_viz._step_number import axis_mismatch, step_number, step_numbers
from stream_viz._time import event_time_us
from stream_viz._widget import clear_series


class Line(Lines):
    """A widget of numbers over time, and each of its lines."""

    __slots__ = ("_buf", "_refusal", "_time_unit")

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
        call = f"{self._declaration.name}.send_many"
        self._ensure_sends()
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
        self._ensure_sends()
        place = self._place(time, step, call)
        for line, number in self._numbers(value, call):  # all checked before the first is appended
            line._append(place, number)

    def _ensure_sends(self) -> None:
        self._ensure_open()
        if self._refusal is not None:
            raise again(self._refusal)

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

    def _numbers(self, value: Any, call: str) -> list[tuple[Self, float]]:
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

    def _first_buffer(self) -> list[float]:
        self._buf = self._own_series().buf
        return self._buf

    def _options_changed(self) -> None:
        super()._options_changed()
        unit = self._declaration.checked.get("time_unit")
        self._time_unit: str = unit if isinstance(unit, str) else "s"
        self._refusal = self._counted_elsewhere()
        """What every way of sending raises."""
        self._buf = self._buffer()

    def _buffer(self) -> list[float]:
        """Return what a plain send appends to: the series' buffer, or what stands in for it."""
        if self._refusal is not None:
            return RefusingBuffer(self._refusal)
        if self._by is not None and self._labels is None:
            return RefusingBuffer(_needs_dict(self._declaration.name, self._by))
        if self._axis == "step":
            return RefusingBuffer(self._axis_error("send", "(value, step=i)"))
        found = self._found_series()
        return self._own_series().buf if found is not None else FirstSend(self._first_buffer)

    def _counted_elsewhere(self) -> StreamVizTypeError | None:
        """Return the error of a value sent under a counter's name, whose totals it would break; None elsewhere."""
        name, word = self._declaration.name, self._declaration.word
        for other in _producer.current().dashboard.shows(name):
            if other.constructor == "counter" and other is not self._declaration:
                return StreamVizTypeError(
                    "COUNTER_SEND",
                    f"{name}.send: {name!r} is a counter, whose totals this {word} shows and a value would break: "
                    f"count with sv.counter({name!r}).inc(n), or send to a {word} of another name",
                    widget=self._declaration.id,
                )
        return None

    def _axis_error(self, method: str, wanted: str) -> StreamVizTypeError:
        return axis_mismatch(self._declaration.name, self._axis, method, wanted)

    def _clear_data(self) -> None:
        clear_series(self._declaration.name)

    def _release(self) -> None:
        error = closed_error(self._declaration)
        for line in self._with_lines():
            line._series = None
            line._buf = RefusingBuffer(error)


def _needs_dict(name: str, by: str, value: Any = None) -> StreamVizTypeError:
    got = "a plain value" if value is None else shown(value)
    return StreamVizTypeError(
        "VALUE_TYPE",
        f"{name}.send: the lines of {name!r} are told apart by {by!r}: expected a dict such as {{'a': 12.5}} "
        f"(or {name}.labels({by}=...).send(12.5)), got {got}",
        expected="dict",
    )
