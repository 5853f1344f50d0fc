"""One step of a series' intake: complete before it is committed, and safe to finish twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream_viz._row_block import Rows


class Head(float):
    """The first float of a buffer while a step takes what stands there: an object that is in no other place."""

    __slots__ = ()


@dataclass(frozen=True)
class Step:
    """What a series' attributes become, as values and not as changes."""

    state: dict[str, object]
    head: Head | None
    """Committed by deleting it from the buffer with all that the step takes; None: committed from the start."""
    raw: Rows | None = None
    """Rows that go to the raw ring."""
    ring_total: int = 0
    """What the ring had been given before."""

    def committed(self, buf: list[float]) -> bool:
        """Return whether the buffer no longer holds what the step took."""
        return self.head is None or not buf or buf[0] is not self.head
