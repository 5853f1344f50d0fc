"""The notebook half of a producer: the hub that pages hear, and what they are sent while none is known to listen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from stream_viz._listening import Listening, ListeningThread, ServerQuestion
from stream_viz._unproven_page import UnprovenPage

if TYPE_CHECKING:
    from stream_viz._host import Hub
    from stream_viz._message import Message
    from stream_viz._producer import Producer

MOST_ID = 200
"""Characters of a page's id; a longer one is none of ours."""
HEADER_BYTES = 1024
"""What a message's header counts for against what pages were sent."""


class NotebookPages:
    """Has no hub before `open`, and never one outside of a kernel."""

    def __init__(self, producer: Producer) -> None:
        """Open nothing yet."""
        self._producer = producer
        self._pid = os.getpid()
        self._unproven = UnprovenPage()
        self._thread: ListeningThread | None = None
        self.hub: Hub | None = None
        self.listening: Listening | None = None
        """Who asks whether a page is there; None where nothing can be asked: then one is taken to be."""

    @property
    def listen(self) -> bool:
        """Whether a page is known, or where that cannot be known supposed, to listen."""
        return self.listening is None or self.listening.listening

    def open(self) -> None:
        """Open the hub, once. The caller holds the producer's lock."""
        producer = self._producer
        if self.hub is not None or producer.kernel is None:
            return
        self.hub = producer.kernel.open_hub(str(producer.sender.epoch["id"]), self.on_message)
        producer.kernel.on_execution(self._on_execution, self._on_clear_output)
        if os.environ.get("JPY_SESSION_NAME") is not None and self.listening is None:
            question = ServerQuestion(producer.session.removeprefix("kernel-"))
            self.listening = Listening(question, self._tell)
            self._thread = ListeningThread(self.listening)

    def start(self) -> None:
        """Ask from time to time whether a page is there; twice is harmless."""
        if self._thread is not None:
            self._thread.start()

    def stop(self) -> None:
        """Ask no more; twice is harmless."""
        if self._thread is not None:
            self._thread.stop()

    def send(self, hub: Hub, message: Message) -> None:
        """Send a message whole where a page listens or cannot be asked for; else a small one, now and then."""
        if self.listening is None:
            hub.send(message.header, message.buffers)
        elif self.listening.listening or message.header.get("slow"):
            hub.send(message.header, message.buffers)
            self.listening.sent(sum(map(len, message.buffers)) + HEADER_BYTES)
        elif (small := self._unproven.thinned(message.header)) is not None:
            hub.send(small, [])

    def on_message(self, content: Any) -> None:
        """Handle a page's message: a proof of listening; without a place in our epoch a wish for a snapshot too.

        Touches no user object.
        """
        if self.listening is not None:
            self.listening.heard()
        if isinstance(content, dict) and content.get("kind") == "subscribe":
            request, sender = content.get("id"), self._producer.sender
            if isinstance(request, str) and 0 < len(request) <= MOST_ID:
                follows = content.get("epoch") == sender.epoch["id"] and isinstance(content.get("seq"), int)
                with self._producer.lock:
                    if follows:
                        sender.acknowledge(request)
                    else:
                        sender.request_snapshot(request)

    def _on_execution(self) -> None:
        with self._producer.lock:
            views = self._producer.views
            if views is not None and os.getpid() == self._pid:
                views.enter()

    def _on_clear_output(self) -> None:
        with self._producer.lock:
            views = self._producer.views
            if views is not None and os.getpid() == self._pid:
                views.output_cleared()

    def _tell(self, listening: bool) -> None:  # noqa: FBT001  a callback of one fact
        producer = self._producer
        with producer.lock:
            if listening and producer.sender.listening:  # pages had small messages: a round tells them what they lack
                producer.sender.set_listening(False)
                producer.sender.set_listening(True)
            producer.listening_changed()
