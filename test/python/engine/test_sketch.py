"""Sketches against naive sorting, and against the vectors that the page's tests read."""

import json
import math
import re
import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stream_viz._errors import StreamVizError
from stream_viz._sketch import NO_SKETCH, Sketch, encoded_at, merge_sketches, nearest_rank, sketch_of, sketches_at

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures/sketch/vectors.json").read_text())
SPECIAL = [0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300, 5e-324, -1e-310, 2.0**-1022, 2.0**53 + 2, -(2.0**60) - 4096]

value = st.one_of(st.floats(), st.integers(-50, 50).map(float), st.floats(-1000, 1000), st.sampled_from(SPECIAL))
few = st.lists(value, max_size=20)
many = st.lists(value, min_size=30, max_size=120)
any_values = st.one_of(few, many)
finite = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-9, 9).map(float), st.sampled_from(SPECIAL)
)


def held(values):
    return sorted(v + 0.0 for v in values if math.isfinite(v))


def key_of(v):
    return struct.unpack("<Q", struct.pack("<d", abs(v)))[0] >> 46


def bucket_value(v):
    if abs(v) < 2.0**-1022:
        return 0.0
    return math.copysign(struct.unpack("<d", struct.pack("<Q", key_of(v) << 46 | 1 << 45))[0], v)


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def bucket_bytes(values):
    counts, before, out = Counter(map(key_of, values)), 0, b""
    for key in sorted(counts):
        out += varint(key - before) + varint(counts[key])
        before = key
    return varint(len(counts)) + out


def naive_bytes(values, times=1):
    rows = held(values)
    if len(rows) * times <= 32:
        return struct.pack(f"<3B{len(rows)}d", 1, 0, len(rows), *rows)
    rows = rows * times
    normal = [v for v in rows if abs(v) >= 2.0**-1022]
    below, above = [v for v in normal if v < 0], [v for v in normal if v > 0]
    return b"\x01\x01" + varint(len(rows) - len(normal)) + bucket_bytes(below) + bucket_bytes(above)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_shared_vectors_have_their_bytes_and_quantiles(vector):
    sketch = sketch_of([float(v) for v in vector["values"]])
    assert (sketch.count, sketch.encode().hex()) == (vector["count"], vector["bytes"])
    read = Sketch.decode(bytes.fromhex(vector["bytes"]))
    for q, expected in vector["quantiles"]:
        for found in (sketch.quantile(q), read.quantile(q)):
            assert found == float(expected) or (math.isnan(found) and math.isnan(float(expected)))


