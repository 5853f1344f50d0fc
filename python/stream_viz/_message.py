"""One message being built: its series list, its parts, its bytes (protocol, sections 1 to 3)."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from stream_viz._arrow import PANE_ROW_BYTES, SAMPLE_ROW_BYTES, SAMPLES, Owners, encode, encode_panes
from stream_viz._cells import NEVER_US
from stream_viz._feature_part import (
    FEATURE_PART_BYTES,
    FEATURE_ROW_BYTES,
    PaneFeatures,
    encode_features,
    features_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stream_viz._arrow import Bytes
    from stream_viz._pane import Panes
    from stream_viz._row_block import Rows
    from stream_viz._series import Series, SeriesKey

PROTOCOL = [1, 0]
FEATURE_ROLES = {"folds": "foldFeatures", "keyframe": "keyframeFeatures"}
PART_BYTES = 600
"""Bytes of an Arrow part beside its rows; an upper estimate."""
ENTRY_BYTES = 110
"""Bytes of a series entry beside its key; an upper estimate."""
ODD_ENTRY_BYTES = 180
"""The same with a base tier or an axis."""


@dataclass
class Message:
    """A header and its buffers, exactly as docs/protocol.md has them. The buffers are fresh bytes every time."""

    header: dict[str, object]
    buffers: list[bytes]


PanePiece = tuple[Owners, int, "Panes", "PaneFeatures | None"]
"""(series, duration, panes, what they know beyond the plain fields)."""


def pane_bytes(series: Series) -> int:
    """Return the bytes of one pane of a series, without its sketch."""
    return PANE_ROW_BYTES if series.features is None else PANE_ROW_BYTES + FEATURE_ROW_BYTES


def entry_bytes(series: Series) -> int:
    """Return about how many bytes the entry of a series takes."""
    return (ENTRY_BYTES if series.plain else ODD_ENTRY_BYTES) + series.key_bytes


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
    _folds: list[PanePiece] = field(default_factory=list)
    _keyframe: list[PanePiece] = field(default_factory=list)
    _keyframe_list: list[list[int | None]] = field(default_factory=list)
    _rows: list[tuple[dict[str, object], bytes]] = field(default_factory=list)
    _described: bool = False
    _wide: set[str] = field(default_factory=set)
    """Roles that have features."""

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

    def live(
        self,
        series: Series,
        before_us: int | None,
        folds: list[tuple[int, Panes]],
        rows: Rows,
        sketch_bytes: int = 0,
    ) -> None:
        """Carry rows and folds that have just entered the series, with sketches of `sketch_bytes` at most."""
        at = self.entry(series, before_us)
        if len(rows):
            self._samples.append((at, rows))
            self.size += SAMPLE_ROW_BYTES * len(rows)
        if folds:
            self._folds += self._pane_pieces("folds", series, at, folds[::-1], sketch_bytes)[::-1]

    def _pane_pieces(
        self, role: str, series: Series, at: int, newest_first: Iterable[tuple[int, Panes]], sketch_bytes: int
    ) -> list[PanePiece]:
        pieces: list[PanePiece] = []
        features = series.features
        if features is not None:
            self._widen(role)
        for duration, panes in newest_first:
            self.size += PANE_ROW_BYTES * panes.shape[1]
            known = None
            if features is not None:
                known = features_of(panes, features.pool, sketch_bytes)
                self.size += known.size
                sketch_bytes = max(0, sketch_bytes - sum(map(len, known.sketches)))
                if known.sketches and not known.sketches[0]:
                    sketch_bytes = 0
            pieces.append((at, duration, panes, known))
        return pieces

    def _widen(self, role: str) -> None:
        if role not in self._wide:
            self._wide.add(role)
            self.size += FEATURE_PART_BYTES

    def live_together(self, folds: Iterable[PanePiece], rows: tuple[Owners, Rows]) -> None:
        """Carry rows and folds of many series, whose entries are there; owners ascend, also from piece to piece."""
        if len(rows[1]):
            self._samples.append(rows)
            self.size += SAMPLE_ROW_BYTES * len(rows[1])
        for piece in folds:
            self._folds.append(piece)
            self.size += PANE_ROW_BYTES * piece[2].shape[1]
            if piece[3] is not None:
                self._widen("folds")
                self.size += piece[3].size

    def history(self, series: Series, rows: Rows) -> None:
        """Carry raw rows that are counted already."""
        self._history.append((self.entry(series, series.sent_until_us), rows))
        self.size += SAMPLE_ROW_BYTES * len(rows)

    def latest(self, series: Series, rows: Rows) -> None:
        """Carry the newest row of a series, in slow mode."""
        self._latest.append((self.entry(series, series.sent_until_us), rows))
        self.size += SAMPLE_ROW_BYTES * len(rows)

    def keyframe(self, series: Series, cells: int, sketch_bytes: int = 0) -> int:
        """Carry a series whole, with its newest sketches of `sketch_bytes` at most; returns the bytes it takes."""
        before = self.size
        at = self.entry(series, series.sent_until_us)
        horizon = series.cells.horizon_us
        self._keyframe_list.append([at, None if horizon == NEVER_US else horizon, series.cells.gone])
        self._keyframe += self._pane_pieces("keyframe", series, at, series.cells.keyframe(cells), sketch_bytes)
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
        for part, data in self._parts():
            parts.append({**part, "buffer": len(buffers)})
            buffers.append(data)
        return parts, buffers

    def _parts(self) -> Iterator[tuple[dict[str, object], bytes]]:
        if self._document is not None:
            yield {"role": "document"}, self._document
        if self._folds:
            yield from self._pane_parts("folds", self._folds)
        for role, pieces in (("samples", self._samples), ("history", self._history)):
            if pieces:
                yield {"role": role}, _encode_pieces(pieces, self._metadata())
        if self._keyframe_list:
            yield from self._pane_parts("keyframe", self._keyframe, keyframe=self._keyframe_list)
        if self._latest:
            yield {"role": "latest"}, _encode_pieces(self._latest, self._metadata())
        if self.entries and not self._described:  # n changed, but no row is left to carry the list
            yield {"role": "samples"}, _encode_pieces([], self._metadata())
        yield from self._rows

    def _pane_parts(
        self, role: str, pieces: list[PanePiece], **content: object
    ) -> Iterator[tuple[dict[str, object], bytes]]:
        pieces.sort(key=_first)
        yield {"role": role}, encode_panes(pieces, self._metadata(**content))
        if known := _located(pieces):
            yield {"role": FEATURE_ROLES[role]}, encode_features(known)

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


def _located(pieces: list[PanePiece]) -> list[tuple[int, PaneFeatures]]:
    """Return (row of its first pane, features) of each piece that has features."""
    found: list[tuple[int, PaneFeatures]] = []
    row = 0
    for _, _, panes, features in pieces:
        if features is not None and panes.shape[1]:
            found.append((row, features))
        row += panes.shape[1]
    return found


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
