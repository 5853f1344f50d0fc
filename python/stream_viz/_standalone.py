"""`sv.start`, `sv.connect`, `sv.wait`: the server beside a notebook or a script, and servers elsewhere."""

from __future__ import annotations

import html
from typing import Any

from stream_viz import _producer
from stream_viz._address import parse_address
from stream_viz._configure import configure


def start(**options: Any) -> str:
    """Return the link of the dashboard in a browser tab; in a notebook it is displayed too.

    Joins the server of this user that runs already, else starts one, with the history so far. `options` are those of
    `sv.configure`. Blocks until the server is connected. A script need not call it: its first widget does.

    Raises `NODE_MISSING` (no Node.js: `pip install stream-viz` brings it), `SERVER_START`, and what `sv.configure`
    raises.
    """
    producer = _producer.current()
    if options:
        producer.server.starting = True
        try:
            configure(**options)
        finally:
            producer.server.starting = False
    link = producer.server.start()
    if producer.kernel is not None:
        for line in producer.server.told_once():
            print(line)  # noqa: T201  into the cell that asked for the server
        shown = html.escape(link, quote=True)
        producer.kernel.display(
            {"text/html": f'<a href="{shown}" target="_blank" rel="noopener">{shown}</a>', "text/plain": link}
        )
    return link


def connect(url: str, *, token: str | None = None) -> None:
    """Send to the server at `url`, from scripts and notebooks; `token` may stand in the link (`?token=`).

    Widgets and what is retained of their data go there, then everything live. A server that cannot be reached yet is
    tried again; data are kept meanwhile.

    Raises `OPTION_TYPE`, `OPTION_INVALID` for what is no address, `CONNECTION_REFUSED` for a wrong token.
    """
    address = parse_address(url, token, "sv.connect")
    _producer.current().server.connect(address)


def wait() -> None:
    """Block until Ctrl-C or until the server ends: keeps a script whose work runs in threads alive.

    Where there can be no server it returns at once. Raises what `sv.start` raises where none was started yet.
    """
    try:
        _producer.current().server.wait()
    except KeyboardInterrupt:
        return
