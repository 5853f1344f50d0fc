"""Flat buffers of senders as arrays: `[t0, v0, t1, v1, ...]`, any mix of float and int."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._fold import Times, Values


def float_pairs(flat: Sequence[float]) -> Values:
    """Return the numbers as float64, read-only; an int beyond the range of a float is +-inf. About 15 ns each."""
    try:
        packed = struct.pack(f"{len(flat)}d", *flat)
    except (OverflowError, struct.error):
        packed = struct.pack(f"{len(flat)}d", *map(as_float, flat))
    return np.frombuffer(packed)


def as_float(number: float) -> float:
    """Return a number as a float, +-inf where it is an int beyond the range of one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def exact_us(seconds: Values, past_us: int, latest_us: int, scale: float = 1e6) -> tuple[Times, npt.NDArray[np.bool]]:
    """Return (whole microseconds, which are in range) of float seconds; rounds half up, 0 where out of range.

    With another `scale` of another unit: steps have 1.
    """
    exact = np.floor(seconds * scale + 0.5)
    in_range = (exact > past_us) & (exact <= latest_us)
    if not in_range.all():
        exact = np.where(in_range, exact, 0.0)
    return exact.astype(np.int64), in_range
