"""A notebook with a server beside it: the same messages to both, one session, one epoch, one seq."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

import stream_viz as sv
from stream_viz import _producer, _server_link, _server_side
from stream_viz._address import parse_address
from stream_viz._listening import Listening
from stream_viz._local_server import LocalServer
from stream_viz._producer import Producer

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

CPU = '["cpu",[]]'


class Hub:
    def __init__(self):
        self.sent = []

    def send(self, header, buffers):
        self.sent.append((header, list(buffers)))


class Kernel:
    session = "kernel-0000"

    def __init__(self):
        self.hub, self.outputs = Hub(), []

    def in_cell(self):
        return True

    def parent(self):
        return None

    def open_hub(self, epoch, on_message):
        return self.hub

    def on_execution(self, started, cleared):
        pass

    def display_view(self, view_id, title, count, html):
        raise AssertionError

    def display(self, bundle):
        self.outputs.append(bundle)

    def call_later(self, callback):
        pass


@pytest.fixture
def kernel(monkeypatch):
    """Run the test as a notebook's kernel whose flusher ticks only where the test says."""
    monkeypatch.setattr(_server_link, "BACK_OFF_S", (0.02, 0.2))
    fake = Kernel()
    producer = Producer(fake)
    monkeypatch.setattr(producer.flusher, "start", lambda: None)
    _producer.replace(producer)
    fake.producer = producer
    return fake


def only(server):
    (session,) = server.sessions.values()
    return session


def flush_until(kernel, server, condition):
    def step(_server):
        return condition()

    for _ in range(500):
        kernel.producer.flush()
        with server._changed:
            if server._changed.wait_for(lambda: step(server), 0.02):
                return
    pytest.fail(repr(server))


def test_both_get_every_message_under_the_same_numbers(kernel, server):
    cpu = sv.metric("cpu", display=False)
    cpu.send_many(range(100), every="10ms")
    kernel.producer.flush()
    sv.connect(server.link)
    cpu.send(1)
    flush_until(kernel, server, lambda: only(server).counts.get(CPU) == 101)
    session = only(server)
    assert list(server.sessions) == ["kernel-0000"]
    pages = {header["seq"]: (header, [bytes(each) for each in buffers]) for header, buffers in kernel.hub.sent}
    assert min(pages) == 1
    for header in session.headers:
        page, buffers = pages[header["seq"]]
        assert {**page, "lengths": [len(each) for each in buffers]} == header
    assert [value for _, value in session.viewer.history[CPU]][:100] == list(range(100))


def test_the_server_gets_the_history_so_far(kernel, server):
    cpu = sv.metric("cpu", display=False)
    cpu.send_many(range(5_000), every="100ms")
    for _ in range(5):
        kernel.producer.flush()
    sv.connect(server.link)
    flush_until(kernel, server, lambda: server.sessions and CPU in only(server).viewer.history)
    flush_until(kernel, server, lambda: only(server).viewer.series[CPU]["hole"] is None)
    assert only(server).counts[CPU] == 5_000


def proven(kernel, monkeypatch, *, page):
    pages = kernel.producer.pages
    monkeypatch.setattr(pages, "listening", Listening(lambda: int(page), pages._tell))
    pages.listening.step()


def test_while_no_page_is_proven_the_server_gets_all_and_the_comm_one_small_message_a_second(
    kernel, server, monkeypatch
):
    cpu = sv.metric("cpu", display=False)
    sv.connect(server.link)
    proven(kernel, monkeypatch, page=False)
    assert kernel.producer.sender.listening
    clock = [0.0]
    monkeypatch.setattr(kernel.producer.pages._unproven, "_now", lambda: clock[0])
    kernel.hub.sent.clear()
    for at in range(30):
        clock[0] = at * 0.1
        cpu.send_many(range(2_000))
        kernel.producer.flush()
    flush_until(kernel, server, lambda: only(server).counts.get(CPU) == 60_000)
    assert len(kernel.hub.sent) == 3
    assert all(header["parts"] == [] and not buffers for header, buffers in kernel.hub.sent)
    assert "slow" not in kernel.hub.sent[-1][0]


