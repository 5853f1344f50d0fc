"""`cpu.view(...)`: further widgets on the same data."""

from __future__ import annotations

import datetime as dt

import pytest

import stream_viz as sv
from stream_viz import _producer


def wire(widget_id):
    found = _producer.current().dashboard.find(widget_id)
    return None if found is None else found.wire


def series_names():
    return list(_producer.current().sender._series)


def test_a_view_is_a_further_widget_on_the_same_data():
    cpu = sv.metric("cpu", unit="%")
    view = cpu.view(window="10s", aggregation="p99", title="Slowest")
    assert wire(view.id) == {"unit": "%", "window": "10s", "aggregation": "p99", "title": "Slowest"}
    cpu.send(5)
    assert series_names() == ['["cpu",[]]']
    assert [widget["id"] for widget in _producer.current().dashboard.document([])["widgets"]] == [
        "metric:cpu",
        "metric:cpu?window=10s&aggregation=p99",
    ]
    assert (view.name, view.closed, repr(view)) == ("cpu", False, "<View 'metric:cpu?window=10s&aggregation=p99'>")


SAME = [
    {"window": "60s"},
    {"window": "1m"},
    {"window": 60},
    {"window": dt.timedelta(minutes=1)},
    {"window": "1m", "slide": "1m"},
    {"window": "1m", "aggregation": "avg"},
    {"window": "1m", "aggregation": ["avg"]},
    {"window": "1m", "lateness": 0, "origin": "2m"},
    {"window": "1m", "title": "Other words", "color": "red"},
]


@pytest.mark.parametrize("options", SAME, ids=str)
def test_the_same_windows_are_the_same_view(options):
    cpu = sv.metric("cpu")
    assert cpu.view(**options) is cpu.view(window="1m")


def test_other_windows_kinds_and_lines_are_other_views():
    cpu = sv.metric("cpu")
    calls = [
        {"window": "1m"},
        {"window": "2m"},
        {"window": "1m", "slide": "1s"},
        {"window": "1m", "aggregation": "p99"},
        {"window": "1m", "aggregation": ["p99", "p50"]},
        {"window": "1m", "aggregation": "sum", "per": "s"},
        {"window": "1m", "aggregation": "sum"},
        {"window": "1m", "lateness": "1s"},
        {"window": "1m", "allowed_lateness": "1s"},
        {"window": "1m", "origin": "1s"},
        {"session": "1m"},
        {"aggregation": "last"},
        {"window": "1m", "kind": "gauge"},
        {"window": "1m", "labels": {"core": 0}},
    ]
    views = [cpu.view(**call) for call in calls]
    views.append(cpu.labels(core=1).view(window="1m"))
    assert len({view.id for view in views}) == len(views)
    assert [cpu.view(**call) for call in calls] == views[:-1]


def test_a_view_of_a_line_shows_that_line():
    cpu = sv.metric("cpu", by="core")
    view = cpu.labels(core=0).view(window="1m")
    assert wire(view.id) == {"window": "1m", "labels": {"core": "0"}}
    assert cpu.labels(core="0").view(window="1m") is view


def test_a_view_of_a_counter_shows_increases_and_one_of_steps_runs_over_steps():
    hits = sv.counter("hits", unit="req")
    assert hits.view(window="10s") is hits.view(aggregation="rate")
    assert wire(hits.view(window="1m").id) == {"window": "1m", "counter": True, "unit": "req"}
    loss = sv.metric("loss", x="step")
    assert wire(loss.view(window=100, kind="gauge").id) == {"window": 100, "x": "step"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "WINDOW_INVALID"),
        ({"title": "x"}, "WINDOW_INVALID"),
        ({"aggregation": "p99"}, "WINDOW_INVALID"),
        ({"window": "1m", "kind": "table"}, "OPTION_INVALID"),
        ({"window": "1m", "kind": None}, "OPTION_INVALID"),
        ({"window": "1m", "counter": True}, "OPTION_UNKNOWN"),
        ({"window": "1m", "x": "step"}, "OPTION_UNKNOWN"),
        ({"window": "1m", "max_points": 500}, "OPTION_UNKNOWN"),
        ({"window": "1m", "sparkle": 1}, "OPTION_UNKNOWN"),
        ({"window": "1m", "min": 1}, "OPTION_UNKNOWN"),
        ({"window": "1m", "kind": "gauge", "min": 5, "max": 1}, "OPTION_INVALID"),
        ({"window": "1m", "kind": "gauge", "aggregation": ["avg"]}, "WINDOW_INVALID"),
        ({"window": "1m", "aggregation": "p95th"}, "AGGREGATION_UNKNOWN"),
    ],
)
def test_a_wrong_view_raises_and_makes_nothing(options, code):
    cpu = sv.metric("cpu")
    with pytest.raises(sv.StreamVizError) as caught:
        cpu.view(**options)
    assert caught.value.code == code
    assert len(_producer.current().dashboard.all()) == 1


def test_closing_a_view_leaves_the_data_and_closing_the_metric_leaves_the_view():
    cpu = sv.metric("cpu")
    cpu.send(5)
    view = cpu.view(window="1m")
    view.close()
    view.close()
    assert cpu.last == 5
    with pytest.raises(sv.StreamVizError, match=r"view 'cpu' was closed; cpu.view makes a new one"):
        view.update(title="x")
    other = cpu.view(window="1m")
    assert other is not view
    cpu.close()
    assert series_names() == ['["cpu",[]]']
    with pytest.raises(sv.StreamVizError, match="closed"):
        cpu.view(window="2m")
    assert sv.metric("cpu").last == 5
    sv.close()
    assert series_names() == []


def test_a_view_is_shown_under_its_cell_and_again_when_asked(kernel):
    cpu = sv.metric("cpu")
    kernel.run("b")
    view = cpu.view(window="1m")
    assert kernel.producer.views.all()[-1].document()["widgets"] == [view.id]
    kernel.run("c")
    view._ipython_display_()
    sv.show(view)
    assert [shown.document()["widgets"] for shown in kernel.producer.views.all()][2:] == [[view.id], [view.id]]
    quiet = cpu.view(window="2m", display=False)
    assert all(quiet.id not in shown.document()["widgets"] for shown in kernel.producer.views.all())


def test_a_still_shows_the_data_of_a_view_once(kernel):
    cpu = sv.metric("cpu")
    view = cpu.view(window="1m")
    cpu.send(5)
    for widgets, cards in (((), 1), ((view,), 1), ((cpu, view), 1)):
        sv.snapshot(*widgets)
        assert kernel.outputs[-1]["text/html"].count("<svg") == cards
    assert kernel.outputs[-2]["text/html"].count("values as sent") == 1


def test_a_name_that_spells_a_view_is_taken_while_the_view_is_there():
    sv.metric("cpu").view(window="10s", aggregation="p99")
    with pytest.raises(ValueError, match="taken"):
        sv.metric("cpu?window=10s&aggregation=p99")
