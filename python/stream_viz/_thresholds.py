"""Thresholds: levels that start at a number (a dict), or zones by their upper end (a list)."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from stream_viz._errors import StreamVizError, StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown

LEVELS = ("warning", "critical")
COMPARISON = re.compile(r"\s*(<=?|>=?)?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*\Z")
EXAMPLE = "expected levels such as {'warning': 70, 'critical': 90} or zones such as [60, 80, 100]"


def nearest(word: str, candidates: Sequence[str]) -> str:
    """Return "; did you mean 'x'?" for the candidate spelled most like `word`, or an empty text."""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.55)
    return f"; did you mean {lowered[found[0]]!r}?" if found else ""


def _invalid(call: str, option: str, value: object, text: str) -> StreamVizError:
    return StreamVizValueError("OPTION_INVALID", f"{call}: {text}", option=option, actual=shown(value))


def is_number(value: Any) -> bool:
    """Return whether `value` is a finite real number (bool is not)."""
    if isinstance(value, (bool, str, bytes)) or not hasattr(type(value), "__float__") or getattr(value, "ndim", 0) != 0:
        return False
    try:
        return math.isfinite(float(value))
    except (OverflowError, TypeError, ValueError):
        return False


def plain_number(value: Any) -> int | float:
    """Return a number that JSON can hold: an int stays whole, everything else becomes a float."""
    return int(value) if isinstance(value, int) or type(value).__name__.startswith(("int", "uint")) else float(value)


def check_thresholds(value: Any, call: str, option: str, colors: Sequence[str]) -> object:
    """Return thresholds as the document carries them.

    A dict keeps its levels (`warning`, `critical`; a number, or "<10" and ">90" to say the bad side), or it names zones
    by colour (`{"green": 70, "red": 100}`). A list keeps its zones in order: numbers, or (upper end, colour) pairs,
    which become `{"to": ..., "color": ...}`.

    Raises `OPTION_TYPE` for another type, `OPTION_INVALID` for an unknown level, a level that is no number, an empty
    set, or a list that does not ascend.
    """
    if isinstance(value, Mapping):
        if value and all(name in colors for name in value):
            return _zones([(end, color) for color, end in value.items()], call, option, colors)
        return _levels(value, call, option)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return _zones(value, call, option, colors)
    raise StreamVizTypeError(
        "OPTION_TYPE", f"{call}: {option}={shown(value)} is not understood; {EXAMPLE}", option=option
    )


def _levels(value: Mapping[Any, Any], call: str, option: str) -> dict[str, object]:
    if not value:
        raise _invalid(call, option, value, f"{option} has no level; {EXAMPLE}")
    levels: dict[str, object] = {}
    for name, limit in value.items():
        if name not in LEVELS:
            raise _invalid(
                call,
                option,
                name,
                f"{option} has no level {name!r}{nearest(str(name), LEVELS)} (levels: {', '.join(LEVELS)})",
            )
        if isinstance(limit, str) and COMPARISON.match(limit):
            levels[name] = limit.replace(" ", "")
        elif is_number(limit):
            levels[name] = plain_number(limit)
        else:
            raise _invalid(
                call,
                option,
                limit,
                f"{option}[{name!r}]: expected a number, or a text such as '<10' or '>90', got {shown(limit)}",
            )
    if len(levels) == len(LEVELS) and levels["warning"] == levels["critical"]:
        raise _invalid(call, option, value, f"{option}: warning and critical are both {levels['warning']!r}")
    return levels


def _zones(value: Sequence[Any], call: str, option: str, colors: Sequence[str]) -> list[object]:
    from stream_viz._option_values import check_color  # noqa: PLC0415  the two modules check each other's parts

    if len(value) == 0:
        raise _invalid(call, option, value, f"{option} has no zone; {EXAMPLE}")
    zones: list[object] = []
    previous: float | None = None
    for at, zone in enumerate(value):
        where = f"{option}[{at}]"
        end, color = zone, None
        if isinstance(zone, Mapping):
            end, color = zone.get("to"), zone.get("color")
        elif isinstance(zone, (tuple, list)) and len(zone) == 2:  # noqa: PLR2004  a pair, in either order
            end, color = reversed(zone) if isinstance(zone[0], str) else zone
        if not is_number(end):
            raise _invalid(
                call, option, zone, f"{where}: expected a number or a pair (upper end, colour), got {shown(zone)}"
            )
        if previous is not None and float(end) <= previous:
            raise _invalid(
                call,
                option,
                value,
                f"{option} must ascend: zone {at} ends at {end}, the one before at {previous:g}"
                f" (zones are given by their upper end; a dict of levels need not ascend)",
            )
        previous = float(end)
        if color is None:
            zones.append(plain_number(end))
        else:
            zones.append({"to": plain_number(end), "color": check_color(color, call, where, colors)})
    return zones
