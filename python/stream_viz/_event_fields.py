"""What one call of `events.send` may hold: a key, an actor, flags; anything else is named at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import MISSING_TYPES, encodable, shown
from stream_viz._thresholds import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT_MOST_CHARACTERS = 200
"""Of a key or an actor's name."""
MOST_FLAGS = 31


class EventFields:
    """The fields of one `events` widget by their names; `bits` has 0 for the key and the actor, a bit for each flag."""

    def __init__(self, key: str, actor: str | None, flags: Sequence[str]) -> None:
        """Take the names as `check_fields` passed them."""
        self.key = key
        self.actor = actor
        self.flags = tuple(flags)
        self.bits = {flag: 1 << at for at, flag in enumerate(flags)} | {key: 0}
        if actor is not None:
            self.bits[actor] = 0

    def mask(self, fields: dict[str, Any], call: str) -> int:
        """Return the bits of the flags that are set; raises `EVENT_FIELD`, `EVENT_FLAG`, `EVENT_KEY`."""
        mask = 0
        bits = self.bits
        for name, value in fields.items():
            bit = bits.get(name)
            if bit is None:
                raise self._unknown(name, call)
            if bit and (value is True or (value is not False and _is_set(name, value, call))):
                mask |= bit
        if self.key not in fields:
            raise StreamVizValueError(
                "EVENT_KEY",
                f"{call}: an event needs its key: {call}({self.key}=...)",
                expected=self.key,
            )
        return mask

    def _unknown(self, name: str, call: str) -> StreamVizValueError:
        known = list(self.bits)
        return StreamVizValueError(
            "EVENT_FIELD",
            f"{call}: there is no field {name!r}{nearest(name, known)} (fields: {', '.join(known)}, time)",
            field=name,
        )


def check_fields(key: str, actor: str | None, flags: Sequence[Any], call: str) -> list[str]:
    """Return the flags' names; raises `OPTION_TYPE`, `OPTION_INVALID` where two fields have one name."""
    names = [key, *([] if actor is None else [actor])]
    checked: list[str] = []
    for flag in flags:
        if not isinstance(flag, str) or not flag:
            raise StreamVizTypeError(
                "OPTION_TYPE", f"{call}: flags= expected names, got {shown(flag)}", option="flags", actual=shown(flag)
            )
        checked.append(encodable(flag))
    names += checked
    if len(checked) > MOST_FLAGS:
        raise StreamVizValueError(
            "OPTION_INVALID", f"{call}: flags= takes at most {MOST_FLAGS} names, got {len(checked)}", option="flags"
        )
    for name in names:
        if names.count(name) > 1 or name == "time":
            used = "time= is the event's time" if name == "time" else f"{name!r} names two fields"
            raise StreamVizValueError("OPTION_INVALID", f"{call}: {used}; choose another name", option="flags")
    return checked


def text_of(value: Any, call: str, field: str) -> str | None:
    """Return a key or an actor as text, a number as Python prints it; None for a missing one (None, NaN, NA).

    Raises `EVENT_TYPE` for anything else, `EVENT_TEXT` for a text above 200 characters.
    """
    if value is None or type(value).__name__ in MISSING_TYPES:
        return None
    if isinstance(value, str):
        text = encodable(str(value))
    elif isinstance(value, float) and value != value:  # noqa: PLR0124  NaN, also numpy's
        return None
    elif isinstance(value, (bool, int, float)) or hasattr(type(value), "__index__"):
        text = str(value)
    else:
        raise StreamVizTypeError(
            "EVENT_TYPE",
            f"{call}: {field}= expected a text or a number (or None for a missing one), got {shown(value)}",
            field=field,
            actual=type(value).__name__,
        )
    if len(text) > TEXT_MOST_CHARACTERS:
        raise StreamVizValueError(
            "EVENT_TEXT",
            f"{call}: {field}= has at most {TEXT_MOST_CHARACTERS} characters, got {len(text):,}",
            field=field,
            actual=len(text),
        )
    return text


def _is_set(name: str, value: Any, call: str) -> bool:
    """Return whether a flag is set; None and NA are not. Raises `EVENT_FLAG` for what is no yes or no."""
    if value is None or type(value).__name__ in MISSING_TYPES:
        return False
    if (
        isinstance(value, bool)
        or type(value).__name__ in ("bool", "bool_")
        or (isinstance(value, int) and 0 <= value <= 1)
    ):
        return bool(value)
    raise StreamVizTypeError(
        "EVENT_FLAG", f"{call}: {name}= expected True or False, got {shown(value)}", field=name, actual=shown(value)
    )
