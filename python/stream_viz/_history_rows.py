"""The newest raw rows of every series, which a viewer that has just come asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stream_viz._arrow import SAMPLE_ROW_BYTES
from stream_viz._message import entry_bytes
from stream_viz._row_block import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stream_viz._limits import Limits
    from stream_viz._message import MessageParts
    from stream_viz._series import Series, SeriesKey


class HistoryRows:
    """Remembers whose rows are still to be sent. Not locked: the sender is."""

    def __init__(self, limits: Limits, held: Mapping[SeriesKey, Series]) -> None:
        """Start with nothing asked for; `held` is the caller's."""
        self._limits = limits
        self._held = held
        self._asked: dict[SeriesKey, None] = {}

    @property
    def waits(self) -> bool:
        """Whether rows of any series are still to be sent."""
        return bool(self._asked)

    def ask(self) -> None:
        """Let every series' rows be sent; those already asked for come after the others."""
        for key in self._held:
            self._asked.pop(key, None)
            self._asked[key] = None

    def forget(self, series: Series) -> None:
        """Send nothing of a series."""
        self._asked.pop(series.key, None)

    def add(self, parts: MessageParts) -> bool:
        """Carry the rows of as many series as fit, at least one; returns whether any were."""
        room = self._limits.message_bytes
        added = False
        for key in list(self._asked):
            rows = self._held[key].history(self._limits.history_rows) if key in self._held else Rows([], [])
            if rows is None:
                continue
            size = SAMPLE_ROW_BYTES * len(rows)
            if (added and size > room) or parts.size + size > self._limits.piece_most_bytes:
                break
            del self._asked[key]
            if len(rows):
                parts.history(self._held[key], rows)
                room -= size + entry_bytes(self._held[key])
                added = True
        return added
