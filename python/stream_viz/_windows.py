"""Window options: what a widget of numbers computes its numbers over, checked at the call.

Nothing is computed here: windows are the page's work, from the samples and summaries it is sent. This module refuses
what cannot work, by the rules of `src/dashboard/window-options.ts` (one table of calls in `test/fixtures` binds both),
and says what the page needs to be sent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from stream_viz._aggregation import check_aggregations, is_quantile
from stream_viz._duration import UNIT_US, duration_text, length_us
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._thresholds import is_number, plain_number

if TYPE_CHECKING:
    from collections.abc import Mapping

VIEW_OPTIONS = ("window", "slide", "session", "origin", "aggregation", "lateness", "allowed_lateness", "idle", "per")
"""What tells views of the same data apart; `counter` and `x` belong to the data."""
WIRE_NAMES = frozenset({*VIEW_OPTIONS, "allowedLateness", "counter", "x"})
COUNTER_WINDOW_US = 10_000_000
IDLE_US = 5_000_000
PANES_MOST = 1000
FINEST_US = 1000
STEPS_MOST = 2**53
LENGTHS = {
    "window": "positive",
    "slide": "positive",
    "origin": "signed",
    "session": "positive",
    "lateness": "zero",
    "allowed_lateness": "zero",
    "idle": "positive",
    "per": "positive",
}
"""In the order they are judged."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one widget, resolved. Lengths are whole microseconds, or steps on a step axis."""

    axis: str
    counter: bool
    aggregations: tuple[str, ...]
    """Empty: the values are shown as they were sent."""
    window: int | None
    slide: int | None
    """None where it is the window: then none overlap."""
    session: int | None
    origin: int
    lateness: int
    allowed_lateness: int
    idle: int | None
    """None on a step axis: it has no clock."""
    per: int | None
    wire: Mapping[str, object]
    """What the document carries, in one spelling for one meaning: only what differs from the defaults."""

    @property
    def key(self) -> dict[str, object]:
        """Return what tells these windows from others of the same data, defaults of a counter included."""
        window = {} if self.window is None else {"window": _spelled(self.window, self.axis)}
        named = {option: value for option, value in self.wire.items() if option not in ("counter", "x")}
        return {**window, **named, "aggregation": ",".join(self.aggregations or ("last",))}

    @property
    def spread(self) -> bool:
        """Return whether panes must hold mean and spread."""
        return any(text in ("stddev", "variance") for text in self.aggregations)

    @property
    def increase(self) -> bool:
        """Return whether panes must hold the increase of a counter."""
        return self.counter and any(text in ("increase", "rate") for text in self.aggregations)

    @property
    def sketch(self) -> bool:
        """Return whether panes must hold a quantile sketch."""
        return any(map(is_quantile, self.aggregations))

    @property
    def pane(self) -> int:
        """Return the length of the panes its windows are merged from; 0 for sessions and raw values."""
        if self.window is None or not self.aggregations:
            return 0
        return math.gcd(self.window, self.slide or self.window, self.origin)


def check_windows(given: Mapping[str, Any], call: str, name: str, *, single: bool) -> Windows:
    """Return the windows of checked options by Python name; the rules are those of `parseWindowOptions`.

    Raises `WINDOW_INVALID` (a TypeError for a wrong type, else a ValueError; `details["option"]` names it) and
    `AGGREGATION_UNKNOWN`. A wrong combination names what to write instead.
    """
    axis = str(given.get("x") or "time")
    asked = check_aggregations(given.get("aggregation"), call, single=single)
    counter = given.get("counter") is True
    if counter and axis == "step":
        raise _refused(call, "counter", 'False where x="step": a rate needs a clock', given["counter"])
    lengths = _lengths(given, call, axis)
    raw = all(text == "last" for text in asked) if asked else not counter
    if counter and not raw and lengths["window"] is None and lengths["session"] is None:
        window: int | None = COUNTER_WINDOW_US
    else:
        window = lengths["window"]
    _check_together(given, call, window, lengths["session"])
    windowed = window is not None or lengths["session"] is not None
    if not windowed and not raw:
        raise _needs_window(given["aggregation"], call, name, axis)
    origin = (lengths["origin"] or 0) % (lengths["slide"] or window or 1)
    if window is not None:
        _check_bounds(given, call, axis, (window, lengths["slide"], origin))
    chosen = (asked or (("rate",) if counter else ("avg",))) if windowed else ()
    if lengths["per"] is not None and "sum" not in chosen:
        raise _refused(call, "per", 'aggregation="sum" beside it', given.get("per"))
    slide = None if lengths["slide"] == window else lengths["slide"]
    wire: dict[str, object] = {
        "window": lengths["window"],
        "slide": slide,
        "session": lengths["session"],
        "origin": origin or None,
        "lateness": lengths["lateness"] or None,
        "allowedLateness": lengths["allowed_lateness"] or None,
        "idle": None if lengths["idle"] == IDLE_US else lengths["idle"],
        "per": lengths["per"],
    }
    wire = {option: _spelled(length, axis) for option, length in wire.items() if length is not None}
    if asked:
        wire["aggregation"] = asked[0] if len(asked) == 1 else list(asked)
    if counter:
        wire["counter"] = True
    if axis == "step":
        wire["x"] = axis
    return Windows(
        axis=axis,
        counter=counter,
        aggregations=chosen,
        window=window,
        slide=slide,
        session=lengths["session"],
        origin=origin,
        lateness=lengths["lateness"] or 0,
        allowed_lateness=lengths["allowed_lateness"] or 0,
        idle=None if axis == "step" else lengths["idle"] or IDLE_US,
        per=lengths["per"],
        wire=wire,
    )


