"""Keyed events on the wire: each changed pane is one row of a keyed table, the newest events rows of a keyless one.

Rows travel whole, so a lost message heals and a late page gets everything, as with any table (docs/protocol.md,
section 6). A pane travels at most five times a second however many events it takes.

| table | rows |
|---|---|
| `events:NAME` | one, `counters`: JSON of what was counted |
| `events.block:START:NAME` | panes that begin in one block (a sixth of `keep`), START in microseconds |
| `events.recent:NAME` | newest raw events: `time`, `key`, `actor`, `flags` (bits) |

A block is a table of its own so that each has a keyframe budget of its own. Its columns:

| column | type | holds |
|---|---|---|
| `pane` | text, key | start in microseconds, `/`, the key's text |
| `count` | number | events |
| `last` | datetime | newest event time |
| `actors` | text | JSON list of names, ascending; null: nobody |
| `complete` | bool | whether `actors` are all |
| `flag:NAME` | number | events with the flag |
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from stream_viz._cell_value import as_datetime
from stream_viz._table_columns import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._event_panes import EventPane, EventPanes, PaneId
    from stream_viz._sender import Sender
    from stream_viz._table_state import TableState

BLOCKS = 6
"""Blocks in `keep`."""
TURN_US = 200_000
"""Five turns a second: what people can read."""
PANES_PER_TURN = 1000
"""Changed panes that one turn sends; more wait for the next."""
RECENT_PER_TURN = 50
"""Newest events that one turn sends; the others of a burst are counted, not listed."""
ACTORS_MOST_BYTES = 60_000
"""Names of one row; more are left out and `complete` is false."""
BEHIND_LEAST_US = 2_000_000
"""Event times this far behind the clock or less are live."""
MAX_ROWS = 1_000_000
"""No limit of a block: `EventPanes` has one."""


class EventRows:
    """The tables of one `events` widget. Not locked: the caller holds the sender's lock."""

    def __init__(self, sender: Sender, name: str, max_recent: int) -> None:
        """Make the tables that are always there."""
        self._sender = sender
        self._name = name
        self._flags: list[str] = []
        self._block_us = 1
        self._blocks: dict[int, TableState] = {}
        self._life = 0
        self._next_us = self._listed = 0
        self._told = ""
        self._counters = sender.table(f"events:{name}", columns=[Column("counters", "text")], key=None, max_rows=1)
        columns = [
            Column("time", "datetime"),
            Column("key", "text"),
            Column("actor", "text"),
            Column("flags", "number"),
        ]
        self._recent = sender.table(f"events.recent:{name}", columns=columns, key=None, max_rows=max_recent)

    def begin(self, panes: EventPanes, flags: Sequence[str]) -> None:
        """Send the panes of another store from here on: viewers begin anew."""
        self._flags = [f"flag:{flag}" for flag in flags]
        blocks = -(-panes.keep_us // BLOCKS)
        self._block_us = -(-blocks // panes.per_us) * panes.per_us
        self._recent.max_rows = panes.recent.maxlen or 1
        self.clear()
        for start in self._blocks:  # a table that was removed and came again would count its rows anew
            self._blocks[start] = self._block(start)

    def send(self, panes: EventPanes, now_us: int) -> None:
        """Bring the tables up to what `panes` hold, at most once in `TURN_US`."""
        if self._next_us - TURN_US <= now_us < self._next_us:
            return
        self._next_us = now_us + TURN_US
        panes.advance(now_us)
        self._drop_blocks(panes.horizon_us)
        changes: dict[int, tuple[list[dict[str, object]], list[str]]] = {}
        for pane_id in list(islice(panes.changed, PANES_PER_TURN)):
            del panes.changed[pane_id]
            changes.setdefault(self._start(pane_id), ([], []))[0].append(self._row(pane_id, panes.panes[pane_id]))
        for pane_id in panes.gone:
            if pane_id not in panes.panes and self._start(pane_id) in self._blocks:
                changes.setdefault(self._start(pane_id), ([], []))[1].append(_text(pane_id))
        panes.gone.clear()
        for start, (rows, gone) in changes.items():
            if start not in self._blocks:
                self._blocks[start] = self._block(start)
            self._blocks[start].apply(rows, gone)
        told = self._tell(panes)
        if told != self._told:
            self._told = told
            self._counters.apply([{"counters": told}])
        self._send_recent(panes)

    def clear(self) -> None:
        """Remove all rows: viewers begin anew."""
        for name in self._names():
            self._sender.clear_table(name)
        self._life += 1
        self._told = ""
        self._next_us = self._listed = 0

    def remove(self) -> None:
        """Forget the tables."""
        for name in self._names():
            self._sender.remove_table(name)
        self._blocks.clear()

    def _names(self) -> list[str]:
        blocks = [self._block_name(start) for start in self._blocks]
        return [f"events:{self._name}", f"events.recent:{self._name}", *blocks]

    def _block_name(self, start: int) -> str:
        return f"events.block:{start}:{self._name}"

    def _block(self, start: int) -> TableState:
        columns = [
            Column("pane", "text"),
            Column("count", "number"),
            Column("last", "datetime"),
            Column("actors", "text"),
            Column("complete", "bool"),
            *(Column(name, "number") for name in self._flags),
        ]
        return self._sender.table(self._block_name(start), columns=columns, key="pane", max_rows=MAX_ROWS)

    def _drop_blocks(self, horizon_us: int | None) -> None:
        if horizon_us is None:
            return
        for start in [start for start in self._blocks if start + self._block_us <= horizon_us]:
            del self._blocks[start]
            self._sender.remove_table(self._block_name(start))

    def _start(self, pane_id: PaneId) -> int:
        return pane_id[1] - pane_id[1] % self._block_us

    def _row(self, pane_id: PaneId, pane: EventPane) -> dict[str, object]:
        actors, complete = _names(pane)
        return {
            "pane": _text(pane_id),
            "count": pane.count,
            "last": as_datetime(pane.last_us),
            "actors": actors,
            "complete": complete,
            **dict(zip(self._flags, pane.flags, strict=True)),
        }

    def _tell(self, panes: EventPanes) -> str:
        behind = 0 if panes.edge_us is None else panes.arrived_us - panes.edge_us
        counters = panes.counters
        told: dict[str, object] = {
            "life": self._life,
            "taken": panes.taken,
            "late": counters.late,
            "expired": counters.expired,
            "invalid": counters.invalid,
            "missing": counters.missing,
            "overKeys": counters.over_keys,
            "behindUs": behind // 1_000_000 * 1_000_000 if behind > BEHIND_LEAST_US else 0,
            "edgeUs": panes.edge_us,
            "horizonUs": panes.horizon_us,
        }
        return json.dumps(told, separators=(",", ":"))

    def _send_recent(self, panes: EventPanes) -> None:
        new = min(panes.taken - self._listed, RECENT_PER_TURN, len(panes.recent))
        self._listed = panes.taken
        if new > 0:
            newest = list(islice(reversed(panes.recent), new))
            self._recent.apply(
                [
                    {"time": None if us is None else as_datetime(us), "key": key, "actor": actor, "flags": mask}
                    for us, key, actor, mask in reversed(newest)
                ]
            )


def _text(pane_id: PaneId) -> str:
    return f"{pane_id[1]}/{pane_id[0]}"


def _names(pane: EventPane) -> tuple[str | None, bool]:
    """Return the names as JSON (None without any) and whether they are all."""
    if not pane.actors:
        return None, True
    text = json.dumps(pane.actors, separators=(",", ":"), ensure_ascii=False)
    complete, names = pane.complete, pane.actors
    while len(text.encode()) > ACTORS_MOST_BYTES:
        names, complete = names[: len(names) // 2], False
        text = json.dumps(names, separators=(",", ":"), ensure_ascii=False)
    return text, complete
