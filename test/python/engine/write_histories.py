"""Writes random histories of the real sender, for receivers in any language to replay with loss.

    python test/python/engine/write_histories.py DIRECTORY [SEED ...]        (default seeds 0 to 9)

From seed 100 on windows need features, base tiers come and go, and one series, "steps", is on a step axis.

For each seed two files. `history-SEED.bin` holds every message in order of `seq`, without loss; each message is

    u32 LE header length | header, UTF-8 JSON | u32 LE buffer count | (u32 LE length | bytes) for each buffer

without padding. `history-SEED.json` is the truth at the end:

    {"seed", "messages": count, "quiet": index,
     "document": revision, "samples": sum of n,
     "series": {key: {"gen", "n", "gone", "from": us or null, "before": largest event time sent, us,
                      "axis": "time" or "step", "since": us or null,
                      "count", "sum", "min", "max", "first", "firstTime", "last", "lastTime",   (of retained samples)
                      "tiers": [{"duration": us, "horizon": us or null, "cells": [pane, ...]}],  (all the sender holds)
                      "keyframe": [[duration, ...pane], ...],   (what a keyframe carries: compare this)
                      "features": [[mean, M2, increase or null, sketch hex] or null, ...]}},   (of "keyframe")
     "tables": {id: {"key": column or null, "state": [floor, keyFloor, whole, part, total],
                     "rows": [[rowId, {column: value}], ...]}},     (ascending; datetimes in microseconds)
     "counters": {"folded", "late", "invalid", "missing", "expired"}}

`pane` is [start, count, sum, min, max, first, firstTime, last, lastTime]. A series without samples has null summaries.
Values are integers, so sums are exact. Messages from index `quiet` (0-based) on must arrive, in any way: after the last
change a whole keyframe round lies in them. Before it anything may be lost, doubled or reordered.
A receiver that keeps at least as many cells as the sender ends with every pane of `keyframe`, with `n`, and with
the table rows whose rowId is at least keyFloor; older rows it holds must be among `rows`.
"""

from __future__ import annotations

import json
import math
import random
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stream_viz._limits import Limits
from stream_viz._pane import ROWS, merge_pane
from stream_viz._sender import Sender
from stream_viz._table_columns import Column

if TYPE_CHECKING:
    from stream_viz._message import Message
    from stream_viz._series import Series

STEP_US = 50_000
WINDOW_SEEDS = 100
TABLES: dict[str, dict[str, Any]] = {
    "table:keyed": {"columns": None, "key": "pid", "max_rows": 9},
    "table:log": {
        "columns": [Column("at", "datetime"), Column("text", "text"), Column("ok")],
        "key": None,
        "max_rows": 40,
    },
}


Name = tuple[str, dict[str, str]]


@dataclass
class History:
    """What was driven, and the sender as it ended."""

    seed: int
    messages: list[Message]
    quiet: int
    sender: Sender
    deaf: bool
    """Whether the sender was in slow mode at some time."""


def history(seed: int) -> History:
    """Drives a sender with random samples, lateness, bursts, clears, removals, tables and deaf spells."""
    rng = random.Random(seed)
    clock = [1_700_000_000_000_000 + rng.randint(0, 10**9)]
    key_cells = rng.choice([3, 6, 60])
    limits = Limits(
        cells_per_tier=key_cells + 11 + rng.randint(0, 20),
        key_cells=key_cells,
        key_cells_least=min(3, key_cells),
        message_bytes=rng.choice([4_000, 40_000, 262_144]),
        keyframe_bytes=rng.choice([1_000, 65_536]),
        message_rows=rng.choice([20, 200, 14_000]),
        table_key_bytes=rng.choice([300, 262_144]),
        slice_bytes=rng.choice([200, 32_768]),
        series_pending_bytes=rng.choice([1_600, 1_600_000]),
        pending_panes=rng.choice([40, 4096]),
        quiet_most_us=10_000_000,
    )
    sender = Sender(f"history-{seed}", now_us=lambda: clock[0], limits=limits)
    names = [("cpu", {"core": str(i)}) for i in range(rng.randint(0, 3))] + [
        ("load", {}),
        ('q"é', {"a": "1", "b": "2"}),
    ]
    stretch = rng.choice([1, 1, 20, 400])
    speed = rng.choice([1, 3, 20])
    messages: list[Message] = []
    deaf = False
    base = clock[0]
    ticks = rng.choice([40, 100, 300])
    windows = seed >= WINDOW_SEEDS
    if windows:
        names.append(("steps", {}))
    sender.publish({"title": f"history {seed}", "widgets": [], "views": []})
    for tick in range(ticks):
        clock[0] += STEP_US
        if windows:
            _need_some(rng, sender, names, every=tick == 0)
        _send_some(rng, sender, names, base + (clock[0] - base) * stretch, (tick, speed))
        _change_tables(rng, sender, clock[0])
        deaf |= _disturb(rng, sender, f"tick {tick}", names)
        _tick(sender, messages)
    sender.set_listening(True)
    while any(s.waiting for s in sender._series.values()) or any(t.waiting for t in sender._tables.values()):
        clock[0] += STEP_US
        _tick(sender, messages)
    clock[0] += STEP_US
    _tick(sender, messages)
    quiet, last_change = len(messages), sender.seq
    for _ in range(20_000):
        clock[0] += STEP_US
        _tick(sender, messages)
        if (done := sender.completed_round) and done[0] > last_change + 1:
            return History(seed, messages, quiet, sender, deaf)
    raise AssertionError("no round ever ends")


