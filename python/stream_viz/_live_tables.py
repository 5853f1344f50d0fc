"""The changes of tables in a message; those that found no room come first the next time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._limits import Limits
    from stream_viz._message import MessageParts
    from stream_viz._table_state import TableState


class LiveTables:
    """Remembers whose turn it is. Not locked: the sender is."""

    def __init__(self, limits: Limits) -> None:
        """Start with the first table."""
        self._limits = limits
        self._turn = 0

    def add(self, parts: MessageParts, tables: Sequence[TableState], room: int) -> None:
        """Carry changes of waiting tables that fit into `room` bytes, those of one table even if they pass it."""
        turn = self._turn % max(1, len(tables))
        order = [*tables[turn:], *tables[:turn]]
        most, served = self._limits.piece_most_bytes, 0
        end = min(most, parts.size + room)
        for table in order:
            if parts.size + table.least_bytes > (end if served else most):
                break
            stream, _ = table.take_changes((end - parts.size) // (len(order) - served))
            parts.rows(table.id, stream)
            served += 1
        self._turn = 0 if served == len(order) else turn + served
