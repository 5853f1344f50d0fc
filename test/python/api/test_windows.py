"""Window options: the table of calls that TypeScript checks too, what the sender is told, and the step axis."""

from __future__ import annotations

import datetime as dt
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stream_viz as sv
from stream_viz import _producer
from stream_viz._aggregation import PLAIN
from stream_viz._duration import duration_us

TABLE = json.loads((Path(__file__).parents[2] / "fixtures" / "windows-options.json").read_text("utf-8"))
ACCEPTED = [call for call in TABLE if "refused" not in call]
REFUSED = [call for call in TABLE if "refused" in call]


def title(call):
    return f"{call['kind']} {json.dumps(call['options'])}"


def declare(kind, options):
    return (sv.metric if kind == "metric" else sv.gauge)("x", **options)


def options_of(widget_id="metric:x"):
    found = _producer.current().dashboard.find(widget_id)
    assert found is not None
    return found.wire


def resolved(handle):
    windows = handle._declaration.windows
    assert windows is not None
    names = ("axis", "window", "slide", "session", "origin", "lateness", "allowed_lateness", "idle", "counter", "per")
    return {**{name: getattr(windows, name) for name in names}, "aggregations": list(windows.aggregations)}


@pytest.mark.parametrize("call", ACCEPTED, ids=title)
def test_a_call_of_the_table_gives_the_windows_that_it_says(call):
    handle = declare(call["kind"], call["options"])
    assert options_of(handle.id) == call["wire"]
    if call["gives"] is None:
        assert resolved(handle)["aggregations"] == []
    else:
        assert resolved(handle) == call["gives"]


@pytest.mark.parametrize("call", REFUSED, ids=title)
def test_a_refused_call_of_the_table_raises_names_the_option_and_changes_nothing(call):
    with pytest.raises((ValueError, TypeError)) as caught:
        declare(call["kind"], call["options"])
    assert isinstance(caught.value, sv.StreamVizError)
    assert caught.value.code == call["code"]
    assert caught.value.details["option"] == call["refused"]
    assert f"sv.{call['kind']}('x'): {call['refused']}=" in str(caught.value)
    if "nearest" in call:
        assert f"did you mean {call['nearest']!r}?" in str(caught.value)
    assert _producer.current().dashboard.all() == []


def test_what_is_sent_means_the_same_when_declared_again():
    for call in ACCEPTED:
        back = {{"allowedLateness": "allowed_lateness"}.get(name, name): value for name, value in call["wire"].items()}
        handle = declare(call["kind"], call["options"])
        first, wire = resolved(handle), dict(options_of(handle.id))
        handle.close()
        again = declare(call["kind"], back)
        assert (resolved(again), options_of(again.id)) == (first, wire)
        again.close()


@pytest.mark.parametrize(
    ("spelled", "wire"),
    [
        (dt.timedelta(seconds=10), "10s"),
        (dt.timedelta(milliseconds=500), "500ms"),
        (dt.timedelta(days=1), "1d"),
        (np.int64(10), "10s"),
        (np.float64(0.5), "500ms"),
        (Fraction(1, 2), "500ms"),
    ],
)
def test_a_window_takes_what_python_has_for_lengths_of_time(spelled, wire):
    sv.metric("x", window=spelled)
    assert options_of() == {"window": wire}


def test_an_origin_may_lie_before_the_epoch_in_every_spelling():
    for spelled in (dt.timedelta(hours=-1), "-1h", -3600, np.int64(-3600)):
        sv.metric("x", window="1d", origin=spelled)
        assert options_of() == {"window": "1d", "origin": "23h"}


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.integers(-20_000, 20_000))
def test_panes_divide_windows_slides_and_origins_and_are_whole_milliseconds(window, slide, origin):
    sv.close()
    options = {"window": window / 1000, "slide": slide / 1000, "origin": origin / 1000}
    if slide > window or window // math.gcd(window, slide, origin % slide) > 1000:
        with pytest.raises(sv.StreamVizValueError) as caught:
            sv.metric("x", **options)
        assert caught.value.details["option"] in ("slide", "origin")
        return
    windows = sv.metric("x", **options)._declaration.windows
    assert windows.pane % 1000 == 0
    assert [length % windows.pane for length in (window * 1000, slide * 1000, (origin % slide) * 1000)] == [0, 0, 0]
    assert window * 1000 // windows.pane <= 1000


def test_a_quantile_in_capitals_is_recognised():
    with pytest.raises(ValueError, match="did you mean 'p99'"):
        sv.metric("x", window="10s", aggregation="P99")


