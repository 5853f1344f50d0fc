"""The command line of `python -m stream_viz`: the server until Ctrl-C, a look into a history file, or the doctor."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from stream_viz import _history_command as history_command
from stream_viz import doctor
from stream_viz._errors import StreamVizError
from stream_viz._local_server import server_script
from stream_viz._node import find_node, server_command, server_environment
from stream_viz._thresholds import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = ("serve", "doctor", "history")
USAGE_CODE = 2


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code. `serve` (or nothing) takes the server's options, `--help` lists them."""
    words = list(arguments)
    if words and not words[0].startswith("-"):
        if words[0] == "doctor":
            return doctor.main(words)
        if words[0] == "history":
            return history_command.main(words[1:])
        if words[0] != "serve":
            return _told(f"there is no command {words[0]!r}{nearest(words[0], WORDS)} (commands: {', '.join(WORDS)})")
        words = words[1:]
    try:
        node, script = find_node(), server_script()
    except StreamVizError as error:
        return _told(str(error), code=1)
    command = server_command(node.path, script, words)
    if sys.stdin is None or not sys.stdin.isatty():  # else the server waits for a starter's line of options there
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if os.name == "nt":  # no process can take the place of another there
        return subprocess.run(command, env=server_environment(), check=False).returncode  # noqa: S603  our own script
    return os.execve(node.path, command, server_environment())  # noqa: S606  the server takes this process's place, terminal and signals


def _told(text: str, code: int = USAGE_CODE) -> int:
    print(f"StreamViz: {text}", file=sys.stderr)  # noqa: T201
    return code
