"""`sv.events`: calls and their mistakes, what is read back, options that change, fork and closing."""

import os
import threading
from datetime import UTC, datetime

import numpy as np
import pytest

import stream_viz as sv
from stream_viz import _producer
from stream_viz._events import Events
from stream_viz._snapshot import still


class NAType:
    """What pandas calls its missing value."""

    def __bool__(self):
        raise TypeError


class NaTType(NAType):
    """What pandas calls its missing time."""


@pytest.fixture
def borrows():
    return sv.events("borrows", key="tool", actor="user", flags=["overage"])


def raised(call, *args, **fields):
    with pytest.raises(sv.StreamVizError) as caught:
        call(*args, **fields)
    return caught.value.code, str(caught.value)


def test_per_key_the_count_the_actors_and_the_flags(borrows):
    assert borrows.send(tool="Vector", user="alice", overage=True) is None
    borrows.send(tool="Vector", user="bob")
    borrows.send(tool="Vector", user="alice", overage=False)
    borrows.send(tool="Drill")
    vector, drill = borrows.values()
    last = vector.pop("last")
    assert last.tzinfo is UTC
    assert vector == {
        "tool": "Vector",
        "count": 3,
        "actors": ["alice", "bob"],
        "actor_count": 2,
        "exact": True,
        "overage": 1,
    }
    assert (drill["count"], drill["actors"]) == (1, [])
    assert [row["user"] for row in borrows.newest()] == ["alice", "bob", "alice", None]
    assert [row["overage"] for row in borrows.newest(2)] == [False, False]
    assert borrows.sent == 4


@pytest.mark.parametrize("missing", [None, float("nan"), np.float64("nan"), NAType(), NaTType()])
def test_a_missing_key_is_counted_and_a_missing_actor_is_nobody(borrows, missing):
    borrows.send(tool=missing, user="alice")
    borrows.send(tool="Vector", user=missing, overage=None)
    assert borrows.counters == {"taken": 1, "late": 0, "expired": 0, "invalid": 0, "missing": 1, "over_keys": 0}
    assert borrows.values()[0]["actors"] == []


def test_numbers_are_keys_as_python_prints_them(borrows):
    for key in (7, np.int64(7), "7"):
        borrows.send(tool=key)
    borrows.send(tool=np.float64(0.5), overage=np.bool_(1))
    assert [(row["tool"], row["count"], row["overage"]) for row in borrows.values()] == [("7", 3, 0), ("0.5", 1, 1)]


def test_a_mistake_in_a_call_raises_at_once_names_the_field_and_counts_nothing(borrows):
    code, text = raised(borrows.send, tol="Vector")
    assert (code, "did you mean 'tool'" in text) == ("EVENT_FIELD", True)
    code, text = raised(borrows.send, user="alice")
    assert (code, "borrows.send(tool=...)" in text) == ("EVENT_KEY", True)
    assert raised(borrows.send, tool=["Vector"])[0] == "EVENT_TYPE"
    assert raised(borrows.send, tool="x" * 201)[0] == "EVENT_TEXT"
    assert raised(borrows.send, tool="Vector", user={"name": "alice"})[0] == "EVENT_TYPE"
    code, text = raised(borrows.send, tool="Vector", overage="no")
    assert (code, "overage= expected True or False, got 'no'" in text) == ("EVENT_FLAG", True)
    assert raised(borrows.send, tool="Vector", time="now")[0] == "TIME_TYPE"
    assert raised(borrows.send, tool="Vector", time=1763719512345)[0] == "TIME_REFUSED"
    assert borrows.counters["taken"] == 0


def test_a_nearest_spelling_is_named_for_flags_too(borrows):
    assert "did you mean 'overage'" in raised(borrows.send, tool="Vector", overag=True)[1]


