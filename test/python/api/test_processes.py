"""Threads, fork, exit, scripts and import, each in a real process where it matters."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

import stream_viz as sv
from stream_viz import _armed, _producer
from stream_viz._flusher import Flusher

pytestmark = pytest.mark.slow

PACKAGE = Path(sv.__file__).parents[1]


def run(code, static_dir, **environ):
    """Run Python code in a process of its own, with the built files the tests use."""
    prelude = f"import pathlib, stream_viz._schema as s; s.STATIC = pathlib.Path({str(static_dir)!r})\n"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "STREAMVIZ", "JPY"))}
    env["STREAMVIZ"] = "off"
    env["PYTHONPATH"] = os.pathsep.join([str(PACKAGE), env.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", prelude + code],
        env={**env, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


FAKE_KERNEL = """
import os, sys
import stream_viz as sv
from stream_viz import _host, _producer
class Hub:
    def send(self, header, buffers): os.write(1, f"message {header['seq']}\\n".encode())
class Model:
    def close(self): pass
class Kernel:
    session = "kernel-1"
    def in_cell(self): return True
    def parent(self): return _host.Parent("m1", "execute_request", "a")
    def open_hub(self, epoch, on_message): return Hub()
    def on_execution(self, started, cleared): pass
    def display_view(self, *a): return Model()
    def display(self, bundle): pass
    def call_later(self, callback): pass
_producer.find_kernel = Kernel
"""


FORK_WHILE_PACKING = """
import os, sys, threading
import stream_viz as sv
cpu = sv.metric("cpu")
cpu.send(1.0)
series = cpu._series
done = threading.Event()
def pack():
    while not done.is_set():
        series.buf.extend([1.7e9, 1.0] * 500)
        series.pack()
threads = [threading.Thread(target=pack) for _ in range(4)]
for thread in threads: thread.start()
for _ in range(40):
    child = os.fork()
    if not child:
        cpu.send(2.0); cpu.send_many([1.0, 2.0]); cpu.values(); sv.stats()
        os._exit(0)
    if os.waitpid(child, 0)[1]: sys.exit("the child failed")