def test_an_aggregation_without_a_window_shows_the_fix():
    with pytest.raises(ValueError, match=r'sv.metric\("cpu", window="10s", aggregation="p99"\)'):
        sv.metric("cpu", aggregation="p99")
    with pytest.raises(ValueError, match=r'sv.metric\("cpu", window=100, aggregation=\["p50", "p99"\]\)'):
        sv.metric("cpu", aggregation=["p50", "p99"], x="step")


# What the sender is told


@pytest.fixture
def needs(monkeypatch):
    """What the sender is told of a name, newest last."""
    told = []
    sender = _producer.current().sender
    real = sender.window_needs

    def record(name, **wanted):
        told.append((name, wanted))
        real(name, **wanted)

    monkeypatch.setattr(sender, "window_needs", record)
    return told


def wanted(*, spread=False, increase=False, sketch=False, base_us=None):
    return {"spread": spread, "increase": increase, "sketch": sketch, "base_us": base_us}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, wanted()),
        ({"window": "10s"}, wanted(base_us=10_000_000)),
        ({"window": "10s", "aggregation": "p99"}, wanted(base_us=10_000_000, sketch=True)),
        ({"window": "10s", "aggregation": ["avg", "median"]}, wanted(base_us=10_000_000, sketch=True)),
        ({"window": "10s", "aggregation": "stddev"}, wanted(base_us=10_000_000, spread=True)),
        ({"window": "10s", "aggregation": "rate"}, wanted(base_us=10_000_000)),
        ({"counter": True}, wanted(base_us=10_000_000, increase=True)),
        ({"counter": True, "aggregation": "last"}, wanted()),
        ({"window": "10s", "slide": "2500ms"}, wanted(base_us=2_500_000)),
        ({"window": "1s", "slide": "100ms", "origin": "50ms"}, wanted(base_us=50_000)),
        ({"session": "5s", "aggregation": "p50"}, wanted(sketch=True)),
        ({"window": "10s", "aggregation": "distinct"}, wanted(base_us=10_000_000)),
        ({"x": "step", "window": 100, "slide": 30}, wanted(base_us=10)),
    ],
)
def test_the_sender_is_told_what_the_windows_of_a_name_need(needs, options, told):
    sv.metric("x", **options)
    assert needs[-1] == ("x", told)


def test_the_needs_of_a_name_are_those_of_all_its_widgets_and_shrink_when_one_closes(needs):
    x = sv.metric("x", window="300ms", aggregation="stddev")
    view = x.view(window="200ms", aggregation="p99")
    sv.gauge("x", window="1s", aggregation="max")
    sv.metric("other", window="7ms")
    assert needs[-2] == ("x", wanted(base_us=100_000, spread=True, sketch=True))
    view.update(window="150ms")
    assert needs[-1] == ("x", wanted(base_us=50_000, spread=True, sketch=True))
    view.close()
    assert needs[-1] == ("x", wanted(base_us=100_000, spread=True))
    x.close()
    assert needs[-1] == ("x", wanted(base_us=1_000_000))
    sv.gauge("x").close()
    assert needs[-1] == ("x", wanted())


def test_a_series_holds_the_panes_that_its_windows_need():
    x = sv.metric("x", window="1s", slide="100ms", aggregation="p99")
    x.send(1)
    series = _producer.current().sender.find_series("x")[0]
    assert series.cells.durations_us[:2] == (100_000, 1_000_000)
    assert series.features is not None


# Declaring


def test_window_options_are_options_like_others():
    x = sv.metric("x", window="10s", aggregation="p99", unit="ms")
    x.update(slide="1s")
    assert options_of() == {"unit": "ms", "window": "10s", "slide": "1s", "aggregation": "p99"}
    with pytest.raises(ValueError, match="aggregation="):
        x.update(window=None, slide=None)
    assert options_of() == {"unit": "ms", "window": "10s", "slide": "1s", "aggregation": "p99"}
    x.update(window=None, slide=None, aggregation=None)
    assert options_of() == {"unit": "ms"}
    sv.metric("x", window="5s")
    assert options_of() == {"window": "5s"}


def test_the_table_of_aggregations_in_the_docstring_names_them_all():
    for name in (*PLAIN, "median"):
        assert f'"{name}"' in (sv.metric.__doc__ or "")


def test_values_stay_as_sent():
    x = sv.metric("x", window="10s", aggregation="max")
    x.send_many([3, 1, 2], 100, every="1s")
    assert x.values()[1].tolist() == [3, 1, 2]
    assert x.last == 2


def test_a_still_of_a_windowed_widget_says_that_its_values_are_as_sent(kernel):
    sv.metric("x", window="10s").send(1)
    sv.metric("y").send(1)
    sv.snapshot()
    assert kernel.outputs[-1]["text/html"].count("values as sent") == 1


def test_known_durations_are_those_of_before():
    assert duration_us("0s") is None
    assert duration_us(0) is None
    assert duration_us("500ms") == 500_000
