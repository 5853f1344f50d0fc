"""One message being built: its series list, its parts, its bytes (protocol, sections 1 to 3)."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from stream_viz._arrow import PANE_ROW_BYTES, SAMPLE_ROW_BYTES, SAMPLES, Owners, encode, encode_panes
from stream_viz._cells import NEVER_US

if TYPE_CHECKING:
    from stream_viz._arrow import Bytes
    from stream_viz._pane import Panes
    from stream_viz._row_block import Rows
    from stream_viz._series import Series, SeriesKey

PROTOCOL = [1, 0]
PART_BYTES = 600
"""Bytes of an Arrow part beside its rows; an upper estimate."""
ENTRY_BYTES = 110
"""Bytes of a series entry beside its key; an upper estimate."""


@dataclass
class Message:
    """A header and its buffers, exactly as docs/protocol.md has them. The buffers are fresh bytes every time."""

    header: dict[str, object]
    buffers: list[bytes]


def entry_bytes(series: Series) -> int:
    """Return about how many bytes the entry of a series takes."""
    return ENTRY_BYTES + series.key_bytes


@dataclass
class MessageParts:
    """Collects parts; `build` puts them in the order in which they are applied."""

    size: int = 0
    """Bytes so far; an estimate."""
    entries: list[str] = field(default_factory=list)
    """The series list, each entry as JSON."""
    _index: dict[SeriesKey, int] = field(default_factory=dict)
    _document: bytes | None = None
    _samples: list[tuple[Owners, Rows]] = field(default_factory=list)
    _history: list[tuple[Owners, Rows]] = field(default_factory=list)
    _latest: list[tuple[Owners, Rows]] = field(default_factory=list)
    _folds: list[tuple[Owners, int, Panes]] = field(default_factory=list)
    _keyframe: list[tuple[Owners, int, Panes]] = field(default_factory=list)
    _keyframe_list: list[list[int | None]] = field(default_factory=list)
    _rows: list[tuple[dict[str, object], bytes]] = field(default_factory=list)
    _described: bool = False

    def entry(self, series: Series, before_us: int | None) -> int:
        """Return the index of a series in this message's list; `before_us` counts when it is new there."""
        at = self._index.get(series.key)
        if at is None:
            at = self._index[series.key] = len(self.entries)
            self.size += entry_bytes(series)
            self.entries.append(series.entry_text(before_us))
        return at

    def has(self, key: SeriesKey) -> bool:
        """Return whether a series is in this message's list."""
        return key in self._index

    @property
    def has_document(self) -> bool:
        """Return whether the document is in."""
        return self._document is not None

    def document(self, document: dict[str, object]) -> None:
        """Carry the document; once is enough."""
        if self._document is None:
            self._document = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
            self.size += len(self._document)

    def live(self, series: Series, before_us: int | None, folds: list[tuple[int, Panes]], rows: Rows) -> None:
        """Carry rows and folds that have just entered the series."""
        at = self.entry(series, before_us)
        if len(rows):
            self._samples.append((at, rows))
            self.size += SAMPLE_ROW_BYTES * len(rows)
        for duration, panes in folds:
            self._folds.append((at, duration, panes))
            self.size += PANE_ROW_BYTES * panes.shape[1]

    def live_together(self, folds: tuple[Owners, int, Panes], rows: tuple[Owners, Rows]) -> None:
        """Carry rows and folds of many series, whose entries are there; owners ascend."""
        if len(rows[1]):
            self._samples.append(rows)
            self.size += SAMPLE_ROW_BYTES * len(rows[1])
        if folds[2].shape[1]:
            self._folds.append(folds)
            self.size += PANE_ROW_BYTES * folds[2].shape[1]

    def history(self, series: Series, rows: Rows) -> None:
        """Carry raw rows that are counted already."""
        self._history.append((self.entry(series, series.sent_until_us), rows))
        self.size += SAMPLE_ROW_BYTES * len(rows)

    def latest(self, series: Series, rows: Rows) -> None:
        """Carry the newest row of a series, in slow mode."""
        self._latest.append((self.entry(series, series.sent_until_us), rows))
        self.size += SAMPLE_ROW_BYTES * len(rows)

    def keyframe(self, series: Series, cells: int) -> int:
        """Carry a series whole; returns the bytes it takes."""
        before = self.size
        at = self.entry(series, series.sent_until_us)
        horizon = series.cells.horizon_us
        self._keyframe_list.append([at, None if horizon == NEVER_US else horizon, series.cells.gone])
        for duration, panes in series.cells.keyframe(cells):
            self._keyframe.append((at, duration, panes))
            self.size += PANE_ROW_BYTES * panes.shape[1]
        self.size += 32
        return self.size - before

    def rows(self, table: str, stream: bytes, cut: list[object] | None = None) -> None:
        """Carry changes of a table, or the slice `[a, b, last]`."""
        part: dict[str, object] = {"role": "rows", "table": table}
        if cut is not None:
            part["slice"] = cut
        self._rows.append((part, stream))
        self.size += len(stream)

    def build(self) -> tuple[list[dict[str, object]], list[bytes]]:
        """Return the header's parts and the buffers, in order of application."""
        parts: list[dict[str, object]] = []
        buffers: list[bytes] = []

        def add(part: dict[str, object], data: bytes) -> None:
            parts.append({**part, "buffer": len(buffers)})
            buffers.append(data)

        if self._document is not None:
            add({"role": "document"}, self._document)
        if self._folds:
            self._folds.sort(key=_first)
            add({"role": "folds"}, encode_panes(self._folds, self._metadata()))
        for role, pieces in (("samples", self._samples), ("history", self._history)):
            if pieces:
                add({"role": role}, _encode_pieces(pieces, self._metadata()))
        if self._keyframe_list:
            self._keyframe.sort(key=_first)
            add({"role": "keyframe"}, encode_panes(self._keyframe, self._metadata(keyframe=self._keyframe_list)))
        if self._latest:
            add({"role": "latest"}, _encode_pieces(self._latest, self._metadata()))
        if self.entries and not self._described:  # n changed, but no row is left to carry the list
            add({"role": "samples"}, _encode_pieces([], self._metadata()))
        for part, stream in self._rows:
            add(part, stream)
        return parts, buffers

    def _metadata(self, **content: object) -> str | None:
        """Return the schema metadata of the next part: the first one carries the series list."""
        fields = [f'"{name}":{json.dumps(value, separators=(",", ":"))}' for name, value in content.items()]
        if not self._described:
            fields.insert(0, f'"series":[{",".join(self.entries)}]')
            self._described = True
        return f"{{{','.join(fields)}}}" if fields else None


def _first(piece: tuple[Owners, *tuple[object, ...]]) -> int:
    """Return the lowest series of a piece; the owners in one piece are no others' in between."""
    return piece[0] if isinstance(piece[0], int) else int(piece[0][0])


def _encode_pieces(pieces: list[tuple[Owners, Rows]], metadata: str | None) -> bytes:
    """Return the sample stream of (series, rows) pieces, sorted by series."""
    pieces = sorted(pieces, key=_first)
    count = sum(len(rows) for _, rows in pieces)
    series = b"".join(struct.pack("<H", at) * len(rows) if isinstance(at, int) else at.tobytes() for at, rows in pieces)
    times: list[Bytes] = []
    values: list[Bytes] = []
    for _, rows in pieces:
        if isinstance(rows.times, list):
            times.append(struct.pack(f"<{len(rows)}q", *rows.times))
            values.append(struct.pack(f"<{len(rows)}d", *rows.values))
        else:
            times.append(np.ascontiguousarray(rows.times))
            values.append(np.ascontiguousarray(cast("np.ndarray", rows.values)))
    return encode(
        SAMPLES, [series, b"".join(cast("list[bytes]", times)), b"".join(cast("list[bytes]", values))], count, metadata
    )
