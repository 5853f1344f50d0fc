"""Event times: what `time=` takes, as whole microseconds since the Unix epoch.

1. Conversion rounds half up; nanoseconds floor, as everywhere else in the product.
2. A naive datetime is the local zone of this machine (the first of two equal wall times).
3. A time more than a day ahead of the clock is refused: one bad clock would make everything after it late.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import SHOWN_CHARACTERS, shown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

AHEAD_LIMIT_US = 86_400_000_000
PAST_LIMIT_US = -(2**53)
YEAR_US = 31_556_952_000_000
PLAUSIBLE_US = 50 * YEAR_US
UNITS_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
UNIT_WORDS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def event_time_us(time: Any, unit: str, now_us: int, call: str) -> int | None:
    """Return `time` in microseconds since the epoch; None where it is not finite (NaN, NaT), which the caller counts.

    `time` is a datetime, a numpy.datetime64, or a number in `unit` ("s", "ms", "us", "ns").

    Raises `TIME_TYPE` (a TypeError) for anything else, `TIME_REFUSED` (a ValueError) for a time more than a day ahead
    of `now_us` or before about 285 years before 1970; the message names the likely unit.
    """
    if hasattr(time, "to_datetime64"):  # pandas Timestamp and NaT carry nanoseconds a datetime would round
        time = time.to_datetime64()
    if isinstance(time, datetime):
        us = datetime_us(time)
    elif type(time).__name__ == "datetime64":
        return _numpy_time_us(time, now_us, call)
    elif _is_number(time):
        try:
            number = time if isinstance(time, int) else float(time)
        except Exception as error:  # a foreign __float__ raises what it likes; the cause says what
            raise _no_time(time, unit, call) from error
        if isinstance(number, float) and not math.isfinite(number):
            return None
        us = _number_us(number, unit)
    else:
        raise _no_time(time, unit, call)
    if us - now_us > AHEAD_LIMIT_US or us < PAST_LIMIT_US:
        raise refused_time(time, us, unit, now_us, call)
    return us


def datetime_us(time: datetime) -> int:
    """Return a datetime in microseconds since the epoch; a naive one is local, the first of two equal wall times."""
    try:
        aware = time.replace(fold=0).astimezone() if time.tzinfo is None else time
    except (OverflowError, ValueError, OSError):  # at the ends of the calendar the local zone is not known
        aware = time.replace(tzinfo=UTC)
    return (aware - EPOCH) // MICROSECOND


def _no_time(time: object, unit: str, call: str) -> StreamVizTypeError:
    hint = "; use datetime.datetime, which has a time of day" if isinstance(time, date) else ""
    return StreamVizTypeError(
        "TIME_TYPE",
        f"{call}: time= takes a datetime, a numpy.datetime64 or a number of {UNIT_WORDS[unit]}, "
        f"got {shown(time)}{hint}",
        expected="datetime, numpy.datetime64 or number",
        actual=type(time).__name__,
    )


def _is_number(time: Any) -> bool:
    if isinstance(time, (bool, str, bytes)) or type(time).__name__ == "timedelta64":
        return False
    return hasattr(type(time), "__float__") and getattr(time, "ndim", 0) == 0


def _number_us(number: float, unit: str) -> int:
    """Return whole microseconds of a finite number in `unit`: exact for integers, half up for floats, ns floored."""
    if unit == "ns":
        return math.floor(number / 1000) if isinstance(number, float) else number // 1000
    factor = 1_000_000 // UNITS_PER_SECOND[unit]
    if isinstance(number, float):
        product = number * factor
        return math.floor(product + 0.5) if math.isfinite(product) else (1 if product > 0 else -1) * 2**200
    return number * factor


def _numpy_time_us(time: Any, now_us: int, call: str) -> int | None:
    import numpy as np  # noqa: PLC0415  already loaded: the caller has made one of its scalars

    if np.isnat(time):
        return None
    us = int(time.astype("datetime64[us]").astype(np.int64))
    if us - now_us > AHEAD_LIMIT_US or us < PAST_LIMIT_US:
        raise refused_time(time, us, "s", now_us, call)
    return us


def event_times_us(times: Any, unit: str, now_us: int, call: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool]]:
    """Return (times in microseconds, which of them are finite) of a sequence, by the rules of `event_time_us`.

    Numbers and datetime64 arrays take one vectorised pass; a list of datetimes one Python call per element.
    """
    import numpy as np  # noqa: PLC0415

    if not hasattr(times, "__len__"):
        times = list(times)
    array = np.asarray(times)
    if array.ndim != 1:
        raise StreamVizTypeError(
            "TIME_TYPE",
            f"{call}: times= takes one flat list or array, got {shown(times)}",
            expected="times in one dimension",
            actual=type(times).__name__,
        )
    if array.dtype.kind == "M":
        finite = ~np.isnat(array)
        us = np.where(finite, array, np.datetime64(0, "s")).astype("datetime64[us]").astype(np.int64)
    elif array.dtype.kind in "iuf":
        us, finite = _numbers_us(array, unit, times, now_us, call)
    else:
        each = [event_time_us(time, unit, now_us, call) for time in times]
        finite = np.array([one is not None for one in each], bool)
        us = np.array([one or 0 for one in each], np.int64)
    bad = finite & ((us - now_us > AHEAD_LIMIT_US) | (us < PAST_LIMIT_US))
    if bad.any():
        at = int(bad.argmax())
        raise refused_time(times[at], int(us[at]), unit, now_us, call)
    return us, finite


def _numbers_us(
    array: npt.NDArray[Any], unit: str, times: Any, now_us: int, call: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool]]:
    import numpy as np  # noqa: PLC0415

    finite = np.isfinite(array)
    rough = np.where(finite, array, 0).astype(np.float64) * (1e6 / UNITS_PER_SECOND[unit])
    outside = (rough > now_us + 2 * AHEAD_LIMIT_US) | (rough < 2 * PAST_LIMIT_US)
    if outside.any():  # before int64, which such a time would overflow
        at = int(outside.argmax())
        raise refused_time(times[at], _number_us(array[at].item(), unit), unit, now_us, call)
    if array.dtype.kind == "f":
        exact = np.where(finite, array, 0).astype(np.float64)
        if unit == "ns":
            return np.floor(exact / 1000).astype(np.int64), finite
        return np.floor(exact * (1_000_000 // UNITS_PER_SECOND[unit]) + 0.5).astype(np.int64), finite
    whole = array.astype(np.int64)
    return whole // 1000 if unit == "ns" else whole * (1_000_000 // UNITS_PER_SECOND[unit]), finite


def refused_time(time: Any, us: int, unit: str, now_us: int, call: str) -> StreamVizValueError:
    """Return the error for a time too far from the clock; it names the unit that would make the time plausible."""
    distance = f"{_span(us - now_us)} ahead" if us > now_us else f"{_span(now_us - us)} ago"
    text = str(time.item() if hasattr(time, "item") and _is_number(time) else time)
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 3] + "..."
    advice = _likely_unit(time, unit, now_us) or (
        "; times more than a day ahead of this machine's clock are refused" if us > now_us else ""
    )
    return StreamVizValueError(
        "TIME_REFUSED",
        f"time {text} is {distance}{advice} (in {call})",
        time=text,
        unit=unit,
    )


def _likely_unit(time: Any, unit: str, now_us: int) -> str:
    if not _is_number(time):
        return ""
    number = time if isinstance(time, int) else float(time)
    for other, word in UNIT_WORDS.items():
        if other != unit and abs(_number_us(number, other) - now_us) < PLAUSIBLE_US:
            return f"; is it in {word}? Use time_unit='{other}'"
    return ""


def _span(us: int) -> str:
    years = us // YEAR_US
    if years < 1:
        days = max(1, us // AHEAD_LIMIT_US)
        return f"{days} day" if days == 1 else f"{days} days"
    step = 10 ** max(0, len(str(years)) - 2)
    rounded = years // step * step
    return f"{rounded:,} year" if rounded == 1 else f"{rounded:,} years"
