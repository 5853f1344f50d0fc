"""Features of samples by plain loops: the oracle for wide panes."""

from __future__ import annotations

import itertools
import math

from receiver import merge, sample

from stream_viz._sketch import sketch_of


def features(rows):
    """Return (mean, M2, increase, sketch bytes) of (time, value) rows in order of arrival."""
    values = [v for _, v in rows]
    mean = math.fsum(values) / len(values)
    m2 = math.fsum((v - mean) ** 2 for v in values)
    return mean, m2, increase(rows), sketch_of(values).encode()


def increase(rows):
    """Return the sum of the steps between rows in time order, ties by arrival; a fall adds the new value."""
    ordered = [v for _, v in sorted(rows, key=lambda row: row[0])]
    return math.fsum(b - a if b >= a else b for a, b in itertools.pairwise(ordered))


def close(mine, expected, rows):
    """Return whether mean and M2 are within 1e-12 of what the size of the values allows."""
    size = max((abs(v) for _, v in rows), default=0.0)
    mean_off = abs(mine[0] - expected[0])
    m2_off = abs(mine[1] - expected[1])
    return mean_off <= 1e-12 * max(size, 1e-300) and m2_off <= 1e-12 * max(expected[1], len(rows) * size * 1e-3, 1e-300)


def plain(rows):
    """Return the plain pane of rows in order of arrival."""
    out = None
    for t, v in rows:
        out = merge(out, sample(t, v))
    return out
