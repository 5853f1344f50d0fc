"""The widgets of this process and the document that says what to show.

1. A name alone fetches a widget or creates it. Any option is the full declaration: what is left out returns to its
   default, data stay.
2. The same name in another kind is a second view of the same data where both show series (metric, gauge); else
   `NAME_TAKEN`.
   A view is a further widget on the data of a name; a name's data run over time or over steps, in all its widgets.
3. The document stays below `WIDGETS_MOST_BYTES`: the declaration that would pass it raises `DOCUMENT_TOO_LARGE` and
   changes nothing.
4. A closed widget leaves the document at once; its handle stays closed for good.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stream_viz._declaration import SERIES_KINDS, Declaration, closed_error, name_taken
from stream_viz._errors import StreamVizValueError
from stream_viz._schema import check_options
from stream_viz._windows import WIRE_NAMES, check_step_range, check_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SETTINGS = ("title", "timezone", "language")
WIDGETS_MOST_BYTES = 196_608
"""Bytes of all widgets and settings in the document: about 2,000 widgets with few options."""
TABLES_MOST_BYTES = 98_304
"""Bytes of all tables in a message's header: about 850 tables."""
PROOF_BYTES = 100
"""Bytes of a table in a header beside its id."""
TABLES_OF_KIND = {"table": 1, "events": 9}
"""Tables of a widget in a message's header: events have one of counters, one of newest events, seven of panes."""


