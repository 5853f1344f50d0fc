"""Quantile sketches: the same buckets, ranks and bytes as `src/core/sketch` of the page.

Up to 32 finite values are held one by one and quantiles are exact; the 33rd makes them counts of log buckets, 64 per
octave (key = bits of |x| >> 46), and a quantile is then within 1/128 of the value at the nearest rank, with its sign;
0 is exact and a subnormal counts as 0. A sketch depends on its values alone, however they were spread over sketches
that were merged. NaN and infinities are ignored; -0 is 0. The byte layout is the table in `sketch-bytes.ts`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from stream_viz._sketch_bytes import (
    EXACT_VALUES,
    FIRST_KEY,
    KEY_END,
    read_sketch,
    write_buckets,
    write_many,
    write_values,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_SHIFT = 46
_KEY_MASK = 131_071
_ROUNDING = 2.0**-51
_TABLE_PER_VALUE = 4
"""Counting by a table with more slots than this for each value costs more than sorting."""

_NO_INTEGERS: Integers = np.empty(0, np.int64)


def nearest_rank(q: float, n: int) -> int:
    """Return `ceil(q n)` from 1 to `n`; a product that is whole but for rounding counts as that number."""
    product = q * n
    return min(n, max(1, math.ceil(product - product * _ROUNDING)))


class Sketch:
    """Quantiles of finite values in bounded memory. Nothing changes a sketch: `merge` returns another one."""

    __slots__ = ("count", "counts", "keys", "values")

    values: tuple[float, ...] | None
    """Ascending; None where the values are counted in buckets."""
    keys: Integers
    """Ascending by value: the magnitude's key, negative for negative values, 0 for zeros; empty beside `values`."""
    counts: Integers
    count: int
    """Finite values held."""

    def __init__(
        self,
        count: int,
        values: tuple[float, ...] | None,
        keys: Integers = _NO_INTEGERS,
        counts: Integers = _NO_INTEGERS,
    ) -> None:
        """Keep all four, which must be as the attributes say; `sketch_of` makes a sketch of any values."""
        self.count = count
        self.values = values
        self.keys = keys
        self.counts = counts

    @property
    def exact(self) -> bool:
        """Whether the values are held one by one, which makes quantiles exact."""
        return self.values is not None

    def quantile(self, q: float) -> float:
        """Return the value at the nearest rank, or the middle of its bucket; NaN when empty. `q` lies in [0, 1]."""
        if not self.count or math.isnan(q):
            return math.nan
        rank = nearest_rank(q, self.count)
        if self.values is not None:
            return self.values[rank - 1]
        return _middle(int(self.keys[np.searchsorted(np.cumsum(self.counts), rank)]))

    def merge(self, other: Sketch) -> Sketch:
        """Return what a sketch of both inputs is."""
        return merge_sketches((self, other))

    def encode(self) -> bytes:
        """Return the bytes: the same for the same values, and the same in TypeScript."""
        return write_buckets(self.keys, self.counts) if self.values is None else write_values(self.values)

    @classmethod
    def decode(cls, data: bytes) -> Sketch:
        """Return the sketch whose `encode` gave these bytes. Raises StreamVizError `SKETCH_INVALID`."""
        found = read_sketch(data)
        if isinstance(found, list):
            return cls(len(found), tuple(found))
        keys, counts = found
        return cls(int(counts.sum()), None, keys, counts)


NO_SKETCH = Sketch(0, ())
"""The sketch of nothing."""


def sketch_of(values: npt.ArrayLike) -> Sketch:
    """Return the sketch of the finite ones of `values`; one float is quick."""
    if isinstance(values, float):
        return Sketch(1, (values + 0.0,)) if math.isfinite(values) else NO_SKETCH
    given = np.asarray(values, dtype=np.float64).ravel()
    finite = given[np.isfinite(given)]
    return sketches_at(finite, np.zeros(1, np.intp))[0] if len(finite) else NO_SKETCH


def sketches_at(values: Floats, at: npt.NDArray[np.intp]) -> list[Sketch]:
    """Return one sketch for each run of rows from each index `at` to the next; values are finite and no run is empty.

    About 10 ns a value in runs of hundreds, and some us a run.
    """
    values = np.ascontiguousarray(values) + 0.0  # -0 becomes 0
    sizes = np.diff(at, append=len(values))
    few = sizes <= EXACT_VALUES
    if few.all():
        return _hold_each(values, sizes)
    if not few.any():
        return _count_each(values, sizes)
    chosen = np.repeat(few, sizes)
    held = iter(_hold_each(values[chosen], sizes[few]))
    counted = iter(_count_each(values[~chosen], sizes[~few]))
    return [next(held) if small else next(counted) for small in few.tolist()]


def encoded_at(values: Floats, at: npt.NDArray[np.intp]) -> list[bytes]:
    """Return what `encode` of each sketch of `sketches_at` is, without making them; half its cost."""
    values = np.ascontiguousarray(values) + 0.0
    sizes = np.diff(at, append=len(values))
    few = sizes <= EXACT_VALUES
    if few.all():
        return [sketch.encode() for sketch in _hold_each(values, sizes)]
    if not few.any():
        return write_many(*_count_buckets(values, sizes))
    chosen = np.repeat(few, sizes)
    held = iter(_hold_each(values[chosen], sizes[few]))
    counted = iter(write_many(*_count_buckets(values[~chosen], sizes[~few])))
    return [next(held).encode() if small else next(counted) for small in few.tolist()]


