"""The sender: everything that came since the last tick becomes one self-contained message.

1. `tick` never waits and never calls user code; `lock` is held by it and by every method here, never by `send`.
2. A sample enters cells, `n` and `samples` in the message that carries it, or while nobody is known to listen.
3. No message exceeds `message_most_bytes`; a message goes out at least every `beat_us`.
"""

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from stream_viz._asked_round import AskedRound
from stream_viz._counters import Counters
from stream_viz._document import Document
from stream_viz._history_rows import HistoryRows
from stream_viz._keyframe import KeyframeRound, Source
from stream_viz._known_series import KnownSeries
from stream_viz._latest_rows import LatestRows
from stream_viz._limits import Limits
from stream_viz._live_rows import LiveRows
from stream_viz._live_tables import LiveTables
from stream_viz._message import PROTOCOL, Message, MessageParts
from stream_viz._needs import Needs
from stream_viz._series import Series, series_key
from stream_viz._table_state import TableState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from stream_viz._cell_layout import Axis
    from stream_viz._table_columns import Column

DEFAULTS = Limits()
HEADER_BYTES = 2_000
PROOF_BYTES = 100
"""A table in a header, beside its id."""
LIVE_LEAST_BYTES = 10_000
"""With less room live rows wait for the next message."""


def clock_us() -> int:
    """Return the machine's clock, microseconds since the Unix epoch."""
    return time.time_ns() // 1000


