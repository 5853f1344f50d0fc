"""A server started by this process: one line of options in, one line that it is ready out.

1. It is in a session of its own: Ctrl-C at the terminal does not reach it, and it goes on when this process ends.
2. Its stdin stays open as long as this process lives: its end tells it that the starter is gone.
3. A forked child closes its copy of that pipe at once, so that it does not keep the server from knowing.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
from typing import TYPE_CHECKING, Any

from stream_viz._address import Address, parse_address
from stream_viz._errors import StreamVizError
from stream_viz._foreign_json import read_json
from stream_viz._node import server_command, server_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

READY_S = 20.0
TOLD_CHARACTERS = 600


class ServerProcess:
    """See the guarantees above. `joined` tells that another server was there first: then this one has ended."""

    def __init__(self, process: subprocess.Popen[bytes], life_line: int, said: Mapping[str, Any]) -> None:
        """Take a process that is ready; `start_server` makes one."""
        self._process = process
        self._life_line: int | None = life_line
        self.joined = said.get("joined") is True
        links = said.get("links")
        self.links = [link for link in links if isinstance(link, str)] if isinstance(links, list) else []
        """Links for other machines, where the server listens for them."""
        problem = said.get("historyProblem")
        self.history_problem = problem if isinstance(problem, str) else None
        """Why history is in memory alone, although a file was named."""
        self.secrets = secret_lines(said.get("made"))
        """Lines with passwords and keys that the server made: nobody else knows them. To be told once."""
        found = parse_address(said["url"], said.get("token"), "server")
        self.address = Address(found.url, found.token, said.get("pid"), has_users=said.get("hasUsers") is True)

    @property
    def ended(self) -> bool:
        """Whether the process is gone. Reaps it."""
        return self._process.poll() is not None

    def forget(self) -> None:
        """Close the pipes and leave the process alone: it is another's, or goes on by itself. Twice is harmless."""
        if self._life_line is not None:
            with contextlib.suppress(OSError):
                os.close(self._life_line)
            self._life_line = None
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.returncode = self._process.returncode or 0  # else Popen warns that it still runs


def secret_lines(made: object) -> list[str]:
    """Return one line for each password and key that a server made."""
    kinds = made if isinstance(made, dict) else {}
    return [
        f"  {word} of {name}, told once: {secret}"
        for kind, word in (("passwords", "password"), ("keys", "key"))
        for name, secret in (kinds.get(kind) or {}).items()
    ]


def start_server(node: str, script: Path, options: Mapping[str, object], *, ready_s: float = READY_S) -> ServerProcess:
    """Start a server and wait until it is ready, at most `ready_s`.

    Raises `SERVER_START` with what it said where it ends or stays silent.
    """
    reading, writing = os.pipe()
    try:
        with tempfile.TemporaryFile() as told:
            process = subprocess.Popen(  # noqa: S603  our own script under the Node that was found
                server_command(node, script),
                env=server_environment(),
                stdin=reading,
                stdout=subprocess.PIPE,
                stderr=told,
                start_new_session=True,
                cwd=tempfile.gettempdir(),
            )
            os.write(writing, json.dumps(options).encode() + b"\n")
            line = _first_line(process, ready_s)
            said = _read(line)
            if said.get("ready") is True and isinstance(said.get("url"), str):
                return ServerProcess(process, writing, said)
            process.kill()
            process.wait()
            told.seek(0)
            problem = _failed(said, line + told.read())
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    os.close(writing)
    raise problem


def _read(line: bytes) -> dict[str, Any]:
    try:
        said = read_json(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _first_line(process: subprocess.Popen[bytes], ready_s: float) -> bytes:
    """Return the first line of its stdout; an empty one where it ends or takes too long."""
    timer = threading.Timer(ready_s, process.kill)
    timer.daemon = True
    timer.start()
    try:
        return process.stdout.readline() if process.stdout is not None else b""
    finally:
        timer.cancel()


def _failed(said: Mapping[str, Any], told: bytes) -> StreamVizError:
    if isinstance(said.get("message"), str):
        code = said.get("code")
        return StreamVizError("SERVER_START", f"the server did not start: {said['message']}", server_code=code)
    text = told.decode(errors="replace").strip()
    lines = [line for line in text.splitlines() if line.strip()]
    brief = " | ".join(lines)[-TOLD_CHARACTERS:] if lines else "it said nothing in time"
    return StreamVizError("SERVER_START", f"the server did not start: {brief}", said=text)
