"""A forward writer of FlatBuffers tables, just enough for the Arrow messages of `_arrow.py`.

Parents are written before their children, so the child written last may have any length.
"""

from __future__ import annotations

import struct

SIZES = {"h": 2, "B": 1, "?": 1, "i": 4, "I": 4, "q": 8}


class FlatBuffer:
    """Bytes that grow; `refer` points an offset field at what is written next."""

    def __init__(self) -> None:
        """Start with the root offset."""
        self.bytes = bytearray(4)

    def table(self, *fields: tuple[str, int] | None) -> list[int]:
        """Write a table; a field is (struct code, value), "I" for an offset, None where it keeps its default.

        Returns the position of each field, for `refer` and for templates.
        """
        vtable_size = 4 + 2 * len(fields)
        self.pad((-len(self.bytes) - vtable_size) % 8)
        vtable = len(self.bytes)
        start = end = vtable + vtable_size
        end += 4
        positions = [0] * len(fields)
        by_size = sorted((i for i, f in enumerate(fields) if f), key=lambda i: -SIZES[_code(fields[i])])
        for i in by_size:
            size = SIZES[_code(fields[i])]
            end += -end % size
            positions[i], end = end, end + size
        self.pad(end - vtable)
        offsets = [position - start if position else 0 for position in positions]
        struct.pack_into(f"<HH{len(fields)}H", self.bytes, vtable, vtable_size, end - start, *offsets)
        struct.pack_into("<i", self.bytes, start, start - vtable)
        for field, position in zip(fields, positions, strict=True):
            if field:
                struct.pack_into("<" + field[0], self.bytes, position, field[1])
        self._start = start
        return positions

    def refer(self, position: int, *, table: bool = False) -> None:
        """Point the offset at `position` to the table just written (`table`) or to the present, 4-aligned, end."""
        if not table:
            self.pad(-len(self.bytes) % 4)
        target = self._start if table else len(self.bytes)
        struct.pack_into("<I", self.bytes, position, target - position)

    def vector(self, position: int, count: int, element: str = "I") -> list[int]:
        """Write a vector of `count` zero elements for the offset at `position`; returns the elements' positions."""
        size = struct.calcsize("<" + element)
        if size >= SIZES["q"]:
            self.pad((-len(self.bytes) - 4) % 8)
        self.refer(position)
        start = len(self.bytes) + 4
        self.bytes += struct.pack("<I", count) + bytes(count * size)
        return [start + i * size for i in range(count)]

    def text(self, position: int, text: str) -> None:
        """Write a string for the offset at `position`."""
        self.refer(position)
        data = text.encode()
        self.bytes += struct.pack("<I", len(data)) + data + b"\0"

    def pad(self, count: int) -> None:
        """Write `count` zero bytes."""
        self.bytes += bytes(count)


def _code(field: tuple[str, int] | None) -> str:
    assert field is not None
    return field[0]
