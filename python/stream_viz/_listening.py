"""Proof that a page listens, so that a closed laptop cannot fill the Jupyter server's memory.

While no page is connected the server keeps every message for it, without bound. So under a Jupyter server the hub sends
at full rate only with a proof:

1. a message from a page is one for 5 minutes;
2. the server's own count of connections to this kernel: above 0 is one too, 0 means at once that nobody listens;
3. it is asked every 30 s (every 5 s while nobody listens), and sooner (0.5 s apart at least) whenever more than 1 MB
   was sent since the last proof;
4. a server that cannot be asked leaves the newest proof, for 5 minutes; until it first answers, or a page first speaks,
   the first 5 minutes count as listening.

Not under a Jupyter server (no `JPY_SESSION_NAME`): always listening.
"""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from stream_viz._foreign_json import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROOF_S = 300.0
ASK_EVERY_S = 30.0
ASK_UNHEARD_S = 5.0
ASK_APART_S = 0.5
SENT_LIMIT_BYTES = 1_000_000
TIMEOUT_S = 2.0
MOST_ANSWER_BYTES = 1_000_000
ANY_ADDRESS = ("", "0.0.0.0", "::", "*")  # noqa: S104  names of "every address" in a runtime file; nothing is bound


class Listening:
    """The rules of proof over a clock and a question; `step` is to be called a few times a second.

    `ask` returns the number of connections, or None where the server cannot be asked; it may block up to 2 s.
    """

    def __init__(
        self, ask: Callable[[], int | None], tell: Callable[[bool], None], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Start listening; the first `step` asks."""
        self._ask = ask
        self._tell = tell
        self._now = now
        self._started = now()
        self._asked: float | None = None
        self._answered = False
        self._reachable = False
        self._heard: float | None = None
        self._proof: float | None = None
        self._sent_bytes = 0
        self._lock = threading.Lock()
        self.listening = True

    def sent(self, size_bytes: int) -> None:
        """Note bytes given to the comm."""
        self._sent_bytes += size_bytes

    def heard(self) -> None:
        """Note a message from a page: a proof."""
        with self._lock:
            self._heard = self._proof = self._now()
            self._sent_bytes = 0
            self._set(listening=True)

    @property
    def due(self) -> bool:
        """Whether the server is to be asked now."""
        if self._asked is None:
            return True
        waited = self._now() - self._asked
        every = ASK_EVERY_S if self.listening else ASK_UNHEARD_S
        return waited >= every or (self._sent_bytes > SENT_LIMIT_BYTES and waited >= ASK_APART_S)

    def step(self) -> None:
        """Ask if due, and decide; blocks as long as the question does."""
        if self.due:
            self._asked = self._now()
            heard_before = self._heard
            connections = self._ask()
            with self._lock:
                self._sent_bytes = 0
                self._reachable = connections is not None
                if connections is not None:
                    self._answered = True
                    self._proof = self._asked if connections > 0 else None
                    if self._heard != heard_before:  # a page that spoke meanwhile is newer
                        self._proof = self._heard
                    self._set(listening=self._proof is not None)
        with self._lock:
            if not self._reachable:
                self._decide_without_answer()

    def _decide_without_answer(self) -> None:
        since = self._proof
        if since is None and not self._answered:
            since = self._started
        self._set(listening=since is not None and self._now() - since < PROOF_S)

    def _set(self, *, listening: bool) -> None:
        if listening != self.listening:
            self.listening = listening
            self._tell(listening)


class ServerQuestion:
    """Asks the Jupyter server that started this kernel how many connections the kernel has.

    Only with a runtime file `jpserver-<JPY_PARENT_PID>.json` that belongs to this user; its token goes to no other
    address than the one in it, and through no proxy.
    """

    def __init__(self, kernel_id: str, environ: Mapping[str, str] = os.environ) -> None:
        """Take the kernel's id; reads nothing yet."""
        self._kernel_id = kernel_id
        self._environ = environ

    def __call__(self) -> int | None:
        """Return the number of connections; None where there is no server to ask or it gave no such answer."""
        server = self.server()
        if server is None:
            return None
        url, token = server
        # Our asking is no activity of the user's: it must not keep an idle server from its shutdown.
        address = f"{url}api/kernels/{self._kernel_id}?no_track_activity=1"
        request = urllib.request.Request(address)  # noqa: S310  checked in server()
        if token:
            request.add_header("Authorization", f"token {token}")
        context = ssl._create_unverified_context() if url.startswith("https://127.0.0.1") else None  # noqa: S323, SLF001
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if context is not None:
            handlers.append(urllib.request.HTTPSHandler(context=context))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT_S) as response:
                connections = read_json(response.read(MOST_ANSWER_BYTES)).get("connections")
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            return None
        return connections if isinstance(connections, int) and not isinstance(connections, bool) else None

    def server(self) -> tuple[str, str] | None:
        """Return (base URL, token) of the server's runtime file, or None."""
        pid = self._environ.get("JPY_PARENT_PID", "")
        if not pid.isdigit():
            return None
        path = runtime_dir(self._environ) / f"jpserver-{pid}.json"
        try:
            if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
                return None
            facts = read_json(path.read_text(encoding="utf-8"))
            scheme = "https" if facts.get("secure") else "http"
            hostname, port, base = facts.get("hostname", ""), int(facts["port"]), facts.get("base_url") or "/"
        except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError):
            return None
        if facts.get("sock") or port <= 0 or not isinstance(hostname, str) or not isinstance(base, str):
            return None
        local = hostname in ANY_ADDRESS or hostname == "localhost"
        host = "127.0.0.1" if local else f"[{hostname}]" if ":" in hostname else hostname
        return f"{scheme}://{host}:{port}{base.rstrip('/')}/", str(facts.get("token") or "")


def runtime_dir(environ: Mapping[str, str]) -> Path:
    """Return the directory of Jupyter's runtime files."""
    given = environ.get("JUPYTER_RUNTIME_DIR")
    if given:
        return Path(given)
    from jupyter_core.paths import jupyter_runtime_dir  # noqa: PLC0415  part of every kernel's installation

    return Path(jupyter_runtime_dir())


class ListeningThread:
    """Runs `Listening.step` every half second on a daemon thread of its own, because a question may block."""

    def __init__(self, listening: Listening) -> None:
        """Take the rules; starts nothing."""
        self._listening = listening
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread unless it lives."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="streamviz-listening", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; waits for nothing."""
        self._stop.set()
        self._thread = None

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._listening.step()
            stop.wait(ASK_APART_S)
