"""Executions as marimo tells them: one run of one cell in one session."""

import contextlib
import subprocess
import sys
import textwrap
import threading
from types import SimpleNamespace

import pytest

from stream_viz import _marimo
from stream_viz._marimo import MarimoKernel
from stream_viz._widgets import HubModels


@pytest.fixture
def context(monkeypatch):
    """A session's context, as `marimo_context` finds it; `run(cell)` begins a run as marimo does."""
    place = SimpleNamespace(here=None)
    monkeypatch.setattr(_marimo, "marimo_context", lambda: place.here)

    def session():
        return SimpleNamespace(execution_context=None)

    def run(cell, of):
        of.execution_context = SimpleNamespace(cell_id=cell)
        place.here = of

    return SimpleNamespace(place=place, session=session, run=run)


def test_a_thread_without_a_context_is_in_no_cell(context):
    kernel = MarimoKernel()
    assert not kernel.in_cell()
    assert kernel.parent() is None


def test_one_run_is_one_execution_and_the_next_run_of_the_cell_is_another_of_the_same_cell(context):
    kernel, session = MarimoKernel(), context.session()
    context.run("Hbol", session)
    first = kernel.parent()
    assert kernel.parent() == first
    assert (first.message_type, first.cell_id) == ("execute_request", "Hbol")
    context.run("MJUe", session)
    other = kernel.parent()
    context.run("Hbol", session)
    again = kernel.parent()
    assert len({first.message_id, other.message_id, again.message_id}) == 3
    assert again.cell_id == first.cell_id


def test_the_same_cell_of_two_visitors_is_two_cells(context):
    kernel = MarimoKernel()
    one, two = context.session(), context.session()
    context.run("Hbol", one)
    first = kernel.parent()
    context.run("Hbol", two)
    second = kernel.parent()
    assert first.cell_id != second.cell_id
    context.place.here = one
    assert kernel.parent() == first


class Models(SimpleNamespace):
    """A session's hub, which keeps what it is given."""

    def __init__(self):
        sent = []
        super().__init__(sent=sent, hub=SimpleNamespace(send=lambda header, _buffers: sent.append(header["seq"])))


def test_a_session_whose_thread_has_ended_gets_nothing_more_and_is_let_go(context, monkeypatch):
    monkeypatch.setattr(_marimo, "_kept_open", lambda _context: contextlib.nullcontext())
    opened = []
    monkeypatch.setattr(HubModels, "open", lambda *_: opened.append(Models()) or opened[-1])
    kernel, left = MarimoKernel(), threading.Event()

    def visit():
        context.run("Hbol", context.session())
        opening.append(kernel.open_hub("e", lambda _content: None))
        here.set()
        left.wait()

    opening, here = [], threading.Event()
    visitor = threading.Thread(target=visit)
    visitor.start()
    here.wait()
    hubs = opening[0]
    context.run("Hbol", context.session())
    kernel.open_hub("e", lambda _content: None)
    hubs.send({"seq": 1}, [])
    left.set()
    visitor.join()
    hubs.send({"seq": 2}, [])
    hubs.send({"seq": 3}, [])
    assert [models.sent for models in opened] == [[1], [1, 2, 3]]
    assert len(kernel._pages) == 1


@pytest.mark.slow
def test_an_app_that_runs_as_a_script_is_a_script(tmp_path):
    app = tmp_path / "app.py"
    app.write_text(
        textwrap.dedent("""
        import marimo
        app = marimo.App()
        @app.cell
        def _():
            from stream_viz import _host
            print("kernel", _host.find_kernel())
            return
        app.run()
        """)
    )
    done = subprocess.run([sys.executable, str(app)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "kernel None"
