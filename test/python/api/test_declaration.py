"""Declaration rules: fetch, full declaration, second views, clashes, closing; sending and reading back."""

# ruff: noqa: DTZ001  numpy gives naive datetimes back

from __future__ import annotations

import datetime as dt
import time
import warnings

import numpy as np
import pytest

import stream_viz as sv
from stream_viz import _producer


def document():
    producer = _producer.current()
    return producer.dashboard.document([])


def options(widget_id):
    return next(widget["options"] for widget in document()["widgets"] if widget["id"] == widget_id)


def test_a_name_alone_fetches_the_same_handle_and_changes_nothing():
    cpu = sv.metric("cpu", unit="%")
    assert sv.metric("cpu") is cpu
    assert options("metric:cpu") == {"unit": "%"}


def test_any_option_is_the_full_declaration_and_data_stay():
    cpu = sv.metric("cpu", unit="%", color="red")
    cpu.send(1)
    assert sv.metric("cpu", title="CPU") is cpu
    assert options("metric:cpu") == {"title": "CPU"}
    assert cpu.last == 1
    sv.metric("cpu", title=None)
    assert options("metric:cpu") == {}


def test_update_changes_single_options_and_none_returns_one_to_its_default():
    cpu = sv.metric("cpu", unit="%", color="red")
    cpu.update(color="blue")
    assert options("metric:cpu") == {"unit": "%", "color": "blue"}
    cpu.update(unit=None)
    assert options("metric:cpu") == {"color": "blue"}


def test_the_document_holds_only_what_the_user_set_in_wire_spelling():
    sv.metric("cpu", time_range=dt.timedelta(minutes=5), max_points=1000, by="core", time_unit="ms")
    sv.gauge("mem", min=1, max=np.float64(2), thresholds=[(60, "green"), ("red", 100)])
    sv.table("log", columns={"pid": "number"}, max_rows=5, sortable=False)
    assert options("metric:cpu") == {"timeRange": "5m", "maxPoints": 1000}
    assert options("gauge:mem") == {
        "min": 1,
        "max": 2.0,
        "thresholds": [{"to": 60, "color": "green"}, {"to": 100, "color": "red"}],
    }
    assert options("table:log") == {
        "columns": [{"name": "pid", "type": "number"}],
        "maxRows": 5,
        "sortable": False,
    }
    assert document()["title"] is None


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ({"warning": 70, "critical": 90}, {"warning": 70, "critical": 90}),
        ({"critical": "< 10"}, {"critical": "<10"}),
        ({"green": 70, "red": 100}, [{"to": 70, "color": "green"}, {"to": 100, "color": "red"}]),
        ([60, 80.5, 100], [60, 80.5, 100]),
        ([{"to": 5, "color": "purple"}], [{"to": 5, "color": "violet"}]),
    ],
)
def test_thresholds_take_levels_and_zones(given, wire):
    sv.metric("cpu", thresholds=given)
    assert options("metric:cpu") == {"thresholds": wire}


def test_a_gauge_and_a_metric_of_one_name_share_their_data():
    cpu, dial = sv.metric("cpu"), sv.gauge("cpu")
    cpu.send(5)
    assert dial.last == 5
    dial.set(6)
    assert cpu.last == 6
    cpu.close()
    assert dial.last == 6


@pytest.mark.parametrize(("first", "second"), [(sv.metric, sv.table), (sv.table, sv.gauge), (sv.gauge, sv.table)])
def test_a_name_that_another_kind_holds_is_taken_and_the_first_is_named(first, second):
    first("x")
    with pytest.raises(ValueError, match=f"the name is taken by the {first.__name__} 'x'") as caught:
        second("x")
    assert caught.value.code == "NAME_TAKEN"
    assert caught.value.details["first"] == f"{first.__name__}:x"


def test_a_closed_widget_refuses_every_call_and_its_name_is_free():
    cpu = sv.metric("cpu", by="core")
    line = cpu.labels(core=0)
    line.send(1)
    cpu.close()
    cpu.close()
    calls = [
        lambda: cpu.send(1),
        lambda: cpu.send({"0": 1}),
        lambda: line.send(1),
        lambda: line.send(1, time=5),
        lambda: cpu.send_many([1]),
        lambda: cpu.update(unit="%"),
        cpu.clear,
        cpu.values,
        lambda: cpu.labels(core=1),
        lambda: sv.show(cpu),
    ]
    for call in calls:
        with pytest.raises(
            sv.StreamVizError, match=r"metric 'cpu' was closed; sv.metric\('cpu'\) makes a new one"
        ) as caught:
            call()
        assert caught.value.code == "WIDGET_CLOSED"
    assert document()["widgets"] == []
    fresh = sv.metric("cpu")
    assert fresh is not cpu
    assert fresh.last is None
    log = sv.table("log")
    log.close()
    with pytest.raises(sv.StreamVizError, match="table 'log' was closed"):
        log.send({"a": 1})


