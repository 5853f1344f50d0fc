"""How scripts end, fork and spawn: each in a process of its own, with every value arrived at the server."""

from __future__ import annotations

import signal
import sys

import pytest
from recording_server import RecordingServer

pytestmark = pytest.mark.slow

CPU = '["cpu",[]]'
SEND = "import stream_viz as sv\ncpu = sv.metric('cpu')\nfor i in range(1000): cpu.send(i)\n"


def only(server):
    (session,) = server.sessions.values()
    return session


def values(session, key=CPU):
    return [value for _, value in session.viewer.rows_seen.get(key, [])]


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("import sys; sys.exit(0)", 0),
        ("raise ValueError('mine')", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", -signal.SIGINT),
        ("import threading; threading.Thread(target=lambda: [cpu.send(i) for i in range(1000, 2000)]).start()", 0),
        ("import atexit; atexit.register(lambda: [cpu.send(i) for i in range(1000, 2000)])", 0),
        ("sv.clear(); [cpu.send(i) for i in range(1000)]", 0),
    ],
)
def test_all_values_arrive_however_a_script_ends(script, server, ending, code):
    done = script(SEND + ending, STREAM_VIZ_SERVER=server.link)
    assert done.returncode == code, done.stderr
    session = only(server)
    assert values(session)[-1] == (1999 if "2000" in ending else 999)
    assert session.counts[CPU] == (2000 if "2000" in ending else 1000)
    assert session.byes == 1
    assert not session.connected
    assert done.stderr.count("StreamViz") == 1


def test_a_send_after_this_packages_own_end_still_arrives(script, server):
    code = "import atexit\natexit.register(lambda: cpu.send(-1))\n" + SEND
    done = script(code, STREAM_VIZ_SERVER=server.link)
    assert done.returncode == 0, done.stderr
    assert values(only(server))[-1] == -1
    assert only(server).byes == 2


def test_ctrl_c_while_waiting_ends_the_script_with_everything_sent(script, server):
    process = script(
        SEND + "print('waiting', flush=True)\nsv.wait()\nprint('after')\n", start=True, STREAM_VIZ_SERVER=server.link
    )
    assert process.stdout.readline() == "waiting\n"
    server.wait_for(lambda s: s.sessions and only(s).counts.get(CPU) == 1000)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "after\n"), err
    assert only(server).byes == 1


def test_sigterm_with_a_handler_that_exits_loses_nothing(script, server):
    code = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit(143))\n" + SEND
    code += "print('ready', flush=True)\nimport time\nwhile True: time.sleep(0.05)\n"
    process = script(code, start=True, STREAM_VIZ_SERVER=server.link)
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143, err
    assert only(server).counts[CPU] == 1000


def test_asyncio_with_a_blocked_loop_and_threads_lose_nothing(script, server):
    code = """
import asyncio, threading, time
import stream_viz as sv
cpu = sv.metric("cpu", by="who")
def thread(name):
    line = cpu.labels(who=name)
    for i in range(5000): line.send(i)
async def main():
    threads = [threading.Thread(target=thread, args=(n,)) for n in range(4)]
    for each in threads: each.start()
    line = cpu.labels(who="loop")
    for i in range(100):
        line.send(i)
        await asyncio.sleep(0)
    time.sleep(0.3)
    line.send(100)
    for each in threads: each.join()
asyncio.run(main())
"""
    done = script(code, STREAM_VIZ_SERVER=server.link)
    assert done.returncode == 0, done.stderr
    counts = only(server).counts
    assert sorted(counts.values()) == [101, 5000, 5000, 5000, 5000]
    for name in range(4):
        assert values(only(server), f'["cpu",[["who","{name}"]]]') == list(range(5000))


def test_a_forked_child_joins_as_a_session_of_its_own_and_nothing_doubles(script, server):
    code = """
import os, sys
import stream_viz as sv
cpu, requests, log = sv.metric("cpu"), sv.counter("requests"), sv.table("keyed", key="pid")
cpu.send(1); requests.inc(5); log.send({"pid": 1})
pid = os.fork()
if pid == 0:
    cpu.send(100); cpu.send(101); requests.inc(2); log.send({"pid": 2})
    sys.exit(0)
os.waitpid(pid, 0)
cpu.send(2)
"""
    done = script(code, STREAM_VIZ_SERVER=server.link)
    assert done.returncode == 0, done.stderr
    names = sorted(server.sessions)
    assert names[1] == f"{names[0]}#2"
    parent, child = sorted(server.sessions.values(), key=values)
    assert values(parent) == [1, 2]
    assert values(child) == [100, 101]
    assert values(child, '["requests",[]]') == [0, 2]
    assert values(parent, '["requests",[]]') == [0, 5]
    assert set(child.viewer.tables["table:keyed"]) == {2}
    assert set(parent.viewer.tables["table:keyed"]) == {1}
    assert [widget["name"] for widget in child.viewer.document["widgets"]] == ["cpu", "requests", "keyed"]
    assert (parent.byes, child.byes) == (1, 1)
    assert done.stderr.count("StreamViz") == 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_children_of_multiprocessing_join_and_their_last_values_arrive(script, server, method):
    code = f"""
import multiprocessing as mp
import stream_viz as sv
def work(number):
    line = sv.metric("work", by="worker").labels(worker=number)
    for i in range(500): line.send(i)
if __name__ == "__main__":
    cpu = sv.metric("cpu")
    cpu.send(1)
    context = mp.get_context("{method}")
    children = [context.Process(target=work, args=(n,)) for n in range(3)]
    for each in children: each.start()
    for each in children: each.join()
    cpu.send(2)
    assert [each.exitcode for each in children] == [0, 0, 0]
"""
    done = script(code, STREAM_VIZ_SERVER=server.link)
    assert done.returncode == 0, done.stderr
    counts = {}
    for session in server.lives:
        assert session.byes == 1
        counts.update({key: n for key, n in session.counts.items() if n})
    assert counts == {CPU: 2, **{f'["work",[["worker","{n}"]]]': 500 for n in range(3)}}
    assert done.stderr.count("StreamViz") == 1


