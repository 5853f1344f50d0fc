"""One pass over many series equals taking them one by one."""

import math
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from receiver import Viewer

from stream_viz import _live_rows
from stream_viz._burst import FoldRule, take_burst
from stream_viz._burst_folds import _newest_first
from stream_viz._limits import Limits
from stream_viz._pane import MEAN, ROWS, SKETCH
from stream_viz._sender import Sender

pytestmark = pytest.mark.slow

START = 1_700_000_000_000_000
STEP_US = 50_000
NOTHING = {"spread": False, "increase": False, "sketch": False, "base_us": None}
ALL = {"spread": True, "increase": True, "sketch": True, "base_us": None}


def play(seed, together_rows, needs=None):
    """Drive a sender and a viewer with orderly, late, broken and bulk rows; the same calls for the same seed.

    `needs` are those of every other series.
    """
    rng = random.Random(seed)
    clock = [START]
    limits = Limits(message_rows=rng.choice([60, 14_000]), cells_per_tier=rng.choice([40, 600]), key_cells=20)
    sender, viewer = Sender("test", now_us=lambda: clock[0], limits=limits), Viewer()
    if needs is not None:
        sender.window_needs("m0", **needs)
    names = [f"m{i % 2}" for i in range(rng.randint(5, 9))]
    series = [sender.series(name, {"i": str(i)}, max_points=500) for i, name in enumerate(names)]
    stretch = rng.choice([1, 40, 3000])
    old, _live_rows.TOGETHER_ROWS = _live_rows.TOGETHER_ROWS, together_rows
    try:
        for _ in range(60):
            clock[0] += STEP_US
            for one in series:
                _send(rng, one, START + (clock[0] - START) * stretch - rng.choice([0, 0, 0, 10**7]), clock)
            viewer.apply(sender.tick())
        for _ in range(120):
            clock[0] += STEP_US
            if (message := sender.tick()) is not None:
                viewer.apply(message)
    finally:
        _live_rows.TOGETHER_ROWS = old
    return sender, series, viewer


def _send(rng, one, now, clock):
    count = rng.choice([0, 1, 3, 9, 70, 200])
    times = sorted(min(now, clock[0] + 10**9) - rng.randint(0, STEP_US) for _ in range(count))
    values = [float(rng.randint(-9, 9)) for _ in times]
    if count and rng.random() < 0.1:
        values[rng.randrange(count)] = rng.choice([math.nan, math.inf])
    if count and rng.random() < 0.05:
        times[rng.randrange(count)] = rng.choice([START - 10**13, START + 10**15])
    if rng.random() < 0.2:
        one.extend_us(np.array(times, np.int64), np.array(values))
    else:
        for t, v in zip(times, values, strict=True):
            one.buf.extend((t / 1e6, v))


def known(series, panes):
    """Return what wide panes know, sketches as bytes."""
    numbers, pool = panes[MEAN:SKETCH], series.features.pool
    return numbers, [pool.encoded(number) for number in panes[SKETCH]]


PLAIN, WIDE, FINE = None, ALL, {**ALL, "base_us": 250_000}


@pytest.mark.parametrize(
    ("seed", "needs"),
    [(seed, PLAIN) for seed in range(8)] + [(8, WIDE), (9, WIDE), (10, FINE), (11, FINE)],
    ids=[f"plain-{seed}" for seed in range(8)] + ["wide-8", "wide-9", "fine-10", "fine-11"],
)
def test_a_burst_leaves_series_and_viewer_as_one_by_one_does(seed, needs):
    held = [play(seed, together_rows, needs) for together_rows in (1, 10**9)]
    for together, apart in zip(held[0][1], held[1][1], strict=True):
        assert together.n == apart.n
        for counter in ("late", "invalid", "missing", "expired"):
            assert getattr(together, counter) == getattr(apart, counter)
        for mine, other in zip(together.values(), apart.values(), strict=True):
            np.testing.assert_array_equal(mine, other)
        assert (together.last, together.last_time_us) == (apart.last, apart.last_time_us)
        for one, other in zip(together.cells.tiers, apart.cells.tiers, strict=True):
            mine, theirs = one.panes(), other.panes()
            assert mine[:ROWS].tolist() == theirs[:ROWS].tolist()
            if together.features is not None:
                (numbers, sketches), (others, other_sketches) = known(together, mine), known(apart, theirs)
                np.testing.assert_allclose(numbers, others, rtol=1e-12, atol=1e-9)
                assert sketches == other_sketches
    for _, series, viewer in held:
        for one in series:
            mine = viewer.series[one.key]
            assert (mine["n"], mine["hole"]) == (one.n, None)
            assert sum(p[0] for _, s, p in mine["cells"].view() if s >= mine["cells"].start) == one.n - one.cells.gone


def test_series_with_disorderly_rows_keep_them_and_stay_out_of_the_burst():
    sender = Sender("test", now_us=lambda: START)
    rows = {"good": [START, START + 1], "late": [START + 1, START], "broken": [START, START + 1]}
    series = {name: sender.series(name, {}) for name in rows}
    for name, times in rows.items():
        for t in times:
            series[name].buf.extend((t / 1e6, math.nan if name == "broken" else 1))
    burst, odd = take_burst(list(series.values()), START, sender.limits)
    assert [one.name for one in burst.series] == ["good"]
    assert [(one.name, one.waiting) for one in odd] == [("late", 2), ("broken", 2)]


