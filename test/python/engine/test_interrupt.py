"""Ctrl-C in a sending thread, at every line that runs: nothing lost, nothing doubled, no lock held."""

import linecache
import math
import sys

import numpy as np
import pytest

from stream_viz._limits import Limits
from stream_viz._sender import Sender

pytestmark = pytest.mark.slow

START = 1_700_000_000_000_000
CAPS = {
    "rows wait": {},
    "rows are folded": {"series_pending_bytes": 160},
    "folds are coarsened": {"series_pending_bytes": 160, "pending_panes": 4},
}


def interrupted_at(line, call):
    """Run `call`, raising KeyboardInterrupt at the so-manieth line of the package; return whether it came that far.

    Lines of `with` are left out: Python lets no signal in between the end of their block and the release.
    """
    left = line

    def trace(frame, event, _):
        nonlocal left
        if "stream_viz" not in frame.f_code.co_filename:
            return None
        if event == "line" and not linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith(
            "with"
        ):
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return left <= 0


def started(caps, max_points):
    sender = Sender("test", now_us=lambda: START + 10**9, limits=Limits(**caps))
    series = sender.series("cpu", {}, max_points=max_points)
    append(series, 0, 30)
    series.pack()
    append(series, 30, 37)
    return sender, series


def append(series, first, end):
    """Finite values in all rows but each seventh, which is missing, and each eleventh, which is infinite."""
    for i in range(first, end):
        value = math.nan if i % 7 == 6 else math.inf if i % 11 == 10 else float(i)
        series.buf.extend((START / 1e6 + i, value))


def finite(end):
    return [float(i) for i in range(end) if i % 7 != 6 and i % 11 != 10]


def raw(series):
    return [value for value in series.values()[1].tolist() if not math.isnan(value)]


def counts(series):
    return series.n + series.waiting_samples + series.expired, series.missing, series.invalid, series.late, series.last


def check_whole(sender, series, end, max_points):
    """The counts are those of rows 0 to `end`, now, after more was sent, and after messages took it all."""
    for more in (end, end + 5, end + 25):
        append(series, end, more)
        end = more
        missing = sum(i % 7 == 6 for i in range(end))
        infinite = sum(i % 11 == 10 and i % 7 != 6 for i in range(end))
        last = None if (end - 1) % 7 == 6 or (end - 1) % 11 == 10 else float(end - 1)
        assert counts(series) == (len(finite(end)), missing, infinite, 0, last)
        assert raw(series) == [v for v in finite(end) if v >= end - max_points]
    while series.waiting:
        sender.tick()
    assert series.n + series.expired == len(finite(end))
    assert raw(series) == [v for v in finite(end) if v >= end - max_points]


@pytest.mark.parametrize("max_points", [20, 1000])
@pytest.mark.parametrize("caps", CAPS.values(), ids=CAPS)
def test_pack_interrupted_at_any_line_keeps_every_sample_once(caps, max_points):
    line, reached = 0, True
    while reached:
        line += 1
        sender, series = started(caps, max_points)
        reached = interrupted_at(line, series.pack)
        assert not series._lock.locked()
        check_whole(sender, series, 37, max_points)
    assert line > 20


@pytest.mark.parametrize("max_points", [20, 1000])
@pytest.mark.parametrize("caps", CAPS.values(), ids=CAPS)
def test_extend_us_interrupted_at_any_line_appends_all_or_nothing_and_what_was_sent_before_stays(caps, max_points):
    line, reached, outcomes = 0, True, set()
    rows = np.arange(37, 50)
    values = np.array([math.nan if i % 7 == 6 else math.inf if i % 11 == 10 else float(i) for i in rows])
    while reached:
        line += 1
        sender, series = started(caps, max_points)
        reached = interrupted_at(line, lambda s=series: s.extend_us(START + rows * 1_000_000, values))
        assert not series._lock.locked()
        end = 50 if series.waiting and series.last == 49 else 37
        outcomes.add(end)
        check_whole(sender, series, end, max_points)
    assert outcomes == {37, 50}


def test_a_second_interrupt_at_any_line_of_what_follows_the_first_does_no_harm_either():
    for first in range(1, 80):
        second, reached = 0, True
        while reached:
            second += 3
            sender, series = started({"series_pending_bytes": 160}, 20)
            interrupted_at(first, series.pack)
            reached = interrupted_at(second, series.pack)
            check_whole(sender, series, 37, 20)
