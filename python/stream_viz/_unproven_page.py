"""What a notebook's pages get while nobody is known to listen there but a server does: one small message a second.

The server follows every message, so the sender is not in slow mode; a page that comes back sees by seq and counts what
it lacks, and the round that begins then fills it in.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EVERY_S = 1.0
MOST_BYTES = 20_000


class UnprovenPage:
    """Thins out messages. Not locked: the producer is."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing sent."""
        self._now = now
        self._sent: float | None = None

    def thinned(self, header: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the header of the message without its parts; None within a second of the last, or above 20 kB."""
        now = self._now()
        if self._sent is not None and now - self._sent < EVERY_S:
            return None
        small = {**header, "parts": [], "stats": {**header["stats"], "series": {}}}
        if len(json.dumps(small)) > MOST_BYTES:
            return None
        self._sent = now
        return small
