"""How a server that runs already is found: its runtime file, which this user alone may read and write."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stream_viz._address import Address, health
from stream_viz._foreign_json import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = re.compile(r"[\w.-]{1,100}\Z", re.ASCII)
MOST_BYTES = 65_536
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104  read from a file; nothing is bound


def runtime_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the runtime file: in `$XDG_RUNTIME_DIR/stream-viz`, else in a folder of this user's own."""
    base = environ.get("XDG_RUNTIME_DIR")
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(base) / "stream-viz" if base else Path(tempfile.gettempdir()) / f"stream-viz-{owner}"
    key = environ.get("STREAM_VIZ_KEY", "")
    return folder / f"server-{key if KEY.match(key) else 'default'}.json"


def _read_entry(path: Path) -> Any:
    """Return the JSON of a runtime file; None where there is none, or one that others own or may read or change."""
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_BYTES:
            return None
        if hasattr(os, "getuid") and (facts.st_uid != os.getuid() or facts.st_mode & 0o077):
            return None
        return read_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def read_address(path: Path) -> Address | None:
    """Return where the server of a runtime file is; None where the file says nothing that can be trusted."""
    entry = _read_entry(path)
    try:
        host, port, token, pid = entry["host"], entry["port"], entry.get("token"), entry["pid"]
    except (KeyError, TypeError, AttributeError):
        return None
    if not isinstance(host, str) or type(port) is not int or type(pid) is not int or not 0 < port < 65_536:  # noqa: PLR2004
        return None
    reached = EVERY_ADDRESS.get(host, f"[{host}]" if ":" in host else host)
    has_users = entry.get("hasUsers") is True
    return Address(f"http://{reached}:{port}", token if isinstance(token, str) else None, pid, has_users=has_users)


def stated_options(pid: int | None, environ: Mapping[str, str] = os.environ) -> tuple[dict[str, object], str]:
    """Return what the server of this process was started with and where it listens; nothing where no file says so."""
    entry = _read_entry(runtime_file(environ))
    if not isinstance(entry, dict) or pid is None or entry.get("pid") != pid:
        return {}, ""
    options, host = entry.get("options"), entry.get("host")
    return options if isinstance(options, dict) else {}, host if isinstance(host, str) else ""


def running_server(environ: Mapping[str, str] = os.environ) -> Address | None:
    """Return the server of the runtime file where it answers and is that process; asks for at most 1 s."""
    address = read_address(runtime_file(environ))
    if address is None:
        return None
    said = health(address)
    return address if said is not None and said.get("pid") == address.pid else None
