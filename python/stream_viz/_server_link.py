"""The link to a server: connects on a thread of its own, resends, and never makes a sender wait.

1. Messages reach the server in order, each at least once; what was not acknowledged is sent again after a break.
   Where the server does not know this epoch any more it gets a snapshot: everything retained, in new messages.
2. Nothing is dropped while messages wait: `has_room` says when the next may be built. Rows wait in their buffers.
3. A break is mended after 0.5 to 20 s (full jitter); `problem` says what the newest one was.
"""

from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizError
from stream_viz._frame import encode_frame
from stream_viz._link_words import GOING_AWAY, UNTAKEN, read_text, read_welcome, refusal, text_of
from stream_viz._outbox import Outbox
from stream_viz._stuck_send import limit_stuck_sends

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.sync.client import ClientConnection

    from stream_viz._address import Address
    from stream_viz._channel import Channel
    from stream_viz._link_source import LinkSource
    from stream_viz._link_words import Welcome
    from stream_viz._message import Message

OUTBOX_MOST_BYTES = 32_000_000
"""Unacknowledged bytes; with more nothing is built, or (beside a notebook) a snapshot replaces them."""
WINDOW_BYTES = 16_000_000
"""Unacknowledged bytes above which the next message waits."""
BACK_OFF_S = (0.5, 20.0)
OPEN_S, WELCOME_S, CLOSE_S = 5.0, 10.0, 0.5
PING_S, PONG_S = 10.0, 20.0
ANSWER_MOST_BYTES = 1_048_576
ANSWERS_QUEUED = 1024
BEAT_S = 1.0
LOG = logging.getLogger("stream_viz.link")
LOG.addHandler(logging.NullHandler())


