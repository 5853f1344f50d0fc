"""What windows need of the sender: features, base tiers and the step axis, from the call to the viewer."""

import itertools
import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from receiver import PLAIN, Viewer

from stream_viz._cell_layout import CellLayout
from stream_viz._limits import Limits
from stream_viz._sender import Sender

SECOND = 1_000_000
START = 1_700_000_000 * SECOND
TICK_US = 50_000
NOTHING = {"spread": False, "increase": False, "sketch": False, "base_us": None}
ALL = {"spread": True, "increase": True, "sketch": True, "base_us": None}


class Run:
    """A sender whose messages all reach a viewer."""

    def __init__(self, limits=None, wide=()):
        self.now = START
        self.sender = Sender("test", now_us=lambda: self.now, limits=limits or Limits())
        self.viewer = Viewer(wide=wide)
        self.messages = []

    def tick(self, times=1):
        for _ in range(times):
            self.now += TICK_US
            if (message := self.sender.tick()) is not None:
                self.messages.append(message)
                self.viewer.apply(message)

    def roles(self):
        return {part["role"] for message in self.messages for part in message.header["parts"]}


def feature_rows(message, role):
    for part in message.header["parts"]:
        if part["role"] == role:
            table = pa.ipc.open_stream(message.buffers[part["buffer"]]).read_all()
            table.validate(full=True)
            return table.to_pylist()
    return []


def send(series, rows):
    series.extend_us(np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows], float))


def entry_of(message, key):
    for part in message.header["parts"]:
        if part["role"] in ("samples", "folds", "keyframe"):
            schema = pa.ipc.open_stream(message.buffers[part["buffer"]]).schema
            for entry in json.loads((schema.metadata or {}).get(b"streamviz", b"{}")).get("series", []):
                if entry["key"] == key:
                    return entry
    return None


def test_without_needs_no_feature_travels_and_entries_are_as_before():
    run = Run()
    series = run.sender.series("m", {})
    run.sender.window_needs("m", **NOTHING)
    assert series.plain
    send(series, [(START, 1.0), (START + 1, 2.0)])
    run.tick(50)
    assert not {role for role in run.roles() if role.endswith("Features")}
    assert entry_of(run.messages[0], series.key).keys() == {"key", "gen", "n", "before", "tiers"}


def test_needs_hold_for_all_label_sets_of_the_name_present_and_future_and_no_other():
    run = Run()
    before, other = run.sender.series("m", {"i": "0"}), run.sender.series("n", {})
    run.sender.window_needs("m", **ALL)
    after = run.sender.series("m", {"i": "1"})
    for series in (before, after, other):
        send(series, [(START, 3.0), (START + 10, 5.0)])
    run.tick(60)
    rows = [row for message in run.messages for row in feature_rows(message, "keyframeFeatures")]
    assert {(row["mean"], row["m2"], row["increase"]) for row in rows} == {(4.0, 2.0, 2.0)}
    for series in (before, after):
        assert len(run.viewer.series[series.key]["cells"].tier_of(SECOND)[START]) > PLAIN
    assert len(run.viewer.series[other.key]["cells"].tier_of(SECOND)[START]) == PLAIN


def test_another_call_replaces_the_needs_and_clear_keeps_them():
    run = Run()
    series = run.sender.series("m", {})
    run.sender.window_needs("m", **{**ALL, "base_us": 250_000})
    run.sender.clear_series("m")
    assert (series.features.sketch, series.cells.durations_us[0], series.since_us) == (True, 250_000, None)
    run.sender.window_needs("m", **{**ALL, "sketch": False})
    assert (series.features.sketch, series.cells.durations_us[0]) == (False, SECOND)
    run.sender.window_needs("m", **NOTHING)
    assert series.plain


def test_what_was_folded_before_the_needs_is_known_as_not_known():
    run = Run()
    series = run.sender.series("m", {})
    send(series, [(START, 3.0), (START + 10, 5.0), (START + SECOND, 7.0)])
    run.tick()
    run.sender.window_needs("m", **ALL)
    send(series, [(START + 20, 1.0)])
    run.tick(60)
    cells = run.viewer.series[series.key]["cells"].tier_of(SECOND)
    mean, m2, increase, sketch = cells[START][PLAIN:]
    assert (mean, math.isnan(m2), math.isnan(increase), sketch.count) == (3.0, True, True, 1)
    assert cells[START + SECOND][PLAIN:-1] == (7.0, 0.0, 0.0)


