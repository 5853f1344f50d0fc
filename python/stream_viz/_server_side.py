"""The standalone half of a producer: which server it sends to, what is said about it, and its orderly end."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from stream_viz._address import Address, health, parse_address
from stream_viz._announce import announcement, browser_wanted
from stream_viz._errors import StreamVizError
from stream_viz._host import switched_off, version
from stream_viz._join_notices import elsewhere_notices, join_notices
from stream_viz._local_server import JOIN_VARIABLE, LocalServer
from stream_viz._server_link import ServerLink
from stream_viz._server_options import ONLY_WITH_A_START, for_server
from stream_viz._session_name import script_name, script_path

if TYPE_CHECKING:
    from stream_viz._producer import Producer

SERVER_VARIABLE = "STREAM_VIZ_SERVER"
"""A link that scripts send to instead of a server of their own, as `sv.connect` does; also set for child processes."""
CONNECT_S, START_S = 5.0, 30.0
ACKNOWLEDGED_S = 2.0
"""How long an ending process waits for the server to have its last values."""
STARTING_S = 20.0
"""How long it waits where the server is just being started."""
BESIDE_WINDOW_BYTES = 1_000_000
"""Unacknowledged bytes beside a notebook: a server that reads nothing must not hold up the notebook's messages."""
TAB_S = 1.5
"""How long an open tab of an earlier run has to come back before a browser is opened."""
QUIET_CODES = frozenset({"CONNECTION_LOST"})
FULL = "LIMIT_SERIES"
"""The server's code for series beyond what it takes."""


