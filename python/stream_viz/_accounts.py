"""The `auth=` option: whether a token is asked for, and who logs in or has a key. Only the server is told secrets."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from stream_viz._errors import StreamVizError, StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._thresholds import nearest

TYPES = ("basic", "token")
PARTS = ("type", "users", "keys")
ROLES = ("view", "send")
NAME_CHARACTERS = 64
PASSWORD_CHARACTERS = (8, 1024)
KEY_CHARACTERS = (16, 256)


def check_accounts(option: str, given: Mapping[Any, Any], call: str) -> dict[str, object]:
    """Return `{"type": "basic", "users": ..., "keys": ...}` as the server takes it.

    `users` maps names to passwords or lists names, whose passwords are `STREAM_VIZ_PASSWORD_<NAME>` or made and told
    once; `keys` maps names to "view" or "send", or to `{"role": ..., "key": ...}`.
    Raises `OPTION_INVALID`, `OPTION_TYPE`; no message holds a password or a key.
    """
    for part in given:
        if part not in PARTS:
            hint = nearest(part, PARTS) if isinstance(part, str) else ""
            raise _invalid(option, call, f"the parts {', '.join(PARTS)}, got {shown(part)}{hint}")
    kind = given.get("type")
    if kind not in TYPES:
        raise _invalid(option, call, f"type 'basic' or 'token', got {shown(kind)}")
    users, keys = given.get("users"), given.get("keys")
    if kind == "token" and users is not None:
        raise _invalid(option, call, "type 'basic', as there are users")
    told: dict[str, object] = {"type": kind}
    if kind == "basic":
        told["users"] = _users(option, users, call)
    if keys is not None:
        told["keys"] = _keys(option, keys, call)
    return told


def _users(option: str, users: Any, call: str) -> dict[str, str | None]:
    if isinstance(users, (list, tuple, set, frozenset)):
        users = dict.fromkeys(users)
    if not isinstance(users, Mapping) or not users:
        raise _type(option, call, "users as {name: password} or a list of names", users)
    found: dict[str, str | None] = {}
    for name, password in users.items():
        _check_name(option, name, call)
        if password is not None and not _is_secret(password, PASSWORD_CHARACTERS):
            raise _invalid(option, call, f"a password of at least {PASSWORD_CHARACTERS[0]} characters for {name!r}")
        found[name] = password
    return found


def _keys(option: str, keys: Any, call: str) -> dict[str, object]:
    if not isinstance(keys, Mapping):
        raise _type(option, call, "keys as {name: 'view' or 'send'}", keys)
    found: dict[str, object] = {}
    for name, value in keys.items():
        _check_name(option, name, call)
        role = value.get("role") if isinstance(value, Mapping) else value
        key = value.get("key") if isinstance(value, Mapping) else None
        if role not in ROLES:
            hint = nearest(role, ROLES) if isinstance(role, str) else ""
            raise _invalid(option, call, f"'view' or 'send' for the key {name!r}, got {shown(role)}{hint}")
        if key is not None and not _is_secret(key, KEY_CHARACTERS):
            raise _invalid(option, call, f"a key of {KEY_CHARACTERS[0]} to {KEY_CHARACTERS[1]} characters for {name!r}")
        found[name] = role if key is None else {"role": role, "key": key}
    return found


def _check_name(option: str, name: Any, call: str) -> None:
    plain = unicodedata.normalize("NFKC", name).strip() if isinstance(name, str) else ""
    if not 0 < len(plain) <= NAME_CHARACTERS or not plain.isprintable() or ":" in plain or "," in plain:
        raise _type(option, call, f"names of at most {NAME_CHARACTERS} letters and digits", name)


def _is_secret(value: Any, characters: tuple[int, int]) -> bool:
    return isinstance(value, str) and characters[0] <= len(value) <= characters[1]


def _invalid(option: str, call: str, expected: str) -> StreamVizError:
    return StreamVizValueError("OPTION_INVALID", f"{call}: {option}= expected {expected}", option=option)


def _type(option: str, call: str, expected: str, value: Any) -> StreamVizError:
    if isinstance(value, str):
        return _invalid(option, call, f"{expected}, got {shown(value)}")
    return StreamVizTypeError(
        "OPTION_TYPE", f"{call}: {option}= expected {expected}, got {type(value).__name__}", option=option
    )
