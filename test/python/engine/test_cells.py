"""Folding and cells against naive recomputation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from receiver import merge, sample

from stream_viz._cells import Cells, coarsen
from stream_viz._fold import fold, in_time_order
from stream_viz._pane import merge_pane, merge_panes

samples = st.lists(st.tuples(st.integers(-5_000, 60_000), st.integers(-99, 99).map(float)), max_size=300)
DURATIONS = (10, 100, 600)


def naive(rows, duration):
    cells = {}
    for t, v in rows:
        cells[t - t % duration] = merge(cells.get(t - t % duration), sample(t, v))
    return cells


def as_dict(panes):
    return {start: tuple(pane) for start, *pane in panes.T.tolist()}


def arrays(rows):
    return np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows], float)


@given(samples, st.sampled_from([1, 7, 10, 1000]))
def test_fold_equals_a_plain_loop(rows, duration):
    assert as_dict(fold(*in_time_order(*arrays(rows)), duration)) == naive(rows, duration)


@given(samples, st.integers(1, 8))
def test_merging_the_runs_of_a_fold_equals_the_fold(rows, runs):
    times, values = in_time_order(*arrays(rows))
    cut = fold(times, values, 1000, runs)
    starts = cut[0].tolist()
    assert all(starts.count(s) <= runs for s in starts)
    assert as_dict(merge_panes(cut)) == naive(rows, 1000)


@given(samples, samples)
def test_merging_panes_equals_adding_both_inputs_to_one(a, b):
    both = np.concatenate((fold(*in_time_order(*arrays(a)), 100), fold(*in_time_order(*arrays(b)), 100)), axis=1)
    assert as_dict(merge_panes(both)) == naive(a + b, 100)


@given(samples)
def test_merge_pane_equals_the_model(rows):
    mine = other = None
    for t, v in rows:
        mine = sample(t, v) if mine is None else merge_pane(mine, sample(t, v))
        other = merge(other, sample(t, v))
    assert mine == other


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(-5_000, 60_000), st.integers(-99, 99).map(float)), max_size=40), max_size=12
    ),
    st.integers(1, 30),
    st.booleans(),
)
def test_cells_equal_naive_recomputation_under_eviction_and_lateness(batches, limit, one_by_one):
    cells = Cells(DURATIONS, limit)
    log = []
    for batch in batches:
        kept = [(t, v) for t, v in batch if t >= cells.horizon_us]
        log += kept
        if one_by_one:
            for t, v in kept:
                cells.add_sample(t, v)
        else:
            cells.add_rows(*arrays(kept))
        cells.evict()
        retained = [(t, v) for t, v in log if t >= cells.horizon_us]
        assert cells.gone == len(log) - len(retained)
        for k, tier in enumerate(cells.tiers):
            held = [(t, v) for t, v in log if t >= cells.horizons_us[k]]
            assert as_dict(tier.panes()) == naive(held, DURATIONS[k])
            assert tier.size <= limit
        for key_cells in (3, 10_000):
            parts = [(d, start, pane) for d, p in cells.keyframe(key_cells) for start, *pane in p.T.tolist()]
            assert sum(pane[0] for *_, pane in parts) == len(retained)
            spans = sorted((start, start + d) for d, start, _ in parts)
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
            assert all(tuple(pane) == naive(log, d)[start] for d, start, pane in parts)
        assert sum(p[1].sum() for _, p in cells.view()) == len(retained)


@given(samples, st.integers(4, 40))
def test_coarsening_keeps_counts_and_extremes(rows, most):
    times, values = in_time_order(*arrays(rows))
    pending = [(10, fold(times, values, 10, 4))]
    kept, lost = coarsen(pending, DURATIONS, most)
    assert sum(p.shape[1] for _, p in kept) <= max(most, 0)
    assert sum(p[1].sum() for _, p in kept) + lost == len(rows)


def test_a_cell_of_a_time_no_longer_held_is_none():
    cells = Cells(DURATIONS, 12)
    for t in range(0, 5000, 10):
        cells.add_sample(t, 1.0)
    cells.evict()
    assert cells.pane(10, 0) is None
    assert cells.pane(10, 4990) == (1, 1, 1, 1, 1, 4990, 1, 4990)


@pytest.mark.parametrize("rows", [1, 8, 9, 5000])
def test_a_constant_series_folds_to_its_count(rows):
    panes = fold(np.zeros(rows, np.int64), np.ones(rows), 1000)
    assert as_dict(panes) == {0: (rows, rows, 1, 1, 1, 0, 1, 0)}
