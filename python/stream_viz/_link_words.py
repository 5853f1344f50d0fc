"""What producer and server say to each other beside messages: JSON texts, and the codes of a refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizError
from stream_viz._foreign_json import read_json
from stream_viz._host import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = [int(part) for part in PROTOCOL.split(".")]
GOING_AWAY = (1000, 1001)
"""Close codes of a server that ends in order."""
UNTAKEN = frozenset({4400, 4413, 4429})
"""Close codes of a server that does not take what it was sent: sending the same again would not help."""
REFUSALS = {
    401: "the token is missing or wrong",
    403: "this address may not be asked so (host or origin)",
    4400: "it does not understand what it was sent",
    4401: "the token is missing or wrong",
    4403: "this address may not be asked so (host or origin)",
    4408: "the server heard nothing in time",
    4409: "another producer holds this session",
    4413: "a message was too large for the server",
    4429: "the server's limits are reached",
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """The server's answer to a hello: the session to use, and what it holds of it."""

    session: str
    epoch: str | None
    seq: int
    message_bytes: int
    series: int | None
    """How many series of a session it takes; None where it does not say."""


def text_of(kind: str, **fields: Any) -> str:
    """Return a text message."""
    return json.dumps({"v": VERSION, "kind": kind, **fields}, separators=(",", ":"), ensure_ascii=False)


def read_text(data: str | bytes) -> dict[str, Any]:
    """Return a text message as a dict; an empty one for what is none: a newer server may say more than we know."""
    if not isinstance(data, str):
        return {}
    try:
        said = read_json(data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def read_welcome(said: Mapping[str, Any], asked: str) -> Welcome:
    """Return a welcome; raises `SERVER_ANSWER` for anything else, with the server's own code for its refusal."""
    if said.get("kind") == "error":
        raise StreamVizError(
            "CONNECTION_REFUSED",
            f"the server refused the connection: {said.get('message')}",
            server_code=said.get("code"),
        )
    if said.get("kind") != "welcome":
        raise StreamVizError("SERVER_ANSWER", f"expected a welcome from the server, got {said.get('kind')!r}")
    session, epoch, seq = said.get("session"), said.get("epoch"), said.get("seq")
    limits = said.get("limits")
    most, series = (limits.get("messageBytes"), limits.get("series")) if isinstance(limits, dict) else (None, None)
    return Welcome(
        session=session if isinstance(session, str) and session else asked,
        epoch=epoch if isinstance(epoch, str) else None,
        seq=seq if type(seq) is int and seq > 0 else 0,
        message_bytes=most if type(most) is int and most > 0 else 2**31,
        series=series if type(series) is int and series >= 0 else None,
    )


def refusal(code: int | None, said: Mapping[str, Any]) -> StreamVizError | None:
    """Return the error of a close code or HTTP status that refuses; None for a connection that was merely lost.

    `said` is the error that the server told before; empty for none.
    """
    why = REFUSALS.get(code or 0)
    if why is None:
        return None
    words = f"the server refused the connection: {said.get('message') or why}"
    return StreamVizError("CONNECTION_REFUSED", words, server_code=code, server_error=said.get("code"))
