"""A notebook's kernel that forks: with a server the child goes on as a session of its own."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

KERNEL = """
import os, sys, warnings
warnings.simplefilter("always")
import stream_viz as sv
from stream_viz import _host, _producer
class Hub:
    def send(self, header, buffers): pass
class Kernel:
    session = "kernel-1"
    def in_cell(self): return True
    def parent(self): return None
    def open_hub(self, epoch, on_message): return Hub()
    def on_execution(self, started, cleared): pass
    def display_view(self, *a): raise AssertionError
    def display(self, bundle): pass
    def call_later(self, callback): pass
_producer.find_kernel = Kernel
cpu = sv.metric("cpu", display=False)
"""
FORK = """
cpu.send(1)
pid = os.fork()
if pid == 0:
    cpu.send(100)
    sys.exit(0)
assert os.waitpid(pid, 0)[1] == 0
cpu.send(2)
"""


def values(session):
    return [value for _, value in session.viewer.rows_seen.get('["cpu",[]]', [])]


def test_the_child_of_a_kernel_with_a_server_joins_it(script, server):
    done = script(KERNEL + f"sv.connect({server.link!r})\n" + FORK)
    assert done.returncode == 0, done.stderr
    assert {name: values(each) for name, each in server.sessions.items()} == {"kernel-1": [1, 2], "kernel-1#2": [100]}
    assert "forked" not in done.stderr.replace("multi-threaded", "")


def test_the_child_of_a_kernel_without_a_server_says_that_it_is_not_shown(script, server):
    done = script(KERNEL + FORK)
    assert done.returncode == 0, done.stderr
    assert server.hellos == []
    assert "what it sends is not shown" in done.stderr
