"""Proof of listening, with a fake clock, and a real HTTP server on the loopback for the question."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stream_viz._listening import Listening, ServerQuestion


class World:
    """A clock, a server's answer, and what was told."""

    def __init__(self, answer):
        self.time = 1000.0
        self.answer = answer
        self.asked, self.told = [], []
        self.rules = Listening(self.ask, self.told.append, now=lambda: self.time)

    def ask(self):
        self.asked.append(self.time)
        return self.answer() if callable(self.answer) else self.answer

    def run(self, seconds, step=0.5):
        for _ in range(int(seconds / step)):
            self.rules.step()
            self.time += step


def test_connections_are_asked_every_30_s_and_zero_means_nobody_at_once():
    world = World(1)
    world.run(65)
    assert world.asked == [1000.0, 1030.0, 1060.0]
    assert world.told == []
    world.answer = 0
    world.run(30)
    assert world.told == [False]
    world.answer = 2
    world.run(10)
    assert world.told == [False, True]


def test_more_than_a_megabyte_asks_sooner_but_never_twice_within_half_a_second():
    world = World(1)
    world.rules.step()
    world.time += 0.1
    world.rules.sent(1_000_001)
    world.rules.step()
    assert len(world.asked) == 1
    world.time += 0.4
    world.rules.step()
    assert len(world.asked) == 2
    world.time += 0.5
    world.rules.step()
    assert len(world.asked) == 2


def test_a_full_rate_of_5_mb_per_second_stops_within_a_second_of_the_last_connection():
    world = World(1)
    world.run(5)
    world.answer = 0
    for _ in range(20):
        world.rules.sent(256_000)
        world.rules.step()
        world.time += 0.05
    assert world.told == [False]


def test_a_message_from_a_page_is_a_proof_even_where_the_server_said_nobody():
    world = World(0)
    world.rules.step()
    assert world.told == [False]
    world.rules.heard()
    assert world.told == [False, True]


def test_a_page_that_speaks_while_the_answer_is_under_way_wins():
    world = World(lambda: (world.rules.heard(), 0)[1])
    world.rules.step()
    assert world.told == []
    assert world.rules.listening


def test_an_unreachable_server_leaves_the_newest_proof_for_5_minutes():
    world = World(1)
    world.run(31)
    world.answer = None
    world.run(200)
    assert world.rules.listening
    world.run(200)
    assert world.told == [False]
    world.rules.heard()
    world.run(299)
    assert world.told == [False, True]
    world.run(3)
    assert world.told == [False, True, False]


def test_where_nothing_ever_answered_the_first_5_minutes_count_as_listening():
    world = World(None)
    world.run(299)
    assert world.told == []
    world.run(3)
    assert world.told == [False]


@pytest.fixture
def server(tmp_path):
    """A server that knows the kernel `k1`, and its runtime file."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("Authorization")))
            found = (
                self.path == "/base/api/kernels/k1?no_track_activity=1"
                and self.headers.get("Authorization") == "token t0k"
            )
            body = json.dumps({"id": "k1", "connections": 3} if found else {"message": "no"}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    facts = {
        "base_url": "/base/",
        "hostname": "localhost",
        "port": http.server_port,
        "token": "t0k",
        "secure": False,
        "sock": "",
    }
    (tmp_path / "jpserver-77.json").write_text(json.dumps(facts))
    yield {"JUPYTER_RUNTIME_DIR": str(tmp_path), "JPY_PARENT_PID": "77"}, seen, tmp_path
    http.shutdown()
    http.server_close()


def test_the_question_reads_the_runtime_file_of_the_parent_and_sends_its_token(server):
    environ, seen, _ = server
    assert ServerQuestion("k1", environ)() == 3
    assert seen == [("/base/api/kernels/k1?no_track_activity=1", "token t0k")]


def test_a_question_without_answer_is_none(server):
    environ, _, folder = server
    assert ServerQuestion("other", environ)() is None
    assert ServerQuestion("k1", {**environ, "JPY_PARENT_PID": "78"})() is None
    assert ServerQuestion("k1", {**environ, "JPY_PARENT_PID": "../77"})() is None
    assert ServerQuestion("k1", {"JUPYTER_RUNTIME_DIR": str(folder)})() is None
    for broken in ("{", "[]", "{}", '{"port": "x"}', '{"port": 1, "hostname": "localhost"}'):
        (folder / "jpserver-77.json").write_text(broken)
        assert ServerQuestion("k1", environ)() is None
    for broken in ('{"port": 1e999}', '{"port": 1, "hostname": null}', '{"port": 1, "base_url": 5}'):
        (folder / "jpserver-77.json").write_text(broken)
        assert ServerQuestion("k1", environ).server() is None
