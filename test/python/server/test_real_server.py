"""Scripts and the real server: started by itself, joined, killed, found again at the same place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from stream_viz._address import health
from stream_viz._runtime_file import read_address, runtime_file

pytestmark = pytest.mark.slow

NODE = Path(__file__).parents[3] / "node_modules" / ".bin" / "node"
SEND = "import stream_viz as sv\ncpu = sv.metric('cpu')\nfor i in range(1000): cpu.send(i)\n"


@pytest.fixture(autouse=True)
def _real(monkeypatch):
    """Use the repository's Node; end whatever server a test left."""
    monkeypatch.setenv("STREAM_VIZ_NODE", str(NODE))
    yield
    address = read_address(runtime_file())
    if address is not None and address.pid is not None and health(address) is not None:
        os.kill(address.pid, signal.SIGKILL)


def running():
    address = read_address(runtime_file())
    assert address is not None
    return address


def metrics(address):
    request = urllib.request.Request(f"{address.url}/api/metrics", headers=address.headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return {(each["session"], each["name"]): each["samples"] for each in json.load(response)["metrics"]}


def eventually(found, expected):
    deadline = time.monotonic() + 30
    while found() != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found() == expected


def test_a_script_starts_the_server_says_one_line_and_all_its_values_stay_there_after_it(script):
    done = script(SEND)
    assert done.returncode == 0, done.stderr
    address = running()
    assert done.stderr == f"StreamViz: {address.link}\n"
    assert list(metrics(address).values()) == [1000]
    assert (runtime_file().stat().st_mode & 0o777) == 0o600


def test_nothing_is_left_open_that_python_warns_of(script):
    done = script(SEND, PYTHONDEVMODE="1", PYTHONWARNINGS="always")
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"StreamViz: {running().link}\n"


def test_a_script_whose_server_is_stopped_sends_on_and_ends_in_time(script):
    code = """
import os, signal, sys, time
import stream_viz as sv
cpu = sv.metric("cpu")
sv.start()
from stream_viz import _producer
pid = _producer.current().server.link.address.pid
os.kill(pid, signal.SIGSTOP)
slowest = 0
for i in range(100):
    began = time.perf_counter()
    cpu.send_many([float(i)] * 50_000)
    cpu.send(i)
    slowest = max(slowest, time.perf_counter() - began)
    time.sleep(0.01)
print(slowest < 2, sv.stats().rows[0].sent)
ended = time.time()
import atexit
"""
    began = time.monotonic()
    done = script(code)
    os.kill(running().pid, signal.SIGCONT)
    assert (done.returncode, done.stdout) == (0, f"True {100 * 50_001}\n"), done.stderr
    assert time.monotonic() - began < 25


def test_the_next_run_and_another_script_join_the_server_that_runs(script):
    assert script(SEND).returncode == 0
    first = running()
    again = script(SEND)
    other = script(SEND, name="other.py")
    assert (again.returncode, other.returncode) == (0, 0), (again.stderr, other.stderr)
    assert running() == first
    assert again.stderr == other.stderr == f"StreamViz: {first.link}\n"
    assert sorted(session.split("-")[0] for session, _ in metrics(first)) == ["app", "other"]


def test_a_script_that_joins_a_server_says_once_that_it_is_not_at_the_port_it_asked_for(script):
    assert script(SEND).returncode == 0
    first = running()
    asked = "import stream_viz as sv\nsv.configure(port={})\n" + SEND
    joined = script(asked.format(first.port + 1))
    assert joined.stderr.count("port=") == 1
    assert f"runs already at {first.url}" in joined.stderr
    assert "port=" not in script(asked.format(first.port)).stderr


def test_a_script_that_joins_a_server_says_once_what_that_has_otherwise(script):
    asked = "import stream_viz as sv\nsv.configure({})\n" + SEND
    started = asked.format(
        "theme='dark', auto_refresh='5s', linger='1h', buffer_size='100MB', cors=['https://a.example']"
    )
    assert script(started).returncode == 0
    first = running()
    assert script(started).stderr == f"StreamViz: {first.link}\n"
    other = "host='0.0.0.0', theme='light', linger=3600, auto_refresh=5, retention='1h', persistence='sqlite:///x.db'"
    said = script(asked.format(other)).stderr.splitlines()
    assert [said[0], len(said)] == [f"StreamViz: {first.link}", 2]
    assert said[1].startswith(
        f"StreamViz: host=, theme=, retention=, persistence=: the server that runs at {first.url}"
    )
    assert "STREAM_VIZ_KEY" in said[1]
    assert running() == first


def test_two_scripts_that_start_at_once_share_one_server(script):
    processes = [script(SEND, start=True, name=f"app{at}.py") for at in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert len(metrics(running())) == 3


def test_a_server_that_is_killed_is_started_again_at_the_same_place_and_has_everything(script):
    process = script(SEND + "print('sent', flush=True)\nsv.wait()\n", start=True)
    assert process.stdout.readline() == "sent\n"
    eventually(lambda: runtime_file().exists() and list(metrics(running()).values()), [1000])
    before = running()
    os.kill(before.pid, signal.SIGKILL)
    eventually(lambda: (found := running()).pid != before.pid and health(found) is not None, True)
    after = running()
    assert (after.url, after.token) == (before.url, before.token)
    eventually(lambda: list(metrics(after).values()), [1000])
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert err == f"StreamViz: {before.link}\n"


def test_wait_ends_when_the_server_is_ended(script):
    process = script(SEND + "print('sent', flush=True)\nsv.wait()\nprint('after')\n", start=True)
    assert process.stdout.readline() == "sent\n"
    eventually(lambda: runtime_file().exists() and list(metrics(running()).values()), [1000])
    os.kill(running().pid, signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "after\n"), err


def test_a_server_that_was_ended_is_found_again_at_its_previous_port_with_its_token(script):
    assert script(SEND).returncode == 0
    before = running()
    os.kill(before.pid, signal.SIGKILL)
    assert script(SEND).returncode == 0
    after = running()
    assert after.pid != before.pid
    assert after.link == before.link


def test_options_reach_the_server(script):
    assert (
        script("import stream_viz as sv\nsv.configure(port=0, linger=0.1)\nsv.metric('cpu').send(1)\n").returncode == 0
    )
    done = script("import stream_viz as sv\nsv.configure(port=70000)\n")
    assert done.returncode == 1
    assert "OPTION" in done.stderr or "port=" in done.stderr


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_join_the_server_of_their_parent(script, method):
    code = f"""
import multiprocessing as mp
import stream_viz as sv
def work(number):
    line = sv.metric(f"work{{number}}")
    for i in range(500): line.send(i)
if __name__ == "__main__":
    sv.metric("cpu").send(1)
    context = mp.get_context("{method}")
    children = [context.Process(target=work, args=(n,)) for n in range(2)]
    for each in children: each.start()
    for each in children: each.join()
"""
    done = script(code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"StreamViz: {running().link}\n"
    held = [(name, samples) for (_, name), samples in metrics(running()).items() if samples]
    assert ("cpu", 1) in held
    assert {("work0", 500), ("work1", 500)} & set(held)


def test_the_module_runs_the_server_in_the_foreground_until_ctrl_c():
    process = subprocess.Popen(
        [sys.executable, "-m", "stream_viz", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    said = json.loads(process.stdout.readline())
    assert said["ready"] is True
    assert said["pid"] == process.pid
    eventually(lambda: (health(running()) or {}).get("pid"), process.pid)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.parametrize(("words", "says"), [(["sevre"], "serve"), (["docter"], "doctor"), (["x"], "no command")])
def test_another_command_is_refused_with_the_nearest(words, says):
    done = subprocess.run(
        [sys.executable, "-m", "stream_viz", *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert says in done.stderr
