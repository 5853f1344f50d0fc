"""Which outputs a notebook shows: one live view per execution, displayed at once.

1. The first declaration in an execution displays a view under its cell at once; later ones of that execution extend the
   view through the document.
2. A new execution of the same cell closes the views of the older one, and so does deleting the cell: the page says it
   with the next execution of any cell, and only then.
3. A task that an execution left behind keeps extending that execution's view, whatever runs meanwhile; once its cell
   has been run again it displays nothing.
4. A handle at the end of a cell is silent where the execution's views hold it already.
5. `clear_output` takes a running cell's views from the page: what is declared or displayed after it is shown again.
6. Other threads display nothing by themselves and say once how to show a widget.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stream_viz._host import Kernel, Parent, ViewModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VIEW_LIMIT = 256
EXECUTION_LIMIT = 4096
"""Executions remembered, so that one that was seen never counts as new."""
THREAD_NOTE = "StreamViz: a widget declared in another thread is not displayed by itself; sv.show() in a cell shows it."


@dataclass(slots=True, eq=False)
class View:
    """One displayed output: its place in the document, and the model behind it."""

    id: str
    cell: str | None
    execution: str
    widgets: list[str]
    automatic: bool = False
    """Opened by a constructor; later constructors of its execution extend it."""
    cleared: bool = False
    """`clear_output` took it from the page."""
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
        self._executions: dict[str, str | None] = {}  # message id -> its cell, oldest first
        self._newest: dict[str, str] = {}  # cell -> message id of its newest execution
        self._noted = False
        self.changed = False

    def all(self) -> list[View]:
        """Return the views, oldest first."""
        return list(self._views)

    def declared(self, widget_id: str) -> None:
        """Show a widget that a constructor named: in the running execution's view, which it may open."""
        if not self._kernel.in_cell():
            if not self._noted:
                self._noted = True
                print(THREAD_NOTE, file=sys.stderr)  # noqa: T201  a sentence to the person at the notebook
            return
        parent = self._kernel.parent()
        if parent is None or parent.message_type != "execute_request":
            return
        self._enter(parent)
        if parent.cell_id is not None and self._newest.get(parent.cell_id) != parent.message_id:
            return
        view = next((view for view in self._shown(parent) if view.automatic), None)
        if view is None:
            self._open(parent, [widget_id], automatic=True)
        elif widget_id not in view.widgets:
            view.widgets.append(widget_id)
            self.changed = True

    def show(self, widget_ids: Sequence[str], *, implicit: bool = False) -> None:
        """Display a view of its own; `implicit` (a handle at a cell's end) stays silent by rule 4."""
        parent = self._kernel.parent() or Parent("", "")
        self._enter(parent)
        if implicit:
            held = {held for view in self._shown(parent) for held in view.widgets}
            if parent.message_id and held.issuperset(widget_ids):
                return
        self._open(parent, list(widget_ids))

    def enter(self) -> None:
        """Note that an execution begins: what a re-run or deleted cell showed is closed, whatever runs now."""
        parent = self._kernel.parent()
        if parent is not None and parent.message_type == "execute_request":
            self._enter(parent)

    def output_cleared(self) -> None:
        """Note that the running cell cleared its output; its views close when others replace them or it runs again."""
        parent = self._kernel.parent()
        for view in self._shown(parent) if parent is not None else ():
            view.cleared = True

    def drop_widget(self, widget_id: str) -> None:
        """Take a closed widget out of every view; a view without widgets is closed."""
        for view in self.all():
            if widget_id in view.widgets:
                view.widgets.remove(widget_id)
                self.changed = True
                if not view.widgets:
                    self._close(view)

    def _enter(self, parent: Parent) -> None:
        if parent.message_id in self._executions:
            return
        self._executions[parent.message_id] = parent.cell_id
        if parent.cell_id is not None:
            self._newest[parent.cell_id] = parent.message_id
        if len(self._executions) > EXECUTION_LIMIT:
            oldest = next(iter(self._executions))
            cell = self._executions.pop(oldest)
            if cell is not None and self._newest.get(cell) == oldest:
                del self._newest[cell]
        gone = {*parent.deleted_cells, parent.cell_id} - {None}
        for view in self.all():
            if view.cell in gone and view.execution != parent.message_id:
                self._close(view)

    def _shown(self, parent: Parent) -> list[View]:
        return [view for view in self._views if view.execution == parent.message_id and not view.cleared]

    def _open(self, parent: Parent, widgets: list[str], *, automatic: bool = False) -> None:
        for old in self.all():
            if old.cleared and old.execution == parent.message_id:
                self._close(old)
        self._made += 1
        view = View(f"v{self._made}", parent.cell_id, parent.message_id, widgets, automatic=automatic)
        titles = ", ".join(widget.partition(":")[2] for widget in widgets)
        view.model = self._kernel.display_view(view.id, titles, len(widgets), self._html_of(widgets))
        self._views.append(view)
        self.changed = True
        if len(self._views) > VIEW_LIMIT:
            self._close(self._views[0])

    def _close(self, view: View) -> None:
        self._views.remove(view)
        self.changed = True
        if view.model is not None:
            view.model.close()
