"""When features are computed: not by ticks but when they are read, and reading more often changes nothing."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from receiver import Viewer

from stream_viz._features import Features
from stream_viz._fold import fold, in_time_order
from stream_viz._pane import INCREASE, M2, MEAN, ROWS, SKETCH, START
from stream_viz._sender import Sender
from stream_viz._wide_cells import MOST_ROWS, WideCells

DURATIONS = (10, 100, 600)
NOW = 1_700_000_000_000_000
TICK_US = 50_000
ALL = {"spread": True, "increase": True, "sketch": True, "base_us": None}

samples = st.lists(st.tuples(st.integers(-50, 800), st.integers(-9, 9).map(float)), min_size=1, max_size=40)
batch = st.tuples(st.sampled_from(["samples", "rows", "orderly", "folds"]), samples, st.booleans())
histories = st.lists(batch, min_size=1, max_size=10)


def enter(cells, how, rows):
    times, values = np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows])
    kept = times >= cells.horizon_us
    times, values = times[kept], values[kept]
    if not len(times):
        return
    ordered = in_time_order(times, values)
    if how == "samples":
        for t, v in zip(times.tolist(), values.tolist(), strict=True):
            cells.add_sample(t, v)
    elif how == "rows":
        cells.add_rows(times, values)
    elif how == "orderly":
        cells.add_orderly(fold(*ordered, DURATIONS[0]).T.tolist(), *ordered)
    else:
        for duration, panes in cells.fold_rows(times, values, 2):
            cells.add_panes(panes, duration)
    cells.evict()


def played(history, limit, reads):
    """Return cells that a history was entered into; `reads`: whether wide panes are read after a batch."""
    cells = WideCells(DURATIONS, limit, features=Features(sketch=True))
    for how, rows, read in history:
        if how == "samples":
            for row in rows:
                enter(cells, how, [row])
                if reads == "always":
                    cells.settle()
        else:
            enter(cells, how, rows)
        if reads == "always" or (read and reads == "sometimes"):
            cells.settle()
    return cells


@settings(deadline=None)
@given(histories, st.sampled_from([8, 1000]))
def test_reading_seldom_or_after_each_batch_gives_the_same_panes_and_knows_no_increase_less(history, limit):
    eager = played(history, limit, "always")
    for reads in ("sometimes", "never"):
        lazy = played(history, limit, reads)
        assert lazy.horizons_us == eager.horizons_us
        for mine, theirs in zip(lazy.tiers, eager.tiers, strict=True):
            a, b = mine.panes(), theirs.panes()
            assert a[:ROWS].tolist() == b[:ROWS].tolist()
            np.testing.assert_allclose(a[[MEAN, M2]], b[[MEAN, M2]], rtol=1e-12, atol=1e-9)
            known = ~np.isnan(b[INCREASE])
            np.testing.assert_array_equal(a[INCREASE, known], b[INCREASE, known])
            encoded = [[one.features.pool.encoded(n) for n in panes[SKETCH]] for one, panes in ((lazy, a), (eager, b))]
            assert encoded[0] == encoded[1]


def test_late_rows_on_both_sides_of_a_known_cell_keep_its_increase_known():
    cells = WideCells(DURATIONS, 100, features=Features(sketch=False))
    cells.add_rows(np.array([4, 5]), np.array([1.0, 2.0]))
    cells.settle()
    cells.add_rows(np.array([7, 9]), np.array([4.0, 5.0]))
    cells.add_rows(np.array([0, 1]), np.array([7.0, 8.0]))
    assert [tier.panes()[INCREASE].tolist() for tier in cells.tiers] == [[6.0]] * 3
    cells.add_rows(np.array([3, 6]), np.array([0.0, 0.0]))
    assert all(math.isnan(tier.panes()[INCREASE, 0]) for tier in cells.tiers)


def drive(ticks, rows_per_tick, *, listening=True):
    """Tick; yields (series, viewer, message, how many sketches more each series holds)."""
    clock = [NOW]
    sender, viewer = Sender("test", now_us=lambda: clock[0]), Viewer()
    sender.window_needs("m", **ALL)
    held = [sender.series("m", {"i": str(i)}) for i in range(5)]
    sender.set_listening(listening)
    for at in range(ticks):
        clock[0] += TICK_US
        for series in held:
            for i in range(rows_per_tick):
                series.buf.extend(((clock[0] - TICK_US + i * (TICK_US // rows_per_tick)) / 1e6, float(at % 7 + i)))
        before = [len(series.features.pool) for series in held]
        message = sender.tick()
        if message is not None:
            viewer.apply(message)
        yield held, viewer, message, [len(series.features.pool) - b for series, b in zip(held, before, strict=True)]


def keyframed(message):
    """Return the keys of the series whose keyframes a message carries."""
    entries, listed = [], []
    for part in message.header["parts"]:
        if part["role"] != "document":
            schema = pa.ipc.open_stream(message.buffers[part["buffer"]]).schema
            meta = json.loads((schema.metadata or {}).get(b"streamviz", b"{}"))
            entries += meta.get("series", [])
            listed += meta.get("keyframe", [])
    return {entries[at]["key"] for at, *_ in listed}


@pytest.mark.parametrize("rows", [1, 40])
def test_a_tick_makes_sketches_of_exactly_those_series_whose_keyframes_it_carries(rows):
    seen = set()
    for held, _, message, more in drive(200, rows):
        made = {series.key for series, n in zip(held, more, strict=True) if n}
        assert made == keyframed(message)
        assert {series.key for series in held if not len(series.cells._noted)} == made
        seen |= made
    assert len(seen) == 5


def test_while_nobody_listens_rows_are_noted_up_to_a_bound_and_no_sample_is_missing_in_the_end():
    most = 0
    for held, _, _, _ in drive(400, 50, listening=False):
        most = max(most, *(len(series.cells._noted) for series in held))
    assert MOST_ROWS - 50 <= most < MOST_ROWS
    for series in held:
        assert series.n == 400 * 50
        for tier in series.cells.tiers:
            panes = tier.panes()
            counts = [series.features.pool.get(number).count for number in panes[SKETCH]]
            assert counts == panes[1].tolist()
            assert sum(counts) == series.n
        assert series.cells.tiers[0].panes()[START, 0] == NOW


def test_what_is_noted_counts_as_memory_of_the_series():
    for at, (held, *_) in enumerate(drive(20, 40, listening=False)):
        series, rows = held[0], (at + 1) * 40
        assert series.bytes >= 16 * (rows + len(series._ring))
