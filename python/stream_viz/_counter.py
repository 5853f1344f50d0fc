"""`sv.counter`: how often something happens, counted by `inc`."""

# ruff: noqa: SLF001  a counter and its lines are handles of one class and read each other

from __future__ import annotations

import math
import os
import threading
from time import time as _now
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from stream_viz import _armed, _producer
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._line import Line
from stream_viz._numbers import shown
from stream_viz._schema import UNSET
from stream_viz._widget import declare

if TYPE_CHECKING:
    from stream_viz._declaration import Declaration


_adding = threading.RLock()
"""Held while a total and its sample are made; one for all counters. Taken after the producer's lock, never before."""


def _after_fork() -> None:
    global _adding  # noqa: PLW0603  a thread that held it does not exist in the child
    _adding = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Counter(Line):
    """A running total of this process, shown as its increase per second. Made by `sv.counter`.

    1. No `inc` is lost and no total falls, whatever threads call it: total and sample are made under one lock. The
       handler of a signal may count too.
    2. What is sent is the total, so a lost message loses no count.
    3. The total starts at 0 with the first `inc`, and again after `clear`: the first `inc` counts in full.
    """

    __slots__ = ("_total",)
    kind: ClassVar[str] = "metric"
    constructor: ClassVar[str] = "counter"

    def __init__(
        self, declaration: Declaration, root: Counter | None = None, labels: dict[str, str] | None = None
    ) -> None:
        """Start without a total: a line that counted nothing does not exist."""
        self._total: float | None = None
        super().__init__(declaration, root, labels)

    def _options_changed(self) -> None:
        super()._options_changed()
        self._tell_others()

    def _release(self) -> None:
        super()._release()
        self._tell_others()

    def _tell_others(self) -> None:
        """Let the other widgets of the name see whether a counter counts it: then they take no values."""
        if self._labels is None:
            for other in _producer.current().dashboard.shows(self._declaration.name):
                if isinstance(other.handle, Line) and other.handle is not self:
                    other.handle._options_changed()

    def inc(self, n: Any = 1) -> None:
        """Add `n`, a finite number of at least 0, to the total, and send the total.

        With `by=` a dict adds to each line: `requests.inc({"GET": 3, "POST": 1})`.

        Raises `VALUE_TYPE`, `COUNTER_DECREASE` for a negative `n`, NaN and infinity (nothing is added then),
        `WIDGET_CLOSED`. Cost: that of a `send` and of a lock.
        """
        if type(n) is int and n >= 0:
            with _adding:
                known = self._total is not None
                if known:
                    self._total += n  # type: ignore[operator]  # known says so; a name of its own would cost a load
                    buf = self._buf
                    buf += (_now(), self._total)  # read again: a signal's handler may have counted in between
            if known:
                if len(buf) > _armed.limit:
                    self._at_limit()
                return
        self._inc_checked(n)

    def _inc_checked(self, n: Any) -> None:
        self._ensure_open()
        call = f"{self._declaration.name}.inc"
        pairs = self._numbers(n, call)
        for _, number in pairs:
            if not 0 <= number < math.inf:
                raise StreamVizValueError(
                    "COUNTER_DECREASE",
                    f"{call}: expected a finite number of at least 0, got {shown(n)}; a counter only grows: "
                    f"sv.metric shows what also falls",
                    actual=shown(n),
                )
        for line, number in pairs:
            line._add(n if isinstance(n, int) else number)

    def _add(self, number: float) -> None:
        with _producer.current().lock, _adding:  # in this order everywhere: the first sample makes the series
            now = _now()
            buf = self._own_series().buf
            if self._total is None:  # the total before the first increment, so that it is one
                self._total = 0
                buf += (now, 0)
            self._total += number
            buf += (now, self._total)
        if len(buf) > _armed.limit:
            self._at_limit()

    @property
    def total(self) -> Any:
        """Return the sum of all `inc` since the beginning or the last `clear`, 0 before; with `by=` a dict by label."""
        by = self._by
        if by is not None and self._labels is None:
            return {line._all_labels()[by]: line.total for line in self._shown_lines()}
        return self._total or 0

    def send(self, value: Any, *, time: Any = None, step: Any = None) -> NoReturn:
        """Raise `COUNTER_SEND`: a counter is sent increments by `inc`, totals go to `sv.metric(name, counter=True)`."""
        raise _only_inc(self._declaration.name, "send", (value, time, step))

    def send_many(self, values: Any, times: Any = None, *, every: Any = None) -> NoReturn:
        """Raise `COUNTER_SEND`, as `send`."""
        raise _only_inc(self._declaration.name, "send_many", (values, times, every))

    def _data_cleared(self) -> None:
        with _adding:
            for line in self._with_lines():
                line._total = None


def _only_inc(name: str, method: str, given: object) -> StreamVizTypeError:
    return StreamVizTypeError(
        "COUNTER_SEND",
        f"{name}.{method}: a counter takes increments: {name}.inc(n); "
        f"totals go to a metric: sv.metric({name!r}, counter=True)",
        actual=shown(given),
    )


def counter(
    name: str,
    *,
    title: str | None = UNSET,
    unit: str | None = UNSET,
    window: Any = UNSET,
    slide: Any = UNSET,
    aggregation: Any = UNSET,
    by: str | None = UNSET,
    labels: dict[str, Any] | None = UNSET,
    color: str | None = UNSET,
    format: str | None = UNSET,  # noqa: A002  the word users know
    thresholds: Any = UNSET,
    time_range: Any = UNSET,
    clear: bool = UNSET,
    display: bool = UNSET,
    **options: Any,
) -> Counter:
    """Return the counter of this name, shown under the running cell: `hits = sv.counter("hits")`, then `hits.inc()`.

    Shown is the increase per second over `window` (default "10s"), with "/s" behind the `unit`;
    `aggregation="increase"` shows the increase itself, `aggregation="last"` without a window the total. A total that
    falls because the process was restarted is a reset: the new value is added.

    The other options and the rules of a declaration are those of `sv.metric`.

    Raises `NAME_TAKEN` where a metric has the name, and what `sv.metric` raises.
    """
    given = {
        "title": title,
        "unit": unit,
        "window": window,
        "slide": slide,
        "aggregation": aggregation,
        "by": by,
        "labels": labels,
        "color": color,
        "format": format,
        "thresholds": thresholds,
        "time_range": time_range,
        **options,
    }
    handle: Counter = declare(Counter, name, given, clear=clear, display=display)
    return handle