def _disturb(rng: random.Random, sender: Sender, title: str, names: list[tuple[str, dict[str, str]]]) -> bool:
    """Publishes, clears, removes, stops listening and asks, each now and then; returns whether slow mode began."""
    if rng.random() < 0.01:
        sender.publish({"title": title, "widgets": [], "views": []})
    if rng.random() < 0.008:
        sender.clear_series(rng.choice(names)[0])
    if rng.random() < 0.004:
        sender.remove_series(rng.choice(names)[0])
    if rng.random() < 0.01:
        sender.clear_table(rng.choice(list(TABLES)))
    slow = False
    if rng.random() < 0.03:
        listens = rng.random() < 0.6
        slow = not listens
        sender.set_listening(listens)
    if rng.random() < 0.01:
        sender.request_snapshot(f"request {title}")
    return slow


def _need_some(rng: random.Random, sender: Sender, names: list[Name], *, every: bool) -> None:
    chosen = sorted({name for name, _ in names}) if every else [rng.choice(names)[0]]
    for name in chosen:
        if rng.random() < (0.7 if every else 0.03):
            _need(rng, sender, name)


def _send_some(rng: random.Random, sender: Sender, names: list[Name], now: int, pace: tuple[int, int]) -> None:
    tick, speed = pace
    for name, labels in names:
        if name == "steps":
            _send_steps(rng, sender.series(name, labels, axis="step"), tick * speed)
        elif rng.random() < 0.4:
            _send(rng, sender.series(name, labels, max_points=rng.choice([50, 1000])), now, speed)


def _need(rng: random.Random, sender: Sender, name: str) -> None:
    """Says what windows over a name need; a base divides the finest tier, or is dropped."""
    bases = [None, 7, 10, 64, 300] if name == "steps" else [None, 2_000, 250_000, 400_000, 60_000_000]
    wide = rng.random() < 0.8
    sender.window_needs(name, spread=wide, increase=wide, sketch=wide and rng.random() < 0.8, base_us=rng.choice(bases))


def _send_steps(rng: random.Random, series: Series, step: int) -> None:
    for _ in range(rng.randint(0, 4)):
        at = step + rng.randint(0, 9) - (rng.random() < 0.1) * rng.randint(0, 500)
        series.buf.extend((float(at), float(rng.randint(-99, 99))))


def _tick(sender: Sender, messages: list[Message]) -> None:
    message = sender.tick()
    if message is not None:
        messages.append(message)


def _send(rng: random.Random, series: Series, now: int, speed: int) -> None:
    count = rng.randint(1, 3 * speed) if rng.random() < 0.95 else rng.randint(50, 400)
    times = [now - rng.randint(0, STEP_US) for _ in range(count)]
    if rng.random() < 0.7:
        times.sort()
    for i in range(count):
        if rng.random() < 0.03:
            times[i] -= rng.choice([300_000, 40_000_000, 3_000_000_000, 10**14])
        if rng.random() < 0.002:
            times[i] += 10**12
    values = [float(rng.randint(-99, 99)) for _ in times]
    for i in range(count):
        if rng.random() < 0.03:
            values[i] = rng.choice([math.nan, math.inf, -math.inf])
    if rng.random() < 0.2:
        series.extend_us(np.array(times, np.int64), np.array(values))
        return
    for t, v in zip(times, values, strict=True):
        series.buf.extend((t / 1e6, v))
    if rng.random() < 0.1:
        series.pack()


