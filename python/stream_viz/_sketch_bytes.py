"""The bytes of a quantile sketch; the layout is the table in `src/core/sketch/sketch-bytes.ts`.

One sketch has one encoding: what does not read back to the same bytes is refused with `SKETCH_INVALID`.
"""

from __future__ import annotations

import itertools
import math
import struct
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from stream_viz._errors import StreamVizError

if TYPE_CHECKING:
    from collections.abc import Sequence

Integers: TypeAlias = npt.NDArray[np.int64]

EXACT_VALUES = 32
"""So many values are held one by one."""
FIRST_KEY = 64
"""The lowest key of a normal float; below it zero and subnormals, which count as zero."""
KEY_END = 131_008
"""The key of infinity: every finite float has a smaller one."""

_VERSION, _VALUES, _BUCKETS = 1, 0, 1
_HEADER = 3
_LARGEST = 2**53 - 1
_VARINT_BYTES = 8
_VARINT_LAST = 128
_MANY_LARGE = 16
"""From one number in so many that takes more than a byte, all are written by columns."""


def write_values(values: Sequence[float]) -> bytes:
    """Return the bytes of at most 32 ascending values."""
    return struct.pack(f"<3B{len(values)}d", _VERSION, _VALUES, len(values), *values)


def write_buckets(keys: Integers, counts: Integers) -> bytes:
    """Return the bytes of buckets ascending by value: negative keys, 0 for zeros, positive keys."""
    zero, positive = np.searchsorted(keys, (0, 1)).tolist()
    zeros = counts[zero:positive].sum()
    below = _bucket_numbers(-keys[:zero][::-1], counts[:zero][::-1])
    above = _bucket_numbers(keys[positive:], counts[positive:])
    return _to_varints(np.concatenate(([_VERSION, _BUCKETS, zeros], below, above)))


def write_many(run: Integers, keys: Integers, counts: Integers) -> list[bytes]:
    """Return `write_buckets` of each run, about 100 ns a bucket; runs are numbered from 0 without a hole and ascend."""
    at = np.flatnonzero(np.diff(run, prepend=-1))
    below, zero, above = keys < 0, keys == 0, keys > 0
    negatives, zeros, positives = (np.add.reduceat(each, at, dtype=np.int64) for each in (below, zero, above))
    sizes = 5 + 2 * (negatives + positives)
    first = np.cumsum(sizes) - sizes
    numbers = np.empty(int(sizes.sum()), np.int64)
    numbers[first], numbers[first + 1] = _VERSION, _BUCKETS
    numbers[first + 2] = np.add.reduceat(counts * zero, at)
    numbers[first + 3] = negatives
    numbers[first + 4 + 2 * negatives] = positives
    index = np.arange(len(keys))
    if below.any():  # from the bucket next to zero outwards
        order = np.where(below, (2 * at + negatives - 1)[run] - index, index)
        keys, counts = np.abs(keys[order]), counts[order]
    steps = np.diff(keys, prepend=0)
    begins = np.concatenate((at, (at + negatives + zeros)[positives > 0]))
    steps[begins] = keys[begins]
    place = (first + 4 - 2 * at)[run] + 2 * index + above * (1 - 2 * zeros)[run]
    place, steps, counts = (each[~zero] for each in (place, steps, counts)) if zero.any() else (place, steps, counts)
    numbers[place], numbers[place + 1] = steps, counts
    data, ends = _varint_columns(numbers)
    bounds = np.append(ends[first - 1], len(data)).tolist()
    bounds[0] = 0
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


def read_sketch(data: bytes) -> list[float] | tuple[Integers, Integers]:
    """Return the values, or keys and counts as `write_buckets` takes them.

    Raises StreamVizError `SKETCH_INVALID`. Memory is proportional to the input.
    """
    if len(data) < 2:  # noqa: PLR2004  version and mode
        raise _invalid("they end before the mode")
    if data[0] != _VERSION or data[1] not in (_VALUES, _BUCKETS):
        raise _invalid(f"version {data[0]}, mode {data[1]}; expected version 1, mode 0 or 1")
    return _read_values(data) if data[1] == _VALUES else _read_buckets(_from_varints(data)[2:])


def _bucket_numbers(keys: Integers, counts: Integers) -> Integers:
    numbers = np.empty(1 + 2 * len(keys), np.int64)
    numbers[0] = len(keys)
    numbers[1::2] = np.diff(keys, prepend=0)
    numbers[2::2] = counts
    return numbers