def test_a_page_that_comes_back_gets_whole_messages_and_a_round(kernel, server, monkeypatch):
    cpu = sv.metric("cpu", display=False)
    sv.connect(server.link)
    proven(kernel, monkeypatch, page=False)
    cpu.send_many(range(100))
    kernel.producer.flush()
    kernel.hub.sent.clear()
    kernel.producer.pages.on_message({"kind": "alive"})
    roles = set()
    for _ in range(60):
        cpu.send(1)
        kernel.producer.flush()
        roles |= {part["role"] for header, _ in kernel.hub.sent for part in header["parts"]}
        if {"document", "keyframe", "samples"} <= roles:
            return
    pytest.fail(str(roles))


def test_slow_mode_begins_only_where_neither_page_nor_server_listens(kernel, server, monkeypatch):
    cpu = sv.metric("cpu", display=False)
    sv.connect(server.link)
    proven(kernel, monkeypatch, page=False)
    link = kernel.producer.server.link
    cpu.send_many(range(10))
    flush_until(kernel, server, lambda: only(server).counts.get(CPU) == 10)
    port = server.port
    server.close()
    assert link.wait_for(lambda: not link.connected, 30)
    for _ in range(200):
        if not kernel.producer.sender.listening:
            break
        link.wait_for(lambda: False, 0.02)
    assert not kernel.producer.sender.listening
    cpu.send_many(range(20))
    kernel.producer.flush()
    again = type(server)(port=port)
    try:
        flush_until(kernel, again, lambda: again.sessions and only(again).counts.get(CPU) == 30)
        assert kernel.producer.sender.listening
        assert "history" in only(again).roles[0]
        flush_until(kernel, again, lambda: only(again).viewer.series[CPU]["hole"] is None)
    finally:
        again.close()


def test_a_server_that_reads_nothing_does_not_hold_up_the_notebook(kernel, server, monkeypatch):
    monkeypatch.setattr(_server_link, "OUTBOX_MOST_BYTES", 3_000_000)
    cpu = sv.metric("cpu", display=False)
    sv.connect(server.link)
    cpu.send(0)
    flush_until(kernel, server, lambda: only(server).counts.get(CPU) == 1)
    kernel.hub.sent.clear()
    with server.stopped():
        for _ in range(60):
            cpu.send_many([1.0] * 14_000)
            kernel.producer.flush()
    assert len(kernel.hub.sent) == 60
    flush_until(kernel, server, lambda: only(server).counts.get(CPU) == 1 + 60 * 14_000)


def test_start_displays_the_link_and_returns_it(kernel, server, monkeypatch):
    monkeypatch.setattr(_server_side.ServerSide, "start", lambda _self: server.link)
    assert sv.start() == server.link
    (shown,) = kernel.outputs
    assert shown["text/plain"] == server.link
    assert f'href="{server.url}/?token=' in shown["text/html"]


def test_start_takes_its_options_without_a_word_and_opens_a_browser_where_it_is_told_to(
    kernel, server, capsys, monkeypatch
):
    monkeypatch.setattr("stream_viz._server_side.switched_off", lambda: False)
    monkeypatch.delenv("STREAM_VIZ_OPEN", raising=False)
    opened = []
    monkeypatch.setattr("stream_viz._server_side._open_browser", opened.append)
    address = parse_address(server.link, None, "test")
    monkeypatch.setattr(LocalServer, "find", lambda _self, *, ended=False: address)
    assert sv.start(theme="dark", port=address.port, open=True) == server.link
    deadline = time.monotonic() + 10
    while not opened and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [opened, capsys.readouterr().err] == [[address], ""]


def test_an_option_of_a_server_says_once_in_a_notebook_that_it_needs_one(kernel, capsys, monkeypatch):
    monkeypatch.setattr("stream_viz._server_side.switched_off", lambda: False)
    sv.configure(port=8700, title="Plant")
    sv.configure(port=8701)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "sv.start()" in said[0]


def test_a_server_without_room_for_a_notebooks_series_is_left_alone_until_it_is_asked_for(kernel, server, monkeypatch):
    said = []
    monkeypatch.setattr(kernel.producer.server, "say", lambda text, **_: said.append(text))
    server.full = True
    sv.connect(server.link)
    cpu = sv.metric("cpu")
    cpu.send(1)
    kernel.producer.flush()
    link = kernel.producer.server.link
    assert link.wait_for(lambda: not link.connected and link.problem is not None, 10)
    hellos = len(server.hellos)
    assert not link.wait_for(lambda: len(server.hellos) > hellos, 0.5)
    assert said == [
        "the server refused the connection: no room. Nothing is sent to it any more; sv.start() tries again",
    ]
    server.full = False
    sv.start()
    flush_until(kernel, server, lambda: only(server).counts.get(CPU) == 1)
