"""The link to a server: everything sent arrives once, whatever breaks, and no send ever waits."""

from __future__ import annotations

import json
import random
import threading
import time

import pytest
from recording_server import RecordingServer

import stream_viz as sv
from stream_viz import _producer, _server_link
from stream_viz._address import parse_address

CPU = '["cpu",[]]'


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Reconnect after milliseconds."""
    monkeypatch.setattr(_server_link, "BACK_OFF_S", (0.02, 0.2))


def link():
    return _producer.current().server.link


def only(server):
    (session,) = server.sessions.values()
    return session


def counted(server, count, key=CPU):
    server.wait_for(lambda s: sum(each.counts.get(key, 0) for each in s.sessions.values()) == count, f"{count} samples")


def acknowledged():
    producer = _producer.current()
    assert link().wait_for(lambda: not producer.sender.waits and link().acknowledged >= producer.sender.seq, 30)


def exact(session, key=CPU):
    """Whether the oracle's cells of a series sum to what the producer says it sent."""
    series = session.viewer.series[key]
    cells = series["cells"]
    shown = sum(pane[0] for _, start, pane in cells.view() if start >= cells.start)
    return series["hole"] is None and shown + cells.gone == series["n"]


def test_every_sample_arrives_in_order_and_is_acknowledged(server):
    sv.connect(server.link)
    cpu = sv.metric("cpu", unit="%")
    for value in range(2_000):
        cpu.send(value)
    counted(server, 2_000)
    acknowledged()
    session = only(server)
    assert [value for _, value in session.viewer.rows_seen[CPU]] == list(range(2_000))
    assert session.viewer.document["widgets"][0]["options"] == {"unit": "%"}
    assert (session.doubled, server.lost) == (0, [])
    assert exact(session)
    assert link().waiting_bytes == 0


def test_the_hello_says_who_sends_and_where_it_is(server):
    sv.connect(server.url, token=server.token)
    (hello,) = server.hellos
    sender = _producer.current().sender
    assert hello["kind"] == "hello"
    assert hello["v"] == [1, 0]
    assert (hello["session"], hello["epoch"]) == (sender.session, sender.epoch)
    assert (hello["seq"], hello["from"]) == (0, 1)
    assert hello["version"] == sv.__version__


def test_tables_and_events_arrive_whole(server):
    sv.connect(server.link)
    table = sv.table("keyed", key="pid")
    table.send([{"pid": pid, "text": "x" * 200} for pid in range(3_000)])
    table.apply(deletes=[5])
    events = sv.events("borrows", key="tool")
    events.send(tool="Vector")
    server.wait_for(lambda s: len(only(s).viewer.tables.get("table:keyed", {})) == 2_999, "the rows")
    acknowledged()
    assert all(whole for whole, _ in only(server).viewer.proved.values())


def test_after_a_break_what_was_not_acknowledged_comes_again_and_counts_once(server):
    server.acks = False
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send_many(range(500))
    counted(server, 500)
    assert link().waiting_bytes > 0
    server.cut()
    server.wait_for(lambda s: len(s.hellos) == 2, "a second hello")
    server.acks = True
    cpu.send(1)
    counted(server, 501)
    acknowledged()
    assert server.hellos[1]["from"] == 1
    assert server.lost == []
    assert len(only(server).viewer.rows_seen[CPU]) == 501


def test_a_server_that_restarts_empty_gets_all_messages_where_none_was_acknowledged(server):
    server.acks = False
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send_many(range(300))
    counted(server, 300)
    server.forget()
    server.cut()
    counted(server, 300)
    assert only(server).seq >= 1
    assert only(server).viewer.rows_seen[CPU][0][1] == 0


def test_a_server_that_forgot_gets_a_snapshot_that_is_exact_at_once(server):
    sv.connect(server.link)
    cpu = sv.metric("cpu", by="core")
    for core in range(40):
        cpu.labels(core=core).send_many(range(1_000), every="10ms")
    table = sv.table("keyed", key="pid")
    table.send([{"pid": pid} for pid in range(100)])
    server.wait_for(lambda s: sum(only(s).counts.values()) == 40_000, "all samples")
    acknowledged()
    server.forget()
    server.cut()
    server.wait_for(lambda s: s.sessions and sum(only(s).counts.values()) == 40_000, "the snapshot")
    acknowledged()
    session = only(server)
    assert session.headers[0]["kind"] == "snapshot"
    assert "history" in session.roles[0]
    assert all(exact(session, key) for key in session.counts)
    assert [len(rows) for rows in session.viewer.history.values()] == [1_000] * 40
    assert len(session.viewer.tables["table:keyed"]) == 100
    assert session.viewer.document["widgets"]


