"""`sv.events`: what happens per key and per minute, by whom, and how often with each flag."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, cast

from stream_viz import _armed, _producer
from stream_viz._declaration import Declaration, closed_error
from stream_viz._duration import EXPECTED, duration_text, duration_us
from stream_viz._errors import StreamVizValueError
from stream_viz._event_fields import TEXT_MOST_CHARACTERS, EventFields, check_fields, text_of
from stream_viz._event_panes import EventPanes
from stream_viz._numbers import shown
from stream_viz._schema import UNSET
from stream_viz._time import event_time_us
from stream_viz._widget import Widget, declare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from stream_viz._event_panes import Event
    from stream_viz._event_rows import EventRows

DEFAULT_PER_US = 60_000_000
DEFAULT_KEEP_US = 6 * 3_600_000_000
DEFAULT_MAX_ACTORS = 100
DEFAULT_MAX_RECENT = 1000
MOST_PANES_OF_A_KEY = 2000

_now_us = _producer.now_us


class Events(Widget):
    """Events by key, actor and flags. Made by `sv.events`.

    `send` adds one event; `values` reads back a window, `newest` the raw events; `clear` drops all, `close` removes the
    widget.
    """

    __slots__ = ("_call", "_fields", "_options", "_panes", "_queue", "_rows", "_time_unit")
    kind: ClassVar[str] = "events"

    def __init__(self, declaration: Declaration) -> None:
        """Make the handle and what it counts in."""
        super().__init__(declaration)
        self._queue: list[Event] = []
        self._panes: EventPanes | None = None
        self._rows: EventRows | None = None
        self._fields: EventFields | None = None
        self._call = f"{self.name}.send"
        self._options: tuple[object, ...] = ()
        self._options_changed()

    def send(self, *, time: Any = None, **fields: Any) -> None:
        """Add one event that happened now, or at `time`: `borrows.send(tool="Vector", user="alice", overage=True)`.

        The key must be given; None (NaN, NA) is a missing key: the event is counted as missing and enters nothing. An
        actor that is None or left out is nobody, a flag left out is not set. `time` takes what a metric's takes.

        Raises `EVENT_FIELD` for an unknown field, `EVENT_KEY`, `EVENT_TYPE`, `EVENT_TEXT`, `EVENT_FLAG`, `TIME_TYPE`,
        `TIME_REFUSED`, `WIDGET_CLOSED`. Cost: a few microseconds; counting is done by the flusher.
        """
        known = self._fields
        if known is None:
            raise closed_error(self._declaration)
        mask = known.mask(fields, self._call)
        key = fields[known.key]
        if type(key) is not str or len(key) > TEXT_MOST_CHARACTERS or not key.isascii():
            key = text_of(key, self._call, known.key)
        actor = fields.get(known.actor) if known.actor is not None else None
        if actor is not None and (type(actor) is not str or len(actor) > TEXT_MOST_CHARACTERS or not actor.isascii()):
            actor = text_of(actor, self._call, known.actor or "")
        us: int | None = _now_us()
        if time is not None:
            us = event_time_us(time, self._time_unit, us or 0, self._call)
        queue = self._queue
        queue.append((us, key, actor, mask))
        if len(queue) > _armed.limit:
            self._at_limit()

    def values(self, window: Any = None) -> list[dict[str, Any]]:
        """Return one dict per key, busiest first, of the `window` that ends now (default: everything kept).

        A window is whole panes (`per`), the running one included. `actors` are the names, ascending; `actor_count` is
        exact where `exact` is True and else "at least". Raises `OPTION_INVALID` for a window longer than `keep`,
        `WIDGET_CLOSED`.
        """
        with _producer.current().lock:
            panes, fields = self._taken()
            edge = panes.edge(_now_us())
            if edge is None or fields is None:
                return []
            length = self._window_us(window, panes)
            end = edge - edge % panes.per_us + panes.per_us
            found = panes.window(end - -(-length // panes.per_us) * panes.per_us, end)
            return [
                {
                    fields.key: key,
                    "count": each.count,
                    **({} if fields.actor is None else {"actors": each.actors}),
                    **({} if fields.actor is None else {"actor_count": len(each.actors), "exact": each.exact}),
                    **dict(zip(fields.flags, each.flags, strict=True)),
                    "last": _datetime(each.last_us),
                }
                for key, each in found.items()
            ]

    def newest(self, most: int = DEFAULT_MAX_RECENT) -> list[dict[str, Any]]:
        """Return the newest raw events as dicts, oldest first, at most `max_recent`. Raises `WIDGET_CLOSED`."""
        with _producer.current().lock:
            panes, fields = self._taken()
            if fields is None:
                return []
            return [
                {
                    "time": _datetime(us or 0),
                    fields.key: key,
                    **({} if fields.actor is None else {fields.actor: actor}),
                    **{flag: bool(mask & fields.bits[flag]) for flag in fields.flags},
                }
                for us, key, actor, mask in list(panes.recent)[max(0, len(panes.recent) - most) :]
            ]

    @property
    def counters(self) -> dict[str, int]:
        """Return how many events were taken, late, expired, invalid, missing and over the limit of keys."""
        with _producer.current().lock:
            panes, _ = self._taken()
            return {"taken": panes.taken, **asdict(panes.counters)}

    @property
    def sent(self) -> int:
        """Return the number of events taken so far."""
        return 0 if self._declaration.closed else self.counters["taken"]

    def _at_limit(self) -> None:
        """Take the slow path of a send: wake the flusher, count a full queue."""
        producer = _producer.current()
        if _armed.limit < 0:
            producer.wake(cast("list[float]", self._queue))
        if len(self._queue) > _armed.LIMIT_FLOATS:
            with producer.lock:
                self._take()

    def _gather(self) -> None:
        """Count what came and bring the tables up to it. Called at each tick; the caller holds the lock."""
        self._take()
        if self._rows is not None and self._panes is not None:
            self._rows.send(self._panes, _now_us())

    def _take(self) -> None:
        queue = self._queue
        waiting = len(queue)
        if waiting and self._panes is not None:
            events = queue[:waiting]
            del queue[:waiting]
            self._panes.take(events, _now_us())

    def _taken(self) -> tuple[EventPanes, EventFields | None]:
        self._ensure_open()
        self._take()
        if self._panes is None:
            raise closed_error(self._declaration)
        self._panes.advance(_now_us())
        return self._panes, self._fields

    def _window_us(self, window: Any, panes: EventPanes) -> int:
        if window is None:
            return panes.keep_us
        us = duration_us(window)
        if us is None or us > panes.keep_us:
            raise StreamVizValueError(
                "OPTION_INVALID",
                f"{self.name}.values: window= expected {EXPECTED} of at most keep={duration_text(panes.keep_us)!r}, "
                f"got {shown(window)}",
                option="window",
            )
        return us

    def _options_changed(self) -> None:
        from stream_viz._event_rows import EventRows  # noqa: PLC0415  loads numpy, which importing the package must not

        checked, call = self._declaration.checked, f"sv.events({self.name!r})"
        key, actor, unit = checked.get("key", "key"), checked.get("actor"), checked.get("time_unit", "s")
        flags = check_fields(str(key), cast("str | None", actor), cast("Sequence[Any]", checked.get("flags", ())), call)
        per_us, keep_us = _lengths(checked, call)
        shape = (tuple(flags), per_us, keep_us, checked.get("max_actors"), checked.get("max_recent"))
        old, old_fields = self._panes, self._fields
        producer = _producer.current()
        if old is None or shape != self._options:
            if old is not None:
                self._take()
            self._options = shape
            max_recent = cast("int", checked.get("max_recent", DEFAULT_MAX_RECENT))
            self._panes = EventPanes(
                flags=len(flags),
                per_us=per_us,
                keep_us=keep_us,
                max_actors=cast("int", checked.get("max_actors", DEFAULT_MAX_ACTORS)),
                max_recent=max_recent,
            )
            if old is not None and old_fields is not None and old.per_us == per_us:
                places = {flag: at for at, flag in enumerate(old_fields.flags)}
                self._panes.move_from(old, [places.get(flag) for flag in flags])
            if self._rows is None:
                self._rows = EventRows(producer.sender, self.name, max_recent)
            self._rows.begin(self._panes, flags)
        self._time_unit = str(unit)
        self._fields = EventFields(str(key), cast("str | None", actor), flags)
        producer.gather[self.id] = self._gather

    def _clear_data(self) -> None:
        del self._queue[:]
        if self._panes is not None and self._rows is not None:
            self._panes.clear()
            self._rows.clear()

    def _forget_parent(self) -> None:
        self._clear_data()

    def _release(self) -> None:
        producer = _producer.current()
        producer.gather.pop(self.id, None)
        if self._rows is not None:
            self._rows.remove()
        self._rows = self._panes = self._fields = None


def _lengths(checked: dict[str, object], call: str) -> tuple[int, int]:
    """Return (per, keep) in microseconds; raises `OPTION_INVALID` where they do not fit each other or the window."""
    per_us = duration_us(checked["per"]) if "per" in checked else DEFAULT_PER_US
    keep_us = duration_us(checked["keep"]) if "keep" in checked else max(DEFAULT_KEEP_US, per_us or 0)
    window_us = duration_us(checked["window"]) if "window" in checked else per_us
    if per_us is None or keep_us is None or not per_us <= keep_us <= MOST_PANES_OF_A_KEY * per_us:
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"{call}: keep= expected 1 to {MOST_PANES_OF_A_KEY:,} times per=, got keep={checked.get('keep', '6h')!r} "
            f"and per={checked.get('per', '1m')!r}",
            option="keep",
        )
    if window_us is None or not per_us <= window_us <= keep_us:
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"{call}: window= expected a length from per={checked.get('per', '1m')!r} to "
            f"keep={checked.get('keep', '6h')!r}, got {checked.get('window')!r}",
            option="window",
        )
    return per_us, keep_us


def _datetime(us: int) -> datetime | None:
    from stream_viz._cell_value import as_datetime  # noqa: PLC0415  only where something is read back

    return as_datetime(us)


def events(
    name: str,
    *,
    title: str | None = UNSET,
    key: str | None = UNSET,
    actor: str | None = UNSET,
    flags: Sequence[str] | None = UNSET,
    per: Any = UNSET,
    keep: Any = UNSET,
    window: Any = UNSET,
    max_actors: int | None = UNSET,
    max_recent: int | None = UNSET,
    time_unit: str | None = UNSET,
    clear: bool = UNSET,
    display: bool = UNSET,
    **options: Any,
) -> Events:
    """Return the events of this name: `borrows = sv.events("borrows", key="tool", actor="user", flags=["overage"])`.

    Then `borrows.send(tool="Vector", user="alice", overage=True)`: per tool and minute how often, by whom, and how
    often over quota.

    - `key`: the field that events are counted by (default "key"). `actor`: the field that says who (default: none).
      `flags`: fields that are True or False, each counted; at most 31.
    - `per`: length of a pane, the finest a window can be (default "1m"). `keep`: how long panes are kept, and after how
      long without an event a key goes (default "6h").
    - `window`: what is shown at first (default "15m"). `max_actors`: names kept per key and pane (default 100; with
      more the count says "at least"). `max_recent`: raw events kept (default 1000). `time_unit`: of numbers given as
      `time=`.

    Another `per` starts anew; other changes keep the data. The rules of a declaration are those of `sv.metric`. Raises
    `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID`, `NAME_INVALID`, `NAME_TAKEN`.
    """
    given = {
        "title": title,
        "key": key,
        "actor": actor,
        "flags": flags,
        "per": per,
        "keep": keep,
        "window": window,
        "max_actors": max_actors,
        "max_recent": max_recent,
        "time_unit": time_unit,
        **options,
    }
    handle: Events = declare(Events, name, given, clear=clear, display=display)
    return handle
