"""`send(v)` against a bare `list.append((time.time(), v))`: 20,000 calls a sample.

Timed is the sending thread alone: what the flusher does meanwhile is in neither.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rotate import figure, report, rotate

import stream_viz as sv

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 20_000
FLOATS = [i * 0.5 for i in range(CALLS)]
INTS = list(range(CALLS))

metric = sv.metric("bench", display=False)
lines = sv.metric("lines", by="core", display=False)
handle = lines.labels(core=0)


def append() -> None:
    """What a person would write without us, for the same values."""
    kept: list[tuple[float, float]] = []
    add, now = kept.append, time.time
    for value in FLOATS:
        add((now(), value))


def sending(widget: sv.Metric, values: list[float] | list[int]) -> Callable[[], None]:
    """Return a case that sends all values and drops them."""

    def case() -> None:
        add = widget.send
        for value in values:
            add(value)
        widget.clear()

    return case


CASES = {
    "send a float": sending(metric, FLOATS),
    "send an int": sending(metric, INTS),
    "labels(...).send": sending(handle, FLOATS),
}
times = rotate({"append": append, **CASES}, time.thread_time)
report(
    [
        figure(
            name,
            times[name] / CALLS * 1e9,
            "ns",
            ratio=times[name] / times["append"],
            against="list.append((time.time(), v))",
            at_most=2,
        )
        for name in CASES
    ],
)
