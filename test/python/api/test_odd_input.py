"""Odd but honest input: objects that only look like numbers, ends of ranges, texts UTF-8 cannot carry, many labels."""

from __future__ import annotations

import math
import time
from datetime import datetime

import numpy as np
import pytest

import stream_viz as sv
from stream_viz import _producer
from stream_viz._errors import StreamVizError

LONE = "a\ud800"


class Broken:
    def __float__(self):
        raise RuntimeError("no")


def tick():
    return _producer.current().sender.tick()


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: sv.metric("m").send(Broken()), "VALUE_TYPE"),
        (lambda: sv.metric("m").send(1, time=Broken()), "TIME_TYPE"),
        (lambda: sv.metric("m").send(1, time=datetime.min), "TIME_REFUSED"),  # noqa: DTZ901  the end itself
        (lambda: sv.metric("m").send_many([1, 2], every=1e30), "OPTION_INVALID"),
        (lambda: sv.metric("m").send_many([1, 2], every=10**400), "OPTION_INVALID"),
        (lambda: sv.metric("m", by=""), "OPTION_INVALID"),
        (lambda: sv.metric("m", time_range=10**400), "OPTION_INVALID"),
        (lambda: sv.table("t", key=""), "OPTION_INVALID"),
        (lambda: sv.table("t").send({"a": Broken()}), "COLUMN_TYPE"),
        (lambda: sv.table("t").send({"a": np.array([1, 2])}), "COLUMN_TYPE"),
        (lambda: sv.table("t").send({"a": 10**400}), "COLUMN_TYPE"),
        (lambda: sv.configure(language="de_DE"), "OPTION_INVALID"),
    ],
)
def test_what_cannot_be_taken_raises_an_error_of_ours_with_a_short_message(call, code):
    with pytest.raises(StreamVizError) as caught:
        call()
    assert caught.value.code == code
    assert len(str(caught.value)) < 400


def test_masked_entries_are_missing_values():
    cpu = sv.metric("cpu")
    cpu.send_many(np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]))
    cpu.send(np.ma.masked)
    np.testing.assert_array_equal(cpu.values()[1], [1.0, math.nan, 3.0, math.nan])


def test_texts_that_utf8_cannot_carry_travel_with_a_question_mark():
    sv.metric(LONE, title=LONE, by="core").send({LONE: 1})
    sv.table("t").send({LONE: LONE})
    producer = _producer.current()
    producer.sender.publish(producer.dashboard.document([]))
    message = tick()
    assert b"a?" in b"".join(message.buffers)
    assert sv.table("t").values() == [{"a?": "a?"}]


def test_ends_of_the_calendar_are_kept_in_a_table():
    table = sv.table("t")
    table.send([{"at": datetime.min}, {"at": datetime.max}])  # noqa: DTZ901  the ends themselves
    assert [row["at"].year for row in table.values()] == [1, 9999]


@pytest.mark.slow
def test_ten_thousand_label_sets_cost_no_more_than_ten_times_what_a_thousand_cost():
    def cost(count):
        lines = sv.metric(f"m{count}", by="i")
        began = time.process_time()
        for i in range(count):
            lines.labels(i=i).send(1)
        return time.process_time() - began

    cost(100)
    assert cost(10_000) < 3 * 10 * cost(1_000)
    assert tick() is not None
