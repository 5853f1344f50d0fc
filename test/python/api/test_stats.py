"""`sv.stats()`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import stream_viz as sv


def test_stats_print_as_a_table_and_give_plain_data():
    cpu = sv.metric("cpu", by="core")
    cpu.send({"0": 1, "1": 2})
    sv.gauge("cpu")
    sv.table("log").send({"a": 1})
    found = sv.stats()
    assert [row.name for row in found] == ['cpu{core="0"}', 'cpu{core="1"}', "log"]
    lines = repr(found).splitlines()
    assert lines[0].split() == [
        "name", "sent", "folded", "late", "dropped", "invalid", "missing", "expired", "untaken", "age_s", "bytes",
    ]  # fmt: skip
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    plain = found.to_dict()
    assert plain["rows"][0]["name"] == 'cpu{core="0"}'
    assert 0 <= plain["rows"][0]["age_s"] < 60
    assert "<table>" in found._repr_html_()


def test_stats_of_nothing_say_so():
    assert repr(sv.stats()) == "no widget has sent anything yet"
    sv.metric("<b>")
    sv.metric("<b>").send(1)
    assert "<b>" not in sv.stats()._repr_html_()


@pytest.mark.slow
def test_a_script_that_sends_1_100_000_samples_counts_each_of_them_folded_or_not():
    code = """
import stream_viz as sv
cpu = sv.metric("cpu")
for i in range(1_100_000):
    cpu.send(i)
row = sv.stats().rows[0]
print(row.sent + row.expired, row.sent, row.folded > 0)
sv.snapshot(cpu)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "STREAMVIZ": "off", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == ["1100000 1100000 True", "cpu: last 1,099,999, 1,100,000 sent"]
