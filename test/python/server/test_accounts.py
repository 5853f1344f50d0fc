"""Accounts as a script sees them: the link that people get has no token, made secrets are told once."""

from __future__ import annotations

import json
import os

import pytest

import stream_viz as sv
from stream_viz import _producer
from stream_viz._address import Address
from stream_viz._announce import announcement
from stream_viz._local_server import JOIN_VARIABLE
from stream_viz._runtime_file import read_address, runtime_file
from stream_viz._server_process import secret_lines

AUTH = {"type": "basic", "users": ["ann"]}


def test_where_people_log_in_their_link_has_no_token_and_that_of_programs_has():
    address = Address("http://127.0.0.1:8600", "abc", has_users=True)
    assert address.link == "http://127.0.0.1:8600/"
    assert address.whole == "http://127.0.0.1:8600/?token=abc"
    assert address.headers == {"Authorization": "Bearer abc"}
    assert announcement(address, (), {}) == ["StreamViz: http://127.0.0.1:8600/"]
    assert Address("http://127.0.0.1:8600", "abc").link == address.whole


@pytest.mark.parametrize(("said", "has_users"), [(True, True), (False, False), (None, False), ("yes", False)])
def test_the_runtime_file_tells_whether_people_log_in(said, has_users):
    path = runtime_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"host": "127.0.0.1", "port": 8600, "token": "abc", "pid": 1, "hasUsers": said}))
    path.chmod(0o600)
    address = read_address(path)
    assert address is not None
    assert address.has_users is has_users


@pytest.mark.parametrize("made", [None, {}, [], {"passwords": None}])
def test_where_nothing_was_made_nothing_is_told(made):
    assert secret_lines(made) == []


def test_a_made_password_and_key_are_a_line_each():
    assert secret_lines({"passwords": {"bob": "aaaa-bbbb"}, "keys": {"ci": "kkkk"}}) == [
        "  password of bob, told once: aaaa-bbbb",
        "  key of ci, told once: kkkk",
    ]


def test_a_server_without_users_that_is_joined_in_spite_of_accounts_is_told_once(server, monkeypatch, capsys):
    path = runtime_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"host": "127.0.0.1", "port": server.port, "token": server.token, "pid": 1}))
    path.chmod(0o600)
    monkeypatch.setattr("stream_viz._server_side.switched_off", lambda: False)
    monkeypatch.setenv("STREAM_VIZ_OPEN", "0")
    sv.configure(auth=AUTH)
    sv.start()
    _producer.current().server.linked(_producer.current().server.link.address)
    said = [line for line in capsys.readouterr().err.splitlines() if "auth=" in line]
    assert len(said) == 1
    assert "a server without users runs already" in said[0]
    assert os.environ[JOIN_VARIABLE] == server.link
    _producer.current().server.link.close()  # else it starts a server of its own once this one is gone