def encode_buckets(sketches: Collection[Sketch]) -> list[bytes]:
    """Return `encode` of sketches none of which is `exact`; there is at least one."""
    run = np.repeat(np.arange(len(sketches)), [len(sketch.keys) for sketch in sketches])
    return write_many(
        run, *(np.concatenate(each) for each in zip(*((s.keys, s.counts) for s in sketches), strict=True))
    )


def merge_sketches(sketches: Iterable[Sketch]) -> Sketch:
    """Return what a sketch of all their inputs is; of none `NO_SKETCH`. O(m log m) in the buckets of all."""
    held = [sketch for sketch in sketches if sketch.count]
    if len(held) < 2:  # noqa: PLR2004  nothing to merge
        return held[0] if held else NO_SKETCH
    single = [value for sketch in held for value in sketch.values or ()]
    count = sum(sketch.count for sketch in held)
    if count == len(single) <= EXACT_VALUES:
        return Sketch(count, tuple(sorted(single)))
    keys = np.concatenate([_keys_of(np.array(single)), *(sketch.keys for sketch in held)])
    counts = np.concatenate([np.ones(len(single), np.int64), *(sketch.counts for sketch in held)])
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    at = _first_of_equal(keys)
    return Sketch(count, None, keys[at], np.add.reduceat(counts, at))


def _keys_of(values: Floats) -> Integers:
    bits = values.view(np.int64)
    keys = (bits >> _SHIFT) & _KEY_MASK
    keys[keys < FIRST_KEY] = 0
    return np.where(bits < 0, -keys, keys)


def _middle(key: int) -> float:
    if not key:
        return 0.0
    bits = np.array((abs(key) << _SHIFT) | (1 << (_SHIFT - 1)), np.int64)
    return math.copysign(float(bits.view(np.float64)), key)


def _first_of_equal(keys: Integers) -> npt.NDArray[np.intp]:
    return np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))


def _hold_each(values: Floats, sizes: npt.NDArray[np.intp]) -> list[Sketch]:
    """Return the sketch of single values for each run of so many rows."""
    rows = values.tolist()
    ends = np.cumsum(sizes)
    bounds = zip((ends - sizes).tolist(), ends.tolist(), strict=True)
    return [Sketch(end - at, tuple(sorted(rows[at:end]))) for at, end in bounds]


def _count_each(values: Floats, sizes: npt.NDArray[np.intp]) -> list[Sketch]:
    """Return the sketch of buckets for each run of so many rows."""
    run, keys, counts = _count_buckets(values, sizes)
    edges = np.searchsorted(run, np.arange(len(sizes) + 1)).tolist()
    bounds = zip(sizes.tolist(), edges, edges[1:], strict=False)
    return [Sketch(size, None, keys[at:end].copy(), counts[at:end].copy()) for size, at, end in bounds]


def _count_buckets(values: Floats, sizes: npt.NDArray[np.intp]) -> tuple[Integers, Integers, Integers]:
    """Return run, key and count of every bucket that is not empty, by run, then by value.

    Every run has a range of slots: first its negative keys from the largest down, then its positive ones.
    """
    bits = values.view(np.int64)
    keys = (bits >> _SHIFT) & _KEY_MASK
    negative = bits < 0
    tiny = keys < FIRST_KEY
    zero = -1
    if tiny.any():  # zeros stand right below the other keys, or every range would begin at key 0
        zero = int(keys.min(where=~tiny, initial=KEY_END)) - 1
        keys[tiny] = zero
        negative &= ~tiny
    signed = bool(negative.any())
    run_at = np.cumsum(sizes) - sizes
    low = np.minimum.reduceat(keys, run_at)
    high = np.maximum.reduceat(keys, run_at)
    middle = high - low + 1 if signed else np.zeros_like(low)
    width = middle + high - low + 1
    offset = np.cumsum(width) - width
    slots = keys + np.repeat(offset + middle - low, sizes)
    if signed:
        slots[negative] = (np.repeat(offset + high, sizes) - keys)[negative]
    used, counts = _count_equal(slots, int(offset[-1] + width[-1]))
    run = np.searchsorted(offset, used, side="right") - 1
    keys = used - (offset + middle - low)[run]
    if signed:
        keys = np.where(keys < low[run], used - (offset + high)[run], keys)
    keys[keys == zero] = 0
    return run, keys, counts


def _count_equal(slots: Integers, total: int) -> tuple[Integers, Integers]:
    """Return each slot below `total` that occurs, ascending, and how often. `slots` are lost."""
    if total <= _TABLE_PER_VALUE * len(slots):
        table = np.bincount(slots, minlength=total)
        used = np.flatnonzero(table)
        return used, table[used]
    slots.sort()
    at = _first_of_equal(slots)
    return slots[at], np.diff(at, append=len(slots))
