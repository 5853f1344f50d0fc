"""Which outputs a notebook shows: one live view per execution, displayed at once.

1. The first declaration in an execution displays a view under its cell at once; later ones of that execution extend the
   view through the document.
2. A new execution of the same cell closes the views of the older one.
3. A handle at the end of a cell is silent where the execution's views hold it already.
4. Other threads display nothing by themselves and say once how to show a widget.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stream_viz._host import Kernel, Parent, ViewModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VIEW_LIMIT = 256
THREAD_NOTE = "StreamViz: a widget declared in another thread is not displayed by itself; sv.show() in a cell shows it."


@dataclass(slots=True, eq=False)
class View:
    """One displayed output: its place in the document, and the model behind it."""

    id: str
    cell: str | None
    execution: str
    widgets: list[str]
    model: ViewModel | None = field(default=None)

    def document(self) -> dict[str, object]:
        """Return the document's entry."""
        return {"id": self.id, "cell": self.cell, "widgets": list(self.widgets)}


class CellViews:
    """The views of a kernel, at most 256: past that the oldest goes. Not locked: the caller is."""

    def __init__(self, kernel: Kernel, html_of: Callable[[Sequence[str]], str]) -> None:
        """Take the kernel and what draws the still of an output that already has data."""
        self._kernel = kernel
        self._html_of = html_of
        self._views: list[View] = []
        self._made = 0
        self._execution = ""
        self._automatic: View | None = None
        self._noted = False
        self.changed = False

    def all(self) -> list[View]:
        """Return the views, oldest first."""
        return list(self._views)

    def declared(self, widget_id: str) -> None:
        """Show a widget that a constructor named: in the running execution's view, which it may open."""
        if threading.current_thread() is not threading.main_thread():
            if not self._noted:
                self._noted = True
                print(THREAD_NOTE, file=sys.stderr)  # noqa: T201  a sentence to the person at the notebook
            return
        parent = self._kernel.parent()
        if parent is None or parent.message_type != "execute_request":
            return
        self._enter(parent)
        if self._automatic is None:
            self._automatic = self._open(parent, [widget_id])
        elif widget_id not in self._automatic.widgets:
            self._automatic.widgets.append(widget_id)
            self.changed = True

    def show(self, widget_ids: Sequence[str], *, implicit: bool = False) -> None:
        """Display a view of its own; `implicit` (a handle at a cell's end) stays silent by rule 3."""
        parent = self._kernel.parent() or Parent("", "")
        self._enter(parent)
        if implicit:
            held = {held for view in self._views if view.execution == parent.message_id for held in view.widgets}
            if parent.message_id and held.issuperset(widget_ids):
                return
        self._open(parent, list(widget_ids))

    def drop_widget(self, widget_id: str) -> None:
        """Take a closed widget out of every view; a view without widgets is closed."""
        for view in self.all():
            if widget_id in view.widgets:
                view.widgets.remove(widget_id)
                self.changed = True
                if not view.widgets:
                    self._close(view)

    def _enter(self, parent: Parent) -> None:
        if parent.message_id == self._execution:
            return
        self._execution = parent.message_id
        self._automatic = None
        gone = {*parent.deleted_cells, parent.cell_id} - {None}
        for view in self.all():
            if view.cell in gone and view.execution != parent.message_id:
                self._close(view)

    def _open(self, parent: Parent, widgets: list[str]) -> View:
        self._made += 1
        view = View(f"v{self._made}", parent.cell_id, parent.message_id, widgets)
        titles = ", ".join(widget.partition(":")[2] for widget in widgets)
        view.model = self._kernel.display_view(view.id, titles, len(widgets), self._html_of(widgets))
        self._views.append(view)
        self.changed = True
        if len(self._views) > VIEW_LIMIT:
            self._close(self._views[0])
        return view

    def _close(self, view: View) -> None:
        self._views.remove(view)
        self.changed = True
        if view is self._automatic:
            self._automatic = None
        if view.model is not None:
            view.model.close()
