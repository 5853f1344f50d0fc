"""Keyframe rounds over a fake clock: how often they come and how long they say they take."""

import itertools

import numpy as np
import pytest

from stream_viz._sender import Sender

START = 1_700_000_000_000_000
TICK_US = 50_000


def run(sender, clock, seconds):
    """Tick 20 times a second; returns (seconds since START, message) of every message."""
    out = []
    for _ in range(int(seconds * 20)):
        clock[0] += TICK_US
        if (message := sender.tick()) is not None:
            out.append(((clock[0] - START) / 1e6, message))
    return out


def roles(message):
    return {part["role"] for part in message.header["parts"]}


def make(series, rows=1):
    clock = [START]
    sender = Sender("test", now_us=lambda: clock[0])
    for i in range(series):
        times = START - 1_000_000 * np.arange(rows, 0, -1)
        sender.series("m", {"i": str(i)}).extend_us(times, np.arange(float(rows)))
    return clock, sender


def test_after_the_last_change_rounds_repeat_after_2_4_8_up_to_300_seconds_and_beats_go_on():
    clock, sender = make(1)
    sent = run(sender, clock, 1700)
    begins = [at for at, message in sent if "document" in roles(message)]
    gaps = np.diff(begins)
    pauses = (gaps[gaps > 3.9] - 2).round(1).tolist()
    assert pauses == pytest.approx([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], abs=0.2)
    assert max(np.diff([at for at, _ in sent])) <= 1.0 + 1e-6


def test_a_change_in_a_quiet_spell_brings_a_round_within_2_seconds():
    clock, sender = make(1)
    run(sender, clock, 300)
    sender.series("m", {"i": "0"}).buf.extend((clock[0] / 1e6, 1.0))
    begin = (clock[0] - START) / 1e6
    first = next(at for at, message in run(sender, clock, 3) if "document" in roles(message))
    assert first - begin <= 2.0 + 1e-6


@pytest.mark.parametrize(("series", "rows"), [(1, 10), (40, 600), (300, 300)])
def test_a_round_takes_no_longer_than_the_header_says_and_no_more_than_256_kb_a_second(series, rows):
    clock, sender = make(series, rows)
    sent = run(sender, clock, 60)
    begins = [i for i, (_, message) in enumerate(sent) if "document" in roles(message)]
    for begin, after in itertools.pairwise(begins[1:]):
        carriers = [(at, m) for at, m in sent[begin:after] if roles(m) & {"keyframe", "document", "rows"}]
        took_ms = (carriers[-1][0] - carriers[0][0]) * 1000
        said_ms = carriers[-1][1].header["stats"]["roundMs"]
        assert took_ms <= said_ms
        assert said_ms >= 2000
        size = sum(sum(map(len, message.buffers)) for _, message in carriers)
        assert size <= 256_000 * said_ms / 1000
