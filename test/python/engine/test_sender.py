"""The sender: nothing lost under threads, limits, counters, slow mode, requests."""

import math
import threading

import numpy as np
import pytest
from receiver import Viewer

from stream_viz._host import version
from stream_viz._sender import Sender

START = 1_700_000_000_000_000


class Clock:
    def __init__(self):
        self.us = START

    def __call__(self):
        return self.us


def make():
    clock = Clock()
    return clock, Sender("test", now_us=clock)


def drain(clock, sender, viewer=None):
    messages = []
    for _ in range(200):
        clock.us += 50_000
        message = sender.tick()
        if message is not None:
            messages.append(message)
            if viewer:
                viewer.apply(message)
        if not any(s.waiting for s in sender._series.values()):
            break
    return messages


def test_no_sample_is_lost_while_four_threads_send_and_the_sender_ticks():
    clock, sender = make()
    series = sender.series("cpu", {})
    viewer, each = Viewer(), 60_000

    def send():
        buf = series.buf
        for i in range(each):
            buf.extend((START / 1e6, float(i)))
            if len(buf) > 4_000:
                series.pack()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        clock.us += 50_000
        if (message := sender.tick()) is not None:
            viewer.apply(message)
    drain(clock, sender, viewer)
    assert series.sent == 4 * each
    cells = viewer.series[series.key]["cells"]
    assert sum(p[0] for _, _, p in cells.view()) == 4 * each
    assert sum(p[1] for _, _, p in cells.view()) == 4 * each * (each - 1) / 2


@pytest.mark.parametrize("rows", [3, 8, 9, 100, 14_001, 100_000])
def test_missing_infinite_and_far_future_values_are_counted_and_enter_no_cell(rows):
    clock, sender = make()
    series = sender.series("cpu", {})
    for i in range(rows):
        value = {0: math.nan, 1: math.inf}.get(i, 1.0)
        series.buf.extend((START / 1e6 + i * 1e-6, value))
    series.buf.extend((START / 1e6 + 2 * 86_400, 5.0))
    series.buf.extend((math.nan, 5.0))
    message = drain(clock, sender)[0]
    assert (series.missing, series.invalid, series.late, series.expired) == (1, 3, 0, 0)
    assert series.sent == rows - 2 == message.header["samples"]
    assert message.header["stats"]["series"][series.key]["invalid"] == 3
    assert series.last_time_us < START + 86_400_000_000


def test_a_million_samples_fold_to_few_runs_and_the_newest_three_stay_rows():
    clock, sender = make()
    series = sender.series("cpu", {})
    times = START + np.arange(50_000)
    series.extend_us(times, np.arange(50_000.0))
    viewer = Viewer()
    (message,) = drain(clock, sender, viewer)
    assert series.folded == 49_997
    assert [v for _, v in viewer.rows_seen[series.key]] == [49_997.0, 49_998.0, 49_999.0]
    assert sum(map(len, message.buffers)) < 20_000


def test_series_above_the_message_limit_take_turns_and_all_arrive():
    clock, sender = make()
    series = [sender.series("m", {"i": str(i)}) for i in range(3000)]
    viewer = Viewer()
    for _ in range(3):
        for s in series:
            s.buf.extend((clock.us / 1e6, 1.0))
        clock.us += 50_000
        viewer.apply(message := sender.tick())
        assert sum(map(len, message.buffers)) <= sender.limits.message_most_bytes
    drain(clock, sender, viewer)
    assert all(s.sent == 3 for s in series)
    assert all(viewer.series[s.key]["n"] == 3 for s in series)


def test_late_rows_are_counted_and_rows_older_than_all_cells_are_expired():
    clock, sender = make()
    series = sender.series("cpu", {})
    for hour in range(700):
        series.extend_us(np.array([START + (hour - 700) * 3_600_000_000]), np.array([1.0]))
    drain(clock, sender)
    series.extend_us(np.array([START - 10**15, START - 10**9]), np.array([1.0, 1.0]))
    drain(clock, sender)
    assert (series.late, series.expired, series.sent) == (1, 1, 701)
    assert sender.stats()["expired"] == 1


