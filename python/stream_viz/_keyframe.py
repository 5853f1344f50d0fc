"""The rolling keyframe: document, table slices, then every series whole, each as of the message that carries it.

1. A round takes max(2 s, its bytes / 256 kB/s). Where that would pass 10 s, keyframes get coarser (not below 20 cells
   of a tier), then up to 64 KiB of every message are used.
2. After the last change rounds repeat after 2, 4, 8 ... 300 s; a change brings the next round within 2 s.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stream_viz._arrow import PANE_ROW_BYTES
from stream_viz._feature_part import FEATURE_PART_BYTES, FEATURE_ROW_BYTES
from stream_viz._message import PART_BYTES, MessageParts, entry_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stream_viz._limits import Limits
    from stream_viz._series import Series, SeriesKey
    from stream_viz._table_state import TableState

ITEM_BYTES = 400
SKETCH_MARGIN = 1.5
"""A series' sketches get so much of what as many of its usual size need."""
TICK_MARGIN = 0.8
"""A round aims at this part of its time, so that it is within it."""


@dataclass(frozen=True)
class Source:
    """What a round goes through; the sender's own objects."""

    tables: Mapping[str, TableState]
    series: Mapping[SeriesKey, Series]


class KeyframeRound:
    """Gives each message its share of the round. Not locked: the sender is."""

    def __init__(self, source: Source, limits: Limits, now_us: int) -> None:
        """Start with a round due at once."""
        self._source = source
        self._limits = limits
        self._items: deque[tuple[Literal["document", "table", "series"], str]] = deque()
        self._next_us = now_us
        self._from_us = now_us
        self._from_seq = 0
        self._changed_seq = 0
        self._pause_us = 0
        self._credit = 0.0
        self._per_message = 0.0
        self._cells = limits.key_cells
        self._sketch_bytes = limits.sketch_bytes
        self._slice_at: int | None = None
        self.planned_us = limits.round_us
        self.taken_us = 0
        self.wants_document = False
        """Whether the round waits for the document, which the sender puts in."""
        self.completed: tuple[int, int] | None = None
        """(first, last) seq of the newest whole round."""

    @property
    def round_ms(self) -> int:
        """How long a round takes, milliseconds: the larger of plan and newest measurement."""
        return max(self.planned_us, self.taken_us) // 1000

    def changed(self, seq: int, now_us: int) -> None:
        """Note a change that message `seq` or the next one carries (guarantee 2)."""
        self._changed_seq = seq + 1
        if self._pause_us:
            self._pause_us = 0
            self._next_us = min(self._next_us, max(now_us, self._from_us + self._limits.round_us))

    def restart(self, now_us: int) -> None:
        """Begin a whole round with the next message."""
        self._items.clear()
        self._next_us = now_us
        self._pause_us = 0

    def due(self, now_us: int) -> bool:
        """Return whether the round has something for a message."""
        return bool(self._items) or now_us >= self._next_us

    def begins(self, now_us: int) -> bool:
        """Return whether the next step begins a round."""
        return not self._items and now_us >= self._next_us

    def step(self, parts: MessageParts, seq: int, now_us: int, busy_tables: set[str]) -> None:
        """Put this message's share into `parts`; tables in `busy_tables` have changes that do not fit yet."""
        if not self._items:
            if now_us < self._next_us:
                return
            self._begin(seq, now_us)
        self._credit += self._per_message
        while self._items and self._credit > 0:
            kind, name = self._items[0]
            size, done = self._piece(parts, kind, name, busy_tables)
            if size is None:
                break
            self._credit -= size
            if done:
                self._items.popleft()
                self._slice_at = None
        if not self._items:
            self._end(seq, now_us)

    def _piece(self, parts: MessageParts, kind: str, name: str, busy_tables: set[str]) -> tuple[int | None, bool]:
        """Return (bytes the round pays, whether the item is done); None bytes where it waits for another message."""
        left = self._limits.piece_most_bytes - parts.size
        if kind == "document":
            self.wants_document = not parts.has_document
            return None if self.wants_document else ITEM_BYTES, True
        if kind == "table":
            return self._slice(parts, name, busy_tables, left) if name in self._source.tables else (ITEM_BYTES, True)
        series = self._source.series.get(name)
        if series is None:
            return 0, True
        size = self._bytes_of(series)
        return (None if size > left else parts.keyframe(series, self._cells, self._sketches(series))), True

    def _slice(self, parts: MessageParts, name: str, busy_tables: set[str], left: int) -> tuple[int | None, bool]:
        stream, a, b, done, size = self._source.tables[name].slice_from(self._slice_at)
        if len(stream) + PART_BYTES > left:
            return None, False
        self._slice_at = b
        parts.rows(name, stream, [a, b, done and name not in busy_tables])
        return PART_BYTES + size, done

    def _begin(self, seq: int, now_us: int) -> None:
        limits = self._limits
        series = self._source.series
        self._items.append(("document", ""))
        self._items.extend(("table", name) for name in self._source.tables)
        self._items.extend(("series", key) for key in series)
        self._slice_at = None
        self._from_us, self._from_seq = now_us, seq
        fixed = 5 * ITEM_BYTES + sum(5 * ITEM_BYTES + t.key_bytes for t in self._source.tables.values())
        self._cells, self._sketch_bytes = limits.key_cells, limits.sketch_bytes
        size = fixed + self._series_bytes()
        most = limits.round_bytes_per_second * limits.round_most_us // 1_000_000
        if size > most and (sketches := sum(map(self._sketches, series.values()))):
            carriers = sum(one.features is not None for one in series.values())
            self._sketch_bytes = max(0, most - size + sketches) // carriers
            size = fixed + self._series_bytes()
        if size > most:
            spared = max(0.0, (most - fixed) / max(1, size - fixed))
            self._cells = max(limits.key_cells_least, int(limits.key_cells * spared))
            size = fixed + self._series_bytes()
        paced_us = size * 1_000_000 // limits.round_bytes_per_second
        self.planned_us = min(limits.round_most_us, max(limits.round_us, paced_us))
        ticks = max(1.0, TICK_MARGIN * self.planned_us * limits.ticks_per_second / 1_000_000)
        self._per_message = min(float(limits.keyframe_bytes), size / ticks)
        if self._per_message == limits.keyframe_bytes:
            self.planned_us = int(size / limits.keyframe_bytes / limits.ticks_per_second * 1_000_000)
        self._credit = 0.0

    def _series_bytes(self) -> int:
        size = sum(map(self._bytes_of, self._source.series.values()))
        wide = sum(series.features is not None for series in self._source.series.values())
        if wide:
            seconds = max(self._limits.round_us / 1_000_000, size / self._limits.round_bytes_per_second)
            size += FEATURE_PART_BYTES * min(wide, int(seconds * self._limits.ticks_per_second))
        return size

    def _bytes_of(self, series: Series) -> int:
        *finer, top = (tier.size for tier in series.cells.tiers)
        rows = top + sum(min(size, self._cells) for size in finer)
        if series.features is None:
            return entry_bytes(series) + PANE_ROW_BYTES * rows
        wide = (PANE_ROW_BYTES + FEATURE_ROW_BYTES) * rows
        return entry_bytes(series) + wide + self._sketches(series)

    def _sketches(self, series: Series) -> int:
        """Return the bytes that a series' sketches may take: they need no more, as far as those before tell."""
        if series.features is None or not series.features.sketch:
            return 0
        *finer, top = (tier.size for tier in series.cells.tiers)
        rows = top + sum(min(size, self._cells) for size in finer)
        return min(self._sketch_bytes, int(SKETCH_MARGIN * series.features.pool.mean_bytes * rows))

    def _end(self, seq: int, now_us: int) -> None:
        limits = self._limits
        self.taken_us = now_us - self._from_us
        self.completed = (self._from_seq, seq)
        if self._from_seq <= self._changed_seq:
            self._pause_us = 0
        else:
            self._pause_us = min(limits.quiet_most_us, max(limits.round_us, 2 * self._pause_us))
        self._next_us = max(now_us + 1, self._from_us + limits.round_us) + self._pause_us