@given(any_values, st.integers(0, 1000))
def test_a_quantile_is_the_value_at_the_nearest_rank_or_the_middle_of_its_bucket(values, permille):
    sketch, rows = sketch_of(values), held(values)
    assert (sketch.count, sketch.exact) == (len(rows), len(rows) <= 32)
    found = sketch.quantile(permille / 1000)
    if not rows:
        assert math.isnan(found)
        return
    row = rows[max(1, -(-permille * len(rows) // 1000)) - 1]
    assert found == (row if sketch.exact else bucket_value(row))


@given(finite)
def test_the_middle_of_a_bucket_is_within_its_bound(row):
    found = sketch_of([row] * 33).quantile(0.5)
    assert found == 0 if abs(row) < 2.0**-1022 else abs(found / row - 1) <= 1 / 128


@given(st.integers(0, 1000), st.integers(1, 10**12))
@example(550, 100)
def test_the_nearest_rank_is_the_one_of_whole_numbers(permille, n):
    exact = max(1, -(-permille * n // 1000))
    assert nearest_rank(permille / 1000, n) == nearest_rank(permille / 10 / 100, n) == exact


@given(st.lists(any_values, min_size=1, max_size=4), st.integers(0, 4))
def test_any_grouping_of_merges_gives_the_bytes_of_the_definition(parts, cut):
    everything = [v for part in parts for v in part]
    sketches = [sketch_of(part) for part in parts]
    expected = naive_bytes(everything)
    assert sketch_of(everything).encode() == expected
    assert sketch_of(everything[::-1]).encode() == expected
    assert merge_sketches(sketches).encode() == expected
    assert merge_sketches(sketches[::-1]).encode() == expected
    assert merge_sketches(sketches[:cut]).merge(merge_sketches(sketches[cut:])).encode() == expected
    assert [sketch.encode() for sketch in sketches] == [naive_bytes(part) for part in parts]


@given(
    st.lists(
        st.one_of(st.lists(finite, min_size=1, max_size=6), st.lists(finite, min_size=30, max_size=80)), max_size=6
    )
)
def test_sketches_at_is_the_sketch_of_each_run(runs):
    values = np.array([v for run in runs for v in run], float)
    at = np.cumsum([0, *map(len, runs)])[:-1].astype(np.intp)
    expected = [naive_bytes(run) for run in runs]
    assert [sketch.encode() for sketch in sketches_at(values, at)] == expected
    assert encoded_at(values, at) == expected


@pytest.mark.parametrize("scale", [0.5, 400])
@pytest.mark.parametrize("sign", [0, 3])
def test_long_runs_of_any_spread_are_counted_alike(scale, sign):
    rng = np.random.default_rng(3)
    values = np.exp(rng.standard_normal(6000).clip(-1.7, 1.7) * scale) * np.where(
        rng.integers(0, 4, 6000) < sign, -1, 1
    )
    values[rng.integers(0, 6000, 500)] = 0
    at = np.array([0, 40, 41, 1000, 5990], np.intp)
    runs = np.split(values, at[1:])
    expected = [naive_bytes(run) for run in runs]
    assert [sketch.encode() for sketch in sketches_at(values, at)] == expected
    assert encoded_at(values, at) == expected
    assert sketches_at(values[::2], at[:3])[1].encode() == naive_bytes(values[::2][40:41])


def test_a_sketch_shares_no_memory_with_the_values_it_was_made_of():
    for length in (20, 200):
        values = np.arange(1.0, length + 1)
        sketch = sketches_at(values, np.zeros(1, np.intp))[0]
        before = sketch.encode()
        values[:] = 0
        assert sketch.encode() == before


def test_one_float_is_a_sketch_and_nothing_is_none():
    assert sketch_of(-0.0).encode() == naive_bytes([0.0])
    assert sketch_of(math.nan) is sketch_of([]) is merge_sketches([]) is NO_SKETCH
    assert NO_SKETCH.encode() == b"\x01\x00\x00"
    assert sketches_at(np.empty(0), np.empty(0, np.intp)) == []


def test_counts_above_32_bits_stay_exact():
    sketch = sketch_of(np.arange(-8.0, 32.0))
    for _ in range(30):
        sketch = sketch.merge(sketch)
    assert sketch.count == 40 * 2**30
    read = Sketch.decode(sketch.encode())
    assert (read.count, read.encode(), read.quantile(0.5)) == (sketch.count, sketch.encode(), bucket_value(11.0))


@given(any_values)
def test_decode_of_encode_is_the_same_sketch(values):
    data = naive_bytes(values)
    read = Sketch.decode(data)
    assert read.encode() == data
    assert read.count == len(held(values))
    assert read.merge(sketch_of([1.0] * 40)).encode() == naive_bytes([*values, *[1.0] * 40])


def decoded(data):
    """Return the sketch, None where the bytes are refused with the one code; anything else is a bug."""
    try:
        return Sketch.decode(data)
    except StreamVizError as error:
        if error.code != "SKETCH_INVALID":
            raise
        return None


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x01\x00", b"\x01\x01", b"\x01\x01\x00\x00"]))
@settings(max_examples=10 * settings.default.max_examples)
def test_any_bytes_are_refused_or_encode_to_themselves(data, head):
    sketch = decoded(head + data)
    assert sketch is None or sketch.encode() == head + data


@given(any_values, st.integers(0), st.integers(1, 255))
def test_a_changed_cut_or_longer_sketch_is_refused_or_another_one(values, at, flip):
    data = naive_bytes(values)
    changed = bytearray(data)
    changed[at % len(data)] ^= flip
    other = decoded(bytes(changed))
    assert other is None or other.encode() == bytes(changed)
    assert decoded(data[: at % len(data)]) is None
    assert decoded(data + bytes([flip])) is None


BUCKETS = b"\x01\x01\x00"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "end before the mode"),
        (b"\x02\x00\x00", "version 2"),
        (b"\x01\x02\x00", "mode 2"),
        (b"\x01\x00", "-1 single values"),
        (b"\x01\x00\x21" + bytes(33 * 8), "33 single values"),
        (struct.pack("<3B2d", 1, 0, 2, 2.0, 1.0), "do not ascend"),
        (struct.pack("<3B1d", 1, 0, 1, -0.0), "-0"),
        (struct.pack("<3B1d", 1, 0, 1, math.nan), "not finite"),
        (b"\x01\x01", "end before the zeros"),
        (BUCKETS + b"\x00\x00", "values in all"),
        (BUCKETS + b"\x00", "end before the last bucket"),
        (BUCKETS + b"\x00\x01\x40", "end before the last bucket"),
        (BUCKETS + b"\x00\x01\x40\x81", "end within a number"),
        (BUCKETS + b"\x00\x01\x3f\x01", "keys from 63"),
        (BUCKETS + b"\x00\x01" + varint(131_008) + b"\x01", "does not ascend"),
        (BUCKETS + b"\x00\x02\x40\x01" + varint(131_007) + b"\x01", "to 131071"),
        (BUCKETS + b"\x00\x02\x40\x01\x00\x01", "does not ascend"),
        (BUCKETS + b"\x00\x01\x40\x00", "empty"),
        (BUCKETS + b"\x00\x01\x40\x81\x00", "needless byte"),
        (BUCKETS + b"\x00\x01\x40\x01\x05", "1 numbers too many"),
        (BUCKETS + b"\x00\x01\x40" + varint(2**53), "above 2^53 - 1"),
        (BUCKETS + b"\x00\x01\x40" + b"\xff" * 8 + b"\x01", "above 2^53 - 1"),
        (b"\x01\x01\x01\x00\x01\x40" + varint(2**53 - 1), "values in all"),
    ],
)
def test_each_wrong_field_is_named(data, words):
    with pytest.raises(StreamVizError, match=re.escape(words)) as raised:
        Sketch.decode(data)
    assert raised.value.code == "SKETCH_INVALID"
