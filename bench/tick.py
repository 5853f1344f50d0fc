"""A tick of the sender with series whose windows need features, against one whose windows need none.

Each case drives two senders side by side on a simulated clock, 20 ticks a second, 2 samples a tick in each series:
first 30 s that nobody times, then three times 10 s, keyframes included. The average is the median of the three, the
worst tick the least of the three worst: what the machine does beside it seldom comes three times.
"""

from __future__ import annotations

import gc
import statistics
import time

from rotate import figure, report

from stream_viz._sender import Sender

TICK_US = 50_000
WARM, TIMED, ROUNDS = 600, 200, 3
WORST_MS = 25


class Driven:
    """A sender of so many series, and what its ticks took."""

    def __init__(self, series: int, *, needs: bool) -> None:
        """Start without data."""
        self.now_us = 1_763_000_000_000_000
        self.sender = Sender("bench", now_us=lambda: self.now_us)
        if needs:
            self.sender.window_needs("m", spread=True, increase=True, sketch=True, base_us=None)
        self.buffers = [self.sender.series("m", {"i": str(i)}).buf for i in range(series)]
        self.took: list[float] = []

    def tick(self, number: int) -> None:
        """Send two samples to each series and tick."""
        self.now_us += TICK_US
        at = self.now_us / 1e6
        for i, buffer in enumerate(self.buffers):
            buffer.extend((at - 0.02, (number * 7 + i) % 101 * 0.5, at, (number * 13 + i) % 97 * 0.25))
        began = time.thread_time()
        self.sender.tick()
        self.took.append(time.thread_time() - began)


def averages(series: int) -> tuple[float, float, float, float]:
    """Return seconds of the average and the worst tick, without needs and with them."""
    both = Driven(series, needs=False), Driven(series, needs=True)
    found: list[list[tuple[float, float]]] = [[], []]
    number = 0
    for round_number in range(ROUNDS + 1):
        gc.collect()
        for _ in range(TIMED if round_number else WARM):
            number += 1
            for one in both if number % 2 else both[::-1]:
                one.tick(number)
        for one, rounds in zip(both, found, strict=True):
            if round_number:
                rounds.append((statistics.fmean(one.took), max(one.took)))
            one.took.clear()
    plain, wide = ((statistics.median(a for a, _ in each), min(w for _, w in each)) for each in found)
    return *plain, *wide


def entries(series: int) -> list[dict[str, object]]:
    """Return the entries of a case."""
    plain, plain_worst, wide, wide_worst = averages(series)
    name, against = f"tick of {series} series, all features", "the tick without needs"
    worst = figure(
        f"{name}, worst", wide_worst * 1e3, "ms", ratio=wide_worst / plain_worst, against=against, at_most=None
    )
    worst |= {"budget": f"<= {WORST_MS} ms", "ok": wide_worst * 1e3 <= WORST_MS}
    return [figure(name, wide * 1e3, "ms", ratio=wide / plain, against=against, at_most=3), worst]


report([*entries(3), *entries(100)])
