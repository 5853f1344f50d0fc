"""The folds of a burst as pieces of a message, with what wide panes know: one pass over the rows of all series."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from stream_viz._arrow import PANE_ROW_BYTES
from stream_viz._feature_part import FEATURE_ROW_BYTES, PaneFeatures
from stream_viz._features import spread_of
from stream_viz._pane import COUNT
from stream_viz._sketch import encoded_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from stream_viz._burst import Burst, Folds
    from stream_viz._fold import Indices
    from stream_viz._message import PanePiece


def fold_pieces(burst: Burst, folds: Folds, base: int, room: int) -> Iterator[PanePiece]:
    """Yield the folds as pieces; series `k` is number `base + k` of the message.

    `room` is for the panes and all they know: sketches get what is left of it, the same for every series, the newest
    panes of each first.
    """
    if not len(folds.owner):
        return
    owners = (base + folds.owner).astype(np.uint16)
    wide = np.array([series.features is not None for series in burst.series])[folds.owner]
    durations = burst.durations()[folds.owner]
    known = None
    if wide.any():
        left = room - PANE_ROW_BYTES * len(wide) - FEATURE_ROW_BYTES * int(wide.sum())
        known = _known(burst, folds, np.flatnonzero(wide), left)
    changes = np.flatnonzero((wide[1:] != wide[:-1]) | (durations[1:] != durations[:-1])) + 1
    done = 0
    for a, b in itertools.pairwise((0, *changes.tolist(), len(wide))):
        features = None
        if known is not None and wide[a]:
            panes, sketches = known.panes[:, done : done + b - a], known.sketches[done : done + b - a]
            features = PaneFeatures(panes, sketches)
            done += b - a
        yield owners[a:b], int(durations[a]), folds.panes[:, a:b], features


def _known(burst: Burst, folds: Folds, wide: Indices, room: int) -> PaneFeatures:
    """Return what the panes `wide` know, sketches as far as `room` goes."""
    sizes = folds.panes[COUNT, wide].astype(np.intp)
    at = np.cumsum(sizes) - sizes
    values = burst.values[np.arange(int(sizes.sum())) + np.repeat(folds.at[wide] - at, sizes)]
    panes = spread_of(folds.panes[:, wide], values, at)
    sketches = [b""] * len(wide)
    owner = folds.owner[wide]
    asked = np.array([series.features is not None and series.features.sketch for series in burst.series])[owner]
    if asked.any():
        if not asked.all():
            values, sizes, owner = values[np.repeat(asked, sizes)], sizes[asked], owner[asked]
        encoded = encoded_at(values, np.cumsum(sizes) - sizes)
        fit = _newest_first(np.array(list(map(len, encoded))), owner, room).tolist()
        for place, data, fits in zip(np.flatnonzero(asked).tolist(), encoded, fit, strict=True):
            if fits:
                sketches[place] = data
    return PaneFeatures(panes, sketches)


def _newest_first(lengths: Indices, owner: Indices, room: int) -> npt.NDArray[np.bool]:
    """Return which texts of each owner fit into its even part of `room`, the last ones first; owners ascend."""
    ends = np.cumsum(lengths)
    if ends[-1] <= room:
        return np.ones(len(lengths), bool)
    last = np.flatnonzero(np.append(owner[1:] != owner[:-1], True))
    whole = np.repeat(ends[last], np.diff(last, prepend=-1))
    fits: npt.NDArray[np.bool] = whole - ends + lengths <= max(0, room) // len(last)
    return fits
