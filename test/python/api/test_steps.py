"""The step axis: `x="step"`, `send(v, step=i)`, `sv.log`."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import stream_viz as sv
from stream_viz import _producer


def steps(name, **labels):
    handle = sv.metric(name).labels(**labels) if labels else sv.metric(name)
    found, values = handle.values()
    return list(zip(found.tolist(), values.tolist(), strict=True))


def names():
    return [declaration.name for declaration in _producer.current().dashboard.all()]


def test_samples_lie_at_their_steps_in_the_order_they_were_sent():
    loss = sv.metric("loss", x="step")
    loss.send(0.5, step=3)
    loss.send(0.4, step=np.int64(1))
    loss.send(None, step=-2)
    loss.send_many([1, 2], range(10, 12))
    loss.send_many([3, 4], [20, 2**53 - 1])
    loss.send_many(np.array([5.0]), np.array([30], np.uint8))
    found = steps("loss")
    assert [step for step, _ in found] == [3, 1, -2, 10, 11, 20, 2**53 - 1, 30]
    assert [value for _, value in found][3:] == [1, 2, 3, 4, 5]
    assert loss.values()[0].dtype == np.int64
    series = _producer.current().sender.find_series("loss")[0]
    assert (series.axis, series.invalid) == ("step", 0)


def test_lines_of_a_step_metric_share_the_step():
    loss = sv.metric("loss", x="step", by="set")
    loss.send({"train": 1, "test": 2}, step=5)
    loss.labels(set="train").send(3, step=6)
    sv.log({"loss": {"test": 4}})
    assert steps("loss", set="train") == [(5, 1), (6, 3)]
    assert steps("loss", set="test") == [(5, 2), (6, 4)]


@pytest.mark.parametrize("step", [1.0, 1.5, "1", True, [1], np.float64(2), np.array([1]), float("nan")])
def test_a_step_is_a_whole_number(step):
    loss = sv.metric("loss", x="step")
    for call in (lambda: loss.send(1, step=step), lambda: sv.log({"loss": 1, "new": 1}, step=step)):
        with pytest.raises(TypeError, match="expected a whole number") as caught:
            call()
        assert caught.value.code == "STEP_TYPE"
    assert loss.last is None
    assert names() == ["loss"]


def test_a_step_beyond_what_a_page_can_hold_is_refused():
    loss = sv.metric("loss", x="step")
    for call in (
        lambda: loss.send(1, step=2**53),
        lambda: loss.send_many([1], [-(2**53)]),
        lambda: loss.send_many([1], np.array([2**63], np.uint64)),
    ):
        with pytest.raises(ValueError, match=r"2\*\*53"):
            call()
    assert loss.last is None


def test_a_step_where_time_counts_and_a_time_where_steps_do_raise():
    loss, cpu = sv.metric("loss", x="step"), sv.metric("cpu")
    calls = [
        lambda: loss.send(1),
        lambda: loss.send(1, time=5),
        lambda: loss.send(1, time=5, step=1),
        lambda: loss.labels(a=1).send(1),
        lambda: loss.send_many([1, 2]),
        lambda: loss.send_many([1, 2], every="1s"),
        lambda: cpu.send(1, step=1),
        lambda: sv.log({"cpu": 1}, step=1),
        lambda: sv.log({"new": 1, "cpu": 1}),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="runs over") as caught:
            call()
        assert caught.value.code == "AXIS_MISMATCH"
    assert (loss.last, cpu.last) == (None, None)
    assert names() == ["loss", "cpu"]


def test_send_many_wants_a_step_for_each_value():
    loss = sv.metric("loss", x="step")
    with pytest.raises(ValueError, match="3 values but 2 steps"):
        loss.send_many([1, 2, 3], [1, 2])
    for wrong in (5, "12", [1.5, 2], [[1], [2]]):
        with pytest.raises(TypeError, match="expected"):
            loss.send_many([1, 2], wrong)
    assert loss.last is None


def test_all_widgets_of_a_name_run_over_one_axis_which_stays_while_there_are_samples():
    loss = sv.metric("loss", x="step")
    dial = sv.gauge("loss")
    dial.set(5, step=1)
    view = loss.view(window=10)
    assert [declaration.wire.get("x") for declaration in _producer.current().dashboard.all()] == ["step"] * 3
    with pytest.raises(ValueError, match="the gauge 'loss' runs over steps") as caught:
        sv.metric("loss", x="time", clear=True)
    assert caught.value.code == "NAME_TAKEN"
    assert loss.last == 5
    dial.close()
    view.close()
    with pytest.raises(ValueError, match="x= cannot change while there are samples"):
        sv.metric("loss", x="time")
    with pytest.raises(ValueError, match="x= cannot change while there are samples"):
        loss.update(x="time")
    assert sv.metric("loss", title="Loss") is loss
    loss.send(4, step=2)
    sv.metric("loss", x="time", clear=True)
    loss.send(7)
    assert loss.values()[1].tolist() == [7]
    loss.clear()
    loss.update(x="step")
    loss.send(8, step=1)
    assert steps("loss") == [(1, 8)]


def test_a_step_series_has_no_age():
    sv.log({"loss": 1})
    assert [row.age_s for row in sv.stats()] == [None]


# sv.log


def test_log_makes_metrics_over_steps_and_sends_all_at_one_step():
    assert sv.log({"loss": 0.3, "acc": np.float32(0.5)}, step=7) is None
    sv.log({"loss": 0.2}, step=8)
    assert steps("loss") == [(7, 0.3), (8, 0.2)]
    assert steps("acc") == [(7, 0.5)]


def test_without_a_step_each_name_goes_on_after_the_one_sent_last():
    sv.log({"a": 1})
    sv.log({"a": 2, "b": 1})
    sv.log({"b": 2}, step=100)
    sv.metric("a").send(3, step=50)
    sv.log({"a": 4, "b": 3})
    assert [step for step, _ in steps("a")] == [0, 1, 50, 51]
    assert [step for step, _ in steps("b")] == [0, 100, 101]
    sv.metric("a").clear()
    sv.log({"a": 1})
    assert steps("a") == [(0, 1)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"a": 1, "b": "x"}, "VALUE_TYPE"),
        ({"a": 1, "b": [1]}, "VALUE_TYPE"),
        ({"a": 1, "new": {"k": 1}}, "VALUE_TYPE"),
        ({"a": 1, "": 2}, "NAME_INVALID"),
        ({"a": 1, 5: 2}, "NAME_INVALID"),
        ({"a": 1, "table": 2}, "NAME_TAKEN"),
        ({"a": 1, "hits": 2}, "NAME_TAKEN"),
        ({"a": 1, "dial": 2}, "AXIS_MISMATCH"),
        ([("a", 1)], "VALUE_TYPE"),
        ("a", "VALUE_TYPE"),
    ],
)
def test_nothing_is_sent_or_made_where_anything_is_wrong(values, code):
    sv.metric("a", x="step")
    sv.table("table")
    sv.counter("hits")
    sv.gauge("dial")
    before = names()
    for first in (values, {"made": 1, **values} if isinstance(values, dict) else values):
        with pytest.raises(sv.StreamVizError) as caught:
            sv.log(first)
        assert caught.value.code == code
    assert names() == before
    assert sv.metric("a").last is None


def test_logging_from_many_threads_gives_each_sample_a_step_of_its_own():
    def work():
        for _ in range(200):
            sv.log({"a": 1})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [step for step, _ in steps("a")] == list(range(800))


def test_a_closed_metric_is_made_anew():
    sv.log({"a": 1})
    sv.metric("a").close()
    sv.log({"a": 2})
    assert steps("a") == [(0, 2)]


def test_nothing_to_log_is_no_mistake():
    sv.log({})
    assert names() == []


def test_metrics_that_log_makes_are_shown_under_the_cell(kernel):
    sv.log({"loss": 1, "acc": 2})
    view = kernel.producer.views.all()[0].document()
    assert view["widgets"] == ["metric:loss", "metric:acc"]
