"""What a notebook shows: one view per execution, at once; re-runs, second views, threads."""

from __future__ import annotations

import threading

import pytest

import stream_viz as sv
from stream_viz import _cell_views, _producer, _schema


def views(kernel):
    return [view.document() for view in kernel.producer.views.all()]


def test_the_first_declaration_displays_at_once_and_later_ones_extend_the_view(kernel):
    sv.metric("cpu")
    assert [view.count for view in kernel.views] == [1]
    sv.gauge("mem")
    sv.metric("cpu")
    assert len(kernel.views) == 1
    assert views(kernel) == [{"id": "v1", "cell": "a", "widgets": ["metric:cpu", "gauge:mem"]}]


def test_a_fetch_in_another_cell_is_a_second_view(kernel):
    sv.metric("cpu", unit="%")
    kernel.run("b")
    sv.metric("cpu")
    assert [(view["cell"], view["widgets"]) for view in views(kernel)] == [("a", ["metric:cpu"]), ("b", ["metric:cpu"])]
    assert not any(view.closed for view in kernel.views)


def test_a_new_execution_of_a_cell_closes_the_older_views_of_that_cell(kernel):
    sv.metric("cpu")
    kernel.run("b")
    sv.metric("mem")
    kernel.run("a")
    sv.metric("cpu")
    assert [view.closed for view in kernel.views] == [True, False, False]
    assert [view["id"] for view in views(kernel)] == ["v2", "v3"]
    kernel.run("c", deleted=("b",))
    sv.metric("cpu")
    assert kernel.views[1].closed


def test_a_deleted_or_re_run_cell_loses_its_views_though_the_running_cell_names_no_widget(kernel):
    sv.metric("cpu")
    kernel.run("b")
    sv.metric("cpu")
    kernel.run("c", deleted=("b",))
    assert [view.closed for view in kernel.views] == [False, True]
    kernel.run("a")
    assert [view.closed for view in kernel.views] == [True, True]
    assert views(kernel) == []


def test_a_task_left_behind_extends_its_own_view_and_displays_nothing_once_its_cell_ran_again(kernel):
    sv.metric("cpu")
    left = kernel.request
    kernel.run("b")
    sv.metric("other")
    for _ in range(3):
        kernel.request, running = left, kernel.request
        sv.metric("cpu")
        sv.metric("later")
        kernel.request = running
        sv.metric("other")
    assert [view["widgets"] for view in views(kernel)] == [["metric:cpu", "metric:later"], ["metric:other"]]
    kernel.run("a")
    sv.metric("cpu")
    kernel.request = left
    sv.metric("cpu")
    assert [view.closed for view in kernel.views] == [True, False, False]


def test_after_clear_output_what_is_declared_or_displayed_is_shown_again_and_the_lost_view_closes(kernel):
    cpu = sv.metric("cpu")
    for count in (1, 2, 3):
        kernel.clear_output()
        sv.metric("cpu")
        cpu._ipython_display_()
        assert [view.closed for view in kernel.views] == [True] * count + [False]
    kernel.clear_output()
    cpu._ipython_display_()
    assert [view.closed for view in kernel.views] == [True] * 4 + [False]
    kernel.run("b")
    kernel.clear_output()
    assert not kernel.views[-1].closed


def test_without_cell_ids_nothing_is_closed_and_the_number_of_views_is_bounded(kernel, monkeypatch):
    monkeypatch.setattr(_cell_views, "VIEW_LIMIT", 3)
    for _ in range(5):
        kernel.run(None)
        sv.metric("cpu")
    assert [view.closed for view in kernel.views] == [True, True, False, False, False]


def test_a_handle_at_the_end_of_its_own_cell_is_silent_and_elsewhere_is_shown(kernel):
    cpu = sv.metric("cpu")
    cpu._ipython_display_()
    assert len(kernel.views) == 1
    kernel.run("b")
    cpu._ipython_display_()
    cpu._ipython_display_()
    assert len(kernel.views) == 2


def test_show_displays_a_view_of_its_own_with_all_or_the_given(kernel):
    cpu = sv.metric("cpu")
    sv.metric("mem", display=False)
    assert views(kernel)[0]["widgets"] == ["metric:cpu"]
    sv.show()
    sv.show(cpu)
    assert [view["widgets"] for view in views(kernel)][1:] == [["metric:cpu", "metric:mem"], ["metric:cpu"]]


def test_auto_display_off_displays_nothing_by_itself(kernel):
    sv.configure(auto_display=False)
    cpu = sv.metric("cpu")
    assert kernel.views == []
    cpu._ipython_display_()
    assert len(kernel.views) == 1
    sv.configure(auto_display=True)
    kernel.run("b")
    sv.metric("cpu")
    assert len(kernel.views) == 2


