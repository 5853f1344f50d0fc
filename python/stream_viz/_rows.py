"""Table rows as an Arrow stream, through arro3: the three system columns, then the table's own, all nullable."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from arro3.core import Array, DataType, Field, RecordBatch, Schema
from arro3.io import write_ipc_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._cell_value import CellValue, ColumnType

INT64, FLOAT64, BOOL, TEXT = DataType.int64(), DataType.float64(), DataType.bool(), DataType.utf8()
TIME = DataType.timestamp("us", tz="UTC")


def encode_rows(
    columns: Sequence[tuple[str, ColumnType | None, bool]],
    rows: Sequence[tuple[int, bool, int, Sequence[CellValue]]],
) -> bytes:
    """Return the stream of (rowId, gone, first, cells) rows; cells may be shorter than the columns.

    A column is (name, type, whether it is float); a column without a type yet travels as text of nulls.
    """
    ids, gone, first = zip(*(row[:3] for row in rows), strict=True) if rows else ((), (), ())
    arrays = [Array(ids, INT64), Array(gone, BOOL), Array(first, INT64)]
    names = ["sv:row", "sv:gone", "sv:first"]
    for at, (name, kind, is_float) in enumerate(columns):
        cells = [row[3][at] if at < len(row[3]) else None for row in rows]
        arrays.append(_array(cells, kind, is_float=is_float))
        names.append(name)
    fields = [Field(name, array.type, nullable=True) for name, array in zip(names, arrays, strict=True)]
    out = io.BytesIO()
    write_ipc_stream(RecordBatch.from_arrays(arrays, schema=Schema(fields)), out, compression=None)
    return out.getvalue()


def _array(cells: list[CellValue], kind: ColumnType | None, *, is_float: bool) -> Array:
    if kind == "number" and is_float:
        return Array([None if cell is None else float(cell) for cell in cells], FLOAT64)
    if kind == "number":
        return Array(cells, INT64)
    if kind == "datetime":
        return Array(cells, INT64).cast(TIME)
    return Array(cells, BOOL if kind == "bool" else TEXT)
