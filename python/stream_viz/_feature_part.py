"""The features of pane rows as one Arrow stream: `row, mean, m2, increase, sketch` (docs/protocol.md, section 4).

Encoded by hand like `_arrow.py`; the binary column has two buffers, int32 ends and the bytes themselves.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stream_viz._arrow import END, FEATURES
from stream_viz._pane import INCREASE, M2, MEAN, SKETCH, Panes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._sketch_pool import SketchPool

FEATURE_PART_BYTES = 1_000
"""A part beside its rows; an upper estimate, its entry in the header included."""
FEATURE_ROW_BYTES = 32
"""A row beside its sketch."""


@dataclass(frozen=True)
class PaneFeatures:
    """What the panes of one piece know beyond plain ones; `sketches` are their bytes, empty where there is none."""

    panes: Panes
    sketches: list[bytes]

    @property
    def size(self) -> int:
        """Bytes in the part."""
        return FEATURE_ROW_BYTES * len(self.sketches) + sum(map(len, self.sketches))


def features_of(panes: Panes, pool: SketchPool, sketch_bytes: int) -> PaneFeatures:
    """Return the features of wide panes; sketches, the last pane's first, as far as `sketch_bytes` go."""
    sketches = [b""] * panes.shape[1]
    newest_first = panes[SKETCH].tolist()[::-1]
    pool.encode_all(newest_first[: int(sketch_bytes / pool.mean_bytes)])
    for at, number in zip(range(len(sketches) - 1, -1, -1), newest_first, strict=True):
        data = pool.encoded(number)
        sketch_bytes -= len(data)
        if sketch_bytes < 0:
            break
        sketches[at] = data
    return PaneFeatures(panes, sketches)


def encode_features(pieces: Sequence[tuple[int, PaneFeatures]]) -> bytes:
    """Return the stream of (row of the piece's first pane, features) pieces, which ascend."""
    panes = [features.panes for _, features in pieces]
    sketches = [data for _, features in pieces for data in features.sketches]
    count = len(sketches)
    ends = np.zeros(count + 1, np.int32)
    np.cumsum(list(map(len, sketches)), out=ends[1:])
    columns = [np.concatenate([first + np.arange(f.panes.shape[1], dtype=np.int32) for first, f in pieces]).tobytes()]
    columns += [np.concatenate([each[row] for each in panes]).tobytes() for row in (MEAN, M2, INCREASE)]
    columns += [ends.tobytes(), b"".join(sketches)]
    batch = bytearray(FEATURES.batch)
    buffers: list[int] = []
    body: list[bytes] = []
    offset = 0
    for at, column in enumerate(columns):
        if at < len(columns) - 1:
            buffers += (offset, 0)  # the validity bitmap: nothing is null
        buffers += (offset, len(column))
        body += (column, bytes(-len(column) % 8))
        offset += len(column) + -len(column) % 8
    struct.pack_into("<q", batch, FEATURES.length_at, count)
    struct.pack_into("<q", batch, FEATURES.body_length_at, offset)
    struct.pack_into("<10q", batch, FEATURES.nodes_at, *(count, 0) * 5)
    struct.pack_into(f"<{len(buffers)}q", batch, FEATURES.buffers_at, *buffers)
    return b"".join((FEATURES.plain, struct.pack("<II", 0xFFFFFFFF, len(batch)), batch, *body, END))
