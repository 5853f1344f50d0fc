"""The sketches of one series, by number: a pane holds the number in its row `SKETCH`.

So panes with sketches can be cut, joined and sorted as columns. Merging small ones is put off until somebody asks: one
merge of many costs little more than one of two.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from stream_viz._sketch import encode_buckets, merge_sketches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    from stream_viz._sketch import Sketch

NONE = 0.0
"""Number of no sketch."""
SWEEP_AT = 4096
"""Sketches that are kept before the first sweep."""
MERGE_AT = 24
"""So many sketches wait for one merge, at most."""
MERGE_AT_SAMPLES = 128
"""Their samples, at most: so what waits takes a few kB."""
SKETCH_BYTES = 400
"""A sketch beside its numbers, which take about 4 times their encoded bytes."""
ENCODE_AT = 3
"""So many sketches are encoded together."""
FIRST_BYTES = 64.0
"""What a sketch is taken to need before one was encoded."""


class SketchPool:
    """Numbers are never given out twice, whatever threads ask.

    Who merges holds the sender's lock or the series', who sweeps holds both.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._held: dict[float, Sketch | list[Sketch]] = {}
        self._encoded: dict[float, bytes] = {}
        self._next = itertools.count(1)
        self._sweep_at = SWEEP_AT
        self.mean_bytes = FIRST_BYTES
        """Bytes of an encoded sketch, a moving average."""

    def __len__(self) -> int:
        """Return the number of sketches held."""
        return len(self._held)

    @property
    def size(self) -> int:
        """Bytes of the sketches held; an estimate."""
        return int(len(self._held) * (SKETCH_BYTES + 4 * self.mean_bytes))

    def keep(self, sketch: Sketch) -> float:
        """Return the number of a sketch."""
        number = float(next(self._next))
        self._held[number] = sketch
        return number

    def keep_all(self, sketches: Iterable[Sketch]) -> list[float]:
        """Return the numbers of sketches, in order."""
        return [self.keep(sketch) for sketch in sketches]

    def get(self, number: float) -> Sketch | None:
        """Return a sketch; None for the number of none."""
        found = self._held.get(number)
        if isinstance(found, list):
            found = self._held[number] = merge_sketches(found)
        return found

    def merged(self, numbers: Sequence[float]) -> float:
        """Return the number of the sketch of all samples of these; none counts as empty."""
        known = [number for number in numbers if number != NONE]
        if len(known) <= 1:
            return known[0] if known else NONE
        parts: list[Sketch] = []
        for each in known:
            found = self._held[each]
            if isinstance(found, list):
                parts += found
            else:
                parts.append(found)
        number = float(next(self._next))
        small = len(parts) < MERGE_AT and sum(part.count for part in parts) < MERGE_AT_SAMPLES
        self._held[number] = parts if small else merge_sketches(parts)
        return number

    def encoded(self, number: float) -> bytes:
        """Return the bytes of a sketch, empty for the number of none; the same object as long as it is held."""
        data = self._encoded.get(number)
        if data is None:
            sketch = self.get(number)
            if sketch is None:
                return b""
            data = self._note(number, sketch.encode())
        return data

    def encode_all(self, numbers: Iterable[float]) -> None:
        """Make `encoded` of all these quick: many at once take a quarter of the time of one after another."""
        new: dict[float, Sketch] = {}
        for number in numbers:
            if number not in self._encoded and (sketch := self.get(number)) is not None and not sketch.exact:
                new[number] = sketch
        if len(new) >= ENCODE_AT:
            for number, data in zip(new, encode_buckets(new.values()), strict=True):
                self._note(number, data)

    def _note(self, number: float, data: bytes) -> bytes:
        self._encoded[number] = data
        self.mean_bytes += (len(data) - self.mean_bytes) / 16
        return data

    @property
    def wants_sweep(self) -> bool:
        """Whether so many were kept since the last sweep that another is worth it."""
        return len(self._held) >= self._sweep_at

    def sweep(self, columns: Iterable[npt.NDArray[np.float64]]) -> None:
        """Forget all sketches whose numbers are not in these columns. O(sketches)."""
        live = {number for column in columns for number in column.tolist()}
        self._held = {number: sketch for number, sketch in self._held.items() if number in live}
        self._encoded = {number: data for number, data in self._encoded.items() if number in live}
        self._sweep_at = max(SWEEP_AT, 2 * len(self._held))