def test_a_burst_of_ints_beyond_a_float_counts_them_as_invalid_and_keeps_the_others():
    clock = [START]
    sender = Sender("test", now_us=lambda: clock[0])
    series = [sender.series("m", {"i": str(i)}) for i in range(5)]
    for one in series:
        one.buf.extend((START / 1e6, 10**400, START / 1e6, 7, START / 1e6, -(10**400)))
    sender.tick()
    assert [(one.n, one.invalid, one.last) for one in series] == [(1, 2, None)] * 5


def test_of_series_with_needs_those_stay_out_whose_many_rows_would_not_fold_well_and_keep_theirs():
    sender = Sender("test", now_us=lambda: START)
    sender.window_needs("wide", **ALL)
    held = []
    far = 2 * 10**6  # each row in a cell of its own: as folds they would take more
    for name, count, packed, step in [
        ("wide", 3, False, far),
        ("wide", 4, False, far),
        ("wide", 4, True, far),
        ("m", 4, False, far),
        ("wide", 40, False, 1),
        ("wide", 40, True, 1),
    ]:
        held.append(sender.series(name, {"i": str(len(held))}))
        for i in range(count):
            held[-1].buf.extend(((START + i * step) / 1e6, 1.0))
        if packed:
            held[-1].pack()
    held.append(sender.series("steps", {}, axis="step"))
    held[-1].buf.extend((1.0, 2.0))
    burst, odd = take_burst(held, START, sender.limits, FoldRule(3, 3, 200))
    assert [one.key for one in burst.series] == [held[k].key for k in (0, 3, 4, 5)]
    assert [one.key for one in odd] == [held[k].key for k in (6, 1, 2)]
    assert [one.waiting for one in held] == [0, 4, 4, 0, 0, 0, 1]
    burst, odd = take_burst([held[1], held[2]], START, sender.limits, FoldRule(3, 3, 100))
    assert (burst, len(odd)) == (None, 2)


def folds_of(message):
    """Return {series: rows of its folds, each with what it knows} of a message."""
    read = {
        part["role"]: pa.ipc.open_stream(message.buffers[part["buffer"]]).read_all().to_pylist()
        for part in message.header["parts"]
        if part["role"] in ("folds", "foldFeatures")
    }
    known = {row.pop("row"): row for row in read.get("foldFeatures", [])}
    out = {}
    for at, row in enumerate(read["folds"]):
        out.setdefault(row.pop("series"), []).append((row, known.get(at)))
    return out


@pytest.mark.parametrize("seed", range(6))
def test_the_folds_of_a_burst_are_and_know_to_the_byte_what_those_of_each_series_alone_do(seed):
    rng = np.random.default_rng(seed)
    needs = [None, ALL, FINE, {**ALL, "sketch": False}, {**NOTHING, "base_us": 500_000}]
    many = Sender("test", now_us=lambda: START, limits=Limits(message_rows=40))
    alone = [Sender("test", now_us=lambda: START, limits=Limits(message_rows=8)) for _ in needs]
    order = rng.permutation(len(needs)).tolist()
    for sender in (many, *alone):
        for k, each in enumerate(needs):
            if each is not None:
                sender.window_needs(f"m{k}", **each)
    expected = {}
    for at, k in enumerate(order):
        rows = int(rng.choice([2, 100, 700]))
        times = START - np.sort(rng.integers(0, 10**6, rows))[::-1]
        values = rng.normal(0, 9, rows) * 10.0 ** rng.integers(-3, 4, rows)
        values[rng.random(rows) < 0.1] = 0
        many.series(f"m{k}", {}).extend_us(times, values)
        alone[k].series(f"m{k}", {}).extend_us(times, values)
        if rows > 8:
            expected[at] = folds_of(alone[k].tick())[0]
    message = many.tick()
    assert (folds_of(message) if expected else {}) == expected


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=12).map(sorted),
    st.lists(st.integers(1, 50), min_size=12, max_size=12),
    st.integers(0, 300),
)
def test_where_sketches_have_no_room_each_series_keeps_its_newest_within_its_part(owners, lengths, room):
    lengths = lengths[: len(owners)]
    fits = _newest_first(np.array(lengths), np.array(owners), room).tolist()
    held = sorted(set(owners))
    for owner in held:
        mine = [(length, fit) for length, fit, of in zip(lengths, fits, owners, strict=True) if of == owner]
        kept = sum(fit for _, fit in mine)
        assert [fit for _, fit in mine] == [False] * (len(mine) - kept) + [True] * kept
        if sum(lengths) <= room:
            assert kept == len(mine)
        elif kept < len(mine):
            assert sum(length for length, _ in mine[-kept - 1 :]) > room // len(held)
    assert sum(length for length, fit in zip(lengths, fits, strict=True) if fit) <= room