def test_without_a_snapshot_asked_for_nothing_is_repeated(server):
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    for value in range(100):
        cpu.send(value)
        _producer.current().flush()
    counted(server, 100)
    assert {role for roles in only(server).roles for role in roles} == {"document", "samples"}


def test_while_no_server_can_be_reached_nothing_is_built_and_rows_wait(server):
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send(0)
    counted(server, 1)
    acknowledged()
    port = server.port
    server.close()
    assert link().wait_for(lambda: not link().connected, 30)
    seq = _producer.current().sender.seq
    cpu.send_many(range(1, 1_000))
    _producer.current().flush()
    assert _producer.current().sender.seq == seq
    again = RecordingServer(port=port)
    try:
        counted(again, 1_000)
        assert sv.stats().totals["link"]["reconnects"] >= 1
        acknowledged()
        assert exact(only(again))
    finally:
        again.close()


@pytest.mark.slow
def test_a_server_that_reads_nothing_blocks_no_send_and_what_has_no_room_is_folded_and_counted(server, monkeypatch):
    monkeypatch.setattr(_server_link.ServerLink.__init__, "__kwdefaults__", {"window_bytes": 1_000_000})
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send(0)
    counted(server, 1)
    acknowledged()
    slowest = 0.0
    with server.stopped():
        for value in range(1, 40):
            began = time.perf_counter()
            cpu.send_many([float(value)] * 65_000)
            cpu.send(value)
            slowest = max(slowest, time.perf_counter() - began)
        assert link().waiting_bytes < _server_link.OUTBOX_MOST_BYTES
    total = 1 + 39 * 65_001
    counted(server, total)
    acknowledged()
    assert slowest < 2
    row = sv.stats().rows[0]
    assert row.sent == total
    assert row.folded > 0
    assert exact(only(server))
    assert server.lost == []


def test_another_name_is_used_where_the_server_gives_one(server):
    server.rename = "other"
    sv.connect(server.link)
    sv.metric("cpu").send(1)
    counted(server, 1)
    assert list(server.sessions) == ["other"]
    assert link().session == "other"
    server.cut()
    server.wait_for(lambda s: len(s.hellos) == 2, "a second hello")
    assert server.hellos[1]["session"] == "other"


def test_a_name_that_is_taken_away_means_a_snapshot_under_the_new_one(server):
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send_many(range(50))
    counted(server, 50)
    acknowledged()
    server.rename = "other"
    server.cut()
    server.wait_for(lambda s: "other" in s.sessions and s.sessions["other"].counts.get(CPU) == 50, "the snapshot")


def test_a_refused_token_raises_at_once_and_leaves_no_thread(server):
    with pytest.raises(sv.StreamVizError, match="token") as caught:
        sv.connect(server.url, token="w" * 32)
    assert caught.value.code == "CONNECTION_REFUSED"
    assert caught.value.details["server_code"] == 401
    assert link() is None


@pytest.mark.parametrize("code", [4401, 4403, 4429])
def test_a_refusal_by_close_code_raises_with_the_servers_words(server, code):
    server.refuse = code
    with pytest.raises(sv.StreamVizError, match="not you") as caught:
        sv.connect(server.link)
    assert caught.value.code == "CONNECTION_REFUSED"


def test_an_unreachable_server_is_said_once_and_connected_when_it_comes(capsys, monkeypatch):
    monkeypatch.setattr("stream_viz._server_side.switched_off", lambda: False)
    probe = RecordingServer()
    port = probe.port
    probe.close()
    sv.connect(f"http://127.0.0.1:{port}", token=probe.token)
    cpu = sv.metric("cpu")
    cpu.send(1)
    assert capsys.readouterr().err.count("cannot be reached yet") == 1
    again = RecordingServer(port=port)
    try:
        counted(again, 1)
        assert again.sessions
    finally:
        again.close()


def test_connecting_elsewhere_says_goodbye_and_takes_everything_along(server):
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send_many(range(100))
    counted(server, 100)
    acknowledged()
    other = RecordingServer()
    try:
        sv.connect(other.link)
        counted(other, 100)
        server.wait_for(lambda s: only(s).byes == 1, "the goodbye")
        acknowledged()
        assert exact(only(other))
    finally:
        other.close()


