"""One process's sending side: the sender, the dashboard, the hub, the flusher, and what fork and exit do to them.

1. Nothing starts at import; flusher and, in a script, the link to the server start at the first declaration.
2. Before a fork the flusher stops; the parent restarts it at its next send, declaration or idle moment. The child
   clears what was not sent (the parent sends it). Where there is a server the child goes on as a session of its own,
   from its first send on; else it says once that what it sends is not shown.
3. At exit everything still held is sent; a later send flushes by itself.
4. Each message goes to both sinks where both are in use: the notebook's hub and the server.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import warnings
from typing import TYPE_CHECKING

from stream_viz import _armed
from stream_viz._cell_views import CellViews
from stream_viz._dashboard import Dashboard
from stream_viz._flusher import INTERVAL_S, Flusher
from stream_viz._host import Kernel, find_kernel
from stream_viz._notebook_pages import NotebookPages
from stream_viz._process_end import finalize_in_child, is_child_process
from stream_viz._server_side import ServerSide
from stream_viz._session_name import script_session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stream_viz._declaration import Declaration
    from stream_viz._sender import Sender

SERVER_INTERVAL_S = 1 / 30
FORK_NOTE = (
    "StreamViz: this process was forked from the one that shows the widgets; what it sends is not shown. "
    "Send from the parent, for example through a multiprocessing.Queue."
)


class Producer:
    """Everything one process sends; `current()` is the one in use."""

    def __init__(self, kernel: Kernel | None = None) -> None:
        """Take the kernel, or None outside of one; opens nothing yet."""
        self.kernel = kernel
        self.session = kernel.session if kernel is not None else script_session()
        self.sender: Sender = _sender(self.session, beside_notebook=kernel is not None)
        self.lock = self.sender.lock
        self.dashboard = Dashboard()
        self.views: CellViews | None = None
        if kernel is not None:
            self.views = CellViews(kernel, self._still)
        self.flusher = Flusher(self.flush, interval_s=INTERVAL_S if kernel is not None else SERVER_INTERVAL_S)
        self.server = ServerSide(self, quiet=is_child_process())
        self.pages = NotebookPages(self)
        self._pid = os.getpid()
        self._exited = False
        self._forking = False
        self._noted = False
        self._awaits_link = False
        """Whether the link starts with the next send: in a forked child."""
        self.auto_display = True
        self.gather: dict[str, Callable[[], None]] = {}
        """What brings a widget's tables up to date before each message, by widget id; called under the lock."""

    # What widgets call

    def declared(self, declaration: Declaration, *, changed: bool, display: bool) -> None:
        """Publish a declaration and show it under the running cell. The caller holds the lock."""
        if not self._is_own():
            return
        if self.kernel is None:
            self.server.start_by_itself()
        self.pages.open()
        if self.views is not None and display and self.auto_display:
            self.views.declared(declaration.id)
        if changed:
            self.dashboard.changed = True
        self.wake()

    def show(self, widget_ids: Sequence[str], *, implicit: bool = False) -> None:
        """Display widgets in a view of their own; nothing outside a kernel."""
        with self.lock:
            if self._is_own() and self.views is not None:
                self.pages.open()
                self.views.show(widget_ids, implicit=implicit)
                self.wake()

    def close_widget(self, declaration: Declaration) -> None:
        """Remove a widget everywhere and free its data where nothing else shows them."""
        with self.lock:
            if declaration.closed:
                return
            last = self.dashboard.remove(declaration)
            if self.views is not None:
                self.views.drop_widget(declaration.id)
            if declaration.kind == "table":
                self.sender.remove_table(declaration.id)
            elif last:
                self.sender.remove_series(declaration.name)

    def wake(self, buffer: list[float] | None = None) -> None:
        """Make sure that what was sent will travel: the slow path of a send, at most once until the next fork.

        `buffer` is dropped in a forked child, where it could go nowhere.
        """
        if os.getpid() != self._pid:
            if buffer is not None:
                del buffer[:]
            self._note_fork()
        elif self._exited:
            self._flush_last()
        elif self.pages.hub is not None or self.server.link is not None or self._awaits_link:
            self._start_sending()
        elif self.kernel is None:
            _armed.arm()

    def _start_sending(self) -> None:
        if self._awaits_link:
            with self.lock:
                self._awaits_link = False
                self.server.start_by_itself()
        finalize_in_child(self.at_exit)
        self.flusher.start()
        self.pages.start()
        _armed.arm()

    def wake_from_link(self) -> None:
        """Start the flusher again where a fork stopped it. Called by the link's thread."""
        if os.getpid() == self._pid and not self._exited and not self._forking and not self.flusher.running:
            self.flusher.start()

    # Flushing

    def flush(self) -> None:
        """Send one message of what came since the last one, if there is any. Any thread; locked while it builds."""
        link, hub = self.server.link, self.pages.hub
        if os.getpid() != self._pid or (hub is None and (link is None or not link.has_room)):
            return
        with self.lock:
            if self.dashboard.changed or (self.views is not None and self.views.changed):
                self.dashboard.changed = False
                views = self.views.all() if self.views is not None else []
                if self.views is not None:
                    self.views.changed = False
                self.sender.publish(self.dashboard.document([view.document() for view in views]))
            for gather in tuple(self.gather.values()):
                gather()
            message = self.sender.tick()
            if message is None:
                return
            if link is not None:
                self.server.say_untaken()
                link.put(message)
            if hub is not None:
                self.pages.send(hub, message)
        if link is not None:
            link.pump()

    # Fork and exit

    def before_fork(self) -> None:
        """Stop the flusher and hold the lock, so that the child finds everything whole."""
        if os.getpid() == self._pid:
            self._forking = True
            self.flusher.stop()
            self.lock.acquire()

    def after_fork_in_parent(self) -> None:
        """Let the next send restart the flusher; so does the kernel's next idle moment."""
        if self._forking:
            self._forking = False
            _armed.disarm()
            self.lock.release()
            if self.kernel is not None and self.pages.hub is not None:
                self.kernel.call_later(self.wake)

    def after_fork_in_child(self) -> None:
        """Clear what was not sent: the parent sends it. With a server this process is a session of its own."""
        if not self._forking:
            return
        self._forking = False
        _armed.disarm()
        self.flusher.forget()
        self.sender.after_fork_in_child()
        if self.server.link is not None or self._awaits_link:
            self._go_on_in_child()
        self.lock.release()

    def _go_on_in_child(self) -> None:
        self.server.forget()
        self._pid = os.getpid()
        self.kernel = self.views = None
        self.pages = NotebookPages(self)
        self.flusher = Flusher(self.flush, interval_s=SERVER_INTERVAL_S)
        self.server = self.server.child()
        self._awaits_link = True
        self._exited = False
        for declaration in self.dashboard.all():
            if declaration.handle is not None:
                declaration.handle._forget_parent()  # noqa: SLF001  the producer's half of the class
        self.sender.restart_in_child()
        self.dashboard.changed = True

    def at_exit(self) -> None:
        """Send what is held; a send after this flushes by itself."""
        if os.getpid() != self._pid or self._exited:
            return
        self.flusher.stop()
        self.pages.stop()
        self._exited = True
        _armed.disarm()
        self._flush_last()

    # Parts

    def _flush_last(self) -> None:
        """Send what is held, also where the link is closed already."""
        if self.pages.hub is not None:
            self.flusher.tick()
        self.server.finish()

    def _is_own(self) -> bool:
        """Return whether this is the process that sends; a forked child of a notebook says once that it is not."""
        if os.getpid() != self._pid:
            self._note_fork()
            return False
        return True

    def _note_fork(self) -> None:
        if not self._noted:
            self._noted = True
            warnings.warn(FORK_NOTE, RuntimeWarning, stacklevel=5)

    def listening_changed(self) -> None:
        """Fall to slow mode where neither a page nor the server listens, and end it where one does."""
        with self.lock:
            link = self.server.link
            served = link is not None and link.connected
            listens = served or self.pages.listen
            if link is not None and not listens and self.sender.listening:
                link.start_over()  # slow messages carry no rows: the server gets a snapshot when it is back
            self.sender.set_listening(listens)

    def _still(self, widget_ids: Sequence[str]) -> str:
        from stream_viz._snapshot import still  # noqa: PLC0415  drawn only when an output is made

        found = [self.dashboard.find(widget_id) for widget_id in widget_ids]
        return still(self, [declaration for declaration in found if declaration is not None])


