"""The sender: everything that came since the last tick becomes one self-contained message.

1. `tick` never waits and never calls user code; `lock` is held by it and by every method here, never by `send`.
2. A sample enters cells, `n` and `samples` in the message that carries it, or while nobody is known to listen.
3. No message exceeds `message_most_bytes`; a message goes out at least every `beat_us`.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any, cast

from stream_viz._burst import take_burst
from stream_viz._counters import Counters
from stream_viz._intake import MemoryShare
from stream_viz._keyframe import KeyframeRound, Source
from stream_viz._limits import Limits
from stream_viz._live_rows import LiveRows
from stream_viz._message import PROTOCOL, Message, MessageParts, entry_bytes
from stream_viz._row_block import Rows
from stream_viz._series import Series, SeriesKey, series_key
from stream_viz._table_state import TableState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from stream_viz._table_columns import Column

DEFAULTS = Limits()
HEADER_BYTES = 2_000
PROOF_BYTES = 100
"""A table in a header, beside its id."""
LIVE_LEAST_BYTES = 10_000
"""With less room live rows wait for the next message."""
HISTORY_ROOM_BYTES = 65_536
"""Live bytes of a message that also carries history."""


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
        now = now_us()
        self.session = session
        self.epoch: dict[str, object] = {"id": secrets.token_hex(16), "startedUs": now}
        self.seq = 0
        self._sent_us = now - limits.beat_us
        self._series: dict[SeriesKey, Series] = {}
        self._share = MemoryShare(limits)
        self._tables: dict[str, TableState] = {}
        self._counters = Counters()
        self._content: dict[str, object] = {}
        self._revision = 0
        self._generations: dict[SeriesKey, int] = {}
        self._document_due = False
        self._listening = True
        self._answered: str | None = None
        self._answer_due = False
        self._history: dict[SeriesKey, None] = {}
        self._latest: dict[SeriesKey, Rows] = {}
        self._live = LiveRows(limits)
        self._round = KeyframeRound(Source(self._tables, self._series), limits, now)
        self._table_turn = 0
        self._messages = self._bytes = 0

    # ---- series --------------------------------------------------------------------------------------------------

    def series(self, name: str, labels: Mapping[str, str], *, max_points: int = 100_000) -> Series:
        """Return the series of a name and label values, made where it is new; `max_points` raw rows are kept."""
        with self.lock:
            key = series_key(name, labels)
            found = self._series.get(key)
            if found is None:
                found = self._series[key] = Series(
                    name,
                    labels,
                    max_points=max_points,
                    generation=self._generations.get(key, 0),
                    limits=self.limits,
                    now_us=self._now_us,
                    share=self._share,
                )
                self._share.divide(len(self._series))
            else:
                found.max_points = max_points
            return found

    def known_series(self, name: str, labels: Mapping[str, str]) -> Series | None:
        """Return the series of a name and label values; None where nothing was sent to it. O(labels)."""
        with self.lock:
            return self._series.get(series_key(name, labels))

    def find_series(self, name: str) -> list[Series]:
        """Return all label sets of a name, in order of first sight."""
        with self.lock:
            return [series for series in self._series.values() if series.name == name]

    def clear_series(self, name: str) -> None:
        """Drop the data of all label sets, unsent ones too; the next generation begins."""
        with self.lock:
            for series in self.find_series(name):
                generation = self._generations[series.key] = series.generation + 1
                series.reset(generation)
                self._latest.pop(series.key, None)
                self._publish()

    def remove_series(self, name: str) -> None:
        """Drop the series of all label sets; viewers forget them."""
        with self.lock:
            for series in self.find_series(name):
                self._generations[series.key] = series.generation + 1
                self._counters.retire(series)
                del self._series[series.key]
                self._history.pop(series.key, None)
                self._latest.pop(series.key, None)
                self._publish()
            self._share.divide(len(self._series))

    def after_fork_in_child(self) -> None:
        """Drop what was not sent: the parent sends it. No lock of another thread is waited for."""
        for series in self._series.values():
            series.after_fork_in_child()

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
            self._content = dict(document)
            self._publish()

    def _publish(self) -> None:
        self._revision += 1
        self._document_due = True
        self._round.changed(self.seq, self._now_us())

    def _document(self) -> dict[str, object]:
        return {
            "revision": self._revision,
            "title": None,
            "timezone": None,
            "language": None,
            "widgets": [],
            **self._content,
            "views": _newest(cast("list[object]", self._content.get("views", [])), self.limits.views_bytes),
            "generations": dict(_newest(self._generations.items(), self.limits.generations_bytes)),
        }

    def set_listening(self, yes: bool) -> None:  # noqa: FBT001  the name says what it is
        """Say whether anybody is known to listen; False is slow mode, True again begins a round."""
        with self.lock:
            if yes and not self._listening:
                self._latest.clear()
                self._round.restart(self._now_us())
            self._listening = yes

    def acknowledge(self, request_id: str) -> None:
        """Answer a viewer that follows already: `answered` in the next header, nothing else."""
        with self.lock:
            self._answered, self._answer_due = request_id, True

    def request_snapshot(self, request_id: str) -> None:
        """Answer a viewer: `answered` in the next header, a round at once, the newest raw rows of every series."""
        with self.lock:
            self._answered, self._answer_due = request_id, True
            self._round.restart(self._now_us())
            for key in self._series:
                self._history.pop(key, None)
                self._history[key] = None

    # ---- ticking -------------------------------------------------------------------------------------------------

    def tick(self) -> Message | None:
        """Return the message of what came since the last one; None where nothing did and the last is under 1 s old."""
        with self.lock:
            now = self._now_us()
            waiting = [(series, rows) for series in self._series.values() if (rows := series.waiting)]
            if not self._listening:
                return self._slow_tick(waiting, now)
            tables = [table for table in self._tables.values() if table.waiting]
            if waiting or tables:
                self._round.changed(self.seq + 1, now)
            due = waiting or tables or self._document_due or self._answer_due or self._history or self._round.due(now)
            if not due and now < self._sent_us + self.limits.beat_us:
                return None
            self.seq += 1
            return self._message(waiting, tables, now)

    def _message(self, waiting: Sequence[tuple[Series, int]], tables: Sequence[TableState], now: int) -> Message:
        parts = MessageParts(size=self._header_bytes())
        before = parts.size
        if self._document_due or self._round.wants_document or self._round.begins(now):
            parts.document(self._document())
            self._document_due = False
        if parts.size - before > self.limits.document_alone_bytes:
            self._round.step(parts, self.seq, now, {table.id for table in tables})
            return self._finish(parts, now, kind="batch")
        reserved = min(self.limits.keyframe_bytes, self.limits.message_bytes // 2) if self._round.due(now) else 0
        room = self.limits.message_bytes - reserved
        if self._history:
            room = HISTORY_ROOM_BYTES
        self._add_changes(parts, tables, room // 2 if waiting else room)
        left = self.limits.piece_most_bytes - parts.size
        if left > LIVE_LEAST_BYTES:
            self._live.add(parts, waiting, min(left, max(room // 4, room - parts.size)), now)
        snapshot = self._add_history(parts)
        self._round.step(parts, self.seq, now, {table.id for table in tables if table.waiting})
        return self._finish(parts, now, kind="snapshot" if snapshot else "batch")

    def _add_changes(self, parts: MessageParts, tables: Sequence[TableState], room: int) -> None:
        turn = self._table_turn % max(1, len(tables))
        order = [*tables[turn:], *tables[:turn]]
        most, served = self.limits.piece_most_bytes, 0
        end = min(most, parts.size + room)
        for table in order:
            if parts.size + table.least_bytes > (end if served else most):
                break
            stream, _ = table.take_changes((end - parts.size) // (len(order) - served))
            parts.rows(table.id, stream)
            served += 1
        self._table_turn = 0 if served == len(order) else turn + served

    def _header_bytes(self) -> int:
        return HEADER_BYTES + sum(PROOF_BYTES + len(name.encode()) for name in self._tables)

    def _add_history(self, parts: MessageParts) -> bool:
        room = self.limits.message_bytes
        added = False
        for key in list(self._history):
            rows = self._series[key].history(self.limits.history_rows) if key in self._series else Rows([], [])
            if rows is None:
                continue
            size = 18 * len(rows)
            if (added and size > room) or parts.size + size > self.limits.piece_most_bytes:
                break
            del self._history[key]
            if len(rows):
                parts.history(self._series[key], rows)
                room -= size + entry_bytes(self._series[key])
                added = True
        return added

    def _slow_tick(self, waiting: Sequence[tuple[Series, int]], now: int) -> Message | None:
        burst, odd = take_burst([series for series, _ in waiting], now, self.limits)
        if burst is not None:
            burst.enter()
            for series, end in zip(burst.series, burst.ends.tolist(), strict=True):
                self._keep_latest(series, Rows(burst.times[end - 1 : end].copy(), burst.values[end - 1 : end].copy()))
        for series in odd:
            rows = series.enter(series.take()).rows
            if len(rows):
                self._keep_latest(series, rows.cut(len(rows) - 1)[1])
        changed = [table for table in self._tables.values() if table.waiting]
        for table in changed:
            table.drop_changes()
        if waiting or changed:
            self._round.changed(self.seq + 1, now)
        if now < self._sent_us + self.limits.beat_us and not self._answer_due:
            return None
        self.seq += 1
        parts = MessageParts(size=self._header_bytes())
        for key in list(self._latest):
            if parts.size > self._header_bytes() + self.limits.slow_bytes:
                break
            parts.latest(self._series[key], self._latest.pop(key))
        return self._finish(parts, now, kind="batch")

    def _keep_latest(self, series: Series, newest: Rows) -> None:
        self._latest.pop(series.key, None)
        self._latest[series.key] = newest

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
            "document": self._revision,
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


def _newest(entries: Iterable[Any], most_bytes: int) -> list[Any]:
    """Return the last of the entries that take at most `most_bytes` as JSON, in their order."""
    kept: list[Any] = []
    for entry in reversed(list(entries)):
        most_bytes -= len(json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()) + 1
        if most_bytes < 0:
            break
        kept.append(entry)
    return kept[::-1]