def _to_varints(numbers: Integers) -> bytes:
    octets = numbers.astype(np.uint8)
    large = np.flatnonzero(numbers >= _VARINT_LAST)
    if len(large) * _MANY_LARGE > len(numbers):
        return _varint_columns(numbers)[0]
    data, done = octets.tobytes(), 0
    parts: list[bytes] = []
    for at, number in zip(large.tolist(), numbers[large].tolist(), strict=True):
        parts += (data[done:at], _to_varint(number))
        done = at + 1
    return b"".join((*parts, data[done:]))


def _varint_columns(numbers: Integers) -> tuple[bytes, Integers]:
    """Return the varints of numbers, octet by octet, and where each ends."""
    sizes = np.ones(len(numbers), np.int64)
    bits = 7
    while len(more := np.flatnonzero(numbers >> bits)):
        sizes[more] += 1
        bits += 7
    ends = np.cumsum(sizes)
    octets = np.empty(int(ends[-1]), np.uint8)
    place, left = ends - sizes, numbers
    while len(left):
        larger = left >= _VARINT_LAST
        octets[place] = (left & 127) | (larger * _VARINT_LAST)
        place, left = place[larger] + 1, left[larger] >> 7
    return octets.tobytes(), ends


def _to_varint(number: int) -> bytes:
    return bytes((number & 127 | _VARINT_LAST,)) + _to_varint(number >> 7) if number >> 7 else bytes((number,))


def _from_varints(data: bytes) -> Integers:
    octets = np.frombuffer(data, np.uint8).astype(np.int64)
    last = np.flatnonzero(octets < _VARINT_LAST)
    if not len(last) or last[-1] != len(octets) - 1:
        raise _invalid("they end within a number")
    first = np.concatenate(([0], last[:-1] + 1))
    sizes = last - first + 1
    if (sizes > _VARINT_BYTES).any():
        raise _invalid("a number is above 2^53 - 1")
    if ((sizes > 1) & (octets[last] == 0)).any():
        raise _invalid("a number has a needless byte")
    place = np.arange(len(octets)) - np.repeat(first, sizes)
    numbers: Integers = np.add.reduceat((octets & 127) << (7 * place), first)
    if (numbers > _LARGEST).any():
        raise _invalid("a number is above 2^53 - 1")
    return numbers


def _read_values(data: bytes) -> list[float]:
    n = data[2] if len(data) > 2 else -1  # noqa: PLR2004  the number of values stands third
    if not 0 <= n <= EXACT_VALUES or len(data) != _HEADER + 8 * n:
        raise _invalid(f"{n} single values in {len(data)} bytes, expected 0 to {EXACT_VALUES} of 8 bytes each")
    values: list[float] = list(struct.unpack(f"<{n}d", data[_HEADER:]))
    if not all(math.isfinite(value) and (value or math.copysign(1, value) > 0) for value in values):
        raise _invalid("a value is not finite or is -0")
    if any(after < before for before, after in itertools.pairwise(values)):
        raise _invalid("the values do not ascend")
    return values


def _read_buckets(numbers: Integers) -> tuple[Integers, Integers]:
    if not len(numbers):
        raise _invalid("they end before the zeros")
    zeros = int(numbers[0])
    below, rest = _read_sign(numbers[1:])
    above, rest = _read_sign(rest)
    if len(rest):
        raise _invalid(f"{len(rest)} numbers too many")
    middle = np.array([[0], [zeros]] if zeros else [[], []], np.int64)
    keys, counts = np.concatenate((below[:, ::-1] * [[-1], [1]], middle, above), axis=1)
    if not 1 <= sum(counts.tolist()) <= _LARGEST:
        raise _invalid("the values in all are not 1 to 2^53 - 1")
    return keys, counts


def _read_sign(numbers: Integers) -> tuple[Integers, Integers]:
    """Return keys and counts of one sign as two rows, and the numbers behind them."""
    n = int(numbers[0]) if len(numbers) else -1
    if n < 0 or 2 * n > len(numbers) - 1:
        raise _invalid("they end before the last bucket")
    steps, counts = numbers[1 : 1 + 2 * n : 2], numbers[2 : 2 + 2 * n : 2]
    if (steps < 1).any() or (steps >= KEY_END).any() or (counts < 1).any():
        raise _invalid("a bucket is empty or does not ascend")
    keys = np.cumsum(steps)
    if n and not (keys[0] >= FIRST_KEY and keys[-1] < KEY_END):
        raise _invalid(f"keys from {keys[0]} to {keys[-1]}, expected {FIRST_KEY} to {KEY_END - 1}")
    return np.stack((keys, counts)), numbers[1 + 2 * n :]


def _invalid(what: str) -> StreamVizError:
    return StreamVizError("SKETCH_INVALID", f"the bytes of a quantile sketch are wrong: {what}")
