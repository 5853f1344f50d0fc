"""A server takes a number of series: the first ones flow, what comes for the others is counted, nothing is repeated."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stream_viz as sv
from stream_viz._sender import Sender

LINES = 8


def key(i):
    return f'["m",[["i","{i}"]]]'


def only(server):
    (session,) = server.sessions.values()
    return session


def total(server, count):
    server.wait_for(
        lambda s: sum(sum(each.counts.values()) for each in s.sessions.values()) == count, f"{count} samples"
    )


def send(metric, lines, times=1):
    for _ in range(times):
        for i in lines:
            metric.labels(i=i).send(i)


def facts():
    return sv.stats().to_dict()["totals"]["link"]


def test_series_beyond_the_limit_do_not_hold_up_the_others_and_their_samples_are_counted(server):
    server.series = 3
    sv.connect(server.link)
    metric = sv.metric("m", by="i")
    send(metric, range(LINES))
    total(server, 3)
    send(metric, range(LINES), times=10)
    total(server, 33)
    assert set(only(server).counts) == {key(0), key(1), key(2)}
    assert len(server.hellos) == 1
    assert (facts()["untaken_series"], facts()["untaken_samples"]) == (5, 55)
    rows = {row.name: (row.sent, row.untaken) for row in sv.stats()}
    assert rows == {f'm{{i="{i}"}}': (11, 0) if i < 3 else (0, 11) for i in range(LINES)}
    assert "5 series are more than it takes: 55 samples went" in repr(sv.stats())


@pytest.mark.slow
def test_a_script_says_once_which_series_have_no_place_and_what_takes_more(server, script):
    server.series = 3
    code = f"""
        import time
        import stream_viz as sv
        m = sv.metric("m", by="i")
        for _ in range(25):
            for i in range({LINES}):
                m.labels(i=i).send(i)
            time.sleep(0.1)
    """
    done = script(dedent(code), STREAM_VIZ_SERVER=server.link)
    said = [line for line in done.stderr.splitlines() if "series" in line]
    assert (done.returncode, len(said)) == (0, 1)
    assert 'takes 3 series of a script. Further ones, from m{i="3"} on, are not sent' in said[0]
    assert "--limit seriesPerSession=N" in said[0]
    assert (only(server).counts, len(server.hellos)) == ({key(i): 25 for i in range(3)}, 1)


def test_a_removed_series_makes_room_for_the_next_one(server):
    server.series = 3
    sv.connect(server.link)
    other = sv.metric("other")
    other.send(1)
    metric = sv.metric("m", by="i")
    send(metric, range(3))
    total(server, 3)
    other.close()
    send(metric, range(3))
    server.wait_for(lambda s: only(s).counts.get(key(2)) == 1, "the third line")
    assert (facts()["untaken_series"], facts()["untaken_samples"]) == (0, 1)


def test_the_next_server_may_take_more_or_fewer(server):
    server.series = 3
    sv.connect(server.link)
    metric = sv.metric("m", by="i")
    send(metric, range(LINES))
    total(server, 3)
    for most in (5, 2, None):
        server.forget()
        server.series = most
        server.cut()
        taken = LINES if most is None else most
        server.wait_for(lambda s: s.sessions and only(s).connected, "another welcome")
        send(metric, range(LINES))
        server.wait_for(lambda s: len(only(s).counts) == taken, f"{taken} series")  # noqa: B023  called before the next
        assert facts()["untaken_series"] == LINES - taken


def test_a_server_that_says_no_number_takes_all(server):
    sv.connect(server.link)
    send(sv.metric("m", by="i"), range(LINES))
    total(server, LINES)
    assert facts()["untaken_series"] == 0


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("send"), st.integers(0, LINES)),
            st.tuples(st.just("limit"), st.one_of(st.none(), st.integers(0, LINES))),
            st.tuples(st.just("remove"), st.integers(0, LINES)),
        )
    )
)
def test_whatever_comes_and_goes_the_first_have_places_and_each_sample_is_counted_once(steps):
    now = [1_700_000_000_000_000]
    sender = Sender("s", now_us=lambda: now[0])
    most, sent, removed = None, {}, 0
    for what, which in steps:
        now[0] += 50_000
        if what == "send":
            series = sender.series(f"m{which}", {})
            series.buf += [now[0] / 1e6, 1.0]
            sent[f"m{which}"] = sent.get(f"m{which}", 0) + 1
        elif what == "limit":
            most = which
            sender.limit_series(most)
        else:
            sender.remove_series(f"m{which}")
            removed += sent.pop(f"m{which}", 0)
        message = sender.tick()
        held = [series.name for series in sender.room.held.values()]
        assert len(held) == (len(sent) if most is None else min(most, len(sent)))
        for name, count in sent.items():
            (series,) = sender.find_series(name)
            assert series.n + series.untaken + series.waiting == count
            assert name in held or series.waiting == 0
        if message is not None:
            assert message.header["samples"] == sum(series.n for series in sender.room.held.values())
