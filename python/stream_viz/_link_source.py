"""What the link to a server needs of the producer whose messages it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from stream_viz._address import Address
    from stream_viz._errors import StreamVizError


class LinkSource(Protocol):
    """What the link needs of the producer."""

    def hello(self) -> dict[str, Any]:
        """Return session, epoch and seq (the newest built) of the sender, and who sends. Locked by `locked`."""

    def locked(self) -> Any:
        """Return a context in which nothing is built."""

    def resync(self) -> None:
        """Let the next messages carry everything retained. Called within `locked`."""

    def limited(self, series: int | None) -> None:
        """Take note of how many series the server takes, before more is built. Called within `locked`."""

    def linked(self, address: Address | None) -> None:
        """Take note of a connection (None: it broke). Called by the link's thread."""

    def failed(self, problem: StreamVizError) -> None:
        """Take note of what ended an attempt. Called by the link's thread."""

    def beat(self) -> None:
        """Called about once a second by the link's thread while it is connected."""
