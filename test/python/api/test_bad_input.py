"""What bad input gets: an exception at the call that names the option, what was given, what is expected."""

from __future__ import annotations

import datetime as dt
import math
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stream_viz as sv
from stream_viz import _producer
from stream_viz._duration import duration_text, duration_us


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "75",
            "cpu.send: expected a number (or None for a missing value), got '75' (str); convert it first: float('75')",
        ),
        ("high", "cpu.send: expected a number (or None for a missing value), got 'high' (str)"),
        (b"75", "got b'75' (bytes); convert it first: float(b'75')"),
        ([1, 2], "got [1, 2] (list); several values at once go through send_many(values, times)"),
        ((1, 2), "several values at once go through send_many"),
        ({"0": 1}, "a dict needs a metric with lines: sv.metric(name, by='label')"),
        (np.array([1.0, 2.0]), "several values at once go through send_many"),
        (np.array([1.0]), "several values at once go through send_many"),
        (object, "got <class 'object'> (type)"),
        (1j, "got 1j (complex)"),
    ],
)
def test_a_value_that_is_no_number_raises_type_error_and_appends_nothing(value, said):
    cpu = sv.metric("cpu")
    with pytest.raises(TypeError) as caught:
        cpu.send(value)
    assert isinstance(caught.value, sv.StreamVizError)
    assert caught.value.code == "VALUE_TYPE"
    assert said in str(caught.value)
    assert len(cpu.values()[0]) == 0


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        (True, 1.0),
        (2.5, 2.5),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.array(3.0), 3.0),
        (np.bool_(True), 1.0),
        (Decimal("1.25"), 1.25),
        (Fraction(1, 4), 0.25),
    ],
)
def test_everything_with_float_is_converted(value, number):
    cpu = sv.metric("cpu")
    assert cpu.send(value) is None
    assert cpu.last == number


class NAType:
    """Named as pandas names its missing value."""

    def __float__(self):
        raise TypeError


@pytest.mark.parametrize("value", [None, math.nan, np.nan, NAType()])
def test_missing_values_are_taken_as_nan(value):
    cpu = sv.metric("cpu")
    cpu.send(value)
    assert math.isnan(cpu.values()[1][0])


@pytest.mark.parametrize("value", [10**400, -(10**400)])
def test_an_integer_beyond_floats_counts_as_invalid_and_the_others_around_it_stay(value):
    cpu = sv.metric("cpu")
    for one in (1, value, 2.5, 2**53 + 1):
        cpu.send(one)
    assert isinstance(cpu.last, float)
    np.testing.assert_array_equal(cpu.values()[1], [1.0, math.nan, 2.5, 2.0**53])
    assert sv.stats().to_dict()["rows"][0]["invalid"] == 1


def test_a_far_future_time_says_the_likely_unit():
    cpu = sv.metric("cpu")
    with pytest.raises(ValueError, match="years ahead") as caught:
        cpu.send(1, time=1763719512345)
    assert str(caught.value).startswith(
        "time 1763719512345 is 55,000 years ahead; is it in milliseconds? Use time_unit='ms'"
    )
    assert caught.value.code == "TIME_REFUSED"
    cpu.update(time_unit="ms")
    cpu.send(1, time=1763719512345)
    assert cpu.values()[0][0] == np.datetime64(1763719512345, "ms")


@pytest.mark.parametrize(("scale", "word", "unit"), [(1e6, "microseconds", "us"), (1e9, "nanoseconds", "ns")])
def test_a_far_future_time_names_micro_and_nanoseconds_too(scale, word, unit):
    with pytest.raises(ValueError, match=f"is it in {word}\\? Use time_unit='{unit}'"):
        sv.metric("cpu").send(1, time=int(time.time() * scale))


def test_a_time_two_days_ahead_is_refused_and_one_hour_ahead_is_not():
    cpu = sv.metric("cpu")
    with pytest.raises(
        ValueError, match="2 days ahead; times more than a day ahead of this machine's clock are refused"
    ):
        cpu.send(1, time=time.time() + 2 * 86400 + 60)
    with pytest.raises(ValueError, match="2 days ahead"):
        cpu.send(1, time=dt.datetime.now(dt.UTC) + dt.timedelta(days=2, minutes=1))
    with pytest.raises(ValueError, match="2 days ahead"):
        cpu.send_many([1, 2], [time.time(), time.time() + 2 * 86400 + 60])
    assert len(cpu.values()[0]) == 0
    cpu.send(1, time=time.time() + 3600)
    assert cpu.last == 1