def test_clear_drops_data_and_clear_true_starts_empty():
    cpu = sv.metric("cpu", unit="%")
    cpu.send(1)
    cpu.clear()
    assert cpu.last is None
    cpu.send(2)
    assert sv.metric("cpu", clear=True) is cpu
    assert cpu.last is None
    assert options("metric:cpu") == {"unit": "%"}
    cpu.send(3)
    log = sv.table("log")
    log.send({"a": 1})
    sv.clear()
    assert cpu.last is None
    assert log.row_count == 0


def test_close_removes_all_and_may_be_repeated():
    sv.metric("cpu")
    sv.table("log")
    sv.close()
    sv.close()
    assert document()["widgets"] == []


def test_lines_are_told_apart_by_label_and_handles_are_cached():
    cpu = sv.metric("cpu", by="core")
    assert cpu.send({"0": 12.5, 1: 31}, time=100) is None
    assert cpu.labels(core=0) is cpu.labels(core="0")
    assert cpu.last == {"0": 12.5, "1": 31.0}
    times, values = cpu.values()["1"]
    assert times.tolist() == [dt.datetime(1970, 1, 1, 0, 1, 40)]
    assert values.tolist() == [31.0]
    with pytest.raises(TypeError, match=r"expected a dict such as .* \(or cpu.labels\(core=...\).send"):
        cpu.send(5)
    with pytest.raises(TypeError, match=r"cpu.send\['1'\]: expected a number"):
        cpu.send({"0": 1, "1": "x"})
    assert cpu.last == {"0": 12.5, "1": 31.0}  # a refused dict appends nothing
    cpu.send_many({"0": [1, 2], "1": [3, 4]}, [101, 102])
    assert cpu.last == {"0": 2.0, "1": 4.0}


def test_labels_of_a_declaration_are_those_of_every_send():
    a = sv.metric("load", labels={"host": "a"})
    a.send(1)
    assert options("metric:load") == {"labels": {"host": "a"}}
    assert [series.key for series in _producer.current().sender.find_series("load")] == [a._own_series().key]
    assert a.labels(core=0)._all_labels() == {"core": "0", "host": "a"}


def test_a_line_that_sent_nothing_does_not_exist():
    cpu = sv.metric("cpu")
    cpu.labels(core=0).send(1)
    assert len(_producer.current().sender.find_series("cpu")) == 1
    assert cpu.last is None


def test_send_many_spaces_by_every_and_keeps_what_is_finite():
    cpu = sv.metric("cpu")
    cpu.send_many([1, 2, 3], 100, every="500ms")
    assert cpu.values()[0].tolist() == [dt.datetime(1970, 1, 1, 0, 1, 40, us) for us in (0, 500_000)] + [
        dt.datetime(1970, 1, 1, 0, 1, 41)
    ]
    before = time.time()
    other = sv.metric("other")
    other.send_many(iter([1, None, 3]), every=0.001)
    stamps = other.values()[0].astype("datetime64[us]").astype(np.int64)
    assert np.diff(stamps).tolist() == [1000, 1000]
    assert abs(stamps[-1] / 1e6 - before) < 60
    third = sv.metric("third")
    third.send_many(np.arange(3, dtype=np.float32), [1.0, float("nan"), 3.0])
    assert third.values()[1].tolist() == [0.0, 2.0]
    assert [row.invalid for row in sv.stats() if row.name == "third"] == [1]


def test_everything_that_sends_returns_none():
    cpu, mem, log = sv.metric("cpu"), sv.gauge("mem"), sv.table("log", key="k")
    results = [
        cpu.send(1),
        cpu.send(1, time=5),
        cpu.send_many([1]),
        mem.set(1),
        log.send({"k": 1}),
        log.append([{"k": 2}]),
        log.apply([{"k": 3}], deletes=[1]),
        cpu.update(unit="%"),
        cpu.clear(),
        sv.configure(title="x"),
    ]
    assert results == [None] * len(results)
    assert [row["k"] for row in log.values()] == [2, 3]


def test_rows_move_when_the_columns_of_a_table_change():
    log = sv.table("log")
    log.send([{"n": 1}, {"n": 2}])
    assert sv.table("log", columns={"n": "number", "s": "text"}) is log
    assert [row["n"] for row in log.values()] == [1, 2]


def test_configure_changes_what_is_given_and_none_is_the_default():
    sv.configure(title="Plant", timezone="Europe/Berlin")
    sv.configure(language="de")
    sv.configure(title=None)
    found = document()
    assert (found["title"], found["timezone"], found["language"]) == (None, "Europe/Berlin", "de")


def test_an_unknown_column_of_a_declared_table_is_ignored_and_named_once():
    log = sv.table("log", columns=["pid", "name"])
    with pytest.warns(UserWarning, match="table 'log' has no column 'nmae'; did you mean 'name'"):
        log.send({"pid": 1, "nmae": "init"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        log.send({"pid": 2, "nmae": "init"})
    assert log.values() == [{"pid": 1, "name": None}, {"pid": 2, "name": None}]
