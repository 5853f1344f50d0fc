"""What a script says of its server: one line with the link, how to tunnel over SSH, and when a browser opens."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stream_viz._address import Address

CI_NAMES = ("CI", "GITHUB_ACTIONS", "JENKINS_URL", "TEAMCITY_VERSION", "BUILDKITE")
SSH_FIELDS = 4


def announcement(address: Address, links: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the lines: the link, `links` for other machines, over SSH how to reach it from the person's own."""
    lines = [f"StreamViz: {address.link}", *(f"  from other machines: {link}" for link in links)]
    connection = environ.get("SSH_CONNECTION", "").split()
    if len(connection) == SSH_FIELDS and address.is_loopback:
        port, here = address.port, connection[2]
        lines.append(
            f"  from your own machine: ssh -L {port}:{address.host}:{port} {_user()}@{here}, then open the link there"
        )
    return lines


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "user"


def browser_wanted(
    *, chosen: bool | None, environ: Mapping[str, str] = os.environ, platform: str = sys.platform, terminal: bool
) -> bool:
    """Return whether a browser may open: on a desktop terminal, or where `open=True` says so.

    `STREAM_VIZ_OPEN=0` says no to both. `terminal`: whether stderr is one. SSH and CI are no desktop.
    """
    if chosen is False or environ.get("STREAM_VIZ_OPEN", "").lower() in ("0", "no", "off", "false"):
        return False
    if chosen is True:
        return True
    if not terminal or "SSH_CONNECTION" in environ or any(environ.get(name) for name in CI_NAMES):
        return False
    return platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
