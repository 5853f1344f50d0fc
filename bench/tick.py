"""A tick of the sender with series whose windows need features, against one whose windows need none.

Each case drives two senders side by side on a simulated clock, 20 ticks a second, 2 samples a tick in each series:
first 30 s that nobody times, then three times 10 s, keyframes included. The average is the median of the three, the
worst tick the least of the three worst: what the machine does beside it seldom comes three times.

Then the same two senders with 50 series and 1 M samples a second in all: each tick folds what came.
"""

from __future__ import annotations

import gc
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
from rotate import figure, report

from stream_viz._sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_US = 50_000
WARM, TIMED, ROUNDS = 600, 200, 3
WORST_MS = 25
FULL_SERIES, FULL_PER_SECOND, FULL_WORST_MS = 50, 1_000_000, 50
FULL_ROWS = FULL_PER_SECOND * TICK_US // 1_000_000 // FULL_SERIES
FULL_WARM, FULL_TIMED = 60, 60


class Driven:
    """A sender of so many series, and what its ticks took."""

    def __init__(self, series: int, *, needs: bool) -> None:
        """Start without data."""
        self.now_us = 1_763_000_000_000_000
        self.sender = Sender("bench", now_us=lambda: self.now_us)
        if needs:
            self.sender.window_needs("m", spread=True, increase=True, sketch=True, base_us=None)
        self.series = [self.sender.series("m", {"i": str(i)}) for i in range(series)]
        self.buffers = [one.buf for one in self.series]
        self.took: list[float] = []

    def tick(self, number: int) -> None:
        """Send two samples to each series and tick."""
        self.now_us += TICK_US
        at = self.now_us / 1e6
        for i, buffer in enumerate(self.buffers):
            buffer.extend((at - 0.02, (number * 7 + i) % 101 * 0.5, at, (number * 13 + i) % 97 * 0.25))
        self._tick()

    def fill(self, number: int) -> None:
        """Send its part of the full rate to each series and tick."""
        times = self.now_us + np.arange(1, FULL_ROWS + 1) * (TICK_US // FULL_ROWS)
        self.now_us += TICK_US
        rng = np.random.default_rng(number)
        for one in self.series:
            one.extend_us(times, rng.normal(50, 10, FULL_ROWS))
        self._tick()

    def _tick(self) -> None:
        began = time.thread_time()
        self.sender.tick()
        self.took.append(time.thread_time() - began)


def averages(
    series: int, warm: int, timed: int, tick: Callable[[Driven, int], None]
) -> tuple[float, float, float, float]:
    """Return seconds of the average and the worst tick, without needs and with them."""
    both = Driven(series, needs=False), Driven(series, needs=True)
    found: list[list[tuple[float, float]]] = [[], []]
    number = 0
    for round_number in range(ROUNDS + 1):
        gc.collect()
        for _ in range(timed if round_number else warm):
            number += 1
            for one in both if number % 2 else both[::-1]:
                tick(one, number)
        for one, rounds in zip(both, found, strict=True):
            if round_number:
                rounds.append((statistics.fmean(one.took), max(one.took)))
            one.took.clear()
    plain, wide = ((statistics.median(a for a, _ in each), min(w for _, w in each)) for each in found)
    return *plain, *wide


def entries(series: int) -> list[dict[str, object]]:
    """Return the entries of a case."""
    plain, plain_worst, wide, wide_worst = averages(series, WARM, TIMED, Driven.tick)
    name, against = f"tick of {series} series, all features", "the tick without needs"
    worst = worst_figure(name, wide_worst, wide_worst / plain_worst, WORST_MS)
    return [figure(name, wide * 1e3, "ms", ratio=wide / plain, against=against, at_most=3), worst]


def full_entries() -> list[dict[str, object]]:
    """Return the entries of the full rate."""
    plain, plain_worst, wide, wide_worst = averages(FULL_SERIES, FULL_WARM, FULL_TIMED, Driven.fill)
    name, against = f"tick of {FULL_SERIES} series at 1 M samples/s, all features", "the tick without needs"
    average = figure(name, wide * 1e3, "ms", ratio=wide / plain, against=against, at_most=None)
    return [average, worst_figure(name, wide_worst, wide_worst / plain_worst, FULL_WORST_MS)]


def worst_figure(name: str, seconds: float, ratio: float, most_ms: int) -> dict[str, object]:
    """Return the entry of a worst tick."""
    entry = figure(f"{name}, worst", seconds * 1e3, "ms", ratio=ratio, against="the tick without needs", at_most=None)
    return entry | {"budget": f"<= {most_ms} ms", "ok": seconds * 1e3 <= most_ms}


report([*entries(3), *entries(100), *full_entries()])