def test_a_thread_displays_nothing_and_says_once_how_to_show(kernel, capsys):
    def declare():
        sv.metric("one")
        sv.metric("two")

    thread = threading.Thread(target=declare)
    thread.start()
    thread.join()
    assert kernel.views == []
    assert capsys.readouterr().err.count("sv.show()") == 1
    sv.show()
    assert views(kernel)[0]["widgets"] == ["metric:one", "metric:two"]


@pytest.mark.parametrize("message_type", ["comm_msg", ""])
def test_a_callback_displays_nothing_by_itself(kernel, message_type):
    kernel.run("a", message_type=message_type)
    sv.metric("cpu")
    assert kernel.views == []


def test_a_closed_widget_leaves_its_views_and_an_empty_view_closes(kernel):
    cpu, mem = sv.metric("cpu"), sv.metric("mem")
    cpu.close()
    assert views(kernel)[0]["widgets"] == ["metric:mem"]
    mem.close()
    assert views(kernel) == []
    assert kernel.views[0].closed


def test_the_document_of_a_view_is_published_with_the_next_flush(kernel):
    published = []
    sender = kernel.producer.sender
    publish = sender.publish
    sender.publish = lambda document: (published.append(document), publish(document))[1]
    sv.metric("cpu", unit="%")
    kernel.producer.flush()
    assert published[-1]["widgets"] == [{"id": "metric:cpu", "kind": "metric", "name": "cpu", "options": {"unit": "%"}}]
    assert published[-1]["views"] == [{"id": "v1", "cell": "a", "widgets": ["metric:cpu"]}]
    kernel.producer.flush()
    assert len(published) == 1
    assert kernel.hub.sent


def test_a_view_made_when_data_exist_carries_a_still(kernel):
    cpu = sv.metric("cpu")
    assert "<svg" not in kernel.views[0].html
    assert "anywidget" in kernel.views[0].html
    cpu.send(75)
    kernel.run("b")
    sv.metric("cpu")
    assert "<svg" in kernel.views[1].html


def test_a_subscribe_with_our_epoch_and_a_seq_is_answered_without_a_snapshot(kernel):
    cpu = sv.metric("cpu")
    cpu.send_many([1.0, 2.0])
    producer = _producer.current()
    while producer.sender.completed_round is None:
        producer.flush()
    kernel.hub.sent.clear()
    ours = producer.sender.epoch["id"]
    roles = {}
    for request, place in {
        "follows": {"epoch": ours, "seq": 3},
        "new": {},
        "other": {"epoch": "0" * 32, "seq": 3},
        "no-seq": {"epoch": ours},
    }.items():
        kernel.on_message({"kind": "subscribe", "id": request, **place})
        producer.flush()
        header, _ = kernel.hub.sent[-1]
        assert header["answered"] == request
        roles[request] = "history" in {part["role"] for part in header["parts"]}
    assert roles == {"follows": False, "new": True, "other": True, "no-seq": True}


def test_a_subscribe_message_asks_for_a_snapshot_and_garbage_is_ignored(kernel):
    sv.metric("cpu")
    asked = []
    kernel.producer.sender.request_snapshot = asked.append
    for content in ({"kind": "subscribe", "id": "r1"}, {"kind": "subscribe", "id": 5}, {"kind": "x"}, None, "text"):
        kernel.on_message(content)
    assert asked == ["r1"]


def test_snapshot_displays_a_separate_output_drawn_by_the_kernel(kernel):
    cpu = sv.metric("cpu", unit="%", by="core")
    for value in range(2000):
        cpu.send({"0": value, "1": 5}, time=1000 + value)
    sv.gauge("mem <b>", max=10).send(25)
    sv.table("log").send([{"a": f"<i>{at}</i>"} for at in range(12)])
    sv.metric("empty")
    sv.snapshot()
    bundle = kernel.outputs[-1]
    assert bundle["text/html"].count("<svg") == 2
    assert "<b>mem" not in bundle["text/html"]
    assert "mem &lt;b&gt;" in bundle["text/html"]
    assert "<i>" not in bundle["text/html"]
    assert "+ 2 more rows" in bundle["text/html"]
    assert "currentColor" in bundle["text/html"]
    assert 'cpu{core="0"}: last 1999%' in bundle["text/plain"]
    assert "log: 12 rows" in bundle["text/plain"]
    assert "empty: no data yet" in bundle["text/plain"]


def test_a_missing_runtime_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(_schema, "STATIC", tmp_path)
    with pytest.raises(sv.StreamVizError, match=r"the runtime was not built .*reinstall"):
        _schema.static_text("runtime.mjs")