def test_times_are_those_of_the_call_and_windows_whole_panes(borrows):
    now = _producer.now_us() / 1e6
    minute = now // 60 * 60
    for ago in (0, 1, 2, 7, 100):
        borrows.send(tool="Vector", time=minute - 60 * ago)
    borrows.send(tool="Vector", time=datetime.fromtimestamp(minute - 60, UTC))
    borrows.send(tool="Vector", time=np.datetime64("NaT"))
    assert [borrows.values(window)[0]["count"] for window in ("1m", "2m", "5m", "15m", "2h", None)] == [
        1,
        3,
        4,
        5,
        6,
        6,
    ]
    assert (borrows.counters["invalid"], borrows.counters["late"]) == (1, 5)
    borrows.send(tool="Vector", time=minute - 7 * 3600)
    assert borrows.counters["expired"] == 1
    assert raised(borrows.values, "7h")[0] == "OPTION_INVALID"


def test_more_actors_than_the_limit_are_at_least_as_many():
    ev = sv.events("many", actor="user", max_actors=100)
    for i in range(250):
        ev.send(key="a", user=f"u{i:03}", time=1_700_000_000 + i % 2)
    (row,) = ev.values()
    assert (row["count"], row["actor_count"], row["exact"]) == (250, 100, False)
    assert row["actors"] == [f"u{i:03}" for i in range(100)]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"flags": "overage"}, "OPTION_TYPE"),
        ({"flags": [1]}, "OPTION_TYPE"),
        ({"flags": ["a", "a"]}, "OPTION_INVALID"),
        ({"flags": ["user"], "actor": "user"}, "OPTION_INVALID"),
        ({"key": "time"}, "OPTION_INVALID"),
        ({"flags": [f"f{i}" for i in range(32)]}, "OPTION_INVALID"),
        ({"per": "1h", "keep": "1m"}, "OPTION_INVALID"),
        ({"per": "1s", "keep": "6h"}, "OPTION_INVALID"),
        ({"window": "7h"}, "OPTION_INVALID"),
        ({"per": "soon"}, "OPTION_INVALID"),
        ({"max_actors": 0}, "OPTION_INVALID"),
        ({"kee": "1h"}, "OPTION_UNKNOWN"),
    ],
)
def test_a_bad_option_is_refused_and_leaves_no_widget(options, code):
    assert raised(sv.events, "borrows", **options)[0] == code
    assert _producer.current().dashboard.find("events:borrows") is None


def test_the_same_name_is_the_same_widget_and_other_options_keep_the_data(borrows):
    borrows.send(tool="Vector", user="alice", overage=True)
    assert sv.events("borrows") is borrows
    borrows.update(flags=["damaged", "overage"], keep="3h", title="Tools")
    borrows.send(tool="Vector", user="bob", damaged=True)
    (row,) = borrows.values()
    assert (row["count"], row["overage"], row["damaged"], row["actors"]) == (2, 1, 1, ["alice", "bob"])
    assert [event["overage"] for event in borrows.newest()] == [True, False]
    borrows.update(per="10s", keep="1h")
    assert borrows.values() == []
    assert raised(sv.table, "borrows")[0] == "NAME_TAKEN"


def test_clear_drops_all_and_close_ends_it(borrows):
    borrows.send(tool="Vector")
    borrows.clear()
    assert (borrows.values(), borrows.newest(), borrows.counters["taken"]) == ([], [], 0)
    borrows.send(tool="Vector")
    assert borrows.sent == 1
    producer = _producer.current()
    borrows.close()
    borrows.close()
    assert raised(borrows.send, tool="Vector")[0] == "WIDGET_CLOSED"
    assert raised(borrows.values)[0] == "WIDGET_CLOSED"
    assert (producer.sender._tables, producer.gather) == ({}, {})
    assert repr(borrows) == "<Events 'borrows' closed>"


def tables(kernel):
    """Return (document, tables of the header, parts by table) of what one flush sent."""
    kernel.hub.sent.clear()
    kernel.producer.flush()
    header, _ = kernel.hub.sent[-1]
    return header["tables"], [part.get("table") for part in header["parts"]]


