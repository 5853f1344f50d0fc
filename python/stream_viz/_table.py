"""`sv.table`: rows, newest on top or kept in place by a key."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from stream_viz import _armed, _producer
from stream_viz._columns import is_column_type
from stream_viz._declaration import Declaration, closed_error
from stream_viz._errors import StreamVizError, StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._schema import UNSET
from stream_viz._thresholds import nearest
from stream_viz._widget import Widget, declare

if TYPE_CHECKING:
    from stream_viz._table_state import TableState

MAX_ROWS = 10_000


class Table(Widget):
    """Rows of named cells. Made by `sv.table`.

    `send` (or `append`) adds rows or, with `key=`, changes them in place; `apply` changes and removes at once;
    `values()` reads back, `clear` drops all rows, `close` removes the widget.
    """

    __slots__ = ("_key", "_named", "_state")
    kind: ClassVar[str] = "table"

    def __init__(self, declaration: Declaration) -> None:
        """Make the handle and the table's state."""
        super().__init__(declaration)
        self._state: TableState | None = None
        self._key: str | None = None
        self._named: set[str] = set()
        self._options_changed()

    def send(self, rows: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> None:
        """Add one row (a dict) or several (a list of dicts).

        With `key=` a row with a known key changes that row: columns it leaves out keep their value, an explicit None
        clears a cell. A column that was not declared is added at the right; where columns are declared it is ignored,
        counted and named once.

        Raises `ROW_TYPE` for what is no row, `ROW_KEY` for a row without its key, `COLUMN_TYPE` for a value of another
        type than the column's (nothing is added then), `ROW_TOO_LARGE`, `WIDGET_CLOSED`.
        """
        self._apply(_rows_of(rows, f"{self.name}.send"), ())

    append = send

    def apply(self, upserts: Mapping[str, Any] | Iterable[Mapping[str, Any]] = (), deletes: Any = ()) -> None:
        """Change and remove rows in one step that pages never see half of: `upserts` as `send`, `deletes` are keys.

        A key that is not there is no mistake. Raises what `send` raises, and `TABLE_KEYLESS` for `deletes` in a table
        without `key=`.
        """
        call = f"{self.name}.apply"
        keys = [deletes] if isinstance(deletes, (str, bytes)) or not isinstance(deletes, Iterable) else list(deletes)
        if keys and self._key is None:
            raise StreamVizValueError(
                "TABLE_KEYLESS", f"{call}: deletes= needs the table's key: sv.table({self.name!r}, key='column')"
            )
        self._apply(_rows_of(upserts, call), keys)

    def _apply(self, rows: Sequence[Mapping[str, Any]], deletes: Sequence[Any]) -> None:
        producer = _producer.current()
        state = self._state
        if state is None or self._declaration.closed:
            raise closed_error(self._declaration)
        if self._key is not None:
            for at, row in enumerate(rows):
                if row.get(self._key) is None:
                    near = nearest(self._key, [str(name) for name in row if name != self._key])
                    raise StreamVizValueError(
                        "ROW_KEY",
                        f"{self.name}.send: row {at} has no value for the key column {self._key!r}{near}; "
                        f"got {shown(dict(row))}",
                        key=self._key,
                    )
        with producer.lock:
            state.apply(rows, deletes)
            unknown = state.unknown_columns.keys() - self._named
            self._named |= unknown
        if unknown:
            warnings.warn(_unknown_note(self.name, sorted(unknown), state), stacklevel=3)
        if _armed.limit < 0:
            producer.wake()

    def values(self) -> list[dict[str, Any]]:
        """Return the rows held as dicts, oldest change first: copies. Raises `WIDGET_CLOSED`."""
        self._ensure_open()
        with _producer.current().lock:
            return [dict(row) for row in self._open_state().rows()]

    @property
    def last(self) -> dict[str, Any] | None:
        """Return the newest row, None while there is none."""
        if self._declaration.closed:
            return None
        with _producer.current().lock:
            rows = list(self._open_state().rows())
        return dict(rows[-1]) if rows else None

    @property
    def row_count(self) -> int:
        """Return the number of rows held."""
        return 0 if self._state is None else self._state.row_count

    @property
    def sent(self) -> int:
        """Return the number of changes made so far, removals too."""
        return 0 if self._state is None else self._state.total_sent

    def _open_state(self) -> TableState:
        if self._state is None:
            raise closed_error(self._declaration)
        return self._state

    def _options_changed(self) -> None:
        from stream_viz._table_columns import Column  # noqa: PLC0415  loads numpy, which importing the package must not

        checked = self._declaration.checked
        key, columns, max_rows = checked.get("key"), checked.get("columns"), checked.get("max_rows")
        declared = _declared_columns(columns)
        if isinstance(key, str) and declared and key not in {column["name"] for column in declared}:
            names = [column["name"] for column in declared]
            raise StreamVizValueError(
                "OPTION_INVALID",
                f"sv.table({self.name!r}): key={key!r} is not one of the columns{nearest(key, names)} "
                f"(columns: {', '.join(names)})",
                option="key",
            )
        old = self._state
        self._key = key if isinstance(key, str) else None
        self._state = _producer.current().sender.table(
            self.id,
            columns=[Column(name=column["name"], type=_typed(column)) for column in declared] or None,
            key=self._key,
            max_rows=max_rows if isinstance(max_rows, int) else MAX_ROWS,
        )
        if old is not None and old is not self._state:  # another key or other columns: the rows move over
            self._move(old.rows(in_place=True))

    def _move(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Bring rows into a table of another shape; a row that does not fit it is left out."""
        state = self._open_state()
        for row in rows:
            if self._key is None or row.get(self._key) is not None:
                try:
                    state.apply([row])
                except StreamVizError:  # a declared type this row's values do not have: the new declaration wins
                    continue

    def _clear_data(self) -> None:
        _producer.current().sender.clear_table(self.id)

    def _release(self) -> None:
        self._state = None


def _declared_columns(columns: object) -> list[dict[str, Any]]:
    return columns if isinstance(columns, list) else []


def _typed(column: dict[str, Any]) -> Any:
    kind = column.get("type")
    return kind if is_column_type(kind) else None


def _unknown_note(name: str, unknown: list[str], state: TableState) -> str:
    known = [column.name for column in state.columns]
    named = ", ".join(f"{column!r}{nearest(column, known)}" for column in unknown)
    return f"table {name!r} has no column {named}; its cells are ignored and counted (columns: {', '.join(known)})"


def _rows_of(rows: Any, call: str) -> list[Mapping[str, Any]]:
    """Return rows as a list; raises `ROW_TYPE` for anything that is no dict or list of dicts."""
    if isinstance(rows, Mapping):
        return [_row(rows, call)]
    if isinstance(rows, (str, bytes)) or not isinstance(rows, Iterable):
        raise _not_a_row(rows, call)
    found = [*rows]
    for at, row in enumerate(found):
        if not isinstance(row, Mapping):
            raise _not_a_row(row, f"{call}: row {at}")
        _row(row, f"{call}: row {at}")
    return found


def _row(row: Mapping[Any, Any], call: str) -> Mapping[str, Any]:
    for name in row:
        if not isinstance(name, str):
            raise StreamVizTypeError(
                "ROW_TYPE", f"{call}: the names of a row's cells are texts, got {shown(name)}", actual=shown(name)
            )
    return row


def _not_a_row(row: object, call: str) -> StreamVizTypeError:
    return StreamVizTypeError(
        "ROW_TYPE",
        f"{call}: expected a row such as {{'pid': 1, 'name': 'init'}} or a list of rows, got {shown(row)}",
        expected="dict or list of dicts",
        actual=type(row).__name__,
    )


def table(
    name: str,
    *,
    title: str | None = UNSET,
    columns: Any = UNSET,
    max_rows: int | None = UNSET,
    sortable: bool | None = UNSET,
    key: str | None = UNSET,
    clear: bool = UNSET,
    display: bool = UNSET,
    **options: Any,
) -> Table:
    """Return the table of this name, shown under the running cell: `log = sv.table("log")`, then `log.send({"n": 1})`.

    - `columns`: names, `{"pid": "number"}`, or dicts with `name`, `type` (datetime, number, text, bool), `title`,
      `width` (pixels), `format`. Without it columns come from the rows; a column's type is that of its first value.
    - `key`: the column that tells rows apart; rows are changed in place. Without it rows are added.
    - `max_rows`: rows kept (default 10,000); the oldest go first. `sortable`: whether readers may sort.

    The rules of a declaration are those of `sv.metric`. Raises `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID`,
    `NAME_INVALID`, `NAME_TAKEN`.
    """
    given = {
        "title": title,
        "columns": columns,
        "max_rows": max_rows,
        "sortable": sortable,
        "key": key,
        **options,
    }
    handle: Table = declare(Table, name, given, clear=clear, display=display)
    return handle
