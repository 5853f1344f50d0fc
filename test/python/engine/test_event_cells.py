"""Keyed events: panes against a naive recount, their rows on the wire through loss, and the bounds."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receiver import Viewer

from stream_viz._event_panes import EventPanes
from stream_viz._event_rows import PANES_PER_TURN, TURN_US, EventRows
from stream_viz._sender import Sender

pytestmark = pytest.mark.slow

PER, KEEP = 10, 55
KEYS = ["", "x", "y", "z", "é"]
ACTORS = ["ann", "bob", "cy", "dee", ""]

event = st.tuples(
    st.one_of(st.integers(-70, 70), st.none()),
    st.one_of(st.sampled_from(KEYS), st.sampled_from(KEYS), st.none()),
    st.one_of(st.sampled_from(ACTORS), st.none()),
    st.integers(0, 3),
)
events = st.lists(event, max_size=60)


def make(**limits):
    given_limits = {"flags": 2, "per_us": PER, "keep_us": KEEP, "max_actors": 3, "max_recent": 1000, **limits}
    return EventPanes(**given_limits)


class Naive:
    """The rules, with every event kept and everything counted anew from them."""

    def __init__(self, max_keys):
        self.taken, self.edge, self.newest, self.max_keys = [], None, -(10**9), max_keys
        self.counters = Counter()

    @property
    def horizon(self):
        return self.edge // PER * PER + PER - -(-KEEP // PER) * PER

    def add(self, us, key, actor, mask):
        if us is None:
            self.counters["invalid"] += 1
            return
        self.edge = us if self.edge is None else max(self.edge, us)
        self.taken = [e for e in self.taken if e[0] // PER * PER >= self.horizon]
        keys = {e[1] for e in self.taken}
        if key is None:
            self.counters["missing"] += 1
        elif us // PER * PER < self.horizon:
            self.counters["expired"] += 1
        elif key not in keys and len(keys) >= self.max_keys:
            self.counters["over_keys"] += 1
        else:
            self.counters["late"] += us // PER * PER < self.newest
            self.newest = max(self.newest, us // PER * PER)
            self.taken.append((us, key, actor, mask))

    def window(self, start, end):
        rows = {}
        for key in {e[1] for e in self.taken}:
            mine = [e for e in self.taken if e[1] == key and start <= e[0] // PER * PER < end]
            if mine:
                names = sorted({e[2] for e in mine if e[2] is not None})
                rows[key] = (
                    len(mine),
                    names,
                    [sum(e[3] >> at & 1 for e in mine) for at in (0, 1)],
                    max(e[0] for e in mine),
                )
        return rows


@given(events, st.integers(1, 6), st.integers(-80, 80), st.integers(0, 120))
def test_a_window_equals_the_one_counted_anew_and_every_event_enters_one_pane_or_one_counter(
    given_events, max_keys, start, length
):
    panes, naive = make(max_keys=max_keys), Naive(max_keys)
    panes.take(given_events, 0)
    for each in given_events:
        naive.add(*each)
    found, wanted = panes.window(start, start + length), naive.window(start, start + length)
    assert found.keys() == wanted.keys()
    assert [(-row.count, key) for key, row in found.items()] == sorted((-row.count, key) for key, row in found.items())
    for key, row in found.items():
        count, names, flags, last = wanted[key]
        assert (row.count, row.flags, row.last_us) == (count, flags, last)
        if row.exact:
            assert row.actors == names
        else:
            assert set(row.actors) < set(names) or len(names) > panes.max_actors
    counters = {name: getattr(panes.counters, name) for name in ("late", "expired", "invalid", "missing", "over_keys")}
    assert counters == {name: naive.counters[name] for name in counters}
    assert panes.taken + sum(counters.values()) - counters["late"] == len(given_events)


@given(events, st.randoms())
def test_the_order_of_events_changes_nothing_in_the_panes(given_events, dice):
    shuffled = list(given_events)
    dice.shuffle(shuffled)
    first, second = make(keep_us=10_000, max_actors=2), make(keep_us=10_000, max_actors=2)
    first.take(given_events, 0)
    second.take(shuffled, 0)
    assert first.panes == second.panes


@given(events, st.lists(st.integers(1, 9), max_size=30))
def test_any_split_into_ticks_gives_the_same_panes(given_events, sizes):
    whole, split = make(), make()
    whole.take(given_events, 0)
    rest = list(given_events)
    for size in [*sizes, len(rest)]:
        split.take(rest[:size], 0)
        del rest[:size]
    assert (whole.panes, whole.counters, list(whole.recent)) == (split.panes, split.counters, list(split.recent))


def test_the_edge_moves_on_with_the_clock_from_the_newest_event_so_a_replay_is_kept():
    panes = make(keep_us=50)
    panes.take([(1000, "a", None, 0)], now_us=900_000)
    panes.advance(900_039)
    assert panes.keys == {"a": 1}
    panes.advance(900_050)
    assert (panes.keys, panes.panes) == ({}, {})
    assert list(panes.gone) == [("a", 1000)]


def test_with_too_many_panes_the_oldest_minutes_go_and_the_newest_stays_whole():
    panes = make(keep_us=10_000, max_panes=20)
    for start in range(30):
        panes.take([(start * PER, key, None, 0) for key in "ab"], 0)
    assert 14 < len(panes.panes) <= 20
    assert panes.horizon_us == min(start for _, start in panes.panes)
    panes.take([(295, f"k{i}", None, 0) for i in range(40)], 0)
    assert len(panes.window(290, 300)) == 42


class Wire:
    """A sender, the rows of its events, and a viewer that hears what is not lost."""

    def __init__(self, **limits):
        self.now = 1_700_000_000_000_000
        self.sender = Sender("s", now_us=lambda: self.now)
        self.panes = EventPanes(
            flags=1,
            **{"per_us": 60_000_000, "keep_us": 6 * 3_600_000_000, "max_actors": 5, "max_recent": 100, **limits},
        )
        self.rows = EventRows(self.sender, "borrows", 100)
        self.rows.begin(self.panes, ["overage"])
        self.viewer = Viewer()
        self.sent = []

    def tick(self, given_events=(), *, lost=False, step_us=50_000):
        self.now += step_us
        self.panes.take(given_events, self.now)
        self.rows.send(self.panes, self.now)
        message = self.sender.tick()
        if message is not None:
            self.sent.append(message)
            if not lost:
                self.viewer.apply(message)

    def shown(self):
        newest = {}
        for name, rows in self.viewer.tables.items():
            if name.startswith("events.block:"):
                newest |= {row["pane"]: row for _, row in sorted(rows.values(), key=lambda each: each[0])}
        return newest

    def counters(self):
        ((_, row),) = self.viewer.tables["events:borrows"].values()
        return json.loads(row["counters"])

    def held(self):
        return {
            f"{start}/{key}": (pane.count, pane.actors, pane.complete, pane.flags[0])
            for (key, start), pane in self.panes.panes.items()
        }

    def told(self):
        return {
            name: (row["count"], json.loads(row["actors"] or "[]"), row["complete"], row["flag:overage"])
            for name, row in self.shown().items()
        }


@pytest.mark.parametrize("seed", range(8))
def test_through_any_losses_a_viewer_ends_with_the_panes_of_the_kernel(seed):
    rng = random.Random(seed)
    wire = Wire(keep_us=3 * 60_000_000)
    for _ in range(300):
        count = rng.randint(0, 5)
        batch = [
            (
                wire.now - rng.randint(0, 90_000_000),
                rng.choice("abcd"),
                rng.choice([None, *"uvwxyz12"]),
                rng.randint(0, 1),
            )
            for _ in range(count)
        ]
        wire.tick(batch, lost=rng.random() < 0.3, step_us=rng.choice([50_000, 50_000, 5_000_000]))
    for _ in range(200):
        wire.tick()
    assert wire.told() == wire.held()
    assert wire.panes.counters.late > 0
    assert wire.counters()["taken"] == wire.panes.taken


def test_a_burst_sends_each_pane_five_times_a_second_and_not_each_event():
    wire = Wire()
    for _ in range(40):
        wire.tick([(wire.now, f"k{i % 10}", f"u{i % 4}", i & 1) for i in range(5000)])
    assert wire.panes.taken == 200_000
    seconds = 40 * 50_000 / 1e6
    size = sum(len(buffer) for message in wire.sent for buffer in message.buffers)
    assert size / seconds < 200_000, f"{size / seconds:,.0f} bytes a second for 100,000 events a second"
    for _ in range(TURN_US // 50_000 + 60):
        wire.tick()
    assert wire.told() == wire.held()


def test_more_changed_panes_than_a_turn_takes_wait_for_the_next_and_all_arrive():
    wire = Wire()
    wire.tick([(wire.now, f"k{i}", None, 0) for i in range(3 * PANES_PER_TURN)])
    assert len(wire.panes.changed) == 2 * PANES_PER_TURN
    for _ in range(100):
        wire.tick()
    assert wire.told() == wire.held()


def test_expired_panes_leave_the_table():
    wire = Wire(keep_us=2 * 60_000_000)
    wire.tick([(wire.now, "a", "u", 1)])
    for _ in range(20):
        wire.tick(step_us=10_000_000)
    assert (wire.held(), wire.told()) == ({}, {})


def test_names_that_would_pass_the_limit_of_a_row_are_left_out_and_the_row_says_so():
    wire = Wire(max_actors=1000)
    wire.tick([(wire.now, "a", f"{i:03}" + "é" * 197, 0) for i in range(1000)])
    for _ in range(10):
        wire.tick()
    ((count, names, complete, _),) = wire.told().values()
    assert (count, complete) == (1000, False)
    assert 0 < len(names) < 200
