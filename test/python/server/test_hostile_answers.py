"""What others say: servers, strangers at a server's port and files may say anything, and nothing breaks by it."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import stream_viz as sv
from stream_viz._address import Address, health
from stream_viz._link_words import read_text, read_welcome, refusal
from stream_viz._runtime_file import read_address

DEEP = "[" * 60_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SAID = st.sampled_from(["welcome", "error", "ack", "bye", ""]) | JSON
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "kind": SAID,
        "session": SAID,
        "epoch": SAID,
        "seq": SAID,
        "code": SAID,
        "message": SAID,
        "limits": JSON | st.fixed_dictionaries({}, optional={"messageBytes": JSON, "series": JSON}),
    },
)
TEXTS = st.text(max_size=40) | JSON.map(json.dumps) | WORDS.map(json.dumps) | st.binary(max_size=40)


class Stranger:
    """A program that answers every connection with the same bytes, whatever it is asked."""

    def __init__(self):
        self.answer = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = Address(f"http://127.0.0.1:{self._socket.getsockname()[1]}", None)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    connection.recv(65_536)
                    connection.sendall(self.answer)

    def close(self):
        self._socket.close()


@pytest.fixture(scope="module")
def stranger():
    made = Stranger()
    yield made
    made.close()


HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: gopher://x/\r\n\r\n",
        b"HTTP/1.1 999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ]
)


@settings(deadline=None)
@given(HEADS, st.binary(max_size=80) | TEXTS.map(lambda text: text if isinstance(text, bytes) else text.encode()))
@example(b"HTTP/1.1 200 OK\r\n\r\n", DEEP.encode())
@example(b"HTTP/1.1 200 OK\r\n\r\n", b"9" * 5000)
def test_a_stranger_at_the_port_is_no_server(stranger, head, body):
    stranger.answer = head + body
    said = health(stranger.address, timeout_s=0.2)
    assert said is None or said["status"] == "ok"


@settings(deadline=None)
@given(TEXTS)
@example(DEEP)
@example("9" * 5000)
def test_whatever_a_server_says_is_a_dict_a_welcome_or_an_error_with_a_code(data):
    said = read_text(data)
    assert isinstance(said, dict)
    try:
        welcome = read_welcome(said, "asked")
    except sv.StreamVizError as error:
        assert error.code in {"CONNECTION_REFUSED", "SERVER_ANSWER"}  # noqa: PT017  a welcome is as well
    else:
        assert isinstance(welcome.session, str)
        assert welcome.seq >= 0
        assert welcome.message_bytes > 0
        assert welcome.series is None or welcome.series >= 0
    for code in (None, 401, 1006, 4400, 9999):
        problem = refusal(code, said)
        assert problem is None or str(problem)


@settings(deadline=None)
@given(
    st.binary(max_size=60)
    | JSON.map(lambda entry: json.dumps(entry).encode())
    | st.fixed_dictionaries({"host": SAID, "port": SAID, "pid": SAID}, optional={"token": SAID, "hasUsers": SAID}).map(
        lambda entry: json.dumps(entry).encode()
    )
)
@example(DEEP.encode())
@example(b'{"host":"\\ud800","port":1,"pid":1}')
def test_whatever_a_runtime_file_holds_is_an_address_or_none(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "server-hostile.json"
    path.write_bytes(content)
    path.chmod(0o600)
    found = read_address(path)
    assert found is None or found.url.startswith("http://")


@pytest.mark.parametrize("seq", [10**9, 10**400, -1, 1.5, True, None, "1", [1]])
def test_an_acknowledgement_of_what_was_never_sent_drops_nothing(server, seq):
    server.acks = False
    sv.connect(server.link)
    sv.metric("cpu").send_many(range(500))
    server.wait_for(lambda s: any(each.counts for each in s.sessions.values()), "the samples")
    link = sv._producer.current().server.link
    held = link._outbox.first
    link._heard({"kind": "ack", "seq": seq})
    assert held is not None
    assert link._outbox.first == held
