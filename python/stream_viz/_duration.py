"""Lengths of time as options take them: "500ms", "1h30m", a timedelta or a number of seconds."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Any

UNIT_US = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
MOST_US = 2**53
PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(us|µs|ms|min|s|m|h|d|w)\s*")
EXPECTED = 'a length of time such as "500ms", "10s", "5m", "1h30m" (or seconds, or a timedelta)'


def duration_us(value: Any) -> int | None:
    """Return `value` in microseconds (rounded half up), or None where it is none: positive, below 285 years."""
    return length_us(value) or None


def length_us(value: Any) -> int | None:
    """Return what `duration_us` does, and 0 for no time at all ("0s", 0)."""
    if isinstance(value, timedelta):
        us = value // timedelta(microseconds=1)
    elif isinstance(value, str):
        text = value.strip()
        parts = PART.findall(text)
        if not text or PART.sub("", text):
            return None
        exact = sum(float(number) * UNIT_US[unit] for number, unit in parts)
        us = math.floor(exact + 0.5) if exact < MOST_US else -1
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < MOST_US / 1e6:
        us = math.floor(value * 1e6 + 0.5)
    else:
        return None
    return us if 0 <= us < MOST_US else None


def duration_text(us: int) -> str:
    """Return the shortest text of a length of time: whole numbers in the largest unit that divides it."""
    for unit in ("w", "d", "h", "m", "s", "ms"):
        if us % UNIT_US[unit] == 0:
            return f"{us // UNIT_US[unit]}{unit}"
    return f"{us}us"
