"""A fake kernel that records, a schema where the build has not made one, and a fresh producer for every test."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from stream_viz import _producer, _schema, doctor
from stream_viz._host import Parent
from stream_viz._producer import Producer

if TYPE_CHECKING:
    from pathlib import Path

TITLE = {"wire": "title", "type": "string", "doc": ""}
SHARED = {
    "title": TITLE,
    "unit": {"wire": "unit", "type": "unit", "doc": ""},
    "color": {"wire": "color", "type": "color", "doc": ""},
    "format": {"wire": "format", "type": "format", "doc": ""},
    "thresholds": {"wire": "thresholds", "type": "thresholds", "doc": ""},
    "labels": {"wire": "labels", "type": "labels", "doc": ""},
    "time_unit": {
        "wire": "timeUnit",
        "type": "enum",
        "enum": ["s", "ms", "us", "ns"],
        "producer": True,
        "doc": "",
    },
}
LENGTHS = ("window", "slide", "session", "origin", "lateness", "per")
WINDOWS = {
    **{name: {"wire": name, "type": "length", "doc": ""} for name in LENGTHS},
    "allowed_lateness": {"wire": "allowedLateness", "type": "length", "doc": ""},
    "counter": {"wire": "counter", "type": "boolean", "doc": ""},
    "x": {"wire": "x", "type": "enum", "enum": ["time", "step"], "doc": ""},
    "aggregation": {"wire": "aggregation", "type": "aggregations", "doc": ""},
}
METRIC = {
    **SHARED,
    **WINDOWS,
    "time_range": {"wire": "timeRange", "type": "duration", "enum": ["all"], "doc": ""},
    "max_points": {"wire": "maxPoints", "type": "integer", "minimum": 100, "maximum": 10_000_000, "doc": ""},
    "by": {"wire": "by", "type": "string", "producer": True, "doc": ""},
}
NUMBER = {"type": "number", "doc": ""}
GAUGE = {**SHARED, **WINDOWS, "min": {"wire": "min", **NUMBER}, "max": {"wire": "max", **NUMBER}}
TABLE = {
    "title": TITLE,
    "columns": {"wire": "columns", "type": "columns", "doc": ""},
    "max_rows": {"wire": "maxRows", "type": "integer", "minimum": 1, "maximum": 1_000_000, "doc": ""},
    "sortable": {"wire": "sortable", "type": "boolean", "doc": ""},
    "key": {"wire": "key", "type": "string", "doc": ""},
}
CONFIGURE = {
    "title": TITLE,
    "timezone": {"wire": "timezone", "type": "string", "doc": ""},
    "language": {"wire": "language", "type": "string", "doc": ""},
    "auto_display": {"wire": "autoDisplay", "type": "boolean", "producer": True, "doc": ""},
}
SCHEMA = {
    "version": 1,
    "widgets": {"metric": {"options": METRIC}, "gauge": {"options": GAUGE}, "table": {"options": TABLE}},
    "configure": {"options": CONFIGURE},
    "units": ["s", "ms", "B", "%", "ratio", "$"],
    "colors": ["blue", "orange", "teal", "pink", "sky", "gold", "violet", "brown", "green", "yellow", "red", "gray"],
}


@pytest.fixture(scope="session")
def static_dir(tmp_path_factory) -> Path:
    """The package's built files, or a small copy where nothing was built."""
    if all((_schema.STATIC / name).exists() for name in doctor.ASSETS):
        return _schema.STATIC
    folder = tmp_path_factory.mktemp("static")
    standins = {"widget-schema.json": json.dumps(SCHEMA), "loader.mjs": "export default {}\n"}
    for name in doctor.ASSETS:
        built = _schema.STATIC / name
        (folder / name).write_text(built.read_text() if built.exists() else standins.get(name, "//\n"))
    return folder


@pytest.fixture(autouse=True)
def _fresh(static_dir, monkeypatch):
    """Give every test its own producer, in a plain script unless it asks for `kernel`."""
    monkeypatch.setattr(_schema, "STATIC", static_dir)
    _schema.options_of.cache_clear()
    _producer.replace(Producer(None))
    yield
    producer = _producer.current()
    producer.flusher.stop()
    producer.pages.stop()
    _producer.replace(None)
    _schema.options_of.cache_clear()


class FakeModel:
    def __init__(self, view_id, title, count, html):
        self.view_id, self.title, self.count, self.html = view_id, title, count, html
        self.closed = False

    def close(self):
        self.closed = True


class FakeHub:
    def __init__(self):
        self.sent = []

    def send(self, header, buffers):
        self.sent.append((header, buffers))


class FakeKernel:
    """Records what is displayed; `run(cell)` starts a new execution."""

    session = "kernel-0000"

    def __init__(self):
        self.views, self.outputs, self.later = [], [], []
        self.hub, self.on_message = None, None
        self.request = None
        self.executions = 0
        self.on_start, self.on_clear = [], []

    def run(self, cell=None, message_type="execute_request", deleted=()):
        self.executions += 1
        self.request = Parent(f"m{self.executions}", message_type, cell, deleted)
        for callback in self.on_start:
            callback()

    def in_cell(self):
        return threading.current_thread() is threading.main_thread()

    def parent(self):
        return self.request

    def open_hub(self, epoch, on_message):
        self.hub, self.on_message = FakeHub(), on_message
        return self.hub

    def on_execution(self, started, cleared):
        self.on_start.append(started)
        self.on_clear.append(cleared)

    def clear_output(self):
        for callback in self.on_clear:
            callback()

    def display_view(self, view_id, title, count, html):
        model = FakeModel(view_id, title, count, html)
        self.views.append(model)
        return model

    def display(self, bundle):
        self.outputs.append(bundle)

    def call_later(self, callback):
        self.later.append(callback)


@pytest.fixture
def kernel(monkeypatch):
    """Run the test as if in a kernel, in its first execution (cell "a"); the flusher's thread does not start."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    fake = FakeKernel()
    fake.run("a")
    producer = Producer(fake)
    starts = []
    monkeypatch.setattr(producer.flusher, "start", lambda: starts.append(1))
    fake.starts = starts
    fake.producer = producer
    _producer.replace(producer)
    return fake
