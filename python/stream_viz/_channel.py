"""One connection to the server that has been welcomed: sends the outbox's frames in order, from a place on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING

import websockets.sync.client  # noqa: F401  the link's thread uses it
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

    from stream_viz._outbox import Outbox


class Channel:
    """`pump` may be called by any thread; one of them sends at a time, the others leave it the work.

    Frames go out in order of seq, each once in this connection. At most `window_bytes` are unacknowledged, but for one
    frame: with a small window a server that reads nothing does not block the sender.
    """

    def __init__(self, connection: ClientConnection, outbox: Outbox, *, after: int, window_bytes: int) -> None:
        """Take a connection; nothing is sent yet."""
        self.connection = connection
        self._outbox = outbox
        self._sent = after
        self._window_bytes = window_bytes
        self._flight_bytes = 0
        self._flight: deque[tuple[int, int]] = deque()
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self.open = True

    def pump(self) -> None:
        """Send what is not sent yet and fits into the window. May block until the server reads."""
        while self.open and self._next() is not None and self._turn.acquire(blocking=False):
            try:
                while self.open and (entry := self._next()) is not None:
                    seq, frame = entry
                    with self._counting:
                        self._sent = seq
                        self._flight.append((seq, len(frame)))
                        self._flight_bytes += len(frame)
                    self.connection.send(frame)
            except (ConnectionClosed, OSError):
                self.open = False  # the link's thread finds out by itself
            finally:
                self._turn.release()

    def _next(self) -> tuple[int, bytes] | None:
        with self._counting:
            entry = self._outbox.after(self._sent)
            if entry is None or (self._flight and self._flight_bytes + len(entry[1]) > self._window_bytes):
                return None
            return entry

    @property
    def sent(self) -> int:
        """Seq of the newest frame that was sent."""
        return self._sent

    def acknowledged(self, seq: int) -> None:
        """Take frames out of the window."""
        with self._counting:
            while self._flight and self._flight[0][0] <= seq:
                self._flight_bytes -= self._flight.popleft()[1]

    def ping(self) -> None:
        """Send a ping; nothing where the connection is gone, or a send is under way: that may be stuck."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            with contextlib.suppress(ConnectionClosed, OSError):
                self.connection.ping()
        finally:
            self._turn.release()
        self.pump()  # what another thread left to this one meanwhile

    def say_goodbye(self, text: str) -> None:
        """Send a last text and close in order; waits for the server's answer as long as the connection allows."""
        with contextlib.suppress(ConnectionClosed, OSError):
            self.connection.send(text)
            self.connection.close()
        self.open = False

    def break_off(self) -> None:
        """End the connection at once, also where a send is stuck in it."""
        self.open = False
        with contextlib.suppress(OSError):
            self.connection.socket.shutdown(socket.SHUT_RDWR)