def test_a_flush_sends_the_changed_panes_the_counters_and_the_newest_events(kernel, monkeypatch):
    clock = _producer.now_us()
    monkeypatch.setattr("stream_viz._events._now_us", lambda: clock)
    ev = sv.events("borrows", key="tool", actor="user", flags=["overage"])
    ev.send(tool="Vector", user="alice", overage=True)
    ev.send(tool="Drill")
    block = f"events.block:{clock // 3_600_000_000 * 3_600_000_000}:borrows"

    def rows(held):
        return {name: proof[4] for name, proof in held.items()}

    held, parts = tables(kernel)
    assert rows(held) == {"events:borrows": 1, block: 2, "events.recent:borrows": 2}
    assert set(held) <= set(parts)
    ev.send(tool="Vector")
    assert rows(tables(kernel)[0])["events.recent:borrows"] == 2, "a pane waits for its turn"
    clock += 200_000
    assert rows(tables(kernel)[0]) == {"events:borrows": 1, block: 2, "events.recent:borrows": 3}
    ev.clear()
    clock += 200_000
    assert rows(tables(kernel)[0]) == {"events:borrows": 1, block: 0, "events.recent:borrows": 0}
    ev.send(tool="Drill")
    ev.update(flags=["damaged"])
    clock += 200_000
    assert rows(tables(kernel)[0]) == {"events:borrows": 1, block: 1, "events.recent:borrows": 1}
    clock += 8 * 3_600_000_000
    assert rows(tables(kernel)[0]) == {"events:borrows": 1, "events.recent:borrows": 1}
    ev.close()
    assert tables(kernel)[0] == {}


def test_the_document_has_the_options_that_were_given(kernel):
    sv.events(
        "borrows", key="tool", actor="user", flags=["overage"], per="1m", keep="6h", max_recent=50, time_unit="ms"
    )
    assert kernel.producer.dashboard.find("events:borrows").document() == {
        "id": "events:borrows",
        "kind": "events",
        "name": "borrows",
        "options": {
            "key": "tool",
            "actor": "user",
            "flags": ["overage"],
            "per": "1m",
            "keep": "6h",
            "maxRecent": 50,
        },
    }


def test_threads_lose_no_event(kernel):
    ev = sv.events("borrows")
    threads = [threading.Thread(target=lambda: [ev.send(key="a") for _ in range(5000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        kernel.producer.flush()
    assert ev.sent == 20_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_keeps_nothing_that_it_could_not_send(kernel):
    ev = sv.events("borrows")
    ev.send(key="a")
    read, write = os.pipe()
    kernel.producer.before_fork()
    pid = os.fork()
    if pid == 0:
        try:
            kernel.producer.after_fork_in_child()
            for _ in range(10):
                ev.send(key="b")
        except BaseException:  # noqa: BLE001  the child must not run the rest of the tests
            os._exit(1)
        os.write(write, bytes([len(ev._queue)]))
        os._exit(0)
    kernel.producer.after_fork_in_parent()
    assert os.waitpid(pid, 0)[1] == 0
    assert os.read(read, 1) == b"\0"
    assert (ev.sent, ev.values()[0]["key"]) == (1, "a")


def test_outside_a_kernel_the_queue_is_counted_before_it_grows_without_bound(monkeypatch):
    monkeypatch.setattr("stream_viz._armed.LIMIT_FLOATS", 100)
    ev = sv.events("borrows")
    assert isinstance(ev, Events)
    for _ in range(1000):
        ev.send(key="a")
        assert len(ev._queue) <= 101
    assert ev.sent == 1000


def test_stats_and_stills_have_the_events(borrows):
    for i in range(20):
        borrows.send(tool="ab"[i % 2], user=f"u{i % 3}", overage=i % 5 == 0)
    (row,) = sv.stats()
    assert (row.name, row.sent) == ("borrows", 20)
    with _producer.current().lock:
        page = still(_producer.current(), [borrows._declaration])
    assert "u0, u1, u2" in page
    assert "no rows yet" not in page
