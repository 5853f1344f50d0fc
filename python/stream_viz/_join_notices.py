"""What a script is told once whose options have no effect: the server runs already, or runs elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stream_viz._runtime_file import stated_options
from stream_viz._server_options import ONLY_WITH_A_START
from stream_viz._stated_options import differing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stream_viz._address import Address

Notice = tuple[str, str]
"""What it is about, so that it is said once, and the text."""
TO_HAVE_YOURS = "end it first or set STREAM_VIZ_KEY to a name of its own"


def join_notices(options: Mapping[str, object], address: Address) -> list[Notice]:
    """Return what a running server of this user that was joined has otherwise than asked for."""
    notices: list[Notice] = []
    port, auth = options.get("port"), options.get("auth")
    if port and port != address.port:
        text = f"port={port}: a server runs already at {address.url} and is used; to have another one, {TO_HAVE_YOURS}"
        notices.append(("port taken", text))
    if isinstance(auth, dict) and auth.get("users") and not address.has_users:
        text = f"auth=: a server without users runs already at {address.url} and is used; to have one with them, "
        notices.append(("no users", text + TO_HAVE_YOURS))
    names = differing(options, *stated_options(address.pid))
    if names:
        text = f"{_called(names)}: the server that runs at {address.url} was started with others and stays as it is; "
        notices.append(("options otherwise", f"{text}to have yours, {TO_HAVE_YOURS}"))
    return notices


def elsewhere_notices(options: Mapping[str, object], address: Address) -> list[Notice]:
    """Return which options have no effect at a server that others started."""
    names = [name for name in options if name in ONLY_WITH_A_START]
    if not names:
        return []
    return [
        ("options elsewhere", f"{_called(names)}: no effect at {address.url}: that is chosen where a server is started")
    ]


def _called(names: list[str]) -> str:
    return ", ".join(f"{name}=" for name in names)
