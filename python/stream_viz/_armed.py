"""The length at which a send takes its slow path: one number that bounds buffers and wakes the flusher.

Armed, it is the buffer limit: `send` checks nothing else. Disarmed it is -1, so the next send takes the slow path,
which starts the flusher (first send, after a fork), flushes (after exit) or drops (forked child).
"""

from __future__ import annotations

LIMIT_FLOATS = 131_072
"""Two floats a sample: a buffer of 65,536 samples is packed."""
limit = -1


def arm() -> None:
    """Let sends run at full speed."""
    global limit  # noqa: PLW0603  one number of the process, read by every send
    limit = LIMIT_FLOATS


def disarm() -> None:
    """Send the next send through its slow path."""
    global limit  # noqa: PLW0603
    limit = -1
