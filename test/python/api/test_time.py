"""Event times against exact rational arithmetic."""

# ruff: noqa: DTZ001  naive datetimes are what some of these tests are about

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_viz._time import EPOCH, event_time_us, event_times_us

NOW_US = 1_800_000_000_000_000
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
UNITS = st.sampled_from(list(PER_SECOND))


def exact_us(number, unit):
    us = Fraction(number) * 10**6 / PER_SECOND[unit]
    return floor(us) if unit == "ns" else floor(us + Fraction(1, 2))


@given(UNITS, st.integers(-(10**9), 1_800_000_000))
def test_whole_numbers_convert_exactly_and_alike_one_by_one_and_as_an_array(unit, seconds):
    number = seconds * PER_SECOND[unit] + 7
    want = exact_us(number, unit)
    assert event_time_us(number, unit, NOW_US, "x") == want
    us, finite = event_times_us(np.array([number], np.int64), unit, NOW_US, "x")
    assert us.tolist() == [want]
    assert finite.all()


@given(UNITS, st.floats(-1e6, 1e6))
def test_floats_round_half_up_and_nanoseconds_floor(unit, number):
    one = event_time_us(number, unit, NOW_US, "x")
    many = event_times_us([number], unit, NOW_US, "x")[0].tolist()
    assert many == [one]
    assert abs(one - exact_us(number, unit)) <= 1  # the product itself is rounded once
    if unit == "us":
        assert one == exact_us(number, unit) or abs(number) < 1


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC)))
def test_aware_datetimes_are_exact(when):
    want = (when - EPOCH) // dt.timedelta(microseconds=1)
    assert event_time_us(when, "s", NOW_US, "x") == want
    assert event_times_us([when], "s", NOW_US, "x")[0].tolist() == [want]
    stamp = np.datetime64(when.replace(tzinfo=None), "us")
    assert event_time_us(stamp, "s", NOW_US, "x") == want
    assert event_times_us(np.array([stamp]), "s", NOW_US, "x")[0].tolist() == [want]


def test_naive_datetimes_are_the_local_zone_at_its_first_reading():
    when = dt.datetime(2025, 6, 1, 12, 0, 0, 250_000, fold=1)
    assert event_time_us(when, "s", NOW_US, "x") == round(when.replace(fold=0).timestamp() * 1e6)


@pytest.mark.parametrize(("ns", "us"), [(1999, 1), (-1, -1), (-1000, -1), (0, 0)])
def test_numpy_nanoseconds_floor(ns, us):
    assert event_time_us(np.datetime64(ns, "ns"), "s", NOW_US, "x") == us
    assert event_times_us(np.array([ns], "datetime64[ns]"), "s", NOW_US, "x")[0].tolist() == [us]
    assert event_time_us(ns, "ns", NOW_US, "x") == us


def test_times_that_are_not_finite_are_marked_and_the_others_kept():
    us, finite = event_times_us([1.0, float("nan"), 2.0], "s", NOW_US, "x")
    assert finite.tolist() == [True, False, True]
    assert us[finite].tolist() == [1_000_000, 2_000_000]
    assert event_times_us(np.array(["NaT", "1970-01-02"], "datetime64[s]"), "s", NOW_US, "x")[1].tolist() == [
        False,
        True,
    ]


@pytest.mark.parametrize("number", [1e300, 10**30, -1e300, -(10**30)])
def test_absurd_numbers_are_refused_not_overflown(number):
    with pytest.raises(ValueError, match=r"ahead|ago"):
        event_time_us(number, "s", NOW_US, "x")
