"""One table at the producer: live rows under rowIds, changes that wait, slices for keyframes, and the proof.

1. `apply` is atomic: it changes everything or raises and changes nothing.
2. Every change takes the next rowId, removals too; per key the highest wins. Above `max_rows` the oldest rows go.
   A row keeps the rowId under which its key entered the table, its place; a key that went and comes again gets another.
3. Changes that wait are conflated per key, so they never exceed live rows plus removals of rows a viewer may know.
4. Keyframes carry the newest rows only, from `key_floor`, where all would pass `table_key_bytes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from stream_viz._cell_value import CellValue, as_datetime, size_of
from stream_viz._errors import StreamVizValueError
from stream_viz._row_proof import RowProof
from stream_viz._rows import encode_rows
from stream_viz._table_columns import Column, TableColumns

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Mapping, Sequence

    from stream_viz._limits import Limits

ROW_OVERHEAD_BYTES = 20
KEY_KEEP = 0.8
"""Part of `table_key_bytes` that stays when `key_floor` moves on, so that it moves seldom."""


@dataclass(frozen=True)
class _Row:
    id: int
    first: int
    key: CellValue
    cells: list[CellValue]
    bytes: int


@dataclass(frozen=True)
class _Change:
    row: _Row
    gone: bool
    known: bool
    """Whether a viewer may hold an older row of this key."""


class TableState:
    """See the guarantees above. `lock` is the sender's: `apply`, `rows`, `clear` take it."""

    def __init__(
        self,
        widget_id: str,
        columns: Sequence[Column] | None,
        key: str | None,
        max_rows: int,
        *,
        lock: threading.RLock,
        limits: Limits,
    ) -> None:
        """Start empty; `columns` None infers them from the rows, in order of first sight."""
        self.id = widget_id
        self.lock = lock
        self.key = key
        self.total_sent = 0
        self._limits = limits
        self._max_rows = max_rows
        self.declared = (columns, key)
        self._columns = TableColumns(widget_id, columns, key)
        self.top = 0
        self.floor = 0
        self._rows: dict[CellValue, _Row] = {}
        self._pending: dict[CellValue, _Change] = {}
        self._start_proofs()

    def _start_proofs(self) -> None:
        self._whole = RowProof()
        self._part = RowProof()
        self._part_bytes = 0
        self._key_floor = 0

    # ---- the caller ----------------------------------------------------------------------------------------------

    def apply(self, upserts: Sequence[Mapping[str, object]], deletes: Sequence[object] = ()) -> None:
        """Insert or change rows and remove keys, all or nothing.

        In a keyed table columns missing from a row keep their value and None clears; a key in `deletes` that is not
        there is ignored. Declared tables ignore unknown columns and count them in `unknown_columns`.

        Raises `COLUMN_TYPE`, `ROW_TYPE`, `ROW_KEY`, `ROW_TOO_LARGE`, `TABLE_KEYLESS`.
        """
        with self.lock:
            if deletes and self.key is None:
                raise StreamVizValueError("TABLE_KEYLESS", f"{self.id}: rows of a table without key= cannot be removed")
            columns = self._columns.copy()
            rows = [columns.check(row, at) for at, row in enumerate(upserts)]
            keys = [columns.check_key(key, at) for at, key in enumerate(deletes)]
            staged: dict[CellValue, list[CellValue]] = {}
            self._check_columns(columns)
            ready = [self._merged(cells, at, list(columns.kinds), staged) for at, cells in enumerate(rows)]
            self._columns = columns
            for key, cells, size in ready:
                self._put(key, cells, size)
            for key in keys:
                self._remove(key)
            self.total_sent += len(ready) + len(keys)

    def rows(self, *, in_place: bool = False) -> list[dict[str, object]]:
        """Return the live rows, oldest change first, or `in_place`: oldest key first.

        Datetimes in UTC, missing values None. Copies.
        """
        with self.lock:
            rows = list(self._rows.values())
            if in_place:
                rows.sort(key=lambda row: row.first)
            return [
                {
                    name: as_datetime(cell) if kind.type == "datetime" else cell
                    for (name, kind), cell in zip(self._columns.kinds.items(), self._padded(row.cells), strict=True)
                }
                for row in rows
            ]

    @property
    def unknown_columns(self) -> dict[str, int]:
        """Cells in columns that a declared table does not have, counted by name."""
        return self._columns.unknown

    @property
    def row_count(self) -> int:
        """Number of live rows."""
        return len(self._rows)

    @property
    def max_rows(self) -> int:
        """Live rows kept at most."""
        return self._max_rows

    @max_rows.setter
    def max_rows(self, rows: int) -> None:
        with self.lock:
            self._max_rows = rows
            self._evict()

    @property
    def columns(self) -> list[Column]:
        """The columns with the types known so far."""
        return [Column(name, kind.type) for name, kind in self._columns.kinds.items()]

    def clear(self) -> None:
        """Remove all rows; columns and rowIds go on."""
        with self.lock:
            self._rows.clear()
            self._pending.clear()
            self.floor = self.top + 1
            self._start_proofs()

    def follow(self, other: TableState) -> None:
        """Take the place of another, empty: its rowIds go on, so that no viewer keeps one of its rows."""
        with self.lock:
            self.top = other.top
            self.clear()

    def _check_columns(self, columns: TableColumns) -> None:
        if len(columns.kinds) != len(self._columns.kinds) and columns.bytes > self._limits.row_bytes:
            raise StreamVizValueError(
                "ROW_TOO_LARGE",
                f"{self.id}: {len(columns.kinds):,} columns take about {columns.bytes:,} bytes in each message, "
                f"the limit is {self._limits.row_bytes:,}",
                actual=columns.bytes,
                limit=self._limits.row_bytes,
            )

    # ---- changing ------------------------------------------------------------------------------------------------

    def _merged(
        self, given: dict[str, CellValue], at: int, names: list[str], staged: dict[CellValue, list[CellValue]]
    ) -> tuple[CellValue, list[CellValue], int]:
        key = None if self.key is None else given[self.key]
        old = staged.get(key) if key is not None else None
        if old is None and key is not None and key in self._rows:
            old = self._rows[key].cells
        cells = list(old or ()) + [None] * (len(names) - len(old or ()))
        for column, name in enumerate(names):
            if name in given:
                cells[column] = given[name]
        size = ROW_OVERHEAD_BYTES + sum(map(size_of, cells))
        if size > self._limits.row_bytes:
            raise StreamVizValueError(
                "ROW_TOO_LARGE",
                f"{self.id}: row {at} takes about {size:,} bytes, the limit is {self._limits.row_bytes:,}",
                actual=size,
                limit=self._limits.row_bytes,
            )
        if key is not None:
            staged[key] = cells
        return key, cells, size

    def _put(self, key: CellValue, cells: list[CellValue], size: int) -> None:
        self.top += 1
        if self.key is None:
            key = self.top
        held = self._rows.get(key)
        known = self._forget(key)
        row = _Row(self.top, self.top if held is None else held.first, key, cells, size)
        self._rows[key] = row
        self._whole.add(row.id)
        self._part.add(row.id)
        self._part_bytes += size
        self._pending[key] = _Change(row, gone=False, known=known)
        self._evict()
        if self._part_bytes > self._limits.table_key_bytes:
            self._move_key_floor()

    def _remove(self, key: CellValue) -> None:
        if key not in self._rows:
            return
        known = self._forget(key)
        self.top += 1
        if known:
            cells = [key if name == self.key else None for name in self._columns.kinds]
            self._pending[key] = _Change(_Row(self.top, self.top, key, cells, 32), gone=True, known=True)
        self._refill_part()

    def _forget(self, key: CellValue) -> bool:
        """Take out the live row and the waiting change of a key; returns whether a viewer may know the key."""
        waiting = self._pending.pop(key, None)
        old = self._rows.pop(key, None)
        if old is not None:
            self._take_from_proofs(old)
        return waiting.known if waiting is not None else old is not None

    def _take_from_proofs(self, row: _Row) -> None:
        self._whole.add(row.id, -1)
        if row.id >= self._key_floor:
            self._part.add(row.id, -1)
            self._part_bytes -= row.bytes

    def _evict(self) -> None:
        while len(self._rows) > self._max_rows:
            key = next(iter(self._rows))
            row = self._rows.pop(key)
            self._take_from_proofs(row)
            self.floor = row.id + 1
            if key in self._pending and self._pending[key].row.id < self.floor:
                del self._pending[key]

    def _move_key_floor(self) -> None:
        keep = KEY_KEEP * self._limits.table_key_bytes
        self._part, self._part_bytes = RowProof(), 0
        for row in reversed(self._rows.values()):
            if self._part_bytes and self._part_bytes + row.bytes > keep:
                self._key_floor = row.id + 1
                return
            self._part.add(row.id)
            self._part_bytes += row.bytes
        self._key_floor = self.floor

    def _refill_part(self) -> None:
        oldest = next(iter(self._rows.values()), None)
        if oldest and oldest.id < self._key_floor and self._part_bytes < self._limits.table_key_bytes / 3:
            self._move_key_floor()

    # ---- the message builder (holds the lock) --------------------------------------------------------------------

    @property
    def key_floor(self) -> int:
        """The oldest rowId that keyframes carry."""
        return max(self._key_floor, self.floor)

    @property
    def key_bytes(self) -> int:
        """Bytes of the rows that keyframes carry; an estimate."""
        return self._part_bytes

    @property
    def waiting(self) -> bool:
        """Whether changes wait."""
        return bool(self._pending)

    def state(self) -> list[object]:
        """Return the header's proof: [floor, keyFloor, whole, part, total]."""
        return [self.floor, self.key_floor, str(self._whole), str(self._part), len(self._rows)]

    @property
    def least_bytes(self) -> int:
        """Bytes of the least that `take_changes` takes."""
        first = next(iter(self._pending.values()), None)
        return self._columns.bytes + (0 if first is None else first.row.bytes)

    def take_changes(self, most_bytes: int) -> tuple[bytes, int]:
        """Return waiting changes, oldest first, as Arrow, and how many; at least one where any waits."""
        taken: list[CellValue] = []
        size = self._columns.bytes
        for key, change in self._pending.items():
            size += change.row.bytes
            if taken and size > most_bytes:
                break
            taken.append(key)
        changes = [self._pending.pop(key) for key in taken]
        return self._encode((change.row, change.gone) for change in changes), len(changes)

    def drop_changes(self) -> None:
        """Forget waiting changes: nobody listens, and the next keyframe round carries the rows."""
        self._pending.clear()

    def slice_from(self, row_id: int | None) -> tuple[bytes, int, int, bool, int]:
        """Return (Arrow, a, b, whether it reaches the newest row, bytes of the rows) of the slice at `row_id`.

        None starts at `key_floor`. Live rows a <= rowId < b are all in it.
        """
        a = self.key_floor if row_id is None else row_id
        newer: list[_Row] = []
        for row in reversed(self._rows.values()):
            if row.id < a:
                break
            newer.append(row)
        rows: list[_Row] = []
        size = 0
        for row in reversed(newer):
            size += row.bytes
            if rows and size > self._limits.slice_bytes:
                break
            rows.append(row)
        done = len(rows) == len(newer)
        b = self.top + 1 if done else rows[-1].id + 1
        return self._encode((row, False) for row in rows), a, b, done, min(size, self._limits.slice_bytes)

    def _encode(self, rows: Iterable[tuple[_Row, bool]]) -> bytes:
        columns = [(name, kind.type, kind.is_float) for name, kind in self._columns.kinds.items()]
        return encode_rows(columns, [(row.id, gone, row.first, row.cells) for row, gone in rows])

    def _padded(self, cells: list[CellValue]) -> list[CellValue]:
        width = len(self._columns.kinds)
        return list(islice(cells, width)) + [None] * (width - len(cells))