@given(st.integers(1, 10**9), st.sampled_from(["time", "step"]))
def test_the_base_divides_the_window_and_the_finest_tier_or_is_the_shortest_there_is(duration, axis):
    layout = CellLayout.of(Limits(), axis)
    durations = layout.with_base(duration).durations_us
    finest = layout.tiers_us[0]
    assert durations[-len(layout.tiers_us) :] == layout.tiers_us
    assert finest % durations[0] == 0
    shortest = 1000 if axis == "time" else 1
    assert durations[0] >= shortest
    assert durations[0] == max(shortest, math.gcd(duration, finest)) or math.gcd(duration, finest) < shortest


def test_a_base_that_comes_while_data_are_held_begins_with_the_next_second_at_both_ends():
    run = Run()
    series = run.sender.series("m", {})
    send(series, [(START + i * 100_000, float(i)) for i in range(25)])
    run.tick(60)
    run.sender.window_needs("m", **{**NOTHING, "base_us": 250_000})
    since = START + 3 * SECOND
    assert series.since_us == since
    send(series, [(START + i * 100_000, float(i)) for i in range(25, 45)])
    run.tick(60)
    entry = entry_of(run.messages[-2], series.key) or entry_of(run.messages[-1], series.key)
    assert (entry["tiers"][:2], entry["since"]) == ([250_000, SECOND], since)
    cells = run.viewer.series[series.key]["cells"]
    assert min(cells.tier_of(250_000)) == since == series.cells.tiers[0].panes()[0, 0]
    for duration, tier in zip(series.cells.durations_us, series.cells.tiers, strict=True):
        for start, *pane in tier.panes().T.tolist():
            assert cells.tier_of(duration)[start] == tuple(pane)
    run.sender.window_needs("m", **NOTHING)
    assert series.cells.durations_us[0] == SECOND
    assert series.since_us is None
    send(series, [(START + 4_600_000, 1.0)])
    run.tick(60)
    assert sum(p[0] for _, _, p in cells.view()) == 46
    assert run.viewer.series[series.key]["hole"] is None


def test_folds_that_wait_when_the_base_goes_become_those_of_the_next_tier():
    run = Run(Limits(series_pending_bytes=160))
    series = run.sender.series("m", {})
    run.sender.window_needs("m", **{**ALL, "base_us": 10_000})
    for i in range(20):
        send(series, [(START + i * 20_000 + k, float(k)) for k in range(20)])
    run.sender.window_needs("m", **NOTHING)
    run.tick(60)
    assert (series.n, run.viewer.series[series.key]["n"]) == (400, 400)
    assert sum(p[0] for _, _, p in run.viewer.series[series.key]["cells"].view()) == 400


def test_a_base_of_a_millisecond_still_holds_the_second_that_is_being_filled():
    run = Run()
    series = run.sender.series("m", {})
    run.sender.window_needs("m", **{**NOTHING, "base_us": 1000})
    for i in range(60):
        send(series, [(START + i * 50_000 + k * 1000, 1.0) for k in range(50)])
        run.tick()
        assert series.cells.pane(1000, START + i * 50_000) is not None


def test_on_a_step_axis_times_are_steps_of_any_size_and_tiers_count_steps():
    run = Run(wide={"loss"})
    series = run.sender.series("loss", {}, axis="step")
    run.sender.window_needs("loss", **{**ALL, "base_us": 50})
    far = 2**52
    for step in (0, 1, 49, 50, 99, 100, far):
        series.buf.extend((float(step), step * 0.5))
    run.tick(60)
    assert series.invalid == 0
    assert series.last_time_us == far
    entry = entry_of(run.messages[0], series.key)
    assert (entry["axis"], entry["tiers"]) == ("step", [50, 100, 1000, 10_000, 100_000])
    cells = run.viewer.series[series.key]["cells"]
    assert sorted(cells.tier_of(50)) == [0, 50, 100, far - far % 50]
    assert cells.tier_of(100)[0][PLAIN:-1] == pytest.approx((19.9, 1695.7, 49.5))
    times, values = series.values()
    assert (times.dtype, times.tolist(), values.tolist()[-1]) == (np.int64, [0, 1, 49, 50, 99, 100, far], far * 0.5)