class Sender:
    """One (session, epoch). See the guarantees above; the caller ticks about 20 times a second."""

    def __init__(self, session: str, *, now_us: Callable[[], int] = clock_us, limits: Limits = DEFAULTS) -> None:
        """Start an epoch; the first tick begins a keyframe round."""
        self.lock = threading.RLock()
        self.limits = limits
        self._now_us = now_us
        self.session = session
        self._known = KnownSeries(limits, now_us)
        self.room = self._known.room
        self._series = self.room.held
        self._tables: dict[str, TableState] = {}
        self._counters = Counters()
        self._document = Document(limits, self._known.generations)
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        limits, now = self.limits, self._now_us()
        self.epoch: dict[str, object] = {"id": secrets.token_hex(16), "startedUs": now}
        self.seq = 0
        self._sent_us = now - limits.beat_us
        self._listening = True
        self._answered: str | None = None
        self._answer_due = False
        self._history = HistoryRows(limits, self._series)
        self._latest = LatestRows(limits, self._series)
        self._live_rows = LiveRows(limits)
        rounds = KeyframeRound if limits.rounds else AskedRound
        self._round = rounds(Source(self._tables, self._series), limits, now)
        self._live_tables = LiveTables(limits)
        self._messages = self._bytes = 0

    # ---- series --------------------------------------------------------------------------------------------------

    def series(self, name: str, labels: Mapping[str, str], *, max_points: int = 100_000, axis: Axis = "time") -> Series:
        """Return the series of a name and label values, made where it is new; `max_points` raw rows are kept.

        With `axis="step"` its times are whole step numbers, never too far ahead. Another axis than before starts the
        next generation: nothing of the old one stays.
        """
        with self.lock:
            found, restarts = self._known.of(name, labels, max_points, axis)
            if restarts:
                self._restart(found, axis)
            return found

    def window_needs(self, name: str, *, spread: bool, increase: bool, sketch: bool, base_us: int | None) -> None:
        """Say what the windows over a name need of its panes, for all label sets, present and future; replaces.

        `base_us` is the duration of panes that window edges lie on (steps on a step axis); None: the usual tiers do.
        """
        with self.lock:
            if self._known.need(name, Needs(spread, increase, sketch, base_us)):
                self._round.changed(self.seq, self._now_us())

    def _restart(self, series: Series, axis: Axis | None = None) -> None:
        self._known.restart(series, axis)
        self._latest.forget(series)
        self._publish()

    def known_series(self, name: str, labels: Mapping[str, str]) -> Series | None:
        """Return the series of a name and label values; None where nothing was sent to it. O(labels)."""
        with self.lock:
            return self.room.find(series_key(name, labels))

    def find_series(self, name: str) -> list[Series]:
        """Return all label sets of a name, in order of first sight."""
        with self.lock:
            return self._known.named(name)

    def clear_series(self, name: str) -> None:
        """Drop the data of all label sets, unsent ones too; the next generation begins."""
        with self.lock:
            for series in self.find_series(name):
                self._restart(series)

    def remove_series(self, name: str) -> None:
        """Drop the series of all label sets; viewers forget them."""
        with self.lock:
            for series in self.find_series(name):
                self._counters.retire(series)
                self._known.remove(series)
                self._history.forget(series)
                self._latest.forget(series)
                self._publish()

    def limit_series(self, most: int | None) -> None:
        """Let messages carry at most so many series from the next one on, those first seen; None: all of them.

        Others take the places of removed ones in their order; what is sent to them meanwhile is counted and goes.
        """
        with self.lock:
            for series in self.room.limit(most):
                self._history.forget(series)
                self._latest.forget(series)

    def after_fork_in_child(self) -> None:
        """Drop what was not sent: the parent sends it. No lock of another thread is waited for."""
        for series in self.room.all():
            series.after_fork_in_child()

    def restart_in_child(self) -> None:
        """Begin an epoch of this process's own, empty; series, tables and their options stay. After a fork."""
        with self.lock:
            self.room.limit(None)
            for series in self._series.values():
                self._known.restart(series)
                series.folded = series.late = series.invalid = series.missing = series.expired = series.untaken = 0
            for table in self._tables.values():
                table.clear()
            self._counters = Counters()
            self._begin_epoch()
            self._document.changed()

    @property
    def waits(self) -> bool:
        """Whether anything is not in a message yet: rows, changes of tables, an answer, the document. O(series)."""
        with self.lock:
            if any(table.waiting for table in self._tables.values()) or any(
                one.waiting for one in self._series.values()
            ):
                return True
            rounds = not self.limits.rounds and self._round.due(self._now_us())
            return rounds or self._answer_due or self._history.waits or self._document.due

    # ---- tables --------------------------------------------------------------------------------------------------

    def table(self, widget_id: str, *, columns: list[Column] | None, key: str | None, max_rows: int) -> TableState:
        """Return the table of a widget, made where it is new; another key or other columns start it anew."""
        with self.lock:
            found = self._tables.get(widget_id)
            if found is not None and found.declared == (columns, key):
                found.max_rows = max_rows
                return found
            made = TableState(widget_id, columns, key, max_rows, lock=self.lock, limits=self.limits)
            if found is not None:
                made.follow(found)
            self._tables[widget_id] = made
            return made

    def remove_table(self, widget_id: str) -> None:
        """Forget a table."""
        with self.lock:
            self._tables.pop(widget_id, None)

    def clear_table(self, widget_id: str) -> None:
        """Remove all rows of a table."""
        with self.lock:
            if widget_id in self._tables:
                self._tables[widget_id].clear()
                self._round.changed(self.seq, self._now_us())

    # ---- document and listening ----------------------------------------------------------------------------------

    def publish(self, document: dict[str, object]) -> None:
        """Send a new document (title, timezone, language, widgets, views) with the next message."""
        with self.lock:
            self._document.publish(document)
            self._round.changed(self.seq, self._now_us())

    def _publish(self) -> None:
        self._document.changed()
        self._round.changed(self.seq, self._now_us())

    def set_listening(self, yes: bool) -> None:  # noqa: FBT001  the name says what it is
        """Say whether anybody is known to listen; False is slow mode, True again begins a round."""
        with self.lock:
            if yes and not self._listening:
                self._latest.clear()
                self._round.restart(self._now_us())
            self._listening = yes

    @property
    def listening(self) -> bool:
        """Whether anybody is known to listen."""
        return self._listening

    def acknowledge(self, request_id: str) -> None:
        """Answer a viewer that follows already: `answered` in the next header, nothing else."""
        with self.lock:
            self._answered, self._answer_due = request_id, True

    def request_snapshot(self, request_id: str) -> None:
        """Answer a viewer: `answered` in the next header, a round at once, the newest raw rows of every series."""
        with self.lock:
            self._answered, self._answer_due = request_id, True
            self._round.restart(self._now_us())
            self._history.ask()

    # ---- ticking -------------------------------------------------------------------------------------------------

    def tick(self) -> Message | None:
        """Return the message of what came since the last one; None where nothing did and the last is under 1 s old."""
        with self.lock:
            now = self._now_us()
            self.room.drop()
            waiting = [(series, rows) for series in self._series.values() if (rows := series.waiting)]
            if not self._listening:
                with np.errstate(over="ignore", invalid="ignore"):
                    return self._slow_tick(waiting, now)
            tables = [table for table in self._tables.values() if table.waiting]
            if waiting or tables:
                self._round.changed(self.seq + 1, now)
            asked = self._answer_due or self._history.waits
            due = waiting or tables or asked or self._document.due or self._round.due(now)
            if not due and now < self._sent_us + self.limits.beat_us:
                return None
            self.seq += 1
            with np.errstate(over="ignore", invalid="ignore"):
                return self._message(waiting, tables, now)

    def _message(self, waiting: Sequence[tuple[Series, int]], tables: Sequence[TableState], now: int) -> Message:
        parts = MessageParts(size=self._header_bytes())
        before = parts.size
        if self._document.due or self._round.wants_document or self._round.begins(now):
            parts.document(self._document.take())
        if parts.size - before > self.limits.document_alone_bytes:
            self._round.step(parts, self.seq, now, {table.id for table in tables})
            return self._finish(parts, now, kind="batch")
        reserved = min(self.limits.keyframe_bytes, self.limits.message_bytes // 2) if self._round.due(now) else 0
        room = self.limits.message_bytes - reserved
        if self._history.waits:
            room = self.limits.history_room_bytes
        self._live_tables.add(parts, tables, room // 2 if waiting else room)
        left = self.limits.piece_most_bytes - parts.size
        if left > LIVE_LEAST_BYTES:
            self._live_rows.add(parts, waiting, min(left, max(room // 4, room - parts.size)), now)
        snapshot = self._history.add(parts)
        self._round.step(parts, self.seq, now, {table.id for table in tables if table.waiting})
        return self._finish(parts, now, kind="snapshot" if snapshot else "batch")

    def _header_bytes(self) -> int:
        return HEADER_BYTES + sum(PROOF_BYTES + len(name.encode()) for name in self._tables)

    def _slow_tick(self, waiting: Sequence[tuple[Series, int]], now: int) -> Message | None:
        self._latest.enter(waiting, now)
        changed = [table for table in self._tables.values() if table.waiting]
        for table in changed:
            table.drop_changes()
        if waiting or changed:
            self._round.changed(self.seq + 1, now)
        if now < self._sent_us + self.limits.beat_us and not self._answer_due:
            return None
        self.seq += 1
        parts = MessageParts(size=self._header_bytes())
        self._latest.add(parts, self.limits.slow_bytes)
        return self._finish(parts, now, kind="batch")

    def _finish(self, parts: MessageParts, now: int, kind: str) -> Message:
        self._sent_us = now
        self._answer_due = False
        described, buffers = parts.build()
        header: dict[str, object] = {
            "v": list(PROTOCOL),
            "kind": kind,
            "session": self.session,
            "epoch": dict(self.epoch),
            "seq": self.seq,
            "sentUs": now,
            "samples": sum(series.n for series in self._series.values()),
            "document": self._document.revision,
            "tables": {name: table.state() for name, table in self._tables.items()},
            "stats": {
                **self._counters.stats(self._series, self.limits.stats_series, parts.has, self.limits.stats_bytes),
                "roundMs": self._round.round_ms,
            },
            "parts": described,
        }
        if self._answered is not None:
            header["answered"] = self._answered
        if not self._listening:
            header["slow"] = True
        self._messages += 1
        self._bytes += sum(map(len, buffers))
        return Message(header, buffers)

    # ---- counters ------------------------------------------------------------------------------------------------

    def stats(self) -> dict[str, object]:
        """Return totals since the epoch began: counters, `sent`, `messages`, `bytes` handed out, `seq`, `series`."""
        with self.lock:
            sent = sum(series.n for series in self._series.values())
            done = {"sent": sent, "messages": self._messages, "bytes": self._bytes, "seq": self.seq}
            counts = self._counters.stats(self._series, self.limits.stats_series)
            return {**counts, **done, "roundMs": self._round.round_ms, "listening": self._listening}

    @property
    def completed_round(self) -> tuple[int, int] | None:
        """(first, last) seq of the newest whole keyframe round."""
        return self._round.completed