def test_a_pool_of_processes_loses_nothing(script, server):
    code = """
import concurrent.futures, os
import stream_viz as sv
done = sv.metric("done", by="worker")
def work(number):
    done.labels(worker=os.getpid()).send(number)
    return number
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(50))) == list(range(50))
"""
    done = script(code, STREAM_VIZ_SERVER=server.link)
    assert done.returncode == 0, done.stderr
    assert sum(sum(each.counts.values()) for each in server.lives) == 50


def test_the_parent_goes_on_after_a_fork_also_where_it_sends_nothing(script, server):
    code = SEND + "import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)\nsv.wait()\n"
    process = script(code, start=True, STREAM_VIZ_SERVER=server.link)
    server.wait_for(lambda s: s.sessions and only(s).counts.get(CPU) == 1000)
    seq = only(server).seq
    server.wait_for(lambda s: only(s).seq > seq + 2, "signs of life")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_child_process_says_whose_child_it_is_and_a_script_is_nobodys(script, server):
    code = """
import os
import stream_viz as sv
cpu = sv.metric("cpu")
cpu.send(0)
pid = os.fork()
cpu.send(1)
if pid:
    os.waitpid(pid, 0)
    print(os.getpid(), pid)
"""
    done = script(code, STREAM_VIZ_SERVER=server.link)
    own, child = map(int, done.stdout.split())
    assert {hello["pid"]: hello["parent"] for hello in server.hellos} == {own: None, child: own}


def test_the_next_run_of_a_script_has_the_same_session_and_another_script_its_own(script, server):
    for _ in range(2):
        assert script(SEND, STREAM_VIZ_SERVER=server.link).returncode == 0
    assert script(SEND, name="other.py", STREAM_VIZ_SERVER=server.link).returncode == 0
    names = [hello["session"] for hello in server.hellos]
    assert names[0] == names[1]
    assert names[0].startswith("app-")
    assert names[2].startswith("other-")
    assert [hello["name"] for hello in server.hellos] == ["app", "app", "other"]


def test_a_script_outlives_a_server_that_is_killed_and_one_that_comes_gets_everything(script, server):
    code = SEND + "print('sent', flush=True)\ninput_ = __import__('sys').stdin\nsv.wait()\n"
    process = script(code, start=True, STREAM_VIZ_SERVER=server.link)
    server.wait_for(lambda s: s.sessions and only(s).counts.get(CPU) == 1000)
    port = server.port
    server.close()
    again = RecordingServer(port=port)
    try:
        again.wait_for(lambda s: s.sessions and only(s).counts.get(CPU) == 1000, "the snapshot")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        again.close()


@pytest.mark.parametrize("off", [{"STREAMVIZ": "off"}])
def test_a_script_that_is_switched_off_connects_nowhere(script, server, off):
    done = script(SEND, STREAM_VIZ_SERVER=server.link, **off)
    assert (done.returncode, done.stderr) == (0, "")
    assert server.hellos == []


def test_a_script_with_an_unreachable_server_ends_in_time_and_keeps_its_data(script, server):
    port = server.port
    server.close()
    code = "import time\nbegan = time.monotonic()\n" + SEND + "print(cpu.last, len(cpu.values()[0]))\n"
    done = script(code, STREAM_VIZ_SERVER=f"http://127.0.0.1:{port}")
    assert (done.returncode, done.stdout) == (0, "999.0 1000\n"), done.stderr


def test_importing_the_package_loads_neither_numpy_nor_websockets(script):
    done = script("import stream_viz, sys; print({'numpy', 'websockets', 'anywidget'} & set(sys.modules))")
    assert done.stdout == "set()\n", done.stderr


assert sys.platform != "win32", "these cases need signals and fork"
