"""How long a send may be stuck: a server that was stopped would hold its sender for good else."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

STUCK_S = 30.0
"""A send that gets no byte out for so long breaks the connection."""


def limit_stuck_sends(connection: ClientConnection, timeout_s: float = STUCK_S) -> None:
    """Let each further send that gets no byte out for `timeout_s` fail, which breaks the connection."""
    if sys.platform == "win32":
        value = struct.pack("L", int(timeout_s * 1000))
    else:
        value = struct.pack("ll", int(timeout_s), int(timeout_s % 1 * 1_000_000))
    with contextlib.suppress(OSError):  # gone, or no such option: then the operating system decides
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
