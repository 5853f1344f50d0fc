"""A viewer in plain Python, slow and simple: the oracle for what the sender's messages mean (docs/protocol.md)."""

from __future__ import annotations

import json
import math

import pyarrow as pa

from stream_viz._row_proof import RowProof

INF = math.inf


def merge(a, b):
    if a is None or b is None:
        return b if a is None else a
    first = b[4:6] if b[5] < a[5] else a[4:6]
    last = b[6:8] if b[7] >= a[7] else a[6:8]
    return (a[0] + b[0], a[1] + b[1], min(a[2], b[2]), max(a[3], b[3]), *first, *last)


def merged(panes):
    out = None
    for pane in panes:
        out = merge(out, pane)
    return out


def sample(t, v):
    return (1, v, v, v, v, t, v, t)


class ViewerCells:
    def __init__(self, durations):
        self.durations = durations
        self.tier = [{} for _ in durations]
        self.gone, self.start = 0, -INF

    def add(self, t, pane, duration=0):
        for k, d in enumerate(self.durations):
            if d < duration:
                continue
            start = t - t % d
            take = k and self.durations[k - 1] < duration
            self.tier[k][start] = merge(self.query(k, start) if take else self.tier[k].get(start), pane)

    def replace(self, duration, start, pane):
        self.tier[self.durations.index(duration)][start] = pane

    def view(self, lo=-INF, hi=INF, top=None):
        low = {s: [(0, s, p)] for s, p in self.tier[0].items() if lo <= s < hi}
        for k in range(1, len(self.durations) if top is None else top + 1):
            groups, d = {}, self.durations[k]
            for s, shown in low.items():
                groups.setdefault(s - s % d, []).extend(shown)
            for s, p in self.tier[k].items():
                if lo <= s < hi and p[0] > sum(b[2][0] for b in groups.get(s, ())):
                    groups[s] = [(k, s, p)]
            low = groups
        return sorted((b for shown in low.values() for b in shown), key=lambda b: b[1])

    def query(self, k, start):
        return merged(b[2] for b in self.view(start, start + self.durations[k], k))

    def forget(self, edge):
        for cells in self.tier:
            for s in [s for s in cells if s < edge]:
                del cells[s]


