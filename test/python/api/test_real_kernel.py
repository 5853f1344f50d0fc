"""The whole Python side in a real ipykernel: what reaches iopub, without a page."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

import stream_viz as sv

jupyter_client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")
pytest.importorskip("anywidget")

PACKAGE = Path(sv.__file__).parents[1]


class Client:
    """A kernel and what it published."""

    def __init__(self, manager):
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code, cell):
        """Execute a cell; return its iopub messages up to idle."""
        message = self.client.session.msg(
            "execute_request",
            {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False},
            metadata={"cellId": cell},
        )
        self.client.shell_channel.send(message)
        found = []
        while True:
            got = self.client.get_iopub_msg(timeout=60)
            found.append(got)
            assert got["msg_type"] != "error", "\n".join(got["content"]["traceback"])
            own = got["parent_header"].get("msg_id") == message["header"]["msg_id"]
            if own and got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                return found

    def comms(self, target):
        """Return the ids of the kernel's open comms of a target."""
        asked = self.client.comm_info(target)
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == asked:
                return list(reply["content"]["comms"])

    def until(self, wanted):
        """Return the next iopub message that `wanted` accepts."""
        while True:
            got = self.client.get_iopub_msg(timeout=30)
            if wanted(got):
                return got


@pytest.fixture(scope="module")
def notebook(static_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "STREAMVIZ", "JPY"))}
    env["PYTHONPATH"] = os.pathsep.join([str(PACKAGE), env.get("PYTHONPATH", "")])
    env["IPYTHONDIR"] = str(folder)
    manager = jupyter_client.KernelManager(kernel_name="python3")
    manager.connection_file = str(folder / "kernel-1234.json")
    manager.start_kernel(env=env)
    client = Client(manager)
    client.run(f"import pathlib, stream_viz._schema as s; s.STATIC = pathlib.Path({str(static_dir)!r})", "z")
    yield client
    client.client.stop_channels()
    manager.shutdown_kernel(now=True)


def states(messages):
    """States of the models opened in these messages, by their `kind`."""
    opened = [m["content"]["data"]["state"] for m in messages if m["msg_type"] == "comm_open"]
    return [state for state in opened if state.get("kind") in ("hub", "asset", "view")]


def test_one_hub_one_asset_one_view_and_live_messages_in_a_real_kernel(notebook, static_dir):
    first = notebook.run("import stream_viz as sv\ncpu = sv.metric('cpu', unit='%')\nmem = sv.gauge('mem')", "a")
    opened = states(first)
    assert [state["kind"] for state in opened] == ["asset", "hub", "view"]
    asset, hub, view = opened
    runtime = (static_dir / "runtime.mjs").read_text()
    assert asset["text"] == runtime
    assert asset["hash"] == hashlib.sha256(runtime.encode()).hexdigest()
    assert hub["session"] == "kernel-1234"
    assert hub["protocol"] == "1.0"
    assert len(hub["epoch"]) == 32
    assert view["view_id"] == "v1"
    assert view["title"] == "cpu"
    assert (view["session"], view["epoch"]) == (hub["session"], hub["epoch"])
    loader = (static_dir / "loader.mjs").read_text()
    assert [state["_esm"] for state in opened] == [loader] * 3
    assert view["hub_id"] == f"streamviz-hub-{hub['epoch']}"

    shown = [m["content"]["data"] for m in first if m["msg_type"] == "display_data"]
    assert len(shown) == 1
    assert shown[0]["application/vnd.streamviz.view+json"] == {
        "session": "kernel-1234",
        "epoch": hub["epoch"],
        "view": "v1",
        "version": view["version"],
        "hub": view["hub_id"],
    }
    assert set(shown[0]) == {
        "application/vnd.streamviz.view+json",
        "application/vnd.jupyter.widget-view+json",
        "text/html",
        "text/plain",
    }

    hub_id = view["hub_id"]

    def from_hub(message):
        return message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == hub_id

    second = notebook.run("import time\nfor i in range(3): cpu.send(i)\ntime.sleep(0.2)\ncpu.send(9)", "b")
    live = [m for m in second if from_hub(m)] or [notebook.until(from_hub)]
    content = live[0]["content"]["data"]["content"]
    assert content["seq"] >= 1
    assert live[0]["buffers"]
    assert not [m for m in second if m["msg_type"] in ("display_data", "stream")]


def test_a_re_run_closes_the_older_view_and_a_handle_elsewhere_is_a_second_view(notebook):
    again = notebook.run("cpu = sv.metric('cpu')", "a")
    assert [state["kind"] for state in states(again)] == ["view"]
    assert len([m for m in again if m["msg_type"] == "comm_close"]) == 2  # the view and its layout
    elsewhere = notebook.run("cpu", "c")
    assert [state["view_id"] for state in states(elsewhere)] == ["v3"]
    own = notebook.run("sv.metric('cpu')", "d")
    assert len([m for m in own if m["msg_type"] == "display_data"]) == 1


def test_a_page_finds_the_hub_among_the_comms_though_another_closed_it_and_its_message_reaches_the_kernel(notebook):
    notebook.run(
        "from stream_viz import _producer\n"
        "p = _producer.current(); asked = []\n"
        "p.sender.request_snapshot = asked.append\n",
        "e",
    )
    hubs = [comm for comm in notebook.comms("jupyter.widget") if comm.startswith("streamviz-hub-")]
    assert len(hubs) == 1
    hub_id = hubs[0]
    closed = notebook.client.session.msg("comm_close", {"comm_id": hub_id, "data": {}})
    notebook.client.shell_channel.send(closed)  # as a page without a widget manager does with every comm
    assert hub_id in notebook.comms("jupyter.widget")
    data = {"method": "custom", "content": {"kind": "subscribe", "id": "r1", "v": [1, 0]}}
    notebook.client.shell_channel.send(notebook.client.session.msg("comm_msg", {"comm_id": hub_id, "data": data}))
    told = notebook.run("print(asked)", "f")
    assert any(m["msg_type"] == "stream" and "['r1']" in m["content"]["text"] for m in told)


def test_a_thread_sends_while_a_cell_sleeps_and_a_fork_prints_nothing_of_ours(notebook):
    found = notebook.run(
        "import os, threading, time, warnings\n"
        "def work():\n"
        "    for i in range(20): cpu.send(i); time.sleep(0.005)\n"
        "t = threading.Thread(target=work); t.start(); t.join()\n"
        "with warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore')\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        p.flush(); os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print('running', p.flusher.running)",
        "g",
    )
    assert any(m["msg_type"] == "comm_msg" for m in found)
    assert any("running False" in m["content"].get("text", "") for m in found if m["msg_type"] == "stream")
    later = notebook.run("time.sleep(0.1)\nprint('running', p.flusher.running)", "h")
    assert any("running True" in m["content"].get("text", "") for m in later if m["msg_type"] == "stream")