done.set()
print("all children ended")
"""


@pytest.mark.filterwarnings("ignore")
def test_a_fork_while_four_threads_pack_never_hangs_the_child(static_dir):
    done = run(FORK_WHILE_PACKING, static_dir)
    assert done.stdout == "all children ended\n", done.stderr


def test_importing_the_package_loads_neither_numpy_nor_anywidget(static_dir):
    done = run("import stream_viz, sys; print({'numpy', 'anywidget', 'IPython'} & set(sys.modules))", static_dir)
    assert done.stdout == "set()\n", done.stderr


def test_a_script_that_is_switched_off_says_nothing_keeps_its_data_and_starts_no_thread(static_dir):
    code = (
        "import stream_viz as sv, threading\n"
        "a, b = sv.metric('a'), sv.gauge('b')\n"
        "a.send(1); a.send(2); sv.show()\n"
        "print(a.last, len(a.values()[0]), threading.active_count())\n"
        "sv.snapshot(a)"
    )
    done = run(code, static_dir)
    assert done.stdout == "2.0 2 1\na: last 2, 2 sent\n" or done.stdout.startswith("2.0 2 1\na: last 2,"), done.stderr
    assert done.stderr == ""


def test_what_was_sent_is_flushed_at_exit_and_a_later_send_flushes_by_itself(static_dir):
    code = FAKE_KERNEL + (
        "import atexit\n"
        "atexit.register(lambda: (os.write(1, b'late\\n'), cpu.send(2)))  # runs after the package's own\n"
        "cpu = sv.metric('cpu')\n"
        "producer = _producer.current()\n"
        "producer.flusher.stop(); producer.flusher.start = lambda: None\n"
        "os.write(1, b'send\\n'); cpu.send(1)\n"
    )
    done = run(code, static_dir)
    lines = done.stdout.split("\n")
    assert done.returncode == 0, done.stderr
    tail = lines[lines.index("send") + 1 :]
    assert tail[0].startswith("message")
    assert tail[1] == "late"
    assert tail[2].startswith("message")


@pytest.mark.parametrize("ending", ["sys.exit(0)", "raise SystemExit(0)", "pass"])
def test_the_flusher_never_keeps_a_process_alive(static_dir, ending):
    done = run(FAKE_KERNEL + f"cpu = sv.metric('cpu')\ncpu.send(1)\n{ending}\n", static_dir)
    assert done.returncode == 0, done.stderr
    assert "message" in done.stdout


def test_a_forked_child_clears_warns_once_and_sends_nothing_and_the_parent_goes_on(static_dir):
    code = FAKE_KERNEL + (
        "import warnings, threading; warnings.simplefilter('always')\n"
        "cpu = sv.metric('cpu')\n"
        "producer = _producer.current()\n"
        "cpu.send(1)\n"
        "assert producer.flusher.running\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    os.write(1, f'child {len(cpu._buf)}\\n'.encode())\n"
        "    for _ in range(1000): cpu.send(5)\n"
        "    sv.metric('cpu', unit='%'); producer.flush()\n"
        "    os.write(1, f'child {len(cpu._buf)} {threading.active_count()}\\n'.encode())\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "os.write(1, f'parent {producer.flusher.running}\\n'.encode())\n"
        "cpu.send(2)\n"
        "os.write(1, f'parent {producer.flusher.running} {cpu.last}\\n'.encode())\n"
    )
    done = run(code, static_dir)
    assert done.returncode == 0, done.stderr
    assert "child 0\n" in done.stdout
    assert "child 0 1\n" in done.stdout
    assert "parent False\n" in done.stdout
    assert "parent True 2.0\n" in done.stdout
    assert done.stderr.count("was forked from the one that shows the widgets") == 1
    after = done.stdout[done.stdout.index("child 0\n") : done.stdout.index("child 0 1\n")]
    assert "message" not in after


def test_a_real_fork_inside_pytest_leaves_the_lock_free(kernel):
    cpu = sv.metric("cpu")
    cpu.send(1)
    _producer._hook()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
        if pid == 0:
            free = kernel.producer.lock.acquire(blocking=False)
            os._exit(0 if free and len(cpu._buf) == 0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert kernel.later, "the kernel's idle moment restarts the flusher"
    assert cpu.last == 1


def test_samples_of_many_threads_all_arrive_in_each_threads_order():
    cpu = sv.metric("cpu", by="thread")
    threads, count = 4, 5_000

    def send(number):
        line = cpu.labels(thread=number)
        for value in range(count):
            line.send(value)

    workers = [threading.Thread(target=send, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    values = cpu.values()
    assert sorted(values) == [str(number) for number in range(threads)]
    for _, held in values.values():
        assert held.tolist() == list(range(count))


def test_no_sample_is_lost_between_senders_and_a_flusher(kernel):
    cpu = sv.metric("cpu")
    count, senders = 3_000, 3

    def send():
        for value in range(count):
            cpu.send(value)

    workers = [threading.Thread(target=send) for _ in range(senders)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        kernel.producer.flush()
    kernel.producer.flush()
    assert len(cpu.values()[1]) == count * senders


def test_the_first_send_starts_the_flusher_and_the_next_pay_nothing(kernel):
    cpu = sv.metric("cpu")
    _armed.disarm()
    kernel.starts.clear()
    cpu.send(1)
    cpu.send(2)
    cpu.send(3)
    assert len(kernel.starts) == 1


def test_a_flush_that_raises_is_logged_once_and_the_next_tick_goes_on(caplog):
    ticks = []

    def flush():
        ticks.append(1)
        message = "broken"
        raise ValueError(message)

    flusher = Flusher(flush)
    flusher.tick()
    flusher.tick()
    assert len(ticks) == 2
    assert len(caplog.records) == 1


def test_the_flusher_starts_and_stops_more_than_once():
    ticked = threading.Event()
    flusher = Flusher(ticked.set, interval_s=0.001)
    for _ in range(3):
        ticked.clear()
        flusher.start()
        flusher.start()
        assert ticked.wait(10)
        flusher.stop()
        flusher.stop()
        assert not flusher.running
