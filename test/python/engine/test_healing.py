"""Random histories of the real sender, through loss and doubles, to a plain receiver."""

import functools
import math
import os
import random

import pytest
from receiver import PLAIN, Viewer, known
from write_histories import history as drive
from write_histories import truth

from stream_viz._sketch import Sketch

QUICK = "STREAMVIZ_QUICK" in os.environ
SEEDS = range(4 if QUICK else 12)
WINDOW_SEEDS = range(100, 103 if QUICK else 108)
history = functools.cache(drive)


def wide_names(past):
    return {series.name for series in past.sender._series.values() if series.features is not None}


def replay(past, seed, lossy):
    rng = random.Random(seed)
    kind = rng.choice(["nth", "burst", "random", "all"]) if lossy else "none"
    nth, at = rng.randint(2, 9), rng.randint(0, past.quiet)
    viewer = Viewer(wide=wide_names(past))
    for index, message in enumerate(past.messages):
        lost = {
            "none": False,
            "nth": index % nth == 0,
            "burst": at <= index < at + 60,
            "random": rng.random() < 0.3,
            "all": True,
        }[kind]
        if lost and index < past.quiet:
            continue
        viewer.apply(message)
        if rng.random() < 0.1:
            viewer.apply(message)
        assert sum(map(len, message.buffers)) <= past.sender.limits.message_most_bytes
    return viewer


@pytest.mark.parametrize("seed", [*SEEDS, *WINDOW_SEEDS])
@pytest.mark.parametrize("lossy", [False, True])
def test_one_round_after_the_last_loss_the_viewer_holds_what_the_sender_holds(seed, lossy):
    past = history(seed)
    viewer, expected = replay(past, seed, lossy), truth(past)
    assert viewer.document["revision"] == expected["document"]
    assert sum(s["n"] for s in viewer.series.values()) == expected["samples"] == viewer.header["samples"]
    for key, series in expected["series"].items():
        mine = viewer.series[key]
        assert (mine["n"], mine["hole"], mine["gen"]) == (series["n"], None, series["gen"])
        cells = mine["cells"]
        for duration, start, *pane in series["keyframe"]:
            assert cells.query(cells.durations.index(duration), start)[:PLAIN] == tuple(pane)
        assert sum(p[0] for _, s, p in cells.view() if s >= cells.start) == series["n"] - series["gone"]
    assert {k for k, s in viewer.series.items() if s["n"]} == {k for k, s in expected["series"].items() if s["n"]}
    for name, table in expected["tables"].items():
        live = dict(table["rows"])
        mine = dict(viewer.tables[name].values())
        assert viewer.proved[name][1]
        assert set(mine) <= set(live), "ghost row"
        assert {i for i in mine if i >= table["state"][1]} == {i for i in live if i >= table["state"][1]}, "lost row"
        assert len(live) == table["state"][4]


@pytest.mark.parametrize("seed", WINDOW_SEEDS)
@pytest.mark.parametrize("lossy", [False, True])
def test_one_round_after_the_last_loss_the_viewer_knows_of_each_cell_what_the_sender_knows(seed, lossy):
    past = history(seed)
    viewer, expected = replay(past, seed, lossy), truth(past)
    compared = 0
    for key, series in expected["series"].items():
        cells = viewer.series[key]["cells"] if key in viewer.series else None
        for (duration, start, *pane), truly in zip(series["keyframe"], series["features"], strict=True):
            if truly is None:
                continue
            mean, m2, increase, sketch = known(cells.query(cells.durations.index(duration), start))
            compared += 1
            assert mean == pytest.approx(truly[0], rel=1e-12, abs=1e-10)
            if truly[1] is not None and not math.isnan(m2):
                assert m2 == pytest.approx(truly[1], rel=1e-9, abs=1e-9)
            if truly[2] is not None and not math.isnan(increase):
                assert increase == truly[2]
            if sketch is not None and truly[3]:
                theirs = Sketch.decode(bytes.fromhex(truly[3]))
                assert sketch.count < pane[0] or theirs.count < pane[0] or sketch.encode() == theirs.encode()
    assert compared or not wide_names(past)


@pytest.mark.parametrize("seed", WINDOW_SEEDS)
def test_a_viewer_that_heard_one_round_only_knows_exactly_what_the_sender_knows(seed):
    past = history(seed)
    viewer, expected = Viewer(), truth(past)
    for message in past.messages[past.quiet :]:
        viewer.apply(message)
    for key, series in expected["series"].items():
        for (duration, start, *_), truly in zip(series["keyframe"], series["features"], strict=True):
            pane = viewer.series[key]["cells"].tier_of(duration)[start]
            if truly is None:
                assert len(pane) == PLAIN
                continue
            *numbers, sketch = pane[PLAIN:]
            assert [None if math.isnan(each) else each for each in numbers] == truly[:3]
            assert sketch is None or sketch.encode().hex() == truly[3]


@pytest.mark.parametrize("seed", [*SEEDS, *WINDOW_SEEDS])
def test_without_loss_no_series_that_was_heard_from_its_start_ever_has_a_hole(seed):
    past = history(seed)
    viewer = Viewer()
    deaf = past.deaf
    for message in past.messages:
        viewer.apply(message)
        assert deaf or all(s["hole"] is None for s in viewer.series.values())
        assert deaf or sum(s["n"] for s in viewer.series.values()) == message.header["samples"]
