"""The pane vectors that both languages check: test/fixtures/panes/panes.json.

    python test/python/engine/shared_panes.py        writes the file anew

`{"cases": [{"name", "duration", "times": [us, ...], "values": [number or null, ...], "panes": [...]}]}`: rows in order
of arrival, null is a missing value. A pane is `{"start", "count", "sum", "min", "max", "first", "firstTime", "last",
"lastTime", "mean", "m2", "increase", "sketch": hex}`; sum, mean, M2 and increase are exact within rounding, the rest to
the bit.
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import numpy as np

from stream_viz._features import Features
from stream_viz._fold import in_time_order
from stream_viz._pane import INCREASE, M2, MEAN, ROWS, SKETCH

FILE = Path(__file__).parents[2] / "fixtures" / "panes" / "panes.json"
PLAIN = ("start", "count", "sum", "min", "max", "first", "firstTime", "last", "lastTime")
WHOLE = ("start", "count", "firstTime", "lastTime")
SECOND = 1_000_000
START = 1_700_000_000_000_000


def inputs():
    """Yield (name, duration, rows)."""
    rng = random.Random(4)
    yield "no rows", SECOND, []
    yield "one sample", SECOND, [(START, -2.5)]
    yield "a constant", SECOND, [(START + i, 0.1) for i in range(100)]
    yield "a negative zero", SECOND, [(START, -0.0)]
    yield "negative times and values", 250_000, [(-SECOND + 100_000 * i, -1.5 * i) for i in range(1, 25)]
    yield "mixed signs, out of order", SECOND, _walk(rng, 400, lambda: rng.gauss(0, 100), shuffle=True)
    yield "missing values", SECOND, [(START + 1000 * i, math.nan if i % 3 else float(i)) for i in range(90)]
    yield "only missing values", SECOND, [(START, math.nan)]
    yield "tiny values", SECOND, _walk(rng, 80, lambda: rng.uniform(-1, 1) * 1e-300)
    yield "subnormal values and zeros", SECOND, _walk(rng, 80, lambda: rng.choice([5e-324, -1e-310, 0.0, 2e-308]))
    yield "huge values", SECOND, _walk(rng, 80, lambda: rng.uniform(-1, 1) * 1e150)
    yield "whole numbers above 2^53", SECOND, _walk(rng, 80, lambda: float(2**53 + 2 * rng.randint(0, 10**6)))
    yield "duplicates of a time", SECOND, [(START + i // 7, float((i * 31) % 17)) for i in range(60)]
    yield "duplicates of a time, out of order", SECOND, [(START + (i * 5) % 3, float(i)) for i in range(50)]
    yield "one billion and one", SECOND, _walk(rng, 500, lambda: 1e9 + rng.choice([-1.0, 1.0]))
    yield "a counter with resets", SECOND, [(START + 20_000 * i, float((i * i) % 311)) for i in range(200)]
    yield "33 samples are counted in buckets", SECOND, [(START + i, 1.0 + i) for i in range(33)]
    yield "32 samples are kept one by one", SECOND, [(START + i, 32.0 - i) for i in range(32)]
    yield (
        "many octaves of both signs",
        10 * SECOND,
        _walk(rng, 600, lambda: math.ldexp(rng.choice([-1.3, 1.7]), rng.randint(-90, 90))),
    )
    yield "steps", 64, [(i, math.sqrt(i)) for i in range(300)]


def _walk(rng, count, value, *, shuffle=False):
    rows = [(START + i * 10_007 + rng.randint(0, 999), value()) for i in range(count)]
    if shuffle:
        rng.shuffle(rows)
    return rows


def computed(rows, duration):
    """Return the panes of rows in order of arrival, as the file has them."""
    kit = Features(sketch=True)
    times = np.array([t for t, _ in rows], np.int64)
    values = np.array([v for _, v in rows], np.float64)
    kept = np.isfinite(values)
    panes = kit.fold(*in_time_order(times[kept], values[kept]), duration)
    return [
        {
            **{name: int(v) if name in WHOLE else v for name, v in zip(PLAIN, column[:ROWS].tolist(), strict=True)},
            "mean": float(column[MEAN]),
            "m2": float(column[M2]),
            "increase": float(column[INCREASE]),
            "sketch": kit.pool.encoded(column[SKETCH]).hex(),
        }
        for column in panes.T
    ]


def cases():
    """Return the content of the file."""
    found = []
    for name, duration, rows in inputs():
        values = [None if math.isnan(v) else v for _, v in rows]
        times = [t for t, _ in rows]
        found.append(
            {"name": name, "duration": duration, "times": times, "values": values, "panes": computed(rows, duration)}
        )
    return {"cases": found}


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case, allow_nan=False) for case in cases()["cases"])
    FILE.write_text(f'{{"cases": [\n{lines}\n]}}\n', encoding="utf-8")
