"""A server for tests: it speaks to producers as the contract says, records what came, and can be broken on purpose."""

from __future__ import annotations

import json
import pathlib
import sys
import threading
from contextlib import contextmanager, suppress
from http import HTTPStatus

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from stream_viz._frame import decode_frame

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "engine"))

from receiver import Viewer

TOKEN = "t" * 32
V = [1, 0]
DEADLINE_S = 30.0


class Message:
    def __init__(self, header, buffers):
        self.header, self.buffers = header, [bytes(buffer) for buffer in buffers]


class Session:
    """What one session's newest epoch has sent; `viewer` is the oracle's view of it."""

    def __init__(self, epoch):
        self.epoch, self.seq, self.viewer = epoch, 0, Viewer()
        self.headers, self.roles, self.doubled, self.connected, self.byes = [], [], 0, False, 0

    @property
    def counts(self):
        return {key: each["n"] for key, each in self.viewer.series.items()}


class RecordingServer:
    """Listens on a free port of 127.0.0.1. `acks` False lets it stay silent; `refuse` is a close code for hellos,
    `series` how many of a session it says it takes; where `full` it refuses what comes."""

    def __init__(self, *, token=TOKEN, port=0):
        self.token, self.acks, self.refuse, self.rename, self.series = token, True, None, None, None
        self.full = False
        self.sessions, self.lives, self.hellos, self.lost = {}, [], [], []
        """`lives` has every session that ever was; a later one may have taken its name."""
        self._changed, self._closing = threading.Condition(), False
        self._live = set()
        self._reading = threading.Event()
        self._reading.set()
        self._server = serve(
            self._handle, "127.0.0.1", port, process_request=self._process, compression=None, max_size=2**25
        )
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self):
        return f"{self.url}/?token={self.token}"

    def _process(self, connection, request):
        if self._closing:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "gone\n")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "token\n")
        if request.path == "/api/health":
            response = connection.respond(HTTPStatus.OK, json.dumps({"status": "ok", "pid": 1, "viewers": 0}))
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "application/json"
            return response
        return None

    def _handle(self, socket):
        session = None
        try:
            hello = json.loads(socket.recv(DEADLINE_S))
            with self._changed:
                self.hellos.append(hello)
                self._changed.notify_all()
            if self.refuse is not None:
                socket.send(json.dumps({"v": V, "kind": "error", "code": "REFUSED", "message": "not you"}))
                socket.close(self.refuse)
                return
            session = self._join(hello)
            self._live.add(socket)
            held = self.sessions[session]
            socket.send(
                json.dumps(
                    {
                        "v": V,
                        "kind": "welcome",
                        "server": "test",
                        "session": session,
                        "seq": held.seq or None,
                        "epoch": held.epoch if held.seq else None,
                        "limits": {"messageBytes": 2**24, "series": self.series},
                    }
                )
            )
            while True:
                self._reading.wait(DEADLINE_S)
                data = socket.recv()
                if isinstance(data, str):
                    if json.loads(data)["kind"] == "bye":
                        with self._changed:
                            held.byes += 1
                        return
                    continue
                if self.full:
                    socket.send(json.dumps({"v": V, "kind": "error", "code": "LIMIT_SERIES", "message": "no room."}))
                    socket.close(4429)
                    return
                self._take(held, session, data)
                if self.acks:
                    socket.send(
                        json.dumps({"v": V, "kind": "ack", "session": session, "epoch": held.epoch, "seq": held.seq})
                    )
        except ConnectionClosed:
            pass
        finally:
            self._live.discard(socket)
            if session is not None:
                with self._changed:
                    self.sessions[session].connected = False
                    self._changed.notify_all()

    def _join(self, hello):
        with self._changed:
            asked = name = self.rename or hello["session"]
            number = 1
            while name in self.sessions and self.sessions[name].connected and not self._same(name, hello):
                number += 1
                name = f"{asked}#{number}"
            if name not in self.sessions or not self._same(name, hello):
                self.sessions[name] = Session(hello["epoch"]["id"])
                self.lives.append(self.sessions[name])
            self.sessions[name].connected = True
            self._changed.notify_all()
            return name

    def _same(self, name, hello):
        return self.sessions[name].epoch == hello["epoch"]["id"]

    def _take(self, held, session, data):
        header, buffers = decode_frame(data)
        with self._changed:
            assert header["session"] == session
            assert header["epoch"]["id"] == held.epoch
            if header["seq"] <= held.seq:
                held.doubled += 1
            else:
                if held.seq and header["seq"] != held.seq + 1:
                    self.lost.append((held.seq, header["seq"]))
                held.seq = header["seq"]
                held.headers.append(header)
                held.roles.append([part["role"] for part in header["parts"]])
                held.viewer.apply(Message(header, buffers))
            self._changed.notify_all()

    def wait_for(self, condition, what="the condition"):
        """Wait until `condition(self)` is true; fails after 30 s."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), DEADLINE_S), f"{what}: {self}"

    @contextmanager
    def stopped(self):
        """Read nothing meanwhile."""
        self._reading.clear()
        try:
            yield
        finally:
            self._reading.set()

    def cut(self):
        """Break all connections without a goodbye."""
        for socket in list(self._live):
            with suppress(OSError):  # gone already
                socket.socket.shutdown(2)

    def forget(self):
        """Forget all sessions, as a new process would."""
        with self._changed:
            self.sessions = {}

    def close(self):
        """Go away without a goodbye, as a process that is killed."""
        self._closing = True
        self._reading.set()
        self.cut()
        self._server.shutdown()
        self._thread.join(5)

    def __repr__(self):
        return f"{ {name: (held.seq, held.counts, held.connected) for name, held in self.sessions.items()} }"
