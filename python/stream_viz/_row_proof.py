"""The proof of a table: the sum of the hashes of its live rowIds, in two lanes of 32 bits (protocol, section 6)."""

from __future__ import annotations

MASK = 0xFFFFFFFF


def mix(x: int) -> int:
    """Return a 32-bit word mixed."""
    x ^= x >> 16
    x = x * 0x7FEB352D & MASK
    x ^= x >> 15
    x = x * 0x846CA68B & MASK
    return x ^ x >> 16


class RowProof:
    """Sum over a set of rowIds; adding and removing are O(1) and commute."""

    __slots__ = ("_high", "_low")

    def __init__(self) -> None:
        """Start with the empty set."""
        self._low = self._high = 0

    def add(self, row_id: int, sign: int = 1) -> None:
        """Add a rowId; `sign` -1 removes it."""
        low = mix((row_id & MASK) ^ 0x9E3779B9)
        high = mix(low ^ (row_id >> 32) ^ 0x85EBCA6B)
        self._low = (self._low + sign * low) & MASK
        self._high = (self._high + sign * high) & MASK

    def __str__(self) -> str:
        """Return 16 hex digits: the high lane, then the low one."""
        return f"{self._high:08x}{self._low:08x}"
