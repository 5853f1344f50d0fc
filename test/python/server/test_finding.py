"""How a running server is found: by its runtime file, which nobody else may have touched, and its health."""

from __future__ import annotations

import json

import pytest

import stream_viz as sv
from stream_viz._address import Address, health, is_loopback, parse_address
from stream_viz._announce import announcement, browser_wanted
from stream_viz._local_server import JOIN_VARIABLE, LocalServer
from stream_viz._runtime_file import read_address, running_server, runtime_file


def entry(server, **changed):
    facts = {"url": server.url, "host": "127.0.0.1", "port": server.port, "token": server.token, "pid": 1}
    return {**facts, "startedUs": 1, "version": "1", **changed}


def write(facts, mode=0o600):
    path = runtime_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(facts if isinstance(facts, str) else json.dumps(facts))
    path.chmod(mode)
    return path


def test_a_running_server_is_found_with_port_and_token(server):
    assert running_server() is None
    write(entry(server))
    assert running_server() == Address(server.url, server.token, 1)


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_a_server_on_every_address_is_asked_on_this_machine(server, host):
    write(entry(server, host=host))
    assert running_server() == Address(server.url, server.token, 1)


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o620, 0o604])
def test_a_file_that_others_may_read_or_write_counts_as_none(server, mode):
    assert read_address(write(entry(server), mode)) is None


def test_a_link_to_a_file_counts_as_none(server, tmp_path):
    path = write(entry(server))
    other = tmp_path / "link.json"
    other.symlink_to(path)
    assert read_address(path) is not None
    assert read_address(other) is None


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        "null",
        {},
        {"host": 5},
        {"port": "1"},
        {"port": 0},
        {"port": 70_000},
        {"pid": None},
        {"pid": True},
    ],
)
def test_half_a_file_counts_as_none(server, broken):
    facts = broken if isinstance(broken, str) else {**entry(server), **broken} if broken else {}
    assert read_address(write(facts)) is None


def test_another_program_on_the_port_or_another_process_is_no_server(server):
    write(entry(server, token="wrong" * 5))
    assert running_server() is None
    write(entry(server, pid=2))
    assert running_server() is None
    server.close()
    write(entry(server))
    assert running_server() is None


def test_the_key_keeps_servers_apart(monkeypatch):
    monkeypatch.setenv("STREAM_VIZ_KEY", "one")
    one = runtime_file()
    monkeypatch.setenv("STREAM_VIZ_KEY", "two")
    assert runtime_file() != one
    assert runtime_file({"STREAM_VIZ_KEY": "../x", "XDG_RUNTIME_DIR": "/r"}).name == "server-default.json"


def test_a_child_joins_the_server_its_parent_told_it_of_and_else_the_one_of_the_file(server, monkeypatch):
    monkeypatch.setenv(JOIN_VARIABLE, server.link)
    local = LocalServer(dict, may_start=False)
    assert local.find().link == server.link
    server.close()
    with pytest.raises(sv.StreamVizError) as caught:
        local.find()
    assert caught.value.code == "SERVER_GONE"


def test_a_server_that_was_ended_in_order_is_not_started_again(monkeypatch):
    monkeypatch.setattr("stream_viz._local_server.start_server", lambda *_a: pytest.fail("started"))
    with pytest.raises(sv.StreamVizError) as caught:
        LocalServer(dict).find(ended=True)
    assert caught.value.code == "SERVER_GONE"


@pytest.mark.parametrize(
    ("given", "token", "link", "ingest"),
    [
        ("http://127.0.0.1:8600", None, "http://127.0.0.1:8600/", "ws://127.0.0.1:8600/ingest"),
        ("http://127.0.0.1:8600/?token=abc", None, "http://127.0.0.1:8600/?token=abc", "ws://127.0.0.1:8600/ingest"),
        ("http://h:1/?token=abc", "def", "http://h:1/?token=def", "ws://h:1/ingest"),
        ("wss://h/base/", "a b", "https://h/base/?token=a%20b", "wss://h/base/ingest"),
        ("http://[::1]:8600", None, "http://[::1]:8600/", "ws://[::1]:8600/ingest"),
    ],
)
def test_addresses_make_links_and_sockets(given, token, link, ingest):
    address = parse_address(given, token, "t")
    assert (address.link, address.ingest) == (link, ingest)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False), ("h", False)],
)
def test_loopback_is_this_machine_alone(host, loopback):
    assert is_loopback(host) is loopback


def test_health_of_nothing_is_none():
    assert health(Address("http://127.0.0.1:1"), timeout_s=0.2) is None


def test_over_ssh_a_second_line_says_how_to_tunnel():
    address = Address("http://127.0.0.1:8600", "abc")
    assert announcement(address, (), {}) == ["StreamViz: http://127.0.0.1:8600/?token=abc"]
    lines = announcement(address, (), {"SSH_CONNECTION": "10.0.0.9 5000 10.0.0.1 22"})
    assert len(lines) == 2
    assert "ssh -L 8600:127.0.0.1:8600 " in lines[1]
    assert "@10.0.0.1" in lines[1]
    assert len(announcement(Address("http://10.0.0.1:8600"), (), {"SSH_CONNECTION": "a 1 b 2"})) == 1
    far = announcement(address, ["http://10.0.0.1:8600/?token=abc"], {})
    assert far[1] == "  from other machines: http://10.0.0.1:8600/?token=abc"


DESKTOP = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ({}, True),
        ({"environ": {"WAYLAND_DISPLAY": "w"}}, True),
        ({"environ": {}}, False),
        ({"environ": {}, "platform": "darwin"}, True),
        ({"environ": {}, "platform": "win32"}, True),
        ({"environ": {**DESKTOP, "SSH_CONNECTION": "a 1 b 2"}}, False),
        ({"environ": {**DESKTOP, "CI": "true"}}, False),
        ({"environ": {**DESKTOP, "STREAM_VIZ_OPEN": "0"}}, False),
        ({"environ": {"STREAM_VIZ_OPEN": "0"}, "chosen": True}, False),
        ({"terminal": False}, False),
        ({"chosen": False}, False),
        ({"environ": {}, "terminal": False, "chosen": True}, True),
    ],
)
def test_a_browser_opens_on_a_desktop_terminal_or_where_it_is_asked_for(case, wanted):
    usual = {"chosen": None, "environ": DESKTOP, "platform": "linux", "terminal": True}
    assert browser_wanted(**{**usual, **case}) is wanted
