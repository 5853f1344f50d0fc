"""The widgets of this process and the document that says what to show.

1. A name alone fetches a widget or creates it. Any option is the full declaration: what is left out returns to its
   default, data stay.
2. The same name in another kind is a second view of the same data where both show series (metric, gauge); else
   `NAME_TAKEN`.
3. A closed widget leaves the document at once; its handle stays closed for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stream_viz._declaration import SERIES_KINDS, Declaration, closed_error, name_taken
from stream_viz._schema import check_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SETTINGS = ("title", "timezone", "language")


class Dashboard:
    """Registry of declarations in order of declaration, and the settings of `configure`. Not locked: the caller is."""

    def __init__(self) -> None:
        """Start empty."""
        self._declarations: dict[str, Declaration] = {}
        self.settings: dict[str, object] = {}
        self.changed = False
        """Whether the document differs from the one last published."""

    def find(self, widget_id: str) -> Declaration | None:
        """Return the open declaration of a widget id."""
        return self._declarations.get(widget_id)

    def all(self) -> list[Declaration]:
        """Return the open declarations, first declared first."""
        return list(self._declarations.values())

    def declare(self, kind: str, name: str, given: dict[str, Any], call: str) -> tuple[Declaration, bool]:
        """Return (declaration, whether its options changed or it is new), by rule 1; raises `NAME_TAKEN`."""
        found = self._declarations.get(f"{kind}:{name}")
        if found is not None and not given:
            return found, False
        for other in self._declarations.values():
            if other.name == name and other.kind != kind and not {kind, other.kind} <= set(SERIES_KINDS):
                raise name_taken(name, kind, other.kind)
        wire, checked = check_options(kind, given, call)
        if found is None:
            found = Declaration(kind, name)
            self._declarations[found.id] = found
        found.given, found.wire, found.checked = given, wire, checked
        self.changed = True
        return found, True

    def update(self, declaration: Declaration, options: dict[str, Any], call: str) -> None:
        """Change single options; None returns one to its default."""
        if declaration.closed:
            raise closed_error(declaration)
        given = {**declaration.given, **options}
        wire, checked = check_options(declaration.kind, given, call)
        given = {name: value for name, value in given.items() if value is not None}
        declaration.given, declaration.wire, declaration.checked = given, wire, checked
        self.changed = True

    def remove(self, declaration: Declaration) -> bool:
        """Take a widget out; returns whether nothing else shows the series of its name."""
        declaration.closed = True
        self._declarations.pop(declaration.id, None)
        self.changed = True
        return not any(other.name == declaration.name for other in self._declarations.values())

    def configure(self, options: dict[str, Any], check: Callable[[dict[str, Any]], dict[str, object]]) -> None:
        """Change settings; None returns one to its default."""
        checked = check(options)
        for name, value in options.items():
            if value is None:
                self.settings.pop(name, None)
            else:
                self.settings[name] = checked[name]
        self.changed = True

    def document(self, views: Iterable[dict[str, object]]) -> dict[str, Any]:
        """Return the document without its revision, which the sender gives."""
        return {
            **{name: self.settings.get(name) for name in SETTINGS},
            "widgets": [declaration.document() for declaration in self._declarations.values()],
            "views": list(views),
        }
