"""`send(v)` with its checks against a bare `list.append((time.time(), v))`, 20,000 calls a sample, flushing included in neither."""

import time

import stream_viz as sv
from rotate import figure, report, rotate

CALLS = 20_000

metric = sv.metric("bench", display=False)
lines = sv.metric("lines", by="core", display=False)
handle = lines.labels(core=0)


def append() -> None:
    kept: list[tuple[float, float]] = []
    add, now = kept.append, time.time
    for i in range(CALLS):
        add((now(), i * 0.5))


def send() -> None:
    add = metric.send
    for i in range(CALLS):
        add(i * 0.5)
    metric.clear()


def send_labelled() -> None:
    add = handle.send
    for i in range(CALLS):
        add(i * 0.5)
    lines.clear()


times = rotate({"append": append, "send": send, "labels(...).send": send_labelled})
report(
    [
        figure(name, times[name] / CALLS * 1e9, "ns", times[name] / times["append"], "list.append((time.time(), v))", 2)
        for name in ("send", "labels(...).send")
    ],
)
