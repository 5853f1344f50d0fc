"""A script as users write it, for bench/standalone-*.ts: `charts SECONDS` or `load SECONDS`.

`charts`: 10 charts, 10 values a second each. `load`: one chart, 1M values a second in 30 calls. The last line printed
is JSON: `sent`, the values, and `cpu`, what of a core this process used in the second half of its time.
"""

from __future__ import annotations

import json
import math
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

import stream_viz as sv

if TYPE_CHECKING:
    from collections.abc import Callable

CHARTS, CHART_HZ = 10, 10
LOAD_HZ, LOAD_ROWS = 30, 33_334


def paced(hz: float, seconds: float, tick: Callable[[int], None]) -> float:
    """Call `tick` so often; returns the share of a core that was used in the second half."""
    began = time.monotonic()
    half: tuple[float, float] | None = None
    count = 0
    while (now := time.monotonic()) < began + seconds:
        if half is None and now > began + seconds / 2:
            half = now, time.process_time()
        tick(count)
        count += 1
        time.sleep(max(0.0, began + count / hz - time.monotonic()))
    at, used = half or (began, 0.0)
    return (time.process_time() - used) / (time.monotonic() - at)


def charts(seconds: float) -> tuple[int, float]:
    """Send one value to each chart, ten times a second."""
    metrics = [sv.metric(f"chart {i}") for i in range(CHARTS)]
    sent = [0]

    def tick(count: int) -> None:
        for i, metric in enumerate(metrics):
            metric.send(math.sin(count / 20 + i))
        sent[0] += len(metrics)

    cpu = paced(CHART_HZ, seconds, tick)
    return sent[0], cpu


def load(seconds: float) -> tuple[int, float]:
    """Send arrays to one chart."""
    metric = sv.metric("load")
    values = np.sin(np.arange(LOAD_ROWS) / 500)
    until, sent = time.time(), [0]

    def tick(_count: int) -> None:
        nonlocal until
        now = time.time()
        metric.send_many(values, until + (now - until) * np.arange(1, LOAD_ROWS + 1) / LOAD_ROWS)
        until = now
        sent[0] += LOAD_ROWS

    cpu = paced(LOAD_HZ, seconds, tick)
    return sent[0], cpu


sent, cpu = {"charts": charts, "load": load}[sys.argv[1]](float(sys.argv[2]))
print(json.dumps({"sent": sent, "cpu": cpu}), flush=True)
