"""Where this process runs: inside a Jupyter kernel, or not. The rest of the package sees a kernel through `Kernel`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DISTRIBUTION = "stream-viz-core"
UNKNOWN_VERSION = "0+unknown"
PROTOCOL = "1.0"
IMPORT_PID = os.getpid()


@dataclass(frozen=True, slots=True)
class Parent:
    """The request a kernel works on: its message id and type, and the cell it came from where the client says so."""

    message_id: str
    message_type: str
    cell_id: str | None = None
    deleted_cells: tuple[str, ...] = ()


class Hub(Protocol):
    """The one channel to the pages of a kernel."""

    def send(self, header: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Send one message; the buffers are never reused."""


class ViewModel(Protocol):
    """What a cell shows: the model behind one displayed output."""

    def close(self) -> None:
        """Remove the model and what pages draw of it; twice is harmless."""


class Kernel(Protocol):
    """What the package needs of a notebook's kernel."""

    session: str

    def in_cell(self) -> bool:
        """Return whether this thread is one that runs cells."""

    def parent(self) -> Parent | None:
        """Return the request being worked on, or None outside of one."""

    def open_hub(self, epoch: str, on_message: Callable[[Any], None]) -> Hub:
        """Open the channel; `on_message` gets each message's content, perhaps on another thread."""

    def on_execution(self, started: Callable[[], None], cleared: Callable[[], None]) -> None:
        """Call `started` when a cell begins and `cleared` when code asks to clear its output, from here on."""

    def display_view(self, view_id: str, title: str, count: int, html: str) -> ViewModel:
        """Display a live view of the document's view `view_id` under the running cell."""

    def display(self, bundle: dict[str, str]) -> None:
        """Display a plain output."""

    def call_later(self, callback: Callable[[], None]) -> None:
        """Run `callback` on the kernel's own thread once it is idle."""


@cache
def version() -> str:
    """Return the version of the installed distribution, `0+unknown` where it is not installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return UNKNOWN_VERSION


def shell_with_kernel() -> Any | None:
    """Return IPython's shell when this process is a kernel, else None.

    True only where `get_ipython().kernel` exists and this is the process that imported the package: a forked child has
    the attribute too, but nothing it sends arrives. Imports nothing.
    """
    ipython = sys.modules.get("IPython")
    if ipython is None or os.getpid() != IMPORT_PID:
        return None
    shell = ipython.get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


def switched_off() -> bool:
    """Return whether nothing is to start or print by itself: `STREAMVIZ=off`, or a pytest run."""
    return os.environ.get("STREAMVIZ", "").lower() == "off" or "pytest" in sys.modules


def find_kernel() -> Kernel | None:
    """Return the kernel this process is, or None (scripts, terminals, forked children, `STREAMVIZ=off`)."""
    if os.environ.get("STREAMVIZ", "").lower() == "off" or os.getpid() != IMPORT_PID:
        return None
    if "marimo" in sys.modules:
        from stream_viz._marimo import MarimoKernel, marimo_context  # noqa: PLC0415  in a marimo notebook only

        if marimo_context() is not None:
            return MarimoKernel()
    shell = shell_with_kernel()
    if shell is None:
        return None
    from stream_viz._kernel import IPythonKernel  # noqa: PLC0415  needs IPython and anywidget, so in a kernel only

    return IPythonKernel(shell)
