"""The columns of one table: names, types, and what of a row fits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stream_viz._cell_value import CellValue, ColumnType, Refused, fit, plain, type_of
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import encodable, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

STREAM_BYTES, COLUMN_BYTES = 1200, 300
"""Schema and padding of an Arrow stream, and of each column beside its name."""


@dataclass(frozen=True)
class Column:
    """A declared column; without a type its first value gives it."""

    name: str
    type: ColumnType | None = None


@dataclass
class Kind:
    """What a column holds; `is_float` once a float was seen."""

    type: ColumnType | None
    is_float: bool = False
    declared: bool = False


class TableColumns:
    """Columns in order. `check` may add columns and fix types: work on a `copy`, and keep it where all rows passed."""

    def __init__(self, table: str, columns: Sequence[Column] | None, key: str | None) -> None:
        """Take the declared columns; None infers them from rows, in order of first sight."""
        self.kinds = {column.name: Kind(column.type, declared=True) for column in columns or ()}
        self.unknown: dict[str, int] = {}
        """Cells in columns that a declared table does not have, counted."""
        self._table = table
        self._key = key
        self._open = columns is None
        if key is not None and columns is not None and key not in self.kinds:
            raise StreamVizValueError("KEY_UNKNOWN", f"key={key!r} is not one of the columns {list(self.kinds)}")

    @property
    def bytes(self) -> int:
        """Bytes of a stream of these columns beside its rows; an upper estimate."""
        return STREAM_BYTES + sum(COLUMN_BYTES + len(name.encode()) for name in self.kinds)

    def copy(self) -> TableColumns:
        """Return columns that may change apart from these."""
        other = object.__new__(TableColumns)
        other.__dict__ = {
            **self.__dict__,
            "kinds": {name: replace(kind) for name, kind in self.kinds.items()},
            "unknown": dict(self.unknown),
        }
        return other

    def check(self, row: Mapping[str, object], at: int) -> dict[str, CellValue]:
        """Return the cells of row number `at` as they are stored; raises `ROW_TYPE`, `ROW_KEY`, `COLUMN_TYPE`."""
        if not isinstance(row, Mapping):
            raise StreamVizTypeError(
                "ROW_TYPE",
                f"{self._table}: row {at} expected a dict of columns, got {shown(row)}",
                expected="dict",
                actual=type(row).__name__,
            )
        out: dict[str, CellValue] = {}
        for given, value in row.items():
            name = encodable(str(given))
            if name not in self.kinds and not self._open:
                self.unknown[name] = self.unknown.get(name, 0) + 1
            else:
                out[name] = self._fit(name, value, f"row {at}")
        if self._key is not None and out.get(self._key) is None:
            raise StreamVizValueError(
                "ROW_KEY", f"{self._table}: row {at} has no value for the key column {self._key!r}"
            )
        return out

    def check_key(self, key: object, at: int) -> CellValue:
        """Return the key of removal number `at` as it is stored; raises `COLUMN_TYPE`."""
        return None if self._key is None else self._fit(self._key, key, f"deletes[{at}]")

    def _fit(self, name: str, given: object, where: str) -> CellValue:
        kind = self.kinds.setdefault(name, Kind(None))
        try:
            value: Any = plain(given)
            if value is None:
                return None
            if kind.type is None:
                kind.type = type_of(value)
            cell = fit(value, kind.type, declared=kind.declared)
        except Refused:
            expected = kind.type or "number, text, bool or datetime"
            raise StreamVizTypeError(
                "COLUMN_TYPE",
                f"{self._table}: column {name!r} holds {expected}, {where} has {shown(given)}",
                table=self._table,
                column=name,
                where=where,
                expected=expected,
                actual=type(given).__name__,
            ) from None
        if isinstance(cell, float):
            kind.is_float = True
        return cell
