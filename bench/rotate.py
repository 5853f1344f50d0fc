"""Times competitors in one process, in rotation, and writes figures as ratios against one of them."""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 9
SAMPLE_SECONDS = 0.04


def rotate(cases: dict[str, Callable[[], object]], clock: Callable[[], float] = time.perf_counter) -> dict[str, float]:
    """Median seconds per call of each case; every round starts with another one.

    With `time.thread_time` what other threads of the process do meanwhile is not counted.
    """
    repeats = {}
    for name, run in cases.items():
        run()
        began = time.perf_counter()
        run()
        repeats[name] = max(1, min(20_000, int(SAMPLE_SECONDS / max(time.perf_counter() - began, 1e-8))))
    times: dict[str, list[float]] = {name: [] for name in cases}
    names = list(cases)
    for round_number in range(ROUNDS):
        turn = round_number % len(names)
        for name in names[turn:] + names[:turn]:
            run, count = cases[name], repeats[name]
            gc.collect()
            began = clock()
            for _ in range(count):
                run()
            times[name].append((clock() - began) / count)
    return {name: statistics.median(found) for name, found in times.items()}


def figure(
    name: str, value: float, unit: str, *, ratio: float, against: str, at_most: float | None
) -> dict[str, object]:
    """One entry of the report; `at_most` is the largest ratio allowed, None where there is no budget."""
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "ratio": ratio,
        "against": against,
        "budget": None if at_most is None else f"<= {at_most} x",
        "ok": None if at_most is None else ratio <= at_most,
    }


def report(figures: list[dict[str, object]]) -> None:
    """Writes the figures where `npm run bench` looks for them."""
    Path(os.environ["STREAMVIZ_BENCH_REPORT"]).write_text(json.dumps(figures))