@pytest.mark.parametrize(
    ("url", "token", "code"),
    [
        ("8600", None, "OPTION_INVALID"),
        ("ftp://host", None, "OPTION_INVALID"),
        ("http://", None, "OPTION_INVALID"),
        ("http://host:99999", None, "OPTION_INVALID"),
        ("http://user:pw@host", None, "OPTION_INVALID"),
        (8600, None, "OPTION_TYPE"),
        ("http://127.0.0.1:1", 5, "OPTION_TYPE"),
    ],
)
def test_a_wrong_address_raises_and_changes_nothing(url, token, code):
    with pytest.raises(sv.StreamVizError) as caught:
        sv.connect(url, token=token)
    assert caught.value.code == code
    assert link() is None


def test_garbage_from_the_server_is_ignored(server):
    sv.connect(server.link)
    for socket in list(server._live):
        for text in ("no json", "[]", '{"kind":"ack"}', '{"kind":"ack","seq":"x"}', '{"kind":"new"}'):
            socket.send(text)
        socket.send(b"bytes")
    sv.metric("cpu").send(1)
    counted(server, 1)
    assert len(server.hellos) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_breaks_at_random_moments_lose_and_double_nothing(server, seed):
    chance = random.Random(seed)
    sv.connect(server.link)
    cpu = sv.metric("cpu", max_points=1_000_000)
    done = threading.Event()

    def send():
        for value in range(20_000):
            cpu.send(value)
            if value % 100 == 0:
                time.sleep(0.005)
        done.set()

    thread = threading.Thread(target=send)
    thread.start()
    while not done.is_set():
        time.sleep(chance.uniform(0.01, 0.2))
        server.acks = chance.random() < 0.7
        server.cut()
    server.acks = True
    thread.join()
    server.cut()
    counted(server, 20_000)
    acknowledged()
    assert server.lost == []
    assert [value for _, value in only(server).viewer.rows_seen[CPU]] == list(range(20_000))
    assert exact(only(server))


def test_a_link_that_is_closed_while_it_looks_for_a_server_never_connects_and_starts_anew(server):
    looking, found = threading.Event(), threading.Event()

    def find():
        looking.set()
        assert found.wait(30)
        return parse_address(server.link, None, "test")

    made = _server_link.ServerLink(_producer.current().server, find)
    made.start()
    assert looking.wait(30)
    made.close(0.01)
    looking.clear()
    made.start()
    assert looking.wait(30)
    found.set()
    assert made.wait_for(lambda: made.connected, 30)
    made.close()
    server.wait_for(lambda s: only(s).byes == 1, "the goodbye")
    assert len(server.hellos) == 1


def test_stats_tell_of_the_link(server):
    assert sv.stats().totals["link"]["connected"] is False
    sv.connect(server.link)
    sv.metric("cpu").send(1)
    counted(server, 1)
    acknowledged()
    totals = sv.stats().totals["link"]
    assert totals["connected"] is True
    assert totals["url"] == server.url
    assert totals["acknowledged"] >= 1
    assert (totals["waiting_bytes"], totals["folded"], totals["reconnects"]) == (0, 0, 0)
    assert f"connected to {server.url}" in repr(sv.stats())
    assert server.token not in json.dumps(totals)
    assert server.url in sv.stats()._repr_html_()


@pytest.mark.slow
def test_a_snapshot_of_long_histories_is_whole_in_one_go(server):
    sv.connect(server.link)
    long, quick = sv.metric("cpu"), sv.metric("quick", aggregation=["p50", "p99"], window="10s")
    long.send_many(range(200_000), every="100ms")
    quick.send_many(range(100_000), every="1ms")
    events = sv.events("borrows", key="tool", actor="user")
    for at in range(2_000):
        events.send(tool=f"tool {at % 50}", user=f"user {at % 7}")
    server.wait_for(lambda s: sum(only(s).counts.values()) == 300_000, "all samples")
    acknowledged()
    server.forget()
    server.cut()
    server.wait_for(lambda s: s.sessions and sum(only(s).counts.values()) == 300_000, "the snapshot")
    acknowledged()
    session = only(server)
    assert all(exact(session, key) for key in session.counts)
    assert all(len(rows) == 65_536 for rows in session.viewer.history.values())
    assert all(whole for whole, _ in session.viewer.proved.values())
    assert session.seq < 40
    before = session.seq
    long.send(1)
    counted(server, 200_001)
    acknowledged()
    assert all(roles in ([], ["samples"], ["rows"]) for roles in session.roles[before:])