def _change_tables(rng: random.Random, sender: Sender, now: int) -> None:
    if rng.random() < 0.3:
        table = sender.table("table:keyed", **TABLES["table:keyed"])
        pid = rng.randint(0, 12)
        if rng.random() < 0.3:
            table.apply([], [pid])
        else:
            table.apply(
                [{"pid": pid, rng.choice(["cpu", "mem"]): rng.randint(0, 99), "name": rng.choice(["a", "bé", None])}]
            )
    if rng.random() < 0.3:
        table = sender.table("table:log", **TABLES["table:log"])
        table.apply([{"at": now / 1e6, "text": "x" * rng.randint(0, 40), "ok": rng.random() < 0.5}] * rng.randint(1, 5))


def truth(past: History) -> dict[str, object]:
    """Returns what a receiver must end with; the format is in the module's docstring."""
    sender = past.sender
    return {
        "seed": past.seed,
        "messages": len(past.messages),
        "quiet": past.quiet,
        "document": sender._document.revision,
        "samples": sum(s.n for s in sender._series.values()),
        "series": {key: _series_truth(sender, key) for key in sender._series},
        "tables": {name: _table_truth(table) for name, table in sender._tables.items()},
        "counters": {c: sender.stats()[c] for c in ("folded", "late", "invalid", "missing", "expired")},
    }


def _series_truth(sender: Sender, key: str) -> dict[str, object]:
    series = sender._series[key]
    cells = series.cells
    whole = None
    for _, panes in cells.view():
        for _, *pane in panes[:ROWS].T.tolist():
            whole = tuple(pane) if whole is None else merge_pane(tuple(pane), whole)
    names = ("count", "sum", "min", "max", "first", "firstTime", "last", "lastTime")
    keyframe = list(cells.keyframe(sender.limits.key_cells))
    return {
        "axis": series.axis,
        "since": series.since_us,
        "gen": series.generation,
        "n": series.n,
        "gone": cells.gone,
        "from": _horizon(cells.horizon_us),
        "before": series.sent_until_us,
        **dict(zip(names, whole or (None,) * len(names), strict=True)),
        "tiers": [
            {"duration": t.duration_us, "horizon": _horizon(h), "cells": t.panes()[:ROWS].T.tolist()}
            for t, h in zip(cells.tiers, cells.horizons_us, strict=True)
        ],
        "keyframe": [[d, *pane] for d, panes in keyframe for pane in panes[:ROWS].T.tolist()],
        "features": [_known(series, pane) for _, panes in keyframe for pane in panes[ROWS:].T.tolist()],
    }


def _known(series: Series, known: list[float]) -> list[float | str | None] | None:
    if not known:
        return None
    mean, m2, increase, number = known
    numbers = [None if math.isnan(each) else each for each in (mean, m2, increase)]
    return [*numbers, series.features.pool.encoded(number).hex()]


def _horizon(us: int) -> int | None:
    return us if us > -(2**62) else None


def _table_truth(table: Any) -> dict[str, object]:
    names = [c.name for c in table.columns]
    rows = [[r.id, dict(zip(names, table._padded(r.cells), strict=True))] for r in table._rows.values()]
    return {"key": table.key, "state": table.state(), "rows": rows}


def frame(message: Message) -> bytes:
    """Returns one message as the file has it."""
    header = json.dumps(message.header, ensure_ascii=False, separators=(",", ":")).encode()
    parts = [struct.pack("<I", len(header)), header, struct.pack("<I", len(message.buffers))]
    for buffer in message.buffers:
        parts += [struct.pack("<I", len(buffer)), buffer]
    return b"".join(parts)


def main(arguments: list[str]) -> None:
    directory = Path(arguments[0])
    directory.mkdir(parents=True, exist_ok=True)
    for seed in map(int, arguments[1:] or range(10)):
        past = history(seed)
        (directory / f"history-{seed}.bin").write_bytes(b"".join(map(frame, past.messages)))
        (directory / f"history-{seed}.json").write_text(json.dumps(truth(past)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