def test_steps_that_are_not_finite_or_beyond_two_to_the_53_are_invalid():
    run = Run()
    series = run.sender.series("loss", {}, axis="step")
    for step in (math.nan, math.inf, 2.0**53, 3.0):
        series.buf.extend((step, 1.0))
    run.tick()
    assert (series.n, series.invalid) == (1, 3)


def test_another_axis_starts_the_next_generation_in_the_same_series():
    run = Run()
    series = run.sender.series("m", {})
    send(series, [(START, 1.0)])
    run.tick(3)
    assert run.sender.series("m", {}, axis="step") is series
    series.buf.extend((7.0, 2.0))
    run.tick(60)
    mine = run.viewer.series[series.key]
    assert (mine["gen"], mine["axis"], mine["n"], sorted(mine["cells"].tier_of(100))) == (1, "step", 1, [0])


@pytest.mark.slow
def test_many_series_with_heavy_sketches_never_pass_the_message_limit_and_sketches_go_newest_first():
    run = Run(Limits(round_bytes_per_second=256_000))
    rng = np.random.default_rng(3)
    run.sender.window_needs("m", **ALL)
    for i in range(120):
        count = 3000
        times = START - np.sort(rng.integers(0, 120 * SECOND, count))[::-1]
        run.sender.series("m", {"i": str(i)}).extend_us(times, np.exp2(rng.uniform(-60, 60, count)))
    run.tick(400)
    sizes = [len(json.dumps(m.header)) + sum(map(len, m.buffers)) for m in run.messages]
    assert max(sizes) <= Limits().message_most_bytes
    assert all(one["n"] == 3000 and one["hole"] is None for one in run.viewer.series.values())
    carried = [row for message in run.messages for row in feature_rows(message, "keyframeFeatures")]
    assert any(row["sketch"] for row in carried)
    assert any(not row["sketch"] for row in carried)
    for message in run.messages:
        rows = {row["row"]: row["sketch"] for row in feature_rows(message, "keyframeFeatures")}
        known = {}
        for at, row in enumerate(feature_rows(message, "keyframe")):
            known.setdefault((row["series"], row["duration"]), []).append(bool(rows[at]))
        assert all(flags == sorted(flags) for flags in known.values())
        for (series, duration), flags in known.items():
            assert all(flags) or not any(known.get((series, 10 * duration), ()))


@pytest.mark.slow
@pytest.mark.parametrize("series", [1, 60])
def test_a_round_with_sketches_takes_no_longer_than_the_header_says_and_no_more_than_its_bytes_a_second(series):
    run = Run()
    run.sender.window_needs("m", **ALL)
    rng = np.random.default_rng(1)
    for i in range(series):
        times = START - 1_000 * np.arange(30_000, 0, -1)
        run.sender.series("m", {"i": str(i)}).extend_us(times, rng.normal(size=30_000))
    run.tick(800)
    begins = [
        at for at, message in enumerate(run.messages) if "document" in [p["role"] for p in message.header["parts"]]
    ]
    checked = 0
    for begin, after in itertools.pairwise(begins[1:]):
        carriers = [m for m in run.messages[begin:after] if m.header["parts"]]
        took_us = carriers[-1].header["sentUs"] - carriers[0].header["sentUs"]
        said_ms = carriers[-1].header["stats"]["roundMs"]
        assert took_us <= said_ms * 1000
        assert sum(sum(map(len, m.buffers)) for m in carriers) <= 256 * said_ms
        checked += 1
    assert checked >= 2


@pytest.mark.slow
def test_the_sketches_held_are_bounded_however_long_a_series_runs():
    run = Run(Limits(cells_per_tier=40, key_cells=10))
    run.sender.window_needs("m", **ALL)
    series = run.sender.series("m", {})
    most = 0
    for i in range(3000):
        run.now += SECOND
        series.buf.extend((run.now / 1e6, float(i % 7)))
        run.sender.tick()
        most = max(most, len(series.features.pool))
    assert most <= 4096 + 10
    assert series.n == 3000