class ServerLink:
    """See the guarantees above. Starts nothing before `start`; may be started again after `close`."""

    def __init__(
        self,
        source: LinkSource,
        find: Callable[[], Address],
        *,
        window_bytes: int = WINDOW_BYTES,
    ) -> None:
        """Take where messages come from and what finds the server: it may block, and raises `StreamVizError`."""
        self._source = source
        self._find = find
        self._window_bytes = window_bytes
        self._back_off_s = BACK_OFF_S
        self._outbox = Outbox()
        self._channel: Channel | None = None
        self._attached = False
        self._session = ""
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._hurried = False
        self.address: Address | None = None
        self.acknowledged = 0
        self.connections = 0
        self.tries = 0
        """Attempts that have had an outcome."""
        self.problem: StreamVizError | None = None
        self.finding = False
        """Whether a server is being looked for or started right now."""
        self.ended = False
        """Whether the server said goodbye: it was ended, it did not fail."""

    # ---- the producer --------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether a server takes messages."""
        channel = self._channel
        return channel is not None and channel.open

    @property
    def has_room(self) -> bool:
        """Whether the next message may be built: connected, and not too much is unacknowledged."""
        return self.connected and self._outbox.bytes < self._window_bytes

    @property
    def waiting_bytes(self) -> int:
        """Bytes of messages that are not acknowledged."""
        return self._outbox.bytes

    @property
    def session(self) -> str:
        """The session the server gave; empty before the first connection."""
        return self._session

    def ask(self) -> None:
        """Ask for an acknowledgement now: one that is not asked for may take a quarter of a second."""
        channel = self._channel
        if channel is not None:
            channel.ping()

    def put(self, message: Message) -> None:
        """Take the next message, in order of seq: within the source's lock. `pump` sends it.

        Before the first connection it is not kept: that begins with a snapshot.
        """
        if not self._attached:
            return
        frame = encode_frame({**message.header, "session": self._session}, message.buffers)
        if self._outbox.bytes + len(frame) > OUTBOX_MOST_BYTES and self._outbox.bytes:
            self.start_over()
            if self._channel is not None:
                self._channel.break_off()
            return
        self._outbox.append(_seq(message), frame)

    def pump(self) -> None:
        """Send what waits; outside of the source's lock. Blocks where the server does not read."""
        channel = self._channel
        if channel is not None:
            channel.pump()

    def start(self) -> None:
        """Start the thread unless it lives. The first start of a process imports what the thread needs, 0.1 s.

        A fork while another thread imports would leave the child with half a module for good.
        """
        import stream_viz._channel  # noqa: F401, PLC0415  imports websockets, which only a link needs

        "localhost".encode("idna")
        if self._thread is None or not self._thread.is_alive():
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name="streamviz-link", daemon=True)
            self._thread.start()

    def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until a condition on this link holds, at most `timeout_s`; returns whether it does."""
        with self._news:
            return self._news.wait_for(condition, timeout_s)

    def hurry(self) -> None:
        """Let the next attempt begin now instead of after its pause."""
        with self._news:
            self._hurried = True
            self._news.notify_all()

    def hasten(self, timeout_s: float) -> None:
        """Let a send that gets nothing out fail after `timeout_s` from here on: the process ends."""
        channel = self._channel
        if channel is not None:
            limit_stuck_sends(channel.connection, timeout_s)

    def close(self, timeout_s: float = 1.0) -> None:
        """End the thread, with a goodbye where everything is acknowledged; waits at most `timeout_s` for it.

        Twice is harmless.
        """
        with self._news:
            self._stopping = True
            self._news.notify_all()
        channel = self._channel
        if channel is not None:
            if self._outbox.first is None:
                channel.say_goodbye(text_of("bye"))
            else:
                channel.break_off()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def forget(self) -> None:
        """Close this process's copy of the socket, nothing else: in a forked child the connection is the parent's."""
        channel, self._channel, self._thread = self._channel, None, None
        if channel is not None:
            channel.open = False
            channel.connection.socket.close()

    # ---- the link's thread ---------------------------------------------------------------------------------------

    @property
    def _over(self) -> bool:
        """Whether this thread is to end: the link was closed, perhaps started again on another one."""
        return self._stopping or threading.current_thread() is not self._thread

    def _run(self) -> None:
        pause_s = self._back_off_s[0]
        while not self._over:
            before = self.connections
            problem = self._attempt()
            self._lost(problem)
            if self.connections != before:
                pause_s = self._back_off_s[0]
            if problem is not None and problem.code == "CONNECTION_REFUSED":
                pause_s = self._back_off_s[1]
            with self._news:
                self._news.wait_for(lambda: self._over or self._hurried, random.uniform(0.0, pause_s))
                self._hurried = False
            pause_s = min(self._back_off_s[1], 2 * pause_s)

    def _attempt(self) -> StreamVizError | None:
        """Connect and stay connected; returns what ended it, None for an orderly end."""
        try:
            self.finding = True
            try:
                address = self._find()
            finally:
                self.finding = False
            if not self._over:
                self._converse(address)
        except StreamVizError as error:
            return error
        except Exception as error:  # whatever breaks a connection, the next attempt follows
            LOG.debug("the link broke", exc_info=True)
            return StreamVizError("CONNECTION_LOST", f"the server cannot be reached: {error}")
        return None

    def _converse(self, address: Address) -> None:
        from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: PLC0415  only where a link is wanted
        from websockets.sync.client import connect  # noqa: PLC0415

        told: dict[str, Any] = {}
        try:
            with connect(
                address.ingest,
                additional_headers=address.headers,
                compression=None,
                proxy=None if address.is_loopback else True,
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                ping_interval=PING_S,
                ping_timeout=PONG_S,
                max_size=ANSWER_MOST_BYTES,
                max_queue=ANSWERS_QUEUED,
                logger=LOG,
            ) as connection:
                limit_stuck_sends(connection)
                self._begin(connection, address)
                while not self._over:
                    try:
                        said = read_text(connection.recv(BEAT_S))
                    except TimeoutError:
                        self._source.beat()
                        continue
                    if said.get("kind") == "error":
                        told = said
                    self._heard(said)
        except InvalidStatus as error:
            raise refusal(error.response.status_code, {}) or error from error
        except ConnectionClosed as error:
            code = None if error.rcvd is None else error.rcvd.code
            self.ended = code in GOING_AWAY and not self._over
            if code in UNTAKEN:
                self.start_over()
            raise refusal(code, told) or error from error

    def _begin(self, connection: ClientConnection, address: Address) -> None:
        """Say hello, hear the welcome, and go on where the server is."""
        from stream_viz._channel import Channel  # noqa: PLC0415

        with self._source.locked():
            hello = self._source.hello()
            asked = self._session or hello["session"]
            first = self._outbox.first
            oldest = hello["seq"] + 1 if first is None else first
        connection.send(text_of("hello", **{**hello, "session": asked, "from": oldest}))
        welcome = read_welcome(read_text(connection.recv(WELCOME_S)), asked)
        with self._source.locked():
            self._source.limited(welcome.series)
            held = self._agree(welcome, self._source.hello())
            self.address, self.problem, self.ended = address, None, False
            self.connections += 1
            channel = Channel(connection, self._outbox, after=held, window_bytes=self._window_bytes)
            self._channel = channel
        channel.pump()
        self._source.linked(address)
        self._outcome()

    def _agree(self, welcome: Welcome, now: dict[str, Any]) -> int:
        """Return the seq after which frames are sent; everything the server lacks is in the outbox or asked for."""
        renamed = bool(self._session) and welcome.session != self._session
        self._session = welcome.session
        held = welcome.seq if welcome.epoch == now["epoch"]["id"] else 0
        first = self._outbox.first
        oldest = now["seq"] + 1 if first is None else first
        follows = oldest - 1 <= held <= now["seq"] and (self._attached or held == now["seq"])
        whole = follows and not (renamed and first is not None)
        self._attached = True
        if whole:
            self._outbox.forget(held)
            self.acknowledged = max(self.acknowledged, held)
            return held
        self._outbox.clear()
        self._source.resync()
        return int(now["seq"])

    def _heard(self, said: dict[str, Any]) -> None:
        if said.get("kind") != "ack":
            return
        seq = said.get("seq")
        channel = self._channel
        if type(seq) is not int or channel is None or seq > channel.sent:
            return  # what was never sent is not there, whoever says so
        self._outbox.forget(seq)
        channel.acknowledged(seq)
        with self._news:
            self.acknowledged = max(self.acknowledged, seq)
            self._news.notify_all()
        channel.pump()

    def start_over(self) -> None:
        """Forget what the server does not take: a snapshot replaces it."""
        with self._source.locked():
            self._attached = False
            self._outbox.clear()

    def _lost(self, problem: StreamVizError | None) -> None:
        if self._over and self._thread is not None:
            return  # another thread has taken over
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.open = False
            self._source.linked(None)
        self.problem = problem
        if problem is not None and not self._over:
            self._source.failed(problem)
        self._outcome()

    def _outcome(self) -> None:
        with self._news:
            self.tries += 1
            self._news.notify_all()


def _seq(message: Message) -> int:
    seq = message.header["seq"]
    return seq if isinstance(seq, int) else 0
