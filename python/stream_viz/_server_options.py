"""Options of `sv.configure` and `sv.start` that concern a server and its page: checked here, handed to its start.

They are no part of the document. Names and meanings are those of the server's command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from stream_viz._accounts import check_accounts
from stream_viz._address import is_loopback
from stream_viz._duration import EXPECTED, duration_text, duration_us, length_us
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import encodable, shown
from stream_viz._thresholds import nearest

MOST_PORT = 65_535
LEAST_BUFFER_BYTES = 1_000_000
TEXT_CHARACTERS = 4096
THEMES = ("auto", "light", "dark")
BYTES = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\Z")
BYTE_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
ONLY_WITH_A_START = frozenset(
    {"host", "port", "buffer_size", "retention", "persistence", "history_size", "auth", "cors", "linger", "keep"}
    | {"theme", "favicon", "logo", "auto_refresh", "default_time_range"}
)
"""Fixed while a server runs."""


def check_server_options(given: Mapping[str, Any], call: str) -> dict[str, object]:
    """Return the options as a server takes them; None stays None and means the default.

    Raises `OPTION_TYPE`, `OPTION_INVALID`; names must be of `SERVER_OPTIONS`.
    """
    return {name: None if value is None else SERVER_OPTIONS[name](name, value, call) for name, value in given.items()}


def check_together(options: Mapping[str, object], call: str) -> None:
    """Raise `AUTH_REQUIRED` where others could reach a server that asks for no token."""
    host = options.get("host")
    if options.get("auth") is False and isinstance(host, str) and not is_loopback(host):
        raise StreamVizValueError(
            "AUTH_REQUIRED",
            f"{call}: host={host!r} can be reached from other machines, so a token is asked for there: "
            f"leave auth=False out, or listen on '127.0.0.1'",
            option="auth",
            host=host,
        )


def _wrong(name: str, value: Any, call: str, expected: str, hint: str = "") -> Exception:
    given = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    kind = StreamVizValueError if given else StreamVizTypeError
    return kind(
        "OPTION_INVALID" if given else "OPTION_TYPE",
        f"{call}: {name}= expected {expected}, got {shown(value)}{hint}",
        option=name,
        expected=expected,
        actual=shown(value),
    )


def _text(name: str, value: Any, call: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARACTERS:
        raise _wrong(name, value, call, "a text")
    return encodable(value)


def _host(name: str, value: Any, call: str) -> str:
    if not isinstance(value, str) or not value or re.search(r"[/\s?#@]", value) or re.match(r"[^:]+:\d*\Z", value):
        raise _wrong(name, value, call, "an address without scheme and port, such as '127.0.0.1' or '0.0.0.0'")
    return value.strip("[]")


def _port(name: str, value: Any, call: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_PORT:
        raise _wrong(name, value, call, f"a whole number from 0 (any free one) to {MOST_PORT}")
    return value


def _theme(name: str, value: Any, call: str) -> str:
    if not isinstance(value, str) or value not in THEMES:
        hint = nearest(value, THEMES) if isinstance(value, str) else ""
        raise _wrong(name, value, call, "one of " + ", ".join(map(repr, THEMES)), hint)
    return value


def _file(name: str, value: Any, call: str) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise _wrong(name, value, call, "the path of a picture")
    path = os.path.abspath(os.path.expanduser(os.fsdecode(value)))  # noqa: PTH100, PTH111  bytes are paths too
    if not os.path.isfile(path):  # noqa: PTH113
        raise StreamVizValueError(
            "OPTION_INVALID", f"{call}: {name}= there is no file {path}", option=name, actual=path
        )
    return path


def _flag(name: str, value: Any, call: str) -> bool:
    if type(value).__name__ not in ("bool", "bool_"):
        raise StreamVizTypeError(
            "OPTION_TYPE", f"{call}: {name}= expected True or False, got {shown(value)}", option=name
        )
    return bool(value)


def _length(name: str, value: Any, call: str, words: tuple[str, ...] = (), *, zero: bool = False) -> str:
    """Return a duration as text, or one of `words`."""
    if isinstance(value, str) and value in words:
        return value
    us = length_us(value) if zero else duration_us(value)
    if us is None:
        hint = nearest(value, words) if isinstance(value, str) and words else ""
        raise _wrong(name, value, call, "".join(f"{word!r}, " for word in words) + EXPECTED, hint)
    return duration_text(us) if us else "0s"


def _refresh(name: str, value: Any, call: str) -> str:
    return _length(name, value, call, ("live",))


def _range(name: str, value: Any, call: str) -> str:
    return _length(name, value, call, ("all",))


def _age(name: str, value: Any, call: str) -> str:
    return _length(name, value, call, ("off",))


def _linger(name: str, value: Any, call: str) -> str:
    return _length(name, value, call, zero=True)


def _bytes(name: str, value: Any, call: str) -> int | str:
    if value == "off":
        return "off"
    match = BYTES.match(value.strip()) if isinstance(value, str) else None
    unit = BYTE_UNITS.get(match[2].lower()) if match is not None else None
    if match is not None and unit is not None:
        size = round(float(match[1]) * unit)
    elif isinstance(value, int) and not isinstance(value, bool):
        size = value
    else:
        size = 0
    if not LEAST_BUFFER_BYTES <= size < 2**53:
        raise _wrong(name, value, call, "'off' or at least 1 MB, such as '512MB', '2GiB' or a number of bytes")
    return size


def _origins(name: str, value: Any, call: str) -> list[str]:
    given = [value] if isinstance(value, str) else value
    if given is False:
        return []
    if not isinstance(given, (list, tuple, set, frozenset)):
        raise _wrong(name, value, call, "origins such as 'https://example.org', or a list of them")
    found: list[str] = []
    for origin in given:
        parts = urlsplit(origin) if isinstance(origin, str) else None
        plain = parts is not None and parts.scheme in ("http", "https") and parts.netloc and not parts.path.strip("/")
        if origin != "*" and not plain:
            raise _wrong(name, origin, call, "an origin such as 'https://example.org', or '*'")
        found.append(origin.rstrip("/"))
    return found


def _auth(name: str, value: Any, call: str) -> bool | dict[str, object]:
    """Return whether a token is asked for, or the accounts."""
    return check_accounts(name, value, call) if isinstance(value, Mapping) else _flag(name, value, call)


def _persistence(name: str, value: Any, call: str) -> str:
    """Return the address of the file with its absolute path: the server runs in another folder."""
    if value is False or value == "memory":
        return "memory"
    scheme = "sqlite:///"
    file = value.removeprefix(scheme) if isinstance(value, str) and value.startswith(scheme) else ""
    if not file or file.endswith("/") or re.search(r"[\0?#]", file) or len(file) > TEXT_CHARACTERS:
        raise _wrong(
            name, value, call, "'memory', or a file such as 'sqlite:///history.db' or 'sqlite:////var/history.db'"
        )
    return scheme + os.path.abspath(encodable(file))  # noqa: PTH100  without links followed


SERVER_OPTIONS: Mapping[str, Callable[[str, Any, str], object]] = {
    "host": _host,
    "port": _port,
    "title": _text,
    "theme": _theme,
    "favicon": _file,
    "logo": _file,
    "auto_refresh": _refresh,
    "default_time_range": _range,
    "timezone": _text,
    "buffer_size": _bytes,
    "retention": _age,
    "persistence": _persistence,
    "history_size": _bytes,
    "auth": _auth,
    "cors": _origins,
    "linger": _linger,
    "keep": _flag,
    "open": _flag,
}


def for_server(options: Mapping[str, object]) -> dict[str, object]:
    """Return what the server itself is told; a browser is opened by this side."""
    told = {name: value for name, value in options.items() if value is not None and name != "open"}
    return {**told, "open": False}