def test_slow_mode_sends_one_small_message_a_second_with_the_newest_values():
    clock, sender = make()
    series = sender.series("cpu", {})
    sender.set_listening(False)
    messages = []
    for i in range(60):
        clock.us += 50_000
        series.buf.extend((clock.us / 1e6, float(i)))
        if (message := sender.tick()) is not None:
            messages.append(message)
    assert 3 <= len(messages) <= 4
    assert all(m.header["slow"] and {p["role"] for p in m.header["parts"]} <= {"latest"} for m in messages)
    sender.set_listening(True)
    viewer = Viewer()
    drain(clock, sender, viewer)
    for _ in range(45):
        clock.us += 50_000
        if (message := sender.tick()) is not None:
            viewer.apply(message)
    assert viewer.series[series.key]["n"] == 60
    assert viewer.series[series.key]["hole"] is None


def test_a_request_is_answered_with_the_newest_raw_rows_of_every_series():
    clock, sender = make()
    series = [sender.series(name, {}) for name in "ab"]
    for s in series:
        s.extend_us(START + np.arange(20_000), np.arange(20_000.0))
    drain(clock, sender)
    sender.request_snapshot("q1")
    viewer = Viewer()
    kinds = []
    for _ in range(60):
        clock.us += 50_000
        if (message := sender.tick()) is not None:
            assert sum(map(len, message.buffers)) <= sender.limits.message_most_bytes
            assert message.header["answered"] == "q1"
            kinds.append(message.header["kind"])
            viewer.apply(message)
    assert kinds.count("snapshot") == 2
    assert kinds[0] == "snapshot"
    assert all([v for _, v in viewer.history[s.key]] == np.arange(3_616.0, 20_000).tolist() for s in series)
    assert all(viewer.series[s.key]["hole"] is None for s in series)


def test_every_document_names_the_package_version_whatever_is_published():
    clock, sender = make()
    viewer = Viewer()
    sender.publish({"title": "own", "widgets": [], "views": []})
    drain(clock, sender, viewer)
    assert (viewer.document["version"], viewer.document["title"]) == (version(), "own")


def test_an_idle_sender_beats_once_a_second():
    clock, sender = make()
    count = sum(sender.tick() is not None or (clock.__setattr__("us", clock.us + 50_000) or False) for _ in range(400))
    assert 10 < count < 60


def test_values_returns_retained_and_unsent_rows_in_order_of_arrival():
    clock, sender = make()
    series = sender.series("cpu", {}, max_points=10)
    for i in range(25):
        series.buf.extend(((START + i) / 1e6, float(i)))
        if i % 7 == 0:
            drain(clock, sender)
    times, values = series.values()
    assert values.tolist() == list(range(15, 25))
    assert times.astype("datetime64[us]").astype(int).tolist() == list(range(START + 15, START + 25))
    assert (series.last, series.last_time_us) == (24.0, START + 24)


def test_a_cleared_series_starts_the_next_generation_and_forgets_unsent_rows():
    clock, sender = make()
    series = sender.series("cpu", {})
    series.buf.extend((START / 1e6, 1.0))
    viewer = Viewer()
    drain(clock, sender, viewer)
    series.buf.extend((START / 1e6, 2.0))
    sender.clear_series("cpu")
    series.buf.extend((START / 1e6, 3.0))
    drain(clock, sender, viewer)
    assert viewer.series[series.key]["gen"] == 1
    assert [p[1] for _, _, p in viewer.series[series.key]["cells"].view()] == [3.0]
    sender.remove_series("cpu")
    drain(clock, sender, viewer)
    assert viewer.series == {}
    assert sender.series("cpu", {}).generation == 2
