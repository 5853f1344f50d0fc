"""A viewer in plain Python, slow and simple: the oracle for what the sender's messages mean (docs/protocol.md)."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pyarrow as pa

from stream_viz._row_proof import RowProof
from stream_viz._sketch import Sketch, sketch_of

sketch_decode = Sketch.decode

INF = math.inf


PLAIN = 8
"""Fields of a plain pane; a wide one has mean, M2, increase and a sketch (None: not known) after them."""


def merge(a, b):
    if a is None or b is None:
        return b if a is None else a
    wide = merge_features(a, b) if max(len(a), len(b)) > PLAIN else ()
    first = b[4:6] if b[5] < a[5] else a[4:6]
    last = b[6:8] if b[7] >= a[7] else a[6:8]
    return (a[0] + b[0], a[1] + b[1], min(a[2], b[2]), max(a[3], b[3]), *first, *last, *wide)


def merge_features(a, b):
    (mean, m2, rise, sketch), (mean_b, m2_b, rise_b, sketch_b) = known(a), known(b)
    total, delta = a[0] + b[0], mean_b - mean
    if a[7] <= b[5]:
        rise += rise_b + step(a[6], b[4])
    elif b[7] < a[5]:
        rise += rise_b + step(b[6], a[4])
    else:
        rise = math.nan
    both = sketch.merge(sketch_b) if sketch and sketch_b else sketch or sketch_b
    return mean + delta * b[0] / total, m2 + m2_b + delta * delta * a[0] * b[0] / total, rise, both


def known(pane):
    return pane[PLAIN:] or (pane[1] / pane[0], math.nan, math.nan, None)


def step(before, after):
    return after - before if after >= before else after


def merged(panes):
    out = None
    for pane in panes:
        out = merge(out, pane)
    return out


def sample(t, v):
    return (1, v, v, v, v, t, v, t)


def wide_sample(t, v):
    return (*sample(t, v), v, 0.0, 0.0, sketch_of(np.array([v], float)))


class ViewerCells:
    def __init__(self, durations, since=None):
        self.durations = durations
        self.tier = [{} for _ in durations]
        self.gone, self.start = 0, -INF
        self.since = since

    def follow(self, durations, since):
        """Take over other tiers: what only a tier that goes knows goes to the next, a new one begins at `since`."""
        if durations != self.durations:
            for k, duration in enumerate(self.durations):
                if duration not in durations:
                    for start in {s - s % self.durations[k + 1] for s in self.tier[k]}:
                        self.tier[k + 1][start] = self.query(k + 1, start)
            held = dict(zip(self.durations, self.tier, strict=True))
            self.durations, self.tier = durations, [held.get(d, {}) for d in durations]
        self.since = since

    def add(self, t, pane, duration=0):
        for k, d in enumerate(self.durations):
            if d < duration or (k == 0 and self.since is not None and t < self.since):
                continue
            start = t - t % d
            take = k and self.durations[k - 1] < duration <= d
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

    def tier_of(self, duration):
        return self.tier[self.durations.index(duration)]

    def query(self, k, start):
        return merged(b[2] for b in self.view(start, start + self.durations[k], k))

    def forget(self, edge):
        for cells in self.tier:
            for s in [s for s in cells if s < edge]:
                del cells[s]


class Viewer:
    """Applies messages in rising seq; keeps no limit, so that it shows all it was told."""

    def __init__(self, wide=()):
        """Start without data; samples of the names in `wide` are known with their features."""
        self.wide = wide
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
        self.features = {}
        for part in message.header["parts"]:
            data = message.buffers[part["buffer"]]
            if part["role"] == "document":
                self._document(json.loads(data))
            else:
                table = pa.ipc.open_stream(data).read_all()
                meta = json.loads((table.schema.metadata or {}).get(b"streamviz", b"{}"))
                decoded.append((part, _columns(table), meta, table))
                if part["role"].endswith("Features"):
                    self.features[part["role"]] = _features(table)
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
                cells = ViewerCells(e["tiers"], e.get("since"))
                s = self.series[e["key"]] = {"gen": e["gen"], "n": 0, "hole": None, "cells": cells}
            s["axis"] = e.get("axis", "time")
            s["cells"].follow(e["tiers"], e.get("since"))
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
        for (s, start, duration, *pane), known in zip(zip(*c.values(), strict=True), self._known("fold"), strict=False):
            live[s]["cells"].add(start, (*pane, *known), duration)

    def _foldFeatures(self, *_):  # noqa: N802  the role's name
        """Their rows were read with the panes."""

    _keyframeFeatures = _foldFeatures  # noqa: N815

    def _known(self, role):
        """Yield what each row of a pane part has beyond plain panes: nothing, or four fields."""
        rows = self.features.get(role + "Features", {})
        for row in itertools.count():
            yield rows.get(row, ())

    def _samples(self, _part, c, _meta, live, entries, _table):
        rows = {}
        for s, t, v in zip(*c.values(), strict=True):
            self.rows_seen.setdefault(entries[s]["key"], []).append((t, v))
            if not math.isnan(v):
                rows.setdefault(s, []).append((t, v))
        for s, found in rows.items():
            of = wide_sample if json.loads(entries[s]["key"])[0] in self.wide else sample
            if of is wide_sample:
                found.sort(key=lambda row: row[0])
            for t, v in found:
                live[s]["cells"].add(t, of(t, v))

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
        rows = zip(*c.values(), strict=True)
        for (s, start, duration, *pane), known in zip(rows, self._known("keyframe"), strict=False):
            live[s]["cells"].replace(duration, start, (*pane, *known))
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


def _features(table):
    names = ["row", "mean", "m2", "increase", "sketch"]
    assert table.schema.names == names
    rows = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    assert [row for row, *_ in rows] == sorted({row for row, *_ in rows})
    return {row: (*numbers, sketch_decode(data) if data else None) for row, *numbers, data in rows}


def _columns(table):
    names = table.schema.names
    if "series" not in names:
        return {}
    return {
        n: table[n].cast(pa.int64()).to_pylist() if pa.types.is_timestamp(table[n].type) else table[n].to_pylist()
        for n in names
    }
