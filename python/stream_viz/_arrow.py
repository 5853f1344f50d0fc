"""Own encoder of the fixed Arrow layouts, sample and pane: one IPC stream, uncompressed, one batch, not nullable.

The third, features, has its layout here and its encoder in `_feature_part.py`.

| piece | bytes |
|---|---|
| schema message | `ff ff ff ff`, u32 length, FlatBuffer; the metadata value stands last, all before it is constant |
| batch message | `ff ff ff ff`, u32 length, FlatBuffer (constant but for the lengths), columns, each padded to 8 |
| end | `ff ff ff ff 00 00 00 00` |

Formats: Arrow columnar specification 1.x, Schema.fbs and Message.fbs, metadata version 5. No Arrow library is needed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from stream_viz._flatbuffer import FlatBuffer
from stream_viz._pane import COUNT, FIRST, FIRST_TIME, LAST, LAST_TIME, MAX, MIN, ROWS, START, SUM, Panes

if TYPE_CHECKING:
    from collections.abc import Sequence

Bytes = bytes | bytearray | memoryview | npt.NDArray[Any]
Owners = int | npt.NDArray[np.uint16]
"""The series of all rows of a piece, or of each."""
METADATA_KEY = "streamviz"
END = struct.pack("<II", 0xFFFFFFFF, 0)
VERSION_5, SCHEMA, RECORD_BATCH = 4, 1, 3
INT, FLOAT, BINARY, TIMESTAMP = 2, 3, 4, 10
DOUBLE, MICROSECOND = 2, 2

SAMPLE_COLUMNS = (("series", "uint16"), ("time", "timestamp"), ("value", "float64"))
PANE_COLUMNS = (
    ("series", "uint16"),
    ("start", "timestamp"),
    ("duration", "int64"),
    ("count", "int64"),
    ("sum", "float64"),
    ("min", "float64"),
    ("max", "float64"),
    ("first", "float64"),
    ("firstTime", "timestamp"),
    ("last", "float64"),
    ("lastTime", "timestamp"),
)
FEATURE_COLUMNS = (
    ("row", "int32"),
    ("mean", "float64"),
    ("m2", "float64"),
    ("increase", "float64"),
    ("sketch", "binary"),
)
WIDTHS = {"uint16": 2, "int32": 4, "int64": 8, "float64": 8, "timestamp": 8, "binary": 4}
"""Bytes of a value; of a binary column, of an end."""
TYPES = {"uint16": INT, "int32": INT, "int64": INT, "float64": FLOAT, "timestamp": TIMESTAMP, "binary": BINARY}
SAMPLE_ROW_BYTES = 18
PANE_ROW_BYTES = 82


@dataclass(frozen=True)
class Layout:
    """The constant bytes of one schema."""

    widths: tuple[int, ...]
    plain: bytes
    """Schema message without metadata, whole."""
    head: bytes
    """Schema FlatBuffer up to the length of the metadata value."""
    batch: bytes
    """Batch FlatBuffer with zero lengths."""
    length_at: int
    body_length_at: int
    nodes_at: int
    buffers_at: int


def _schema(columns: Sequence[tuple[str, str]], *, metadata: bool) -> bytes:
    out = FlatBuffer()
    message = out.table(("h", VERSION_5), ("B", SCHEMA), ("I", 0), ("q", 0))
    out.refer(0, table=True)
    schema = out.table(("h", 0), ("I", 0), ("I", 0) if metadata else None)
    out.refer(message[2], table=True)
    for (name, kind), at in zip(columns, out.vector(schema[1], len(columns)), strict=True):
        code = TYPES[kind]
        field = out.table(("I", 0), ("?", 0), ("B", code), ("I", 0), None, ("I", 0))
        out.refer(at, table=True)
        out.text(field[0], name)
        out.vector(field[5], 0)
        if code == INT:
            out.table(("i", 8 * WIDTHS[kind]), ("?", kind != "uint16"))
        elif code == FLOAT:
            out.table(("h", DOUBLE))
        elif code == BINARY:
            out.table()
        else:
            timestamp = out.table(("h", MICROSECOND), ("I", 0))
        out.refer(field[3], table=True)
        if code == TIMESTAMP:
            out.text(timestamp[1], "UTC")
    if metadata:
        (at,) = out.vector(schema[2], 1)
        entry = out.table(("I", 0), ("I", 0))
        out.refer(at, table=True)
        out.text(entry[0], METADATA_KEY)
        out.refer(entry[1])
    return bytes(out.bytes)


def _layout(columns: Sequence[tuple[str, str]]) -> Layout:
    out = FlatBuffer()
    message = out.table(("h", VERSION_5), ("B", RECORD_BATCH), ("I", 0), ("q", 0))
    out.refer(0, table=True)
    batch = out.table(("q", 0), ("I", 0), ("I", 0))
    out.refer(message[2], table=True)
    nodes = out.vector(batch[1], len(columns), "qq")
    buffers = out.vector(batch[2], sum(3 if kind == "binary" else 2 for _, kind in columns), "qq")
    out.pad(-len(out.bytes) % 8)
    return Layout(
        widths=tuple(WIDTHS[kind] for _, kind in columns),
        plain=_framed(_schema(columns, metadata=False)),
        head=_schema(columns, metadata=True),
        batch=bytes(out.bytes),
        length_at=batch[0],
        body_length_at=message[3],
        nodes_at=nodes[0],
        buffers_at=buffers[0],
    )


def _framed(flatbuffer: bytes) -> bytes:
    padding = bytes(-len(flatbuffer) % 8)
    return struct.pack("<II", 0xFFFFFFFF, len(flatbuffer) + len(padding)) + flatbuffer + padding


SAMPLES = _layout(SAMPLE_COLUMNS)
PANES = _layout(PANE_COLUMNS)
FEATURES = _layout(FEATURE_COLUMNS)


def encode(layout: Layout, columns: Sequence[Bytes], rows: int, metadata: str | None = None) -> bytes:
    """Return one IPC stream of `rows` rows; `columns` are the little-endian bytes of each column, in schema order.

    `metadata` becomes the schema's value under `streamviz`. Fresh bytes every time; one copy of the columns.
    """
    if metadata is None:
        schema = layout.plain
    else:
        text = metadata.encode()
        schema = _framed(b"".join((layout.head, struct.pack("<I", len(text)), text, b"\0")))
    batch = bytearray(layout.batch)
    struct.pack_into("<q", batch, layout.length_at, rows)
    buffers: list[int] = []
    body: list[Bytes] = []
    offset = 0
    for column, width in zip(columns, layout.widths, strict=True):
        size = rows * width
        buffers += (offset, 0, offset, size)
        body += (column, bytes(-size % 8))
        offset += size + -size % 8
    struct.pack_into("<q", batch, layout.body_length_at, offset)
    struct.pack_into(f"<{2 * len(columns)}q", batch, layout.nodes_at, *(rows, 0) * len(columns))
    struct.pack_into(f"<{len(buffers)}q", batch, layout.buffers_at, *buffers)
    pieces: tuple[bytes | bytearray, ...] = (
        schema,
        struct.pack("<II", 0xFFFFFFFF, len(batch)),
        batch,
        *cast("list[bytes]", body),
        END,
    )
    return b"".join(pieces)


def encode_panes(
    pieces: Sequence[tuple[Owners, int, Panes, *tuple[object, ...]]], metadata: str | None = None
) -> bytes:
    """Return the pane stream of (series, duration in us, panes, ...) pieces, in their order; wide panes as plain."""
    counts = [piece[2].shape[1] for piece in pieces]
    rows = sum(counts)
    panes = np.concatenate([piece[2][:ROWS] for piece in pieces], axis=1) if pieces else np.empty((ROWS, 0))
    whole = panes[[START, COUNT, FIRST_TIME, LAST_TIME]].astype(np.int64)
    owners = [
        np.full(count, owner, np.uint16) if isinstance(owner, int) else owner
        for (owner, *_), count in zip(pieces, counts, strict=True)
    ]
    series = np.concatenate(owners) if owners else np.empty(0, np.uint16)
    durations = np.repeat(np.array([piece[1] for piece in pieces], np.int64), counts)
    columns: list[Bytes] = [
        series,
        whole[0],
        durations,
        whole[1],
        np.ascontiguousarray(panes[SUM]),
        np.ascontiguousarray(panes[MIN]),
        np.ascontiguousarray(panes[MAX]),
        np.ascontiguousarray(panes[FIRST]),
        whole[2],
        np.ascontiguousarray(panes[LAST]),
        whole[3],
    ]
    return encode(PANES, columns, rows, metadata)
