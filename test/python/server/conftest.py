"""A recording server, scripts as processes, and a fresh producer for every test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from recording_server import RecordingServer

import stream_viz as sv
from stream_viz import _producer, _server_link
from stream_viz._producer import Producer

PACKAGE = Path(sv.__file__).parents[1]
OWN = ("PYTEST", "STREAMVIZ", "STREAM_VIZ", "JPY", "SSH_", "DISPLAY", "WAYLAND", "XDG_")


@pytest.fixture
def server():
    """A server that records, on a free port."""
    made = RecordingServer()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, tmp_path):
    """Give every test a script's producer of its own, and folders of its own to servers."""
    monkeypatch.setattr(_server_link, "BACK_OFF_S", (0.02, 0.2))
    for name in list(os.environ):
        if name.startswith(OWN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("STREAM_VIZ_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("STREAM_VIZ_KEY", tmp_path.name.replace("[", "-")[:60])
    _producer.replace(Producer(None))
    yield
    producer = _producer.current()
    producer.flusher.stop()
    if producer.server.link is not None:
        producer.server.link.close()
    _producer.replace(None)


@pytest.fixture
def script(tmp_path):
    """Run Python code as the script `app.py` in a process of its own; returns the ended process, or starts it only."""

    def run(code, *, start=False, name="app.py", **environ):
        path = tmp_path / name
        path.write_text(code)
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        env["PYTHONPATH"] = str(PACKAGE)
        env.update(environ)
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([sys.executable, str(path)], env=env, cwd=tmp_path, **pipes)
        if start:
            return process
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run
