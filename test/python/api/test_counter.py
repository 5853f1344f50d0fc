"""`sv.counter`: totals that lose nothing, whatever threads count."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stream_viz as sv
from stream_viz import _counter, _producer


def wire(widget_id):
    found = _producer.current().dashboard.find(widget_id)
    return None if found is None else found.wire


def series_names():
    return list(_producer.current().sender._series)


def test_a_counter_is_a_metric_of_totals():
    hits = sv.counter("hits", unit="req")
    assert sv.counter("hits") is hits
    assert wire("metric:hits") == {"unit": "req", "counter": True}
    assert hits.inc() is None
    hits.inc(2)
    hits.inc(0)
    hits.inc(0.5)
    assert hits.total == hits.last == 3.5
    assert hits.values()[1].tolist() == [0, 1, 3, 3, 3.5]


def test_a_name_alone_fetches_and_any_option_is_the_full_declaration():
    hits = sv.counter("hits", unit="req", window="1m")
    assert sv.counter("hits", title="Hits") is hits
    assert wire("metric:hits") == {"title": "Hits", "counter": True}
    hits.update(aggregation="last")
    assert wire("metric:hits") == {"title": "Hits", "counter": True, "aggregation": "last"}


@given(st.lists(st.one_of(st.integers(0, 2**60), st.floats(0, 1e300)), max_size=30))
def test_the_increases_of_what_is_sent_sum_to_what_was_counted(amounts):
    sv.close()
    hits = sv.counter("hits")
    expected = []
    total = 0
    for amount in amounts:
        hits.inc(amount)
        total = total + amount
        expected.append(float(total))
    assert hits.values()[1].tolist() == ([0.0, *expected] if amounts else [])
    assert hits.total == total


def test_no_increment_is_lost_and_no_total_falls_whatever_threads_count():
    hits = sv.counter("hits")
    stop = threading.Event()

    def take():
        while not stop.is_set():
            for series in _producer.current().sender.find_series("hits"):
                series.pack()

    def work():
        for _ in range(3000):
            hits.inc()

    taker = threading.Thread(target=take)
    workers = [threading.Thread(target=work) for _ in range(4)]
    for thread in (taker, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    stop.set()
    taker.join()
    totals = hits.values()[1]
    assert hits.total == 12_000
    assert totals.tolist() == list(range(12_001))


@pytest.mark.parametrize("n", [-1, -0.5, float("nan"), float("inf"), None, 10**400, Decimal(-1), np.int64(-3)])
def test_a_negative_or_unbounded_increment_raises_and_counts_nothing(n):
    hits = sv.counter("hits")
    with pytest.raises(ValueError, match="a finite number of at least 0") as caught:
        hits.inc(n)
    assert caught.value.code == "COUNTER_DECREASE"
    assert hits.total == 0
    assert series_names() == []


@pytest.mark.parametrize("n", ["1", b"1", [1], {"a": 1}, object()])
def test_an_increment_that_is_no_number_raises(n):
    hits = sv.counter("hits")
    with pytest.raises(TypeError) as caught:
        hits.inc(n)
    assert caught.value.code == "VALUE_TYPE"
    assert hits.total == 0


@pytest.mark.parametrize("n", [True, np.int64(1), np.float32(1), Decimal(1), np.array(1)])
def test_what_converts_to_a_number_counts(n):
    hits = sv.counter("hits")
    hits.inc(n)
    assert hits.total == 1


def test_lines_count_by_themselves():
    hits = sv.counter("hits", by="method")
    hits.inc({"GET": 2, "POST": 1})
    hits.labels(method="GET").inc(3)
    assert hits.total == {"GET": 5, "POST": 1}
    with pytest.raises(TypeError, match="expected a dict"):
        hits.inc()
    with pytest.raises(ValueError, match="at least 0"):
        hits.inc({"GET": 1, "POST": -1})
    assert hits.total == {"GET": 5, "POST": 1}
    assert hits.values()["GET"][1].tolist() == [0, 2, 5]


def test_a_counter_is_sent_increments_and_nothing_else():
    hits = sv.counter("hits")
    for call in (lambda: hits.send(5), lambda: hits.send_many([1, 2])):
        with pytest.raises(TypeError, match=r"hits.inc\(n\)") as caught:
            call()
        assert caught.value.code == "COUNTER_SEND"


ways = {
    "send": lambda gauge: gauge.send(5),
    "a float": lambda gauge: gauge.send(0.5),
    "set": lambda gauge: gauge.set(5),
    "a missing value": lambda gauge: gauge.send(None),
    "time=": lambda gauge: gauge.send(5, time=1.7e9),
    "a line": lambda gauge: gauge.labels(host="a").send(5),
    "send_many": lambda gauge: gauge.send_many([1, 2]),
}


@pytest.mark.parametrize("way", ways)
@pytest.mark.parametrize("first", ["counter", "gauge", "values"])
def test_a_gauge_that_shows_a_counter_takes_no_values_whichever_came_first(way, first):
    if first == "counter":
        hits = sv.counter("hits")
        hits.inc(3)
    gauge = sv.gauge("hits", counter=True)
    if first != "counter":
        gauge.labels(host="a")
        if first == "values":
            gauge.send(7)
        hits = sv.counter("hits")
        hits.inc(3)
    before = hits.values()[1].tolist()
    with pytest.raises(sv.StreamVizError, match=r"sv\.counter\('hits'\)\.inc\(n\)") as caught:
        ways[way](gauge)
    assert caught.value.code == "COUNTER_SEND"
    hits.inc()
    assert hits.values()[1].tolist() == [*before, 4]
    assert gauge.last == hits.total == 4


def test_a_gauge_takes_values_again_once_the_counter_of_its_name_is_closed():
    gauge = sv.gauge("hits")
    hits = sv.counter("hits")
    hits.inc()
    hits.close()
    gauge.send(5)
    assert gauge.last == 5


@pytest.mark.parametrize(
    "second", [lambda: sv.metric("x"), lambda: sv.metric("x", counter=True), lambda: sv.table("x")]
)
def test_the_name_of_a_counter_is_taken(second):
    sv.counter("x")
    with pytest.raises(ValueError, match="the name is taken by the") as caught:
        second()
    assert caught.value.code == "NAME_TAKEN"


def test_the_name_of_a_metric_is_taken_for_a_counter_even_where_it_takes_totals():
    sv.metric("x", counter=True)
    with pytest.raises(ValueError, match="taken by the metric 'x', since a counter keeps its own total"):
        sv.counter("x")


def test_a_counter_runs_over_time():
    with pytest.raises(ValueError, match='x="step"'):
        sv.counter("x", x="step")
    with pytest.raises(ValueError, match="counter"):
        sv.counter("y", x="step", aggregation="last")


def test_a_cleared_counter_begins_at_nothing_whoever_cleared_it():
    hits = sv.counter("hits")
    dial = sv.gauge("hits")
    view = hits.view(window="1m")
    for clear in (hits.clear, dial.clear, view.clear, sv.clear, lambda: sv.counter("hits", clear=True)):
        hits.inc(3)
        clear()
        assert hits.total == 0
        hits.inc()
        assert hits.values()[1].tolist() == [0, 1]


def test_a_closed_counter_refuses_and_its_name_is_free():
    hits = sv.counter("hits")
    hits.inc()
    hits.close()
    for call in (hits.inc, lambda: hits.inc(1.5)):
        with pytest.raises(sv.StreamVizError, match=r"counter 'hits' was closed; sv.counter\('hits'\) makes"):
            call()
    assert sv.counter("hits").total == 0


def test_a_handler_that_counts_in_the_middle_of_a_count_neither_hangs_nor_makes_a_total_fall():
    hits = sv.counter("hits")
    hits.inc()
    asked = []

    def interrupted():
        if not asked:
            asked.append(1)
            hits.inc(10)
        return time.time()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_counter, "_now", interrupted)
        hits.inc()
    assert hits.total == 12
    assert hits.values()[1].tolist() == [0, 1, 12, 12]


def test_an_update_between_increments_loses_nothing():
    hits = sv.counter("hits")
    hits.inc()
    hits.update(unit="req")
    hits.inc()
    assert hits.values()[1].tolist() == [0, 1, 2]


def test_a_forked_child_does_not_wait_for_a_thread_that_does_not_exist_there():
    before = _counter._adding
    _counter._after_fork()
    assert _counter._adding is not before
    sv.counter("hits").inc()


def test_a_metric_takes_totals_of_a_counter_elsewhere():
    total = sv.metric("total", counter=True, unit="B")
    total.send_many([10, 20, 5], [1, 2, 3])
    assert wire("metric:total") == {"unit": "B", "counter": True}
    assert total.values()[1].tolist() == [10, 20, 5]


def test_counting_costs_a_few_sends():
    hits, cpu = sv.counter("hits"), sv.metric("cpu")
    hits.inc()
    cpu.send(1)

    def took(call):
        best = 1.0
        for _ in range(7):
            began = time.perf_counter()
            for _ in range(5000):
                call(1)
            best = min(best, time.perf_counter() - began)
        return best

    assert took(hits.inc) < 8 * took(cpu.send)
