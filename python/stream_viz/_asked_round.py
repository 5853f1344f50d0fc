"""The keyframe round of a reliable link: only when asked for, once, as fast as messages have room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stream_viz._keyframe import KeyframeRound

if TYPE_CHECKING:
    from stream_viz._keyframe import Source
    from stream_viz._limits import Limits

NEVER_US = 2**62


class AskedRound(KeyframeRound):
    """A round begins with `restart` alone; each message carries up to `keyframe_bytes` of it.

    Above `round_bytes_per_second` times `round_most_us` keyframes get coarser, as those of a paced round do.
    """

    def __init__(self, source: Source, limits: Limits, now_us: int) -> None:
        """Start without a round: who is there from the first message on misses nothing."""
        super().__init__(source, limits, now_us)
        self._next_us = NEVER_US

    def changed(self, seq: int, now_us: int) -> None:
        """Do nothing: a change travels by itself."""

    def _begin(self, seq: int, now_us: int) -> None:
        super()._begin(seq, now_us)
        self._per_message = float(self._limits.keyframe_bytes)

    def _end(self, seq: int, now_us: int) -> None:
        super()._end(seq, now_us)
        self._next_us = NEVER_US