def _spelled(length: Any, axis: str) -> object:
    return length if axis == "step" else duration_text(length)


def _lengths(given: Mapping[str, Any], call: str, axis: str) -> dict[str, int | None]:
    if axis == "step":
        for option in ("lateness", "allowed_lateness", "idle", "per"):
            if given.get(option) is not None:
                raise _refused(call, option, 'nothing where x="step": steps have no clock', given[option])
    return {option: _length(given.get(option), call, option, rule, axis) for option, rule in LENGTHS.items()}


def _length(value: Any, call: str, option: str, rule: str, axis: str) -> int | None:
    if value is None:
        return None
    least = {"positive": 1, "zero": 0, "signed": -STEPS_MOST}[rule]
    if axis == "step":
        if is_number(value) and isinstance(plain := plain_number(value), int) and least <= plain < STEPS_MOST:
            return plain
        at_least = "" if rule == "signed" else f", at least {least}"
        hint = "; a step axis has no seconds" if isinstance(value, (str, timedelta)) else ""
        raise _refused(call, option, f'a whole number of steps{at_least} (x is "step")', value, hint)
    us = _signed_us(value) if rule == "signed" else _length_us(value, option)
    if us is None or us < least:
        raise _refused(call, option, _length_words(option), value, _length_hint(value))
    if rule == "positive" and us < FINEST_US:
        raise _refused(call, option, "at least 1 ms", value)
    return us


def _length_us(value: Any, option: str) -> int | None:
    if isinstance(value, str) and option == "per" and value.strip() in UNIT_US:
        return UNIT_US[value.strip()]
    return length_us(plain_number(value) if is_number(value) else value)


def _signed_us(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().startswith("-"):
        us = length_us(value.strip()[1:])
        return None if us is None else -us
    if isinstance(value, timedelta) and value < timedelta(0):
        us = length_us(-value)
        return None if us is None else -us
    if is_number(value) and value < 0:
        us = length_us(-plain_number(value))
        return None if us is None else -us
    return _length_us(value, "origin")


def _length_words(option: str) -> str:
    if option == "per":
        return 'a unit of time such as "s", "min", "h" or a length such as "10s"'
    return 'a length of time such as "500ms", "10s", "1m", "1h", "1d" (or seconds, or a timedelta)'


def _length_hint(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    text = value.strip().lower().replace(" ", "").replace(",", ".")
    number = text.rstrip("abcdefghijklmnopqrstuvwxyzµ")
    word = text[len(number) :]
    unit = next((known for known in _unit_guesses(word) if length_us(f"{number}{known}")), None)
    return "" if unit is None else f"; did you mean '{number}{unit}'?"


def _unit_guesses(word: str) -> tuple[str, ...]:
    if not word:
        return ("s",)
    if word.startswith("mil") or word == "msec":
        return ("ms",)
    if word.startswith("mic"):
        return ("us",)
    return ("m",) if word.startswith("m") else tuple(unit for unit in ("s", "h", "d", "w") if word[0] == unit)


def _check_together(given: Mapping[str, Any], call: str, window: int | None, session: int | None) -> None:
    if session is not None:
        for option in ("window", "slide", "origin"):
            if given.get(option) is not None:
                raise _refused(call, option, "nothing beside session=: a session has no fixed length", given[option])
    elif window is None:
        for option in ("slide", "origin", "lateness", "allowed_lateness", "idle", "per"):
            if given.get(option) is not None:
                wanted = "window=" if option in ("slide", "origin") else "window= or session="
                raise _refused(call, option, f'{wanted} beside it, such as window="10s"', given[option])


def _check_bounds(given: Mapping[str, Any], call: str, axis: str, shape: tuple[int, int | None, int]) -> None:
    window, slide, origin = shape
    if slide is not None and slide > window:
        raise _refused(call, "slide", "at most the window, so that no sample falls between two", given["slide"])
    beats = math.gcd(window, slide or window)
    pane = math.gcd(beats, origin)
    if window // pane > PANES_MOST:
        named = "slide" if window // beats > PANES_MOST else "origin"
        most = f"a length that cuts the window into at most {PANES_MOST:,} equal parts, not {window // pane:,}"
        raise _refused(call, named, most, given[named])
    if axis == "time" and pane % FINEST_US:
        named = "window" if window % FINEST_US else "slide" if beats % FINEST_US else "origin"
        raise _refused(call, named, "whole milliseconds", given[named])


def check_step_range(value: Any, call: str) -> object:
    """Return a `time_range` of a step axis: "all", or a whole number of steps; raises `WINDOW_INVALID`."""
    return value if value == "all" else _length(value, call, "time_range", "positive", "step")


def _needs_window(aggregation: Any, call: str, name: str, axis: str) -> StreamVizValueError:
    spelled = f'"{aggregation}"' if isinstance(aggregation, str) else str(list(aggregation)).replace("'", '"')
    window = "100" if axis == "step" else '"10s"'
    return StreamVizValueError(
        "WINDOW_INVALID",
        f"{call}: aggregation={spelled} needs a window to compute over: "
        f'sv.metric("{name}", window={window}, aggregation={spelled})',
        option="aggregation",
        actual=aggregation,
    )


def _refused(
    call: str, option: str, expected: str, value: Any, hint: str = ""
) -> StreamVizTypeError | StreamVizValueError:
    number_like = isinstance(value, (str, timedelta, bool)) or is_number(value)
    error = StreamVizValueError if number_like else StreamVizTypeError
    return error(
        "WINDOW_INVALID",
        f"{call}: {option}= expected {expected}, got {shown(value)}{hint}",
        option=option,
        expected=expected,
        actual=shown(value),
    )