@pytest.mark.parametrize("bad", ["12:00", b"12", [1], True, dt.date(2026, 1, 1), np.timedelta64(1, "s"), object()])
def test_a_time_of_another_type_raises_type_error(bad):
    with pytest.raises(TypeError, match=r"time= takes a datetime, a numpy.datetime64 or a number of seconds, got"):
        sv.metric("cpu").send(1, time=bad)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, np.datetime64("NaT")])
def test_a_time_that_is_not_finite_counts_as_invalid(bad):
    cpu = sv.metric("cpu")
    cpu.send(1, time=bad)
    assert len(cpu.values()[0]) == 0
    assert next(iter(sv.stats())).invalid == 1


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (
            {"colour": "red"},
            ValueError,
            "sv.metric('cpu'): there is no option 'colour'; did you mean 'color'? (options: ",
        ),
        ({"thresolds": {}}, ValueError, "did you mean 'thresholds'?"),
        ({"color": "bleu"}, ValueError, "did you mean 'blue'?"),
        ({"color": 5}, TypeError, "sv.metric('cpu'): color= expected a colour (blue,"),
        ({"title": 5}, TypeError, "sv.metric('cpu'): title= expected a text, got 5 (int)"),
        ({"unit": ["B"]}, TypeError, "unit= expected a text, got ['B'] (list)"),
        ({"max_points": "many"}, TypeError, "max_points= expected a whole number, got 'many' (str)"),
        ({"max_points": 1.5}, TypeError, "max_points= expected a whole number"),
        ({"max_points": 0}, ValueError, "max_points= expected at least 100, got 0"),
        ({"time_range": "5 parsecs"}, ValueError, 'time_range= expected a length of time such as "500ms", "10s", "5m"'),
        ({"time_range": -1}, ValueError, "time_range= expected a length of time"),
        ({"time_range": []}, TypeError, "time_range= expected a length of time"),
        ({"time_unit": "sec"}, ValueError, "time_unit= expected one of 's', 'ms', 'us', 'ns', got 'sec'"),
        ({"format": "pretty"}, ValueError, "format= expected a number format such as ',.0f'"),
        ({"format": 2}, TypeError, "format= expected a number format"),
        ({"thresholds": {"warnin": 5}}, ValueError, "thresholds has no level 'warnin'; did you mean 'warning'?"),
        ({"thresholds": {"warning": "hot"}}, ValueError, "thresholds['warning']: expected a number, or a text such as"),
        ({"thresholds": {"warning": 5, "critical": 5}}, ValueError, "warning and critical are both 5"),
        ({"thresholds": {}}, ValueError, "thresholds has no level"),
        ({"thresholds": []}, ValueError, "thresholds has no zone"),
        ({"thresholds": 5}, TypeError, "thresholds=5 (int) is not understood; expected levels such as"),
        ({"thresholds": [80, 60]}, ValueError, "thresholds must ascend: zone 1 ends at 60, the one before at 80"),
        ({"thresholds": [60, 60]}, ValueError, "thresholds must ascend"),
        ({"thresholds": [(60, "gren")]}, ValueError, "thresholds[0]= expected a colour"),
        ({"thresholds": ["x"]}, ValueError, "thresholds[0]: expected a number or a pair"),
        ({"labels": ["host"]}, TypeError, "labels= expected labels such as {'core': 0}, got ['host'] (list)"),
        ({"display": "no"}, TypeError, "display= expected True or False, got 'no' (str)"),
        ({"clear": 1}, TypeError, "clear= expected True or False, got 1 (int)"),
    ],
)
def test_a_bad_option_names_itself_and_leaves_no_widget(options, error, said):
    with pytest.raises(error) as caught:
        sv.metric("cpu", **options)
    assert said in str(caught.value)
    assert isinstance(caught.value, sv.StreamVizError)
    assert _producer.current().dashboard.all() == []


@pytest.mark.parametrize("options", [{"min": 5, "max": 5}, {"min": 9, "max": 1}, {"max": 0}, {"min": 0, "max": -1}])
def test_a_gauge_whose_min_is_not_below_max_raises(options):
    with pytest.raises(ValueError, match=r"sv.gauge\('mem'\): min=.* must be below max=") as caught:
        sv.gauge("mem", **options)
    assert caught.value.code == "OPTION_INVALID"