class ServerSide:
    """What the link asks of the producer, and the producer of the link; that is None while none is wanted."""

    def __init__(self, producer: Producer, *, quiet: bool = False) -> None:
        """Start nothing; `quiet` says and opens nothing by itself."""
        self._producer = producer
        self._quiet = quiet
        self._said: set[str] = set()
        self._announced = ""
        self.starting = False
        """Whether `sv.start` is taking its options."""
        self.options: dict[str, object] = {}
        self.link: ServerLink | None = None
        self.local: LocalServer | None = None

    # ---- which server --------------------------------------------------------------------------------------------

    def start_by_itself(self) -> None:
        """Find or start the server of a script, once. The caller holds the producer's lock."""
        if self.link is not None or switched_off():
            return
        try:
            self._link_as_told()
        except StreamVizError as error:
            self.say(str(error))
        if self.link is not None:
            self.link.start()

    def _link_as_told(self) -> None:
        given = os.environ.get(SERVER_VARIABLE)
        if given:
            self._link_to(parse_address(given, None, SERVER_VARIABLE))
        else:
            self._link_locally()

    def start(self) -> str:
        """Return the link of the server in use, else of this user's, found or started; blocks at most 30 s.

        Raises `NODE_MISSING`, `SERVER_START`, `CONNECTION_REFUSED`, `CONNECTION_LOST`.
        """
        if self.link is None:
            self._link_as_told()
        link = self.link
        if link is None:
            raise StreamVizError("SERVER_START", "the server's link was closed meanwhile")
        if self.local is not None:
            self.local.ask_again()
        link.ended = False
        return self._await(link, START_S)

    def connect(self, address: Address) -> None:
        """Send to a server from here on; waits at most 5 s for its first answer.

        Raises `CONNECTION_REFUSED`. One that cannot be reached is tried again, data are kept meanwhile.
        """
        self._replace()
        self._link_to(address)
        link = self.link
        if link is None:
            return
        try:
            self._await(link, CONNECT_S)
        except StreamVizError as error:
            if error.code == "CONNECTION_REFUSED":
                link.close()
                self.link = None
                raise
            self.say(f"{address.url} cannot be reached yet; data are kept and it is tried again")
        os.environ[SERVER_VARIABLE] = address.whole

    def _await(self, link: ServerLink, most_s: float) -> str:
        tries = link.tries
        link.start()
        link.hurry()
        self._producer.wake()
        link.wait_for(lambda: link.connected or (link.tries > tries and not link.finding), most_s)
        address = link.address
        if link.connected and address is not None:
            return address.link
        raise link.problem or StreamVizError("CONNECTION_LOST", f"the server did not answer within {most_s:g} s")

    def _link_to(self, address: Address) -> None:
        self.link = self._made(lambda: address)

    def _link_locally(self) -> None:
        local = self.local = LocalServer(self._start_options)

        def find() -> Address:
            return local.find(ended=link.ended)

        link = self.link = self._made(find)

    def _made(self, find: Any) -> ServerLink:
        if self._producer.kernel is None:
            return ServerLink(self, find)
        return ServerLink(self, find, window_bytes=BESIDE_WINDOW_BYTES)

    def _replace(self) -> None:
        link, self.link, self.local = self.link, None, None
        if link is not None:
            link.close()

    def _start_options(self) -> dict[str, object]:
        kernel = self._producer.kernel
        return for_server({**self.options, "script": script_path() if kernel is None else "notebook"})

    # ---- what the link asks --------------------------------------------------------------------------------------

    def locked(self) -> Any:
        """Return the producer's lock."""
        return self._producer.lock

    def hello(self) -> dict[str, Any]:
        """Return who sends and how far it is."""
        sender = self._producer.sender
        return {
            "session": sender.session,
            "epoch": dict(sender.epoch),
            "seq": sender.seq,
            "name": script_name() if self._producer.kernel is None else "notebook",
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "version": version(),
            "parent": os.getppid() if self._quiet else None,
            "script": self._script(),
        }

    def _script(self) -> str | None:
        """Return the path of the script where it found its server by itself: that keeps its port for the next run."""
        by_itself = self.local is not None and self._producer.kernel is None and not self._quiet
        return script_path() if by_itself else None

    def resync(self) -> None:
        """Let everything retained be sent."""
        sender = self._producer.sender
        sender.request_snapshot(f"link-{sender.seq}")

    def limited(self, series: int | None) -> None:
        """Send no more series than the server takes. Beside a notebook messages are the notebook's too."""
        if self._producer.kernel is None:
            self._producer.sender.limit_series(series)

    def linked(self, address: Address | None) -> None:
        """Tell people and child processes where the server is."""
        self._producer.listening_changed()
        if address is None:
            return
        if self.local is not None:
            os.environ[JOIN_VARIABLE] = address.whole
        self._producer.wake_from_link()
        if self._quiet or self._announced == address.link:
            return
        self._announced = address.link
        process = self.local.process if self.local is not None else None
        in_notebook = self._producer.kernel is not None
        if not in_notebook:
            for line in announcement(address, process.links if process is not None else ()) + self.told_once():
                print(line, file=sys.stderr, flush=True)  # noqa: T201  the line a script prints
        if process is not None and process.history_problem is not None:
            self.say(f"history is in memory alone: {process.history_problem}")
        started = self.local is not None and self.local.started
        if self.local is None:
            notices = elsewhere_notices(self.options, address)
        else:
            notices = [] if started else join_notices(self.options, address)
        for about, text in notices:
            self.say(text, about=about)
        chosen = self.options.get("open")
        terminal = not in_notebook and sys.stderr is not None and sys.stderr.isatty()
        if (started or chosen is True) and browser_wanted(
            chosen=chosen if isinstance(chosen, bool) else None, terminal=terminal
        ):
            threading.Thread(target=_open_browser, args=(address,), name="streamviz-browser", daemon=True).start()

    def told_once(self) -> list[str]:
        """Return lines with the passwords and keys that a server made at its start; none the next time."""
        process = self.local.process if self.local is not None else None
        if process is None:
            return []
        lines, process.secrets = process.secrets, []
        return lines

    def failed(self, problem: StreamVizError) -> None:
        """Say once per kind of problem what the matter is."""
        if problem.code in QUIET_CODES:
            return
        if self._producer.kernel is not None and self.link is not None and problem.details.get("server_error") == FULL:
            self.link.close()
            self.say(f"{problem} Nothing is sent to it any more; sv.start() tries again", about=FULL)
            return
        self.say(f"{problem} (data are kept meanwhile)", about=problem.code)

    def beat(self) -> None:
        """Keep the flusher running."""
        self._producer.wake_from_link()

    def say_untaken(self) -> None:
        """Say once that the server has no room for some series. O(1)."""
        if FULL not in self._said and (words := self._producer.sender.room.words()) is not None:
            self.say(words, about=FULL)

    # ---- words and options ---------------------------------------------------------------------------------------

    def say(self, text: str, *, about: str = "") -> None:
        """Print a line on stderr, once per text (or per `about`)."""
        if (about or text) not in self._said and not self._quiet and not switched_off():
            self._said.add(about or text)
            print(f"StreamViz: {text}", file=sys.stderr, flush=True)  # noqa: T201  one line, said once

    def configure(self, options: dict[str, object], shared: dict[str, object]) -> None:
        """Take checked options, `shared` ones with the document too; says once which have no effect."""
        merged = {**self.options, **options, **shared}
        self.options = {name: value for name, value in merged.items() if value is not None}
        for name in options:
            if name in ONLY_WITH_A_START and self.link is not None:
                why = "it has no effect any more, the server runs already"
            elif self._producer.kernel is not None and self.link is None and not self.starting:
                why = "it concerns the server that sv.start() starts"
            else:
                continue
            self.say(f"{name}=: {why}", about=f"option {name}")

    def facts(self) -> dict[str, Any]:
        """Return what `sv.stats()` says of the link."""
        link = self.link
        with self._producer.lock:
            untaken = self._producer.sender.room.facts()
        if link is None:
            return {"connected": False, "url": None, "acknowledged": 0, "waiting_bytes": 0, "reconnects": 0, **untaken}
        return {
            "connected": link.connected,
            "url": None if link.address is None else link.address.url,
            "acknowledged": link.acknowledged,
            "waiting_bytes": link.waiting_bytes,
            "reconnects": max(0, link.connections - 1),
            **untaken,
        }

    # ---- the end -------------------------------------------------------------------------------------------------

    def wait(self) -> None:
        """Block until Ctrl-C or until the server ends; returns at once where there can be none."""
        if self.link is None and not switched_off():
            self.start()
        link = self.link
        while link is not None and link is self.link and not (link.ended and not link.connected):
            if self.local is not None and self.local.given_up and not link.connected:
                return
            link.wait_for(lambda: link.ended, 0.5)

    def finish(self) -> None:
        """Send what is held, wait at most 2 s until the server has it, and say goodbye. Never raises."""
        link = self.link
        if link is None:
            return
        try:
            tries = link.tries
            link.hasten(ACKNOWLEDGED_S)
            link.start()
            link.hurry()
            link.wait_for(lambda: link.connected or link.finding or link.tries > tries, ACKNOWLEDGED_S)
            link.wait_for(lambda: link.connected or not link.finding, STARTING_S)
            link.wait_for(lambda: link.connected or link.tries > tries, ACKNOWLEDGED_S)
            self._drain(link, time.monotonic() + ACKNOWLEDGED_S)
            link.close()
        except KeyboardInterrupt:
            return  # the user has waited enough
        if self.local is not None:
            self.local.forget()

    def _drain(self, link: ServerLink, deadline: float) -> None:
        producer, asked = self._producer, None
        while (left := deadline - time.monotonic()) > 0:
            if link.has_room:
                producer.flusher.tick()
            if not producer.sender.waits and link.acknowledged >= producer.sender.seq:
                return
            if not link.connected:
                if link.problem is not None and link.problem.code != "CONNECTION_LOST":
                    return
                link.hurry()
            seq = producer.sender.seq
            if asked != (link.connections, seq) and not producer.sender.waits:
                asked = link.connections, seq
                link.ask()  # where it is left out, an acknowledgement comes all the same
            link.wait_for(lambda: link.acknowledged >= seq, min(0.02, left))  # noqa: B023  called before the loop goes on

    def forget(self) -> None:
        """Let go of what is the parent's, in a forked child."""
        if self.link is not None:
            self.link.forget()
        if self.local is not None:
            self.local.forget()

    def child(self) -> ServerSide:
        """Return the side of a forked child: the same options, nothing said, a link of its own at its first send."""
        made = ServerSide(self._producer, quiet=True)
        made.options = dict(self.options)
        return made


def _open_browser(address: Address) -> None:
    import webbrowser  # noqa: PLC0415  only on a desktop

    time.sleep(TAB_S)
    said = health(address)
    if said is not None and not said.get("viewers"):
        webbrowser.open(address.link)
