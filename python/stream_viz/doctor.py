"""`python -m stream_viz doctor`: versions, what works here, what to install, in plain words."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from stream_viz._errors import StreamVizError
from stream_viz._host import UNKNOWN_VERSION, shell_with_kernel, version
from stream_viz._local_server import SERVER_FILE
from stream_viz._node import find_node, node_version
from stream_viz._runtime_file import running_server
from stream_viz._schema import SCHEMA_FILE, STATIC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ASSETS = (SCHEMA_FILE, "loader.mjs", "runtime.mjs", SERVER_FILE, "viewer.html", "viewer.mjs", "viewer.css")
NEEDED = ("anywidget", "ipywidgets", "numpy", "arro3-core", "arro3-io", "websockets")
HOSTS = ("ipykernel", "jupyterlab", "notebook", "jupyter-server")
OLDEST_PYTHON = (3, 11)
USAGE = "usage: python -m stream_viz doctor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, whether it is fine, and what to do where it is not."""

    ok: bool
    text: str
    remedy: str = ""


def installed(name: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def findings() -> list[Finding]:
    """Return what was found in this environment; touches nothing and starts nothing."""
    found = [
        Finding(
            sys.version_info[:2] >= OLDEST_PYTHON,
            f"Python {platform.python_version()} ({sys.executable})",
            "install Python 3.11 or newer",
        ),
        Finding(
            version() != UNKNOWN_VERSION,
            f"stream-viz-core {version()}",
            "install it: pip install stream-viz-core (in a checkout: pip install -e .)",
        ),
    ]
    for name in NEEDED:
        has = installed(name)
        found.append(Finding(has is not None, f"{name} {has or 'is missing'}", f"pip install {name}"))
    for name in ASSETS:
        path: Path = STATIC / name
        there = path.is_file()
        found.append(
            Finding(
                there,
                f"{name} {f'{path.stat().st_size:,} bytes' if there else 'is missing'}",
                "reinstall: pip install --force-reinstall stream-viz-core (in a checkout: npm run build)",
            )
        )
    return found


def server_lines() -> list[str]:
    """Return whether scripts and `sv.start()` can show widgets in a browser tab here, and what is needed to."""
    try:
        node = find_node()
    except StreamVizError as error:
        line = f"Widgets of scripts in a browser tab: {error}"
    else:
        said = node_version(node.path)
        line = (
            f"Widgets of scripts appear in a browser tab: Node {said[0]}.{said[1]} from {node.origin} ({node.path})."
            if said is not None
            else f"Node from {node.origin} ({node.path}) does not run: pip install --force-reinstall stream-viz"
        )
    server = running_server()
    state = (
        "No server runs right now: a script, sv.start() or python -m stream_viz starts one."
        if server is None
        else f"A server runs at {server.url} (process {server.pid})."
    )
    return [line, state]


def hosts() -> list[str]:
    """Return what this environment can show, in sentences."""
    lines = [f"{name} {installed(name)}" for name in HOSTS if installed(name) is not None]
    can = []
    if installed("ipykernel"):
        can.append("This Python can be a notebook's kernel: widgets appear under the cells that declare them.")
    else:
        can.append("This Python cannot be a notebook's kernel yet: pip install ipykernel")
    if installed("jupyterlab") or installed("notebook"):
        can.append("A notebook server is installed here. One installed elsewhere needs anywidget beside it.")
    else:
        can.append(
            "No notebook server is installed here: pip install jupyterlab "
            "(or use one that is installed elsewhere, with anywidget beside it)."
        )
    can.append(
        "Running inside a notebook's kernel right now: yes."
        if shell_with_kernel() is not None
        else "Running inside a notebook's kernel right now: no. A script shows its widgets in a browser tab."
    )
    return [*lines, *can, *server_lines()]


def report() -> tuple[str, bool]:
    """Return (the report as text, whether all is well)."""
    found = findings()
    lines = ["StreamViz doctor", ""]
    lines += [f"  {'ok     ' if finding.ok else 'MISSING'} {finding.text}" for finding in found]
    lines += ["", *(f"  {line}" for line in hosts()), ""]
    remedies = list(dict.fromkeys(finding.remedy for finding in found if not finding.ok))
    if remedies:
        lines += ["To do:", *(f"  - {remedy}" for remedy in remedies)]
    else:
        lines.append("All is well.")
    return "\n".join(lines), not remedies


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code: 0 all well, 1 something is missing, 2 wrong usage."""
    if list(arguments) != ["doctor"]:
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 0 if list(arguments) in (["-h"], ["--help"]) else 2
    text, well = report()
    print(text)  # noqa: T201
    return 0 if well else 1