def _sender(session: str, *, beside_notebook: bool) -> Sender:
    from stream_viz._sender import DEFAULTS, Sender  # noqa: PLC0415  loads numpy, which importing the package must not
    from stream_viz._server_limits import SERVER_LIMITS  # noqa: PLC0415

    return Sender(session, limits=DEFAULTS if beside_notebook else SERVER_LIMITS)


_lock = threading.Lock()
_current: Producer | None = None


def current() -> Producer:
    """Return this process's producer; the first call makes it."""
    global _current  # noqa: PLW0603  one producer in a process is the point
    if _current is None:
        with _lock:
            if _current is None:
                _current = Producer(find_kernel())
                _hook()
    return _current


def replace(producer: Producer | None) -> None:
    """Use another producer from here on (tests); None makes a new one at the next use."""
    global _current  # noqa: PLW0603
    _current = producer
    _armed.disarm()


_hooked = False


def _hook() -> None:
    """Register for fork and exit, once in a process."""
    global _hooked  # noqa: PLW0603
    if _hooked:
        return
    _hooked = True
    atexit.register(lambda: _current.at_exit() if _current is not None else None)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lambda: _current.before_fork() if _current is not None else None,
            after_in_parent=lambda: _current.after_fork_in_parent() if _current is not None else None,
            after_in_child=lambda: _current.after_fork_in_child() if _current is not None else None,
        )


def now_us() -> int:
    """Return the clock in whole microseconds since the epoch."""
    return time.time_ns() // 1000