class Dashboard:
    """Registry of declarations in order of declaration, and the settings of `configure`. Not locked: the caller is."""

    def __init__(self) -> None:
        """Start empty."""
        self._declarations: dict[str, Declaration] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        """Bytes of each widget in the document and in a header."""
        self.settings: dict[str, object] = {}
        self.changed = False
        """Whether the document differs from the one last published."""

    def find(self, widget_id: str) -> Declaration | None:
        """Return the open declaration of a widget id."""
        return self._declarations.get(widget_id)

    def all(self) -> list[Declaration]:
        """Return the open declarations, first declared first."""
        return list(self._declarations.values())

    def declare(
        self, kind: str, name: str, given: dict[str, Any], call: str, *, constructor: str = "", view: str = ""
    ) -> tuple[Declaration, bool]:
        """Return (declaration, whether its options changed or it is new), by rule 1; raises `NAME_TAKEN`."""
        made = Declaration(kind, name, constructor=constructor, view=view)
        found = self._declarations.get(made.id)
        if found is not None and (found.name, found.constructor) != (name, constructor):
            raise _taken_by_counter(made, found)
        if found is not None and not given:
            return found, False
        self.check_kind(kind, name)
        self._fill(made, given, call)
        self._check_room(made, call)
        if found is None:
            found = self._declarations[made.id] = made
        _take(found, made)
        self.changed = True
        return found, True

    def check_kind(self, kind: str, name: str) -> None:
        """Raise `NAME_TAKEN` where a widget of this kind cannot show the data of the name."""
        for other in self._declarations.values():
            if other.name == name and other.kind != kind and not {kind, other.kind} <= set(SERIES_KINDS):
                raise name_taken(name, kind, other.kind)

    def _fill(self, made: Declaration, given: dict[str, Any], call: str) -> None:
        """Check the options and give them to the declaration."""
        made.given = given
        if made.kind not in SERIES_KINDS:
            made.wire, made.checked = check_options(made.kind, given, call)
            return
        options = {**given, "counter": True} if made.constructor == "counter" else dict(given)
        axis = self._axis(made, options.get("x"), call)
        visible = options.pop("time_range", None) if axis == "step" else None
        wire, checked = check_options(made.kind, options, call)
        checked["x"] = axis
        made.windows = check_windows(checked, call, made.name, single=made.kind == "gauge")
        made.wire = {name: value for name, value in wire.items() if name not in WIRE_NAMES}
        made.wire |= made.windows.wire
        if visible is not None:
            made.wire["timeRange"] = checked["time_range"] = check_step_range(visible, call)
        made.checked = checked

    def _axis(self, made: Declaration, asked: object, call: str) -> str:
        """Return what the samples of the name are ordered by: one axis for all its widgets."""
        shown = [other for other in self.shows(made.name) if other.id != made.id]
        for other in shown:
            axis = other.windows.axis if other.windows is not None else "time"
            if asked not in (None, axis):
                raise StreamVizValueError(
                    "NAME_TAKEN",
                    f"{call}: x={asked!r}, but the {other.word} {made.name!r} runs over {_axis_word(axis)}; "
                    f"choose another name, or close the {other.word} first",
                    name=made.name,
                    first=other.id,
                )
            return axis
        found = self._declarations.get(made.id)
        if asked is None and found is not None and found.windows is not None:
            return found.windows.axis
        return "step" if asked == "step" else "time"

    def shows(self, name: str) -> list[Declaration]:
        """Return the open widgets that show the samples of a name."""
        return [one for one in self._declarations.values() if one.name == name and one.kind in SERIES_KINDS]

    def update(self, declaration: Declaration, options: dict[str, Any], call: str) -> None:
        """Change single options; None returns one to its default."""
        if declaration.closed:
            raise closed_error(declaration)
        made = Declaration(
            declaration.kind, declaration.name, constructor=declaration.constructor, view=declaration.view
        )
        self._fill(made, {**declaration.given, **options}, call)
        self._check_room(made, call)
        made.given = {name: value for name, value in made.given.items() if value is not None}
        _take(declaration, made)
        self.changed = True

    def remove(self, declaration: Declaration) -> bool:
        """Take a widget out; returns whether nothing else shows the series of its name."""
        declaration.closed = True
        self._sizes.pop(declaration.id, None)
        self._declarations.pop(declaration.id, None)
        self.changed = True
        return not any(other.name == declaration.name for other in self._declarations.values())

    def configure(self, options: dict[str, Any], check: Callable[[dict[str, Any]], dict[str, object]]) -> None:
        """Change settings; None returns one to its default."""
        checked = check(options)
        self._check_bytes("sv.configure", len(_encoded({**self.settings, **checked})), 0, "")
        for name, value in options.items():
            if value is None:
                self.settings.pop(name, None)
            else:
                self.settings[name] = checked[name]
        self.changed = True

    def _check_room(self, made: Declaration, call: str) -> None:
        """Note the size of a widget as it would be; raises `DOCUMENT_TOO_LARGE`. O(widgets)."""
        size = len(_encoded(made.document())) + 1
        proof = TABLES_OF_KIND.get(made.kind, 0) * (len(_encoded(made.id)) + PROOF_BYTES)
        self._check_bytes(call, size + len(_encoded(self.settings)), proof, made.id)
        self._sizes[made.id] = size, proof

    def _check_bytes(self, call: str, size: int, proof: int, besides: str) -> None:
        others = [sizes for widget_id, sizes in self._sizes.items() if widget_id != besides]
        totals = size + sum(each for each, _ in others), proof + sum(each for _, each in others)
        for what, total, most in (
            ("widgets and their options", totals[0], WIDGETS_MOST_BYTES),
            ("tables", totals[1] if proof else 0, TABLES_MOST_BYTES),
        ):
            if total > most:
                raise StreamVizValueError(
                    "DOCUMENT_TOO_LARGE",
                    f"{call}: the {what} of this process would take {total:,} bytes in a message, the limit is "
                    f"{most:,} (about {2000 if what != 'tables' else 850:,} widgets); close some, or send many lines "
                    f"through one widget (by=, labels())",
                    actual=total,
                    limit=most,
                    widgets=len(self._declarations),
                )

    def document(self, views: Iterable[dict[str, object]]) -> dict[str, Any]:
        """Return the document without its revision, which the sender gives."""
        return {
            **{name: self.settings.get(name) for name in SETTINGS},
            "widgets": [declaration.document() for declaration in self._declarations.values()],
            "views": list(views),
        }


def _take(declaration: Declaration, made: Declaration) -> None:
    declaration.given, declaration.wire, declaration.checked = made.given, made.wire, made.checked
    declaration.windows = made.windows


def _axis_word(axis: str) -> str:
    return "steps" if axis == "step" else "time"


def _taken_by_counter(made: Declaration, found: Declaration) -> StreamVizValueError:
    if "counter" not in (made.word, found.word):
        return name_taken(made.name, made.word, found.word)
    why = "since a counter keeps its own total and a metric is sent values"
    return name_taken(made.name, made.word, found.word, why)


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