class Viewer:
    """Applies messages in rising seq; keeps no limit, so that it shows all it was told."""

    def __init__(self):
        self.seq, self.document, self.series, self.tables, self.proved = (
            0,
            {"revision": -1, "generations": {}},
            {},
            {},
            {},
        )
        self.samples = self.header = None
        self.latest = {}
        self.history = {}
        self.rows_seen = {}

    def apply(self, message):
        header = message.header
        if header["seq"] <= self.seq:
            return
        json.dumps(header)
        self.seq, self.header = header["seq"], header
        parts = self._decode(message)
        entries = next((meta["series"] for _, _, meta, _ in parts if "series" in meta), [])
        if header.get("slow"):
            self._show_latest(parts, entries)
            return
        live = self._count(parts, entries)
        for part, c, meta, table in parts:
            getattr(self, "_" + part["role"])(part, c, meta, live, entries, table)
        self._prove(header["tables"])

    def _decode(self, message):
        decoded = []
        for part in message.header["parts"]:
            data = message.buffers[part["buffer"]]
            if part["role"] == "document":
                self._document(json.loads(data))
            else:
                table = pa.ipc.open_stream(data).read_all()
                meta = json.loads((table.schema.metadata or {}).get(b"streamviz", b"{}"))
                decoded.append((part, _columns(table), meta, table))
        return decoded

    def _document(self, document):
        if document["revision"] <= self.document["revision"]:
            return
        self.document = document
        for key, gen in document["generations"].items():
            if key in self.series and self.series[key]["gen"] < gen:
                del self.series[key]

    def _show_latest(self, parts, entries):
        for part, c, _, _ in parts:
            if part["role"] == "latest":
                self.latest |= {entries[s]["key"]: v for s, v in zip(c["series"], c["value"], strict=True)}

    def _count(self, parts, entries):
        """Take the series list over, and open holes where `n` says that samples are missing."""
        own, live = {}, {}
        for part, c, _, _ in parts:
            if part["role"] == "samples":
                assert c["series"] == sorted(c["series"])
                for s, v in zip(c["series"], c["value"], strict=True):
                    own[s] = own.get(s, 0) + (not math.isnan(v))
            if part["role"] == "folds":
                for s, n in zip(c["series"], c["count"], strict=True):
                    own[s] = own.get(s, 0) + n
        for at, e in enumerate(entries):
            s = self.series.get(e["key"])
            if s is None or e["gen"] > s["gen"]:
                s = self.series[e["key"]] = {"gen": e["gen"], "n": 0, "hole": None, "cells": ViewerCells(e["tiers"])}
            if e["n"] - own.get(at, 0) != s["n"]:
                s["hole"] = (self.seq, e["before"])
            s["n"] = e["n"]
            live[at] = s
        return live

    def _prove(self, tables):
        for name, (floor, key_floor, whole, part, _total) in tables.items():
            rows = self.tables.setdefault(name, {})
            for key in [k for k, (i, _) in rows.items() if i < floor]:
                del rows[key]
            self.proved[name] = proof(rows, 0) == whole, proof(rows, key_floor) == part
        for name in [name for name in self.tables if name not in tables]:
            del self.tables[name]

    def _folds(self, _part, c, _meta, live, _entries, _table):
        for s, start, duration, *pane in zip(*c.values(), strict=True):
            live[s]["cells"].add(start, tuple(pane), duration)

    def _samples(self, _part, c, _meta, live, entries, _table):
        for s, t, v in zip(*c.values(), strict=True):
            self.rows_seen.setdefault(entries[s]["key"], []).append((t, v))
            if not math.isnan(v):
                live[s]["cells"].add(t, sample(t, v))

    def _history(self, _part, c, _meta, _live, entries, _table):
        for s in set(c["series"]):
            self.history[entries[s]["key"]] = []
        for s, t, v in zip(*c.values(), strict=True):
            self.history[entries[s]["key"]].append((t, v))

    def _keyframe(self, _part, c, meta, live, _entries, _table):
        for at, begin, gone in meta["keyframe"]:
            cells = live[at]["cells"]
            start = -INF if begin is None else begin
            if live[at]["hole"]:
                cells.forget(start)
            cells.gone, cells.start = gone, start
        for s, start, duration, *pane in zip(*c.values(), strict=True):
            live[s]["cells"].replace(duration, start, tuple(pane))
        for at, _, gone in meta["keyframe"]:
            s = live[at]
            shown = sum(p[0] for _, start, p in s["cells"].view() if start >= s["cells"].start)
            if s["hole"] and shown == s["n"] - gone:
                s["hole"] = None

    def _rows(self, part, _c, _meta, _live, _entries, table):
        name = part["table"]
        rows = self.tables.setdefault(name, {})
        listed = table.to_pylist()
        key_column = KEYS.get(name)
        for row in listed:
            row["key"] = row[key_column] if key_column else row["sv:row"]
        a, b, last = part.get("slice", (0, 0, False))
        keep = {row["sv:row"] for row in listed}
        assert "slice" not in part or keep <= set(range(a, b))
        for key in [k for k, (i, _) in rows.items() if a <= i < b and i not in keep]:
            del rows[key]
        for row in listed:
            if row["key"] in rows and rows[row["key"]][0] >= row["sv:row"]:
                continue
            rows.pop(row["key"], None)
            if not row["sv:gone"]:
                rows[row["key"]] = (row["sv:row"], row)
        _, key_floor, whole, _, _ = self.header["tables"][name]
        if last and proof(rows, 0) != whole:
            for key in [k for k, (i, _) in rows.items() if i < key_floor]:
                del rows[key]


KEYS = {"table:keyed": "pid"}


def proof(rows, floor):
    out = RowProof()
    for i, _ in rows.values():
        if i >= floor:
            out.add(i)
    return str(out)


def _columns(table):
    names = table.schema.names
    if "series" not in names:
        return {}
    return {
        n: table[n].cast(pa.int64()).to_pylist() if pa.types.is_timestamp(table[n].type) else table[n].to_pylist()
        for n in names
    }
