"""What a running server was started with, as its runtime file says, beside what this script asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stream_viz._address import is_loopback
from stream_viz._duration import length_us
from stream_viz._runtime_file import EVERY_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTHS = frozenset({"auto_refresh", "default_time_range", "retention", "linger"})
WORDS: Mapping[tuple[str, object], object] = {("auto_refresh", "live"): 0, ("persistence", "memory"): None}
"""Where a word of `sv.configure` is another value there."""


def differing(asked: Mapping[str, object], stated: Mapping[str, object], host: str) -> list[str]:
    """Return the names of asked options that a server has otherwise; of those that it does not state none.

    `stated` are lengths of time in microseconds, sizes in bytes and words (standalone/server/life/stated-options.ts);
    `host` is the address it listens on.
    """
    found = [
        name
        for name, value in asked.items()
        if name in stated and value is not None and _as_stated(name, value) != stated[name]
    ]
    if asked.get("keep") and "linger" in found:
        found.remove("linger")
    wanted = asked.get("host")
    if isinstance(wanted, str) and not is_loopback(wanted) and host != wanted and host not in EVERY_ADDRESS:
        found.insert(0, "host")
    return found


def _as_stated(name: str, value: object) -> object:
    if isinstance(value, str):
        if (name, value) in WORDS:
            return WORDS[name, value]
        if name == "persistence":
            return value.removeprefix("sqlite:///")
        if name in LENGTHS and (us := length_us(value)) is not None:
            return us
    return value
