"""What one widget was declared as, and the rules of a declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizError, StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import encodable, shown

if TYPE_CHECKING:
    from stream_viz._widget import Widget
    from stream_viz._windows import Windows

SERIES_KINDS = ("metric", "gauge")
NAME_LIMIT = 200


@dataclass(slots=True, eq=False)
class Declaration:
    """One widget of the document: its identity and options. `given` is what the user set, under Python names."""

    kind: str
    name: str
    given: dict[str, Any] = field(default_factory=dict)
    wire: dict[str, object] = field(default_factory=dict)
    checked: dict[str, object] = field(default_factory=dict)
    handle: Widget | None = None
    closed: bool = False
    constructor: str = ""
    """Name of the function that made it where that is not its kind: a counter is a metric in the document."""
    view: str = ""
    """What tells a view of a name's data from the widget of that name; empty for the latter."""
    windows: Windows | None = None
    """Resolved window options; None for a table."""

    @property
    def id(self) -> str:
        """Return the widget's id in the document: `kind:name`, for a view `kind:name?window=10s&aggregation=p99`."""
        return f"{self.kind}:{self.name}{'?' if self.view else ''}{self.view}"

    @property
    def word(self) -> str:
        """Return what a user calls the widget: its constructor, or "view"."""
        return "view" if self.view else self.constructor or self.kind

    def document(self) -> dict[str, object]:
        """Return the document's entry: only what the user set; defaults live in the page."""
        return {"id": self.id, "kind": self.kind, "name": self.name, "options": dict(self.wire)}


def check_name(name: object, call: str) -> str:
    """Return a widget's name: a text of 1 to 200 characters; raises `NAME_INVALID`."""
    if not isinstance(name, str):
        raise StreamVizTypeError("NAME_INVALID", f"{call}: a name is a text, got {shown(name)}", actual=shown(name))
    if not name.strip() or len(name) > NAME_LIMIT:
        raise StreamVizValueError(
            "NAME_INVALID", f"{call}: a name has 1 to {NAME_LIMIT} characters, got {shown(name)}", actual=shown(name)
        )
    return encodable(name)


def closed_error(declaration: Declaration) -> StreamVizError:
    """Return the error of a call on a closed widget."""
    made = f"{declaration.name}.view" if declaration.view else f"sv.{declaration.word}({declaration.name!r})"
    return StreamVizError(
        "WIDGET_CLOSED",
        f"{declaration.word} {declaration.name!r} was closed; {made} makes a new one",
        widget=declaration.id,
    )


def name_taken(name: str, kind: str, first: str, why: str = "") -> StreamVizValueError:
    """Return the error of a name that another kind holds and that cannot be a second view of its data."""
    return StreamVizValueError(
        "NAME_TAKEN",
        f"sv.{kind}({name!r}): the name is taken by the {first} {name!r}, "
        f"{why or f'whose data a {kind} cannot show'}; choose another name, or close the {first} first",
        name=name,
        kind=kind,
        first=f"{first}:{name}",
    )
