"""Declared columns of a table, as the user writes them and as the document carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeGuard

from stream_viz._errors import StreamVizError, StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._thresholds import is_number, nearest, plain_number

ColumnType = Literal["datetime", "number", "text", "bool"]
TYPES: tuple[ColumnType, ...] = ("datetime", "number", "text", "bool")
FIELDS = ("name", "type", "title", "width", "format")
EXAMPLE = "expected columns such as ['pid', 'name'], {'pid': 'number'} or [{'name': 'pid', 'type': 'number'}]"


def is_column_type(value: object) -> TypeGuard[ColumnType]:
    """Return whether `value` names a column type."""
    return value in TYPES


def check_columns(value: Any, call: str, option: str) -> list[dict[str, Any]]:
    """Return columns as a list of dicts with `name` and what else was given (`type`, `title`, `width`, `format`).

    Takes a list of names, a dict from name to type (or to a dict), or a list of dicts. A column without a type takes
    the type of its first value.

    Raises `OPTION_TYPE` or `OPTION_INVALID` for another shape, an unknown field or type (with the nearest spelling), a
    name given twice, or an empty list.
    """
    if isinstance(value, Mapping):
        entries: list[Any] = [
            {"name": name, **(spec if isinstance(spec, Mapping) else {"type": spec})} for name, spec in value.items()
        ]
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        entries = list(value)
    else:
        raise StreamVizTypeError("OPTION_TYPE", f"{call}: {option}= {EXAMPLE}, got {shown(value)}", option=option)
    if not entries:
        raise StreamVizValueError("OPTION_INVALID", f"{call}: {option}= has no column; {EXAMPLE}", option=option)
    columns = [_column(entry, f"{call}: {option}[{at}]", option) for at, entry in enumerate(entries)]
    names = [column["name"] for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise StreamVizValueError(
                "OPTION_INVALID", f"{call}: {option}= names the column {name!r} twice", option=option
            )
    return columns


def _column(entry: Any, where: str, option: str) -> dict[str, Any]:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, Mapping):
        raise StreamVizTypeError("OPTION_TYPE", f"{where}: {EXAMPLE}, got {shown(entry)}", option=option)
    column: dict[str, Any] = {}
    for field, value in entry.items():
        if field not in FIELDS:
            raise StreamVizValueError(
                "OPTION_UNKNOWN",
                f"{where}: a column has no {field!r}{nearest(str(field), FIELDS)} (fields: {', '.join(FIELDS)})",
                option=option,
            )
        if value is not None:
            column[field] = _field(field, value, where, option)
    if not column.get("name"):
        raise StreamVizValueError("OPTION_INVALID", f"{where}: a column needs a name", option=option)
    return column


def _field(field: str, value: Any, where: str, option: str) -> object:
    if field == "width":
        if not is_number(value) or float(value) <= 0:
            raise _invalid(where, option, f"width= expected a number of pixels above 0, got {shown(value)}")
        return plain_number(value)
    if not isinstance(value, str):
        raise StreamVizTypeError("OPTION_TYPE", f"{where}: {field}= expected a text, got {shown(value)}", option=option)
    if field == "type" and not is_column_type(value):
        raise _invalid(where, option, f"type= expected one of {', '.join(TYPES)}, got {value!r}{nearest(value, TYPES)}")
    return value


def _invalid(where: str, option: str, text: str) -> StreamVizError:
    return StreamVizValueError("OPTION_INVALID", f"{where}: {text}", option=option)
