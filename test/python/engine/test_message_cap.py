"""No message exceeds 512 KB, header and document counted, and all that was sent arrives: hostile loads."""

import json
import random

import numpy as np
import pytest
from receiver import Viewer

from stream_viz._dashboard import TABLES_MOST_BYTES, WIDGETS_MOST_BYTES, Dashboard
from stream_viz._errors import StreamVizError
from stream_viz._sender import Sender

pytestmark = pytest.mark.slow

START = 1_700_000_000_000_000
MOST = 524_288


def sized(message):
    return len(json.dumps(message.header, separators=(",", ":")).encode()) + sum(map(len, message.buffers))


class Load:
    """A sender, a viewer that gets all messages, and the largest of them."""

    def __init__(self):
        self.now = START
        self.sender = Sender("test", now_us=lambda: self.now)
        self.viewer, self.most = Viewer(), 0

    def tick(self):
        self.now += 50_000
        message = self.sender.tick()
        if message is not None:
            self.most = max(self.most, sized(message))
            self.viewer.apply(message)

    def settle(self, ticks=3000):
        for _ in range(ticks):
            self.tick()
            series = any(one.waiting for one in self.sender._series.values())
            if not series and not any(table.waiting for table in self.sender._tables.values()):
                return
        raise AssertionError("something waits for ever")


def test_many_tables_with_large_rows_in_one_tick_take_turns():
    load = Load()
    tables = [load.sender.table(f"table:{i}", columns=None, key=None, max_rows=100) for i in range(12)]
    for _ in range(3):
        for table in tables:
            table.apply([{"text": "x" * 120_000}, {"text": "y" * 120_000}])
        load.tick()
    load.settle()
    assert load.most <= MOST
    assert all(len(load.viewer.tables[table.id]) == 6 for table in tables)


def test_a_thousand_tables_beside_series_and_history():
    load = Load()
    tables = [load.sender.table(f"table:{i}", columns=None, key=None, max_rows=100) for i in range(850)]
    series = [load.sender.series("cpu", {"i": str(i)}) for i in range(20)]
    for turn in range(3):
        for table in tables:
            table.apply([{"a": turn, "b": "text"}])
        for one in series:
            one.extend_us(load.now + np.arange(30_000), np.arange(30_000.0))
        load.sender.request_snapshot(f"r{turn}")
        load.tick()
    load.settle()
    assert load.most <= MOST
    assert sum(one.n for one in series) == 20 * 3 * 30_000


def test_months_of_samples_in_one_call_to_many_series():
    load = Load()
    series = [load.sender.series("cpu", {"i": str(i)}) for i in range(6)]
    for one in series:
        times = START - np.arange(250_000, 0, -1) * 1_000_000
        one.extend_us(times, np.arange(250_000.0))
        one.extend_us(times + 1, np.arange(250_000.0))
    load.sender.table("table:log", columns=None, key=None, max_rows=9).apply([{"text": "x" * 130_000}])
    load.settle()
    for _ in range(200):
        load.tick()
    assert load.most <= MOST
    assert all(one.n + one.expired == 500_000 for one in series)


def test_thousands_of_series_with_long_labels_and_counts_each():
    load = Load()
    series = [load.sender.series("cpu", {"host": f"{i:04}" + "\u4e16\n" * 90}) for i in range(2000)]
    for _ in range(3):
        for one in series:
            one.extend_us(np.array([load.now, load.now - 10]), np.array([1.0, float("nan")]))
        load.tick()
        load.sender.request_snapshot("again")
    load.settle()
    for _ in range(300):
        load.tick()
    assert load.most <= MOST
    assert all(one.n == 3 for one in series)


def test_the_largest_document_with_views_and_generations_still_fits_and_arrives():
    load = Load()
    ids = [f"metric:{i:05}" + "ü" * 40 for i in range(900)]
    widgets = [{"id": one, "kind": "metric", "name": one[7:], "options": {}} for one in ids]
    for i in range(1500):
        load.sender.series(f"gone {i}" + "x" * 100, {}).buf.extend((load.now / 1e6, 1.0))
        load.sender.remove_series(f"gone {i}" + "x" * 100)
    views = [{"id": f"v{i}", "cell": None, "widgets": ids} for i in range(20)]
    assert len(json.dumps(widgets, ensure_ascii=False).encode()) > WIDGETS_MOST_BYTES * 0.9
    one = load.sender.series("cpu", {})
    for turn in range(4):
        load.sender.publish({"title": str(turn), "widgets": widgets, "views": views})
        one.extend_us(load.now + np.arange(50_000), np.arange(50_000.0))
        load.tick()
    load.settle()
    for _ in range(100):
        load.tick()
    assert load.most <= MOST
    assert load.viewer.document["title"] == "3"
    assert load.viewer.document["views"][-1]["id"] == "v19"
    assert one.n == 200_000
    assert load.sender.completed_round is not None


@pytest.mark.parametrize(("kind", "at_least"), [("metric", 2000), ("table", 800)])
def test_a_declaration_that_would_pass_the_documents_limit_says_so_and_changes_nothing(kind, at_least):
    dashboard = Dashboard()

    def declare_many():
        for i in range(5000):
            dashboard.declare(kind, f"cpu {i}", {}, f"sv.{kind}")

    with pytest.raises(StreamVizError) as caught:
        declare_many()
    assert caught.value.code == "DOCUMENT_TOO_LARGE"
    held = dashboard.all()
    assert len(held) >= at_least
    document = dashboard.document([])
    assert len(json.dumps(document, separators=(",", ":")).encode()) <= WIDGETS_MOST_BYTES + 100
    assert all(each.name != f"cpu {len(held)}" for each in held)
    dashboard.remove(held[0])
    dashboard.declare(kind, "cpu again", {}, f"sv.{kind}")
    assert TABLES_MOST_BYTES + WIDGETS_MOST_BYTES < MOST


def test_too_many_columns_are_refused_with_their_size():
    table = Load().sender.table("table:t", columns=None, key=None, max_rows=10)
    with pytest.raises(StreamVizError) as caught:
        table.apply([{f"column {i}": i for i in range(1000)}])
    assert caught.value.code == "ROW_TOO_LARGE"
    assert table.row_count == 0


def test_the_bytes_of_rows_are_what_their_stream_takes_and_keyframes_carry_all_that_fit():
    rng = random.Random(1)
    load = Load()
    table = load.sender.table("table:jobs", columns=None, key="id", max_rows=10_000)
    row = {"state": "läuft", "ok": True, "load": rng.random()}
    table.apply([{"id": i, "owner": f"owner — {i % 97}", **row} for i in range(20_000)])
    at, sent, done, slices = None, 0, False, 0
    while not done:
        stream, _, at, done, _ = table.slice_from(at)
        sent += len(stream)
        slices += 1
    assert abs(sent - table.key_bytes) < 2_000 * slices
    assert 0.78 * 262_144 < sent < 262_144 + 2_000 * slices
    carried = sum(row.id >= table.key_floor for row in table._rows.values())
    assert carried > 0.78 * 262_144 / (sent / carried)
