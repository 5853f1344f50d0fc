"""Values of table cells: the four column types and what each takes.

A number is an int within 64 bits or a float, a datetime whole microseconds since the Unix epoch. None, NaN, NaT and
pandas' NA are missing values (null). A column's type is declared or fixed by its first value; an int widens to float.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from stream_viz._numbers import encodable
from stream_viz._time import datetime_us

ColumnType = Literal["datetime", "number", "text", "bool"]
CellValue = int | float | str | bool | None
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
INT_MOST = 2**63


class Refused(Exception):  # noqa: N818  never leaves the engine
    """The value does not fit the column."""


def plain(value: Any) -> Any:  # noqa: C901, PLR0911  one branch and one return per kind of value
    """Return a missing value as None, numpy's scalars and pandas' times as Python's or numpy's own.

    Raises `Refused` where an object says it is a number and is none.
    """
    if value is None or type(value) in (int, str, bool):
        return value
    if type(value) is float:
        return None if math.isnan(value) else value
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if hasattr(value, "to_datetime64"):
        value = value.to_datetime64()
    if type(value).__name__ == "datetime64":
        return _datetime64_us(value)
    if isinstance(value, datetime):
        return value
    if getattr(value, "ndim", 0) != 0 or isinstance(value, (int, str)):
        return value
    if hasattr(value, "item"):
        return plain(value.item())
    if hasattr(type(value), "__float__"):
        try:
            number = float(value)
        except Exception as error:  # a foreign __float__ raises what it likes; the cause says what
            raise Refused from error
        return None if math.isnan(number) else number
    return value


def type_of(value: Any) -> ColumnType:
    """Return the column type that a plain value fixes; raises `Refused` for any other object."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "datetime"
    raise Refused


def fit(value: Any, kind: ColumnType, *, declared: bool) -> CellValue:
    """Return a plain value as `kind` stores it; a declared datetime column also takes numbers of seconds.

    Raises `Refused` where the type is another one.
    """
    if value is None:
        return None
    if kind == "datetime":
        if isinstance(value, datetime):
            return datetime_us(value)
        if declared and type(value) in (int, float) and abs(value) < INT_MOST / 1e6:
            seconds: float = value
            return math.floor(seconds * 1e6 + 0.5)
        raise Refused
    if type_of(value) != kind:
        raise Refused
    if kind == "number" and isinstance(value, int) and not -INT_MOST <= value < INT_MOST:
        return _wide_float(value)
    if kind == "text":
        return encodable(str(value))
    return cast("CellValue", value)


def _wide_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Refused from None


def size_of(value: CellValue) -> int:
    """Return the bytes a cell takes in a message, exact but for null bits and padding."""
    if isinstance(value, str):
        return 4 + (len(value) if value.isascii() else len(value.encode()))
    return 1 if isinstance(value, bool) else 8


def as_datetime(value: CellValue) -> datetime | None:
    """Return stored microseconds as an aware UTC datetime."""
    return None if value is None else EPOCH + timedelta(microseconds=int(value))


def _datetime64_us(value: Any) -> datetime | None:
    import numpy as np  # noqa: PLC0415  the caller holds one of its scalars

    if np.isnat(value):
        return None
    return EPOCH + timedelta(microseconds=int(value.astype("datetime64[us]").astype(np.int64)))
