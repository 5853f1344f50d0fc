"""Wide panes against naive recomputation: mean, M2, increase and sketches, however they were folded and merged."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_features import close, features, plain

from stream_viz._cells import coarsen
from stream_viz._features import Features, widen
from stream_viz._fold import in_time_order
from stream_viz._limits import Limits
from stream_viz._pane import COUNT, INCREASE, M2, MEAN, ROWS, SKETCH, START
from stream_viz._sender import Sender
from stream_viz._wide_cells import WideCells

DURATIONS = (10, 100, 600)
values = st.one_of(
    st.integers(-99, 99).map(float),
    st.floats(1e9 - 1, 1e9 + 1),
    st.floats(-1e6, 1e6, allow_subnormal=False),
)
samples = st.lists(st.tuples(st.integers(-500, 3_000), values), max_size=120)
batches = st.lists(samples, max_size=6)


def arrays(rows):
    return np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows], float)


def group(rows, duration):
    cells = {}
    for t, v in rows:
        cells.setdefault(t - t % duration, []).append((t, v))
    return cells


def check(panes, rows, duration, pool, *, increase_known):
    """Compare every pane with its samples; `increase_known` False: NaN is allowed too."""
    cells = group(rows, duration)
    assert panes[START].tolist() == sorted(cells)
    for column in panes.T:
        inside = cells[column[START]]
        expected = features(inside)
        exact = (0, *range(2, 8))  # all but the sum
        assert [column[1:ROWS].tolist()[i] for i in exact] == [plain(inside)[i] for i in exact]
        assert close((column[MEAN], column[M2]), expected, inside)
        total = sum(abs(v) for _, v in inside) * 2
        if increase_known or not math.isnan(column[INCREASE]):
            assert column[INCREASE] == pytest.approx(expected[2], abs=1e-12 * max(total, 1e-300))
        assert pool.encoded(column[SKETCH]) == expected[3]


@given(samples, st.sampled_from([1, 7, 100]))
def test_a_wide_fold_equals_the_naive_features_of_its_cells(rows, duration):
    kit = Features(sketch=True)
    check(kit.fold(*in_time_order(*arrays(rows)), duration), rows, duration, kit.pool, increase_known=True)


@given(samples, st.integers(2, 8))
def test_merging_the_runs_of_a_wide_fold_equals_the_fold_with_its_increase(rows, runs):
    kit = Features(sketch=True)
    cut = kit.fold(*in_time_order(*arrays(rows)), 1000, runs)
    check(kit.merged(cut), rows, 1000, kit.pool, increase_known=True)


@given(batches)
def test_merging_panes_of_batches_knows_the_increase_exactly_where_no_two_of_a_cell_interleave(parts):
    kit = Features(sketch=True)
    folded = [kit.fold(*in_time_order(*arrays(part)), 100) for part in parts]
    panes = np.concatenate([np.empty((13, 0)), *folded], axis=1)
    merged = kit.merged(panes)
    check(merged, [row for part in parts for row in part], 100, kit.pool, increase_known=False)
    for column in merged.T:
        spans = []
        for arrival, part in enumerate(parts):
            times = [t for t, _ in part if t - t % 100 == column[START]]
            if times:
                spans.append((min(times), arrival, max(times)))
        spans.sort()
        apart = all(a[2] < b[0] or (a[2] == b[0] and a[1] < b[1]) for a, b in itertools.pairwise(spans))
        assert math.isnan(column[INCREASE]) == (not apart)


@settings(deadline=None)
@given(batches, st.integers(1, 30), st.booleans())
def test_wide_cells_equal_naive_recomputation_under_eviction_and_lateness(parts, limit, one_by_one):
    kit = Features(sketch=True)
    cells = WideCells(DURATIONS, limit, features=kit)
    log = []
    for part in parts:
        kept = [(t, v) for t, v in part if t >= cells.horizon_us]
        log += kept
        if one_by_one:
            for t, v in kept:
                cells.add_sample(t, v)
        else:
            cells.add_rows(*arrays(kept))
        cells.evict()
        for k, tier in enumerate(cells.tiers):
            held = [(t, v) for t, v in log if t >= cells.horizons_us[k]]
            check(tier.panes(), held, DURATIONS[k], kit.pool, increase_known=False)
        for duration, panes in cells.keyframe(3):
            inside = {t for t in group(log, duration) if t in panes[START]}
            check(
                panes, [(t, v) for t, v in log if t - t % duration in inside], duration, kit.pool, increase_known=False
            )
    kit.pool.sweep(cells.sketch_numbers())
    assert len(kit.pool) <= sum(tier.size for tier in cells.tiers)
    assert all(kit.pool.get(number) is not None for column in cells.sketch_numbers() for number in column)


@given(samples)
def test_samples_in_time_order_always_know_their_increase_one_by_one_and_in_batches(rows):
    ordered = sorted(rows, key=lambda row: row[0])
    for size in (1, 7, 1000):
        kit = Features(sketch=False)
        cells = WideCells(DURATIONS, 10_000, features=kit)
        for at in range(0, len(ordered), size):
            if size == 1:
                cells.add_sample(*ordered[at])
            else:
                cells.add_rows(*arrays(ordered[at : at + size]))
        for duration, tier in zip(DURATIONS, cells.tiers, strict=True):
            for column in tier.panes().T:
                inside = group(ordered, duration)[column[START]]
                total = sum(abs(v) for _, v in inside) * 2
                assert column[INCREASE] == pytest.approx(features(inside)[2], abs=1e-12 * max(total, 1e-300))
                assert column[SKETCH] == 0


@given(samples, st.integers(4, 40))
def test_coarsening_wide_folds_keeps_what_they_know(rows, most):
    kit = Features(sketch=True)
    pending = [(10, kit.fold(*in_time_order(*arrays(rows)), 10, 4))]
    kept, lost = coarsen(pending, DURATIONS, most, kit.merged)
    assert sum(p[COUNT].sum() for _, p in kept) + lost == len(rows)
    for duration, panes in kept:
        known = panes[START].tolist()
        finer = [s for d, p in kept if d < duration for s in p[START].tolist()]
        inside = [(t, v) for t, v in rows if t - t % duration in known]
        if not any(s - s % duration in known for s in finer):
            check(panes, inside, duration, kit.pool, increase_known=True)


def test_spread_of_a_large_offset_is_that_of_the_differences():
    kit = Features(sketch=False)
    values = 1e9 + np.tile([-1.0, 1.0], 5000)
    panes = kit.fold(np.arange(10_000, dtype=np.int64), values, 1000, 8)
    assert kit.merged(panes)[M2].tolist() == pytest.approx([1000.0] * 10, rel=1e-9)
    whole = panes.copy()
    whole[START] = 0
    assert kit.merged(whole)[M2].tolist() == pytest.approx([10_000.0], rel=1e-9)


def test_a_widened_pane_knows_its_mean_and_nothing_else_but_where_it_is_one_sample():
    panes = np.array([[0, 2, 6, 1, 5, 1, 3, 5, 4], [10, 1, 7, 7, 7, 7, 12, 7, 12]], float).T
    wide = widen(panes)
    assert wide[MEAN].tolist() == [3, 7]
    assert np.isnan(wide[[M2, INCREASE], 0]).all()
    assert wide[M2:, 1].tolist() == [0, 0, 0]
    assert wide[SKETCH].tolist() == [0, 0]


def test_values_near_the_range_of_a_float_never_raise():
    sender = Sender("test", now_us=lambda: 10**9, limits=Limits(series_pending_bytes=32))
    sender.window_needs("m", spread=True, increase=True, sketch=True, base_us=None)
    series = sender.series("m", {})
    with np.errstate(all="raise"):
        for at in range(6):
            series.extend_us(np.arange(at * 4, at * 4 + 4), np.array([1e308, 1e308, -1e308, 1e308]))
            sender.tick()
    assert series.cells.pane(1_000_000, 0)[0] == 24
