"""Random histories of the real sender, through loss and doubles, to a plain receiver."""

import functools
import random

import pytest
from receiver import Viewer
from write_histories import history as drive
from write_histories import truth

SEEDS = range(24)
history = functools.cache(drive)


def replay(past, seed, lossy):
    rng = random.Random(seed)
    kind = rng.choice(["nth", "burst", "random", "all"]) if lossy else "none"
    nth, at = rng.randint(2, 9), rng.randint(0, past.quiet)
    viewer = Viewer()
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


@pytest.mark.parametrize("seed", SEEDS)
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
            assert cells.query(cells.durations.index(duration), start) == tuple(pane)
        assert sum(p[0] for _, s, p in cells.view() if s >= cells.start) == series["n"] - series["gone"]
    assert {k for k, s in viewer.series.items() if s["n"]} == {k for k, s in expected["series"].items() if s["n"]}
    for name, table in expected["tables"].items():
        live = dict(table["rows"])
        mine = dict(viewer.tables[name].values())
        assert viewer.proved[name][1]
        assert set(mine) <= set(live), "ghost row"
        assert {i for i in mine if i >= table["state"][1]} == {i for i in live if i >= table["state"][1]}, "lost row"
        assert len(live) == table["state"][4]


@pytest.mark.parametrize("seed", SEEDS)
def test_without_loss_no_series_that_was_heard_from_its_start_ever_has_a_hole(seed):
    past = history(seed)
    viewer = Viewer()
    deaf = past.deaf
    for message in past.messages:
        viewer.apply(message)
        assert deaf or all(s["hole"] is None for s in viewer.series.values())
        assert deaf or sum(s["n"] for s in viewer.series.values()) == message.header["samples"]
