"""The server of this user on this machine: found where it runs, started where it does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from stream_viz._address import Address, health, parse_address
from stream_viz._errors import StreamVizError
from stream_viz._node import find_node
from stream_viz._runtime_file import running_server
from stream_viz._schema import STATIC
from stream_viz._server_process import ServerProcess, start_server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

JOIN_VARIABLE = "STREAM_VIZ_JOIN"
"""Set for child processes: the link of the server this process found or started."""
SERVER_FILE = "server.mjs"
STARTS_MOST = 5
"""Starts in a row that fail before it is left to the user."""


class LocalServer:
    """Finds or starts. Used by the link's thread alone, but for `forget` and `ask_again`.

    A server that failed is started again; one that was ended in order is not, unless somebody asks (`asked`).
    """

    def __init__(self, options: Callable[[], Mapping[str, object]], *, may_start: bool = True) -> None:
        """Take the options of a server that is to be started, asked for at that moment."""
        self._options = options
        self._may_start = may_start
        self._inherited = os.environ.get(JOIN_VARIABLE)
        self._failures = 0
        self._problem: StreamVizError | None = None
        self.process: ServerProcess | None = None
        self.given_up = False
        """Whether nothing will be started any more."""
        self.started = False
        """Whether this process started the server it uses; else it joined a running one."""

    def find(self, *, ended: bool = False) -> Address:
        """Return the running server, started if need be; blocks for seconds then.

        Raises `NODE_MISSING`, `SERVER_START`, and `SERVER_GONE` where none runs and none is to be started.
        """
        found = self._running()
        if found is not None:
            return found
        if self.given_up and self._problem is not None:
            raise self._problem
        if ended or not self._may_start:
            raise StreamVizError("SERVER_GONE", "the server was ended; it can be started again with sv.start()")
        return self._start()

    def _running(self) -> Address | None:
        if self._inherited is not None:
            try:
                address = parse_address(self._inherited, None, JOIN_VARIABLE)
            except StreamVizError:
                address = None
            said = None if address is None else health(address)
            if address is not None and said is not None:
                pid = said.get("pid")
                return Address(address.url, address.token, pid if isinstance(pid, int) else None)
            self._inherited = None
        found = running_server()
        if found is not None:
            self.started = self.process is not None and self.process.address.pid == found.pid
        return found

    def _start(self) -> Address:
        try:
            node = find_node()
            process = start_server(node.path, server_script(), self._options())
        except StreamVizError as error:
            self._failures += 1
            self._problem = error
            self.given_up = error.code in ("NODE_MISSING", "RUNTIME_MISSING") or self._failures >= STARTS_MOST
            raise
        self._failures = 0
        if self.process is not None and self.process.ended:
            self.process.forget()
        self.process = process
        self.started = not process.joined
        return process.address

    def ask_again(self) -> None:
        """Let a server be started anew: somebody asked for it."""
        self._failures, self.given_up = 0, False

    def forget(self) -> None:
        """Let go of the process that was started: in a forked child it is the parent's, and at the end it stays."""
        if self.process is not None:
            self.process.forget()
            self.process = None


def server_script() -> Path:
    """Return the bundled server; raises `RUNTIME_MISSING` where the build did not make it."""
    path = STATIC / SERVER_FILE
    if not path.is_file():
        raise StreamVizError(
            "RUNTIME_MISSING",
            f"the server was not built ({path} is missing); reinstall with: "
            f"pip install --force-reinstall stream-viz-core (in a checkout: npm run build)",
            file=SERVER_FILE,
        )
    return path
