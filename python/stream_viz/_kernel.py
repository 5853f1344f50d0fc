"""The kernel as IPython and anywidget give it: parent messages, displayed outputs, the hub comm."""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stream_viz._host import Parent, version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from stream_viz._widgets import HubModels, StreamVizModel

VIEW_TYPE = "application/vnd.streamviz.view+json"
WIDGET_TYPE = "application/vnd.jupyter.widget-view+json"


class IPythonKernel:
    """A kernel with ipykernel and anywidget. Its session is `kernel-<kernel id>`, as the connection file has it."""

    def __init__(self, shell: Any) -> None:
        """Take IPython's shell; opens nothing yet."""
        self._shell = shell
        self._models: HubModels | None = None
        self.session = f"kernel-{kernel_id()}"

    def in_cell(self) -> bool:
        """Return whether this is the main thread, the one that runs cells."""
        return threading.current_thread() is threading.main_thread()

    def parent(self) -> Parent | None:
        """Return the request being worked on (of the current task or thread where ipykernel tells them apart)."""
        kernel = self._shell.kernel
        try:
            message = kernel.get_parent("shell")
        except (AttributeError, LookupError, TypeError):
            message = getattr(kernel, "_parent_header", None)
        header = (message or {}).get("header") or {}
        if not header.get("msg_id"):
            return None
        details = message.get("metadata") or {}
        cell = details.get("cellId")
        deleted = details.get("deletedCells")
        return Parent(
            message_id=header["msg_id"],
            message_type=header.get("msg_type", ""),
            cell_id=cell if isinstance(cell, str) and cell else None,
            deleted_cells=tuple(deleted) if isinstance(deleted, (list, tuple)) else (),
        )

    def open_hub(self, epoch: str, on_message: Callable[[Any], None]) -> _Hub:
        """Open the asset model (the runtime's text) and the hub model; importing anywidget takes about a second."""
        from stream_viz._widgets import HUB_PREFIX, HubModels  # noqa: PLC0415  about a second, in a kernel only

        self._models = HubModels.open(self.session, epoch, HUB_PREFIX + epoch, on_message)
        _keep_open(self._models.hub.comm)
        return _Hub(self._models.hub)

    def on_execution(self, started: Callable[[], None], cleared: Callable[[], None]) -> None:
        """Register with IPython; silent requests (completions, a host's own questions) are no cells."""

        def watch(message: dict[str, Any]) -> dict[str, Any]:
            if message.get("msg_type") == "clear_output":
                cleared()
            return message

        def before(_info: object = None) -> None:
            self._watch_output(watch)
            started()

        self._watch_output(watch)
        self._shell.events.register("pre_run_cell", before)

    def _watch_output(self, watch: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Register `watch` on this thread, the only one ipykernel then calls it on; again is harmless."""
        publisher = self._shell.display_pub
        if not hasattr(publisher, "register_hook"):
            return
        if hasattr(publisher, "unregister_hook"):
            publisher.unregister_hook(watch)
        publisher.register_hook(watch)

    def display_view(self, view_id: str, title: str, count: int, html: str) -> _View:
        """Display a view model: our own type first, the widget, then words for hosts that know neither."""
        from IPython.display import display  # noqa: PLC0415

        if self._models is None:
            message = "display_view before open_hub"
            raise RuntimeError(message)
        hub = self._models.hub
        spec = {
            "session": self.session,
            "epoch": hub.epoch,
            "view": view_id,
            "version": version(),
            "hub": hub.model_id,
        }
        model = self._models.view(view_id, title, count)
        bundle = {
            VIEW_TYPE: spec,
            WIDGET_TYPE: {"version_major": 2, "version_minor": 0, "model_id": model.model_id},
            "text/html": html,
            "text/plain": f"Live view of {title} (StreamViz); shown while the notebook's kernel runs",
        }
        display(bundle, raw=True)
        return _View(model)

    def display(self, bundle: dict[str, str]) -> None:
        """Display a plain output under the running cell."""
        from IPython.display import display  # noqa: PLC0415

        display(bundle, raw=True)

    def call_later(self, callback: Callable[[], None]) -> None:
        """Run `callback` on the kernel's event loop; where there is none, at the next send instead."""
        loop = getattr(self._shell.kernel, "io_loop", None)
        if loop is not None:
            loop.add_callback(callback)


def _keep_open(comm: Any) -> None:
    """Let no page close a comm for all others: one without a widget manager closes every comm that it hears open."""
    from comm import get_comm_manager  # noqa: PLC0415  part of ipykernel

    def reopen(_message: object) -> None:
        comm._closed = False  # noqa: SLF001  what a closing page set; there is no other way back
        get_comm_manager().register_comm(comm)

    comm.on_close(reopen)


class _Hub:
    """Sends through the hub's comm; comm.send is thread-safe in ipykernel."""

    def __init__(self, model: StreamVizModel) -> None:
        self._model = model

    def send(self, header: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        self._model.send(dict(header), list(buffers))


class _View:
    def __init__(self, model: StreamVizModel) -> None:
        self._model = model

    def close(self) -> None:
        with contextlib.suppress(Exception):  # the page or the comm may be gone already: closing has no one to tell
            self._model.layout.close()
            self._model.close()


def kernel_id() -> str:
    """Return the kernel's id from the name of its connection file; a random one where there is no such file."""
    try:
        from ipykernel.connect import get_connection_file  # noqa: PLC0415

        return Path(get_connection_file()).stem.removeprefix("kernel-")
    except Exception:  # noqa: BLE001  kernels without a connection file (in-process, other launchers) raise what they like
        return f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