def test_update_is_checked_against_the_options_that_stay():
    mem = sv.gauge("mem", min=0, max=10)
    with pytest.raises(ValueError, match="min=20 must be below max=10"):
        mem.update(min=20)
    with pytest.raises(ValueError, match="did you mean 'color'"):
        mem.update(colr="red")
    assert mem._declaration.wire == {"min": 0, "max": 10}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (5, "log.send: expected a row such as {'pid': 1, 'name': 'init'} or a list of rows, got 5 (int)"),
        ("row", "got 'row' (str)"),
        ([{"a": 1}, 2], "log.send: row 1: expected a row"),
        ([("a", 1)], "log.send: row 0: expected a row"),
        ({1: 2}, "the names of a row's cells are texts, got 1 (int)"),
        (None, "got None (NoneType)"),
    ],
)
def test_a_row_that_is_no_row_raises_and_adds_nothing(rows, said):
    log = sv.table("log")
    with pytest.raises(TypeError) as caught:
        log.send(rows)
    assert said in str(caught.value)
    assert caught.value.code == "ROW_TYPE"
    assert log.row_count == 0


def test_a_column_whose_type_changes_raises_and_names_the_column():
    log = sv.table("log")
    log.send({"n": 1})
    with pytest.raises(TypeError, match="n") as caught:
        log.send({"n": "one"})
    assert caught.value.code == "COLUMN_TYPE"
    assert log.row_count == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"columns": {"n": "numbr"}},
            "columns[0]: type= expected one of datetime, number, text, bool, got 'numbr'; did",
        ),
        ({"columns": [{"nme": "a"}]}, "a column has no 'nme'; did you mean 'name'?"),
        ({"columns": [{"name": "a", "width": -1}]}, "width= expected a number of pixels above 0"),
        ({"columns": ["a", "a"]}, "names the column 'a' twice"),
        ({"columns": []}, "has no column"),
        ({"columns": "a"}, "expected columns such as"),
        ({"columns": ["pid"], "key": "pd"}, "key='pd' is not one of the columns; did you mean 'pid'?"),
        ({"max_rows": 0}, "max_rows= expected at least 1, got 0"),
        ({"sortable": "yes"}, "sortable= expected True or False"),
    ],
)
def test_a_bad_table_option_names_itself(options, said):
    with pytest.raises(sv.StreamVizError) as caught:
        sv.table("log", **options)
    assert said in str(caught.value)


def test_a_keyed_table_asks_for_its_key():
    procs = sv.table("procs", key="pid")
    with pytest.raises(ValueError, match="row 0 has no value for the key column 'pid'; did you mean 'pids'"):
        procs.send({"pids": 1})
    with pytest.raises(ValueError, match="deletes= needs the table's key"):
        sv.table("log").apply(deletes=[1])


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, 5, None])
def test_a_name_is_a_text_of_1_to_200_characters(name):
    with pytest.raises(sv.StreamVizError) as caught:
        sv.metric(name)
    assert caught.value.code == "NAME_INVALID"


def test_configure_names_the_nearest_zone_and_option():
    with pytest.raises(ValueError, match="did you mean 'Europe/Berlin'"):
        sv.configure(timezone="Europe/Berln")
    with pytest.raises(ValueError, match="did you mean 'timezone'"):
        sv.configure(timezon="UTC")


def test_show_and_snapshot_take_handles():
    with pytest.raises(
        TypeError, match=r"sv.show: expected widgets such as the result of sv.metric\('cpu'\), got 'cpu'"
    ):
        sv.show("cpu")
    with pytest.raises(TypeError, match=r"sv.snapshot: expected widgets"):
        sv.snapshot(5)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("123", "expected a list or array of numbers"),
        (5, "expected a list or array of numbers"),
        (["1", "2"], "expected a number"),
        ([[1, 2], [3, 4]], "expected one flat list or array"),
        ([[1], [2, 3]], "expected one flat list or array"),
        ([1, "x"], "expected a number"),
        (np.array(["a"]), "expected a number"),
        (np.array([1j]), "expected a number"),
    ],
)
def test_send_many_of_what_is_no_row_of_numbers_raises(values, said):
    cpu = sv.metric("cpu")
    with pytest.raises(TypeError, match=said):
        cpu.send_many(values)
    assert len(cpu.values()[0]) == 0


def test_send_many_wants_a_time_per_value():
    with pytest.raises(ValueError, match="3 values but 2 times; expected one time per value"):
        sv.metric("cpu").send_many([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="every= expected a length of time"):
        sv.metric("cpu").send_many([1, 2, 3], every="fast")


@given(st.integers(1, 10**15))
def test_duration_text_is_read_back_as_the_same_duration(us):
    assert duration_us(duration_text(us)) == us


def test_labels_longer_than_a_message_should_carry_are_refused_before_anything_is_sent():
    cpu = sv.metric("cpu", by="host")
    with pytest.raises(ValueError, match="at most 1,000 characters") as caught:
        cpu.send({"a": 1, "x" * 5000: 2})
    assert caught.value.code == "OPTION_INVALID"
    assert cpu.last == {} or cpu.last.get("a") is None
