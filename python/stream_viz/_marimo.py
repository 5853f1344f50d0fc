"""A marimo notebook: cells that run in a context of their own, shown through anywidget.

1. An execution is one run of one cell. marimo runs a cell again by itself; its views of before are closed then.
2. The hub outlives the cell that declared first: running or deleting it closes that cell's views only.
3. In `marimo run` every visitor is a session of one process, which shares this package's widgets and data: each visitor
   that declares or shows something gets a hub of its own, and all hubs send the same messages.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import uuid
from typing import TYPE_CHECKING, Any

from stream_viz._host import PROTOCOL, Parent, version
from stream_viz._schema import static_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stream_viz._widgets import StreamVizModel

RUNTIME_FILE = "runtime.mjs"
SESSIONS_MOST = 256
"""Visitors of one process that get messages; past that the one who came first goes."""


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
        page = self._here()
        model = _model(
            kind="view",
            hub_id=page.hub.model_id,
            asset_id=page.asset.model_id,
            session=self.session,
            epoch=self._epoch,
            view_id=view_id,
            title=title,
            version=version(),
            protocol=PROTOCOL,
            count=count,
        )
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
            if len(self._pages) > SESSIONS_MOST:
                self._pages.pop(next(iter(self._pages))).close()
        return page

    def _here(self) -> _Page:
        page = self._page(marimo_context())
        if not page.opened:
            with _kept_open(page.context):
                page.open(self.session, self._epoch, lambda _widget, content, _buffers: self._on_message(content))
        return page


class _Page:
    """One session of marimo: its context, its models, and the newest run of each of its cells."""

    def __init__(self, context: Any, number: int) -> None:
        self.context = context
        self.number = number
        self.runs: dict[str, tuple[Any, str]] = {}
        self.opened = False
        self.asset: StreamVizModel
        self.hub: StreamVizModel

    def open(self, session: str, epoch: str, handle: Callable[[object, Any, object], None]) -> None:
        text = static_text(RUNTIME_FILE)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.asset = _model(kind="asset", text=text, version=version(), hash=digest)
        hub_id = f"streamviz-hub-{epoch}-{self.number}"
        self.hub = _model(
            model_id=hub_id,
            kind="hub",
            hub_id=hub_id,
            session=session,
            epoch=epoch,
            version=version(),
            protocol=PROTOCOL,
            asset_id=self.asset.model_id,
        )
        self.hub.on_msg(handle)
        self.opened = True

    def close(self) -> None:
        if self.opened:
            for model in (self.hub, self.asset):
                with contextlib.suppress(Exception):  # its session may have ended long ago
                    model.close()


class _Hubs:
    """Sends to every session's page."""

    def __init__(self, pages: Mapping[int, _Page]) -> None:
        self._pages = pages

    def send(self, header: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        for page in list(self._pages.values()):
            if page.opened:
                with contextlib.suppress(Exception):  # a session that ended must not keep the others from their data
                    page.hub.send(dict(header), list(buffers))


class _View:
    def __init__(self, model: StreamVizModel) -> None:
        self._model = model

    def close(self) -> None:
        with contextlib.suppress(Exception):  # marimo closed it with its cell: closing has no one to tell
            self._model.close()


def _model(**traits: Any) -> StreamVizModel:
    """Return a model whose comm is open."""
    from stream_viz._widgets import StreamVizModel  # noqa: PLC0415  about a second, in a notebook only

    return StreamVizModel(**traits)


@contextlib.contextmanager
def _kept_open(context: Any) -> Iterator[None]:
    """Make models in here whose comms stay open when the running cell runs again or is deleted.

    marimo closes them with the cell by items in a registry; where it has none the hub opens anew when it is needed.
    """
    from marimo._plugins.ui._impl.anywidget.init import CommLifecycleItem  # noqa: PLC0415  in a marimo notebook only

    items = context.cell_lifecycle_registry.registry.get(context.cell_id, set())
    before = set(items)
    yield
    items = context.cell_lifecycle_registry.registry.get(context.cell_id, set())
    for item in items - before:
        if isinstance(item, CommLifecycleItem):
            items.discard(item)


def shown_output() -> Any:
    """Return all that the running cell has shown, as one output: a value at a cell's end replaces what was appended."""
    execution = getattr(marimo_context(), "execution_context", None)
    return execution.output.stack() if execution is not None else None
