"""A marimo notebook: cells that run in a context of their own, shown through anywidget.

1. An execution is one run of one cell. marimo runs a cell again by itself; its views of before are closed then.
2. The hub outlives the cell that declared first: running or deleting it closes that cell's views only.
3. In `marimo run` every visitor is a session of one process, which shares this package's widgets and data: each visitor
   that declares or shows something gets a hub of its own, and all hubs send the same messages.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import uuid
from typing import TYPE_CHECKING, Any

from stream_viz._host import Parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stream_viz._widgets import HubModels, StreamVizModel


def marimo_context() -> Any | None:
    """Return the context of the notebook that this thread runs a cell of, or None. Imports nothing."""
    marimo = sys.modules.get("marimo")
    if marimo is None or not marimo.running_in_notebook():
        return None
    from marimo._runtime.context import get_context  # noqa: PLC0415  marimo is there; it has no public way to the cell

    return get_context()


class MarimoKernel:
    """A process that marimo runs notebooks in."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.session = f"marimo-{uuid.uuid4().hex[:12]}"
        self._epoch = ""
        self._on_message: Callable[[Any], None] = lambda _content: None
        self._pages: dict[int, _Page] = {}
        self._runs = 0

    def in_cell(self) -> bool:
        """Return whether this thread runs cells: marimo runs each session of `marimo run` in a thread of its own."""
        return marimo_context() is not None

    def parent(self) -> Parent | None:
        """Return the run of a cell that this thread is in, or None."""
        context = marimo_context()
        execution = getattr(context, "execution_context", None)
        if context is None or execution is None:
            return None
        page = self._page(context)
        known = page.runs.get(execution.cell_id)
        if known is None or known[0] is not execution:
            self._runs += 1
            known = page.runs[execution.cell_id] = execution, f"run-{self._runs}"
        cell = f"{page.number}/{execution.cell_id}" if page.number else str(execution.cell_id)
        return Parent(known[1], "execute_request", cell)

    def open_hub(self, epoch: str, on_message: Callable[[Any], None]) -> _Hubs:
        """Open the hub of the session that asks; others follow when they show something."""
        self._epoch = epoch
        self._on_message = on_message
        self._here()
        return _Hubs(self._pages)

    def on_execution(self, started: Callable[[], None], cleared: Callable[[], None]) -> None:
        """Do nothing: a run shows itself with its first declaration, and marimo clears a cell before it runs."""

    def display_view(self, view_id: str, title: str, count: int, html: str) -> _View:
        """Append a view to the running cell's output; `html` is for hosts that know no widgets."""
        from marimo import output  # noqa: PLC0415

        del html
        model = self._here().view(view_id, title, count)
        output.append(model)
        return _View(model)

    def display(self, bundle: dict[str, str]) -> None:
        """Append a plain output to the running cell's: HTML where there is any, else text."""
        from marimo import Html, output, plain_text  # noqa: PLC0415

        html = bundle.get("text/html")
        output.append(Html(html) if html is not None else plain_text(bundle.get("text/plain", "")))

    def call_later(self, callback: Callable[[], None]) -> None:
        """Leave it to the next send: marimo has no loop that others may use."""

    def _page(self, context: Any) -> _Page:
        page = self._pages.get(id(context))
        if page is None or page.context is not context:
            numbers = [each.number for each in self._pages.values()]
            page = self._pages[id(context)] = _Page(context, max(numbers, default=-1) + 1)
        return page

    def _here(self) -> HubModels:
        from stream_viz._widgets import HUB_PREFIX, HubModels  # noqa: PLC0415  about a second, in a notebook only

        page = self._page(marimo_context())
        if page.models is None:
            hub_id = f"{HUB_PREFIX}{self._epoch}-{page.number}"
            with _kept_open(page.context):
                page.models = HubModels.open(self.session, self._epoch, hub_id, self._on_message)
        return page.models


class _Page:
    """One session of marimo: its context, its models, and the newest run of each of its cells."""

    def __init__(self, context: Any, number: int) -> None:
        self.context = context
        self.number = number
        self.runs: dict[str, tuple[Any, str]] = {}
        self.models: HubModels | None = None
        self._thread = threading.current_thread()

    @property
    def ended(self) -> bool:
        """Whether its session is over: the thread that ran its cells has ended."""
        return not self._thread.is_alive()


class _Hubs:
    """Sends to every session's page."""

    def __init__(self, pages: dict[int, _Page]) -> None:
        self._pages = pages

    def send(self, header: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        for key, page in list(self._pages.items()):
            if page.ended:  # nobody empties its queue any more
                self._pages.pop(key, None)
            elif page.models is not None:
                with contextlib.suppress(Exception):  # one that is ending must not keep the others from their data
                    page.models.hub.send(dict(header), list(buffers))


class _View:
    def __init__(self, model: StreamVizModel) -> None:
        self._model = model

    def close(self) -> None:
        with contextlib.suppress(Exception):  # marimo closed it with its cell: closing has no one to tell
            self._model.close()


@contextlib.contextmanager
def _kept_open(context: Any) -> Iterator[None]:
    """Make models in here whose comms stay open when the running cell runs again or is deleted.

    marimo closes them with the cell, by items in a registry. Their session ends with its thread.
    """
    items = context.cell_lifecycle_registry.registry.get(context.cell_id, set())
    before = set(items)
    yield
    items = context.cell_lifecycle_registry.registry.get(context.cell_id, set())
    for item in items - before:
        if type(item).__name__ == "CommLifecycleItem":  # by name: where it stands is marimo's own affair
            items.discard(item)


def shown_output() -> Any:
    """Return all that the running cell has shown, as one output: a value at a cell's end replaces what was appended."""
    execution = getattr(marimo_context(), "execution_context", None)
    return execution.output.stack() if execution is not None else None
