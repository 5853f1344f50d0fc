"""Events counted per key and per pane of time, as `src/core/events` counts them.

1. What the panes hold depends on the events that were taken, not on their order.
2. Every event enters exactly one pane or exactly one counter.
3. Panes older than `keep` before the edge go, and with its last pane a key. The edge is the newest event time, moved on
   by the clock since it came: a replay of old data is kept like a live stream.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_KEYS = 10_000
MAX_PANES = 20_000
KEEP_SHARE = 0.9
"""Part of `MAX_PANES` that stays when the oldest go, so that they go seldom."""
Event: TypeAlias = "tuple[int | None, str | None, str | None, int]"
"""Time in microseconds (None: not finite), key (None: missing), actor (None: nobody), bits of the flags."""
PaneId: TypeAlias = "tuple[str, int]"
"""Key and start in microseconds."""


@dataclass(slots=True)
class EventPane:
    """What happened under one key in one pane."""

    flags: list[int]
    count: int = 0
    last_us: int = -(2**63)
    actors: list[str] = field(default_factory=list)
    """Names, ascending by code point; the first of them where there are too many."""
    complete: bool = True
    """Whether `actors` are all."""


@dataclass(slots=True)
class EventSum:
    """What happened under one key in a window."""

    count: int
    actors: list[str]
    exact: bool
    """False: there were at least as many actors."""
    flags: list[int]
    last_us: int


@dataclass(slots=True)
class EventCounters:
    """What did not go the plain way."""

    late: int = 0
    expired: int = 0
    invalid: int = 0
    missing: int = 0
    over_keys: int = 0


class EventPanes:
    """See the guarantees above. Not locked: the caller is. Every limit's breach is counted."""

    def __init__(
        self,
        *,
        flags: int,
        per_us: int,
        keep_us: int,
        max_actors: int,
        max_recent: int,
        max_keys: int = MAX_KEYS,
        max_panes: int = MAX_PANES,
    ) -> None:
        """Start empty."""
        self.flags = flags
        self.per_us = per_us
        self.keep_us = keep_us
        self.max_actors = max_actors
        self.max_keys = max_keys
        self.max_panes = max_panes
        self.counters = EventCounters()
        self.panes: dict[PaneId, EventPane] = {}
        self.keys: dict[str, int] = {}
        """Panes of each live key."""
        self.recent: deque[Event] = deque(maxlen=max_recent)
        self.taken = 0
        """Events ever taken into a pane."""
        self.horizon_us: int | None = None
        """Everything from here on is held."""
        self.edge_us: int | None = None
        self.arrived_us = 0
        """The clock when the newest event time came."""
        self._newest = -(2**63)
        self.changed: dict[PaneId, None] = {}
        """Panes that changed since somebody emptied this."""
        self.gone: dict[PaneId, None] = {}

    def take(self, events: Iterable[Event], now_us: int) -> None:
        """Take events that came by `now_us`. About a microsecond each."""
        for event in events:
            us, key, _, _ = event
            if us is None:
                self.counters.invalid += 1
                continue
            if self.edge_us is None or us > self.edge_us:
                self._move_edge(us, now_us)
            if key is None:
                self.counters.missing += 1
            else:
                self._enter(event, us, key)
        if len(self.panes) > self.max_panes:
            self._bound()

    def _enter(self, event: Event, us: int, key: str) -> None:
        start = us - us % self.per_us
        if self.horizon_us is not None and start < self.horizon_us:
            self.counters.expired += 1
            return
        pane_id = key, start
        pane = self.panes.get(pane_id) or self._new_pane(pane_id)
        if pane is None:
            self.counters.over_keys += 1
            return
        if start < self._newest:
            self.counters.late += 1
        self._newest = max(self._newest, start)
        pane.count += 1
        pane.last_us = max(pane.last_us, us)
        actor, mask, at = event[2], event[3], 0
        while mask:
            pane.flags[at] += mask & 1
            mask >>= 1
            at += 1
        if actor is not None and actor not in pane.actors:
            _insert(pane, actor, self.max_actors)
        self.changed[pane_id] = None
        self.recent.append(event)
        self.taken += 1

    def advance(self, now_us: int) -> None:
        """Let go what is too old by `now_us`."""
        edge = self.edge(now_us)
        if edge is not None:
            self._drop_before(self._horizon(edge))

    def edge(self, now_us: int) -> int | None:
        """Return the newest event time, moved on by the clock since it came; None before the first."""
        return None if self.edge_us is None else self.edge_us + max(0, now_us - self.arrived_us)

    def window(self, start_us: int, end_us: int) -> dict[str, EventSum]:
        """Return what happened per key in the panes that start in `[start_us, end_us)`, busiest key first."""
        names: dict[str, set[str]] = {}
        sums: dict[str, EventSum] = {}
        for (key, start), pane in self.panes.items():
            if not start_us <= start < end_us:
                continue
            found = sums.get(key)
            if found is None:
                found = sums[key] = EventSum(0, [], exact=True, flags=[0] * self.flags, last_us=pane.last_us)
                names[key] = set()
            found.count += pane.count
            found.flags = [a + b for a, b in zip(found.flags, pane.flags, strict=True)]
            found.exact = found.exact and pane.complete
            found.last_us = max(found.last_us, pane.last_us)
            names[key].update(pane.actors)
        for key, found in sums.items():
            found.actors = sorted(names[key])
        return dict(sorted(sums.items(), key=lambda item: (-item[1].count, item[0])))

    def clear(self) -> None:
        """Forget everything, counters too."""
        self.counters = EventCounters()
        self.panes.clear()
        self.keys.clear()
        self.recent.clear()
        self.taken = 0
        self.changed.clear()
        self.gone.clear()
        self.horizon_us = self.edge_us = None
        self._newest = -(2**63)

    def move_from(self, other: EventPanes, flags: Sequence[int | None]) -> None:
        """Bring over what another store of the same `per_us` holds; `flags` has the old place of each flag, or None."""
        self.counters, self.recent = other.counters, deque(other.recent, maxlen=self.recent.maxlen)
        self.taken, self.keys = other.taken, dict(other.keys)
        self.edge_us, self.arrived_us, self.horizon_us = other.edge_us, other.arrived_us, other.horizon_us
        self._newest = other._newest
        self.recent = deque(
            ((us, key, actor, _moved(mask, flags)) for us, key, actor, mask in other.recent), self.recent.maxlen
        )
        for pane_id, old in other.panes.items():
            pane = EventPane(
                [0 if at is None else old.flags[at] for at in flags], old.count, old.last_us, complete=old.complete
            )
            for actor in old.actors:
                _insert(pane, actor, self.max_actors)
            self.panes[pane_id] = pane
            self.changed[pane_id] = None

    def _new_pane(self, pane_id: PaneId) -> EventPane | None:
        panes_of_key = self.keys.get(pane_id[0], 0)
        if panes_of_key == 0 and len(self.keys) >= self.max_keys:
            return None
        self.keys[pane_id[0]] = panes_of_key + 1
        pane = self.panes[pane_id] = EventPane([0] * self.flags)
        return pane

    def _move_edge(self, us: int, now_us: int) -> None:
        crossed = self.edge_us is None or us // self.per_us != self.edge_us // self.per_us
        self.edge_us, self.arrived_us = us, now_us
        if crossed:
            self._drop_before(self._horizon(us))

    def _horizon(self, edge_us: int) -> int:
        return edge_us - edge_us % self.per_us + self.per_us + (-self.keep_us // self.per_us) * self.per_us

    def _drop_before(self, horizon_us: int) -> None:
        if self.horizon_us is not None and horizon_us <= self.horizon_us:
            return
        self.horizon_us = horizon_us
        for pane_id in [pane_id for pane_id in self.panes if pane_id[1] < horizon_us]:
            del self.panes[pane_id]
            self.changed.pop(pane_id, None)
            self.gone[pane_id] = None
            self.keys[pane_id[0]] -= 1
            if self.keys[pane_id[0]] == 0:
                del self.keys[pane_id[0]]

    def _bound(self) -> None:
        """Let the oldest minutes of all keys go where there are too many panes; the newest minute always stays."""
        starts = sorted(start for _, start in self.panes)
        over = len(starts) - int(KEEP_SHARE * self.max_panes)
        self._drop_before(min(self._newest, starts[over - 1] + self.per_us))


def _insert(pane: EventPane, actor: str, limit: int) -> None:
    """Add a new name; with too many the first by code point stay, so that the order of arrival does not matter."""
    if len(pane.actors) < limit:
        insort(pane.actors, actor)
        return
    pane.complete = False
    if actor < pane.actors[-1]:
        pane.actors.pop()
        insort(pane.actors, actor)


def _moved(mask: int, flags: Sequence[int | None]) -> int:
    return sum(1 << new for new, old in enumerate(flags) if old is not None and mask >> old & 1)
