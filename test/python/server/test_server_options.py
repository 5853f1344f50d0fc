"""Options of a server in `sv.configure`: each is accepted, checked, and says once where it has no effect."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

import stream_viz as sv
from stream_viz import _producer
from stream_viz._server_options import SERVER_OPTIONS, for_server
from stream_viz._stated_options import differing


def options():
    return _producer.current().server.options


@pytest.fixture
def loud(monkeypatch):
    monkeypatch.setattr("stream_viz._server_side.switched_off", lambda: False)
    monkeypatch.setattr(_producer.current().server, "start_by_itself", lambda: None)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"host": "0.0.0.0"}, {"host": "0.0.0.0"}),
        ({"host": "[::1]"}, {"host": "::1"}),
        ({"port": 0}, {"port": 0}),
        ({"title": "Plant"}, {"title": "Plant"}),
        ({"timezone": "UTC"}, {"timezone": "UTC"}),
        ({"theme": "dark"}, {"theme": "dark"}),
        ({"auto_refresh": "live"}, {"auto_refresh": "live"}),
        ({"auto_refresh": 5}, {"auto_refresh": "5s"}),
        ({"default_time_range": "all"}, {"default_time_range": "all"}),
        ({"default_time_range": timedelta(hours=1)}, {"default_time_range": "1h"}),
        ({"buffer_size": "512MB"}, {"buffer_size": 512_000_000}),
        ({"buffer_size": "1.5 GiB"}, {"buffer_size": 1_610_612_736}),
        ({"buffer_size": 2_000_000}, {"buffer_size": 2_000_000}),
        ({"buffer_size": "off"}, {"buffer_size": "off"}),
        ({"retention": "7d"}, {"retention": "1w"}),
        ({"retention": "off"}, {"retention": "off"}),
        ({"linger": 0}, {"linger": "0s"}),
        ({"linger": "10m"}, {"linger": "10m"}),
        ({"keep": True}, {"keep": True}),
        ({"auth": False}, {"auth": False}),
        ({"auth": False, "host": "localhost"}, {"auth": False, "host": "localhost"}),
        ({"cors": "https://a.example"}, {"cors": ["https://a.example"]}),
        ({"cors": ["https://a.example/", "*"]}, {"cors": ["https://a.example", "*"]}),
        ({"open": False}, {}),
        ({"persistence": "memory"}, {"persistence": "memory"}),
        ({"persistence": False}, {"persistence": "memory"}),
        ({"persistence": "sqlite:////var/../x.db"}, {"persistence": "sqlite:////x.db"}),
        ({"history_size": "2GB"}, {"history_size": 2_000_000_000}),
        ({"history_size": "off"}, {"history_size": "off"}),
        (
            {"auth": {"type": "basic", "users": {"ann": "correct horse"}}},
            {"auth": {"type": "basic", "users": {"ann": "correct horse"}}},
        ),
        (
            {"auth": {"type": "basic", "users": ("ann", "bob"), "keys": {"ci": "send"}}},
            {"auth": {"type": "basic", "users": {"ann": None, "bob": None}, "keys": {"ci": "send"}}},
        ),
        (
            {"auth": {"type": "token", "keys": {"wall": {"role": "view", "key": "k" * 16}}}},
            {"auth": {"type": "token", "keys": {"wall": {"role": "view", "key": "k" * 16}}}},
        ),
    ],
)
def test_an_option_reaches_the_server_as_it_takes_it(given, told):
    sv.configure(**given)
    assert for_server(options()) == {**told, "open": False}


def test_a_history_file_is_an_absolute_path_of_the_scripts_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sv.configure(persistence="sqlite:///kept/history.db")
    assert options() == {"persistence": f"sqlite:///{tmp_path / 'kept' / 'history.db'}"}


def test_a_picture_is_an_absolute_path_and_must_be_there(tmp_path, monkeypatch):
    (tmp_path / "logo.svg").write_text("<svg/>")
    monkeypatch.chdir(tmp_path)
    sv.configure(logo="logo.svg", favicon=tmp_path / "logo.svg")
    assert options() == {"logo": str(tmp_path / "logo.svg"), "favicon": str(tmp_path / "logo.svg")}
    with pytest.raises(sv.StreamVizError, match="no file") as caught:
        sv.configure(logo="missing.svg")
    assert caught.value.code == "OPTION_INVALID"


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ({"prot": 1}, "OPTION_UNKNOWN", "'port'"),
        ({"buffersize": 1}, "OPTION_UNKNOWN", "'buffer_size'"),
        ({"titel": "x"}, "OPTION_UNKNOWN", "'title'"),
        ({"theme": "drak"}, "OPTION_INVALID", "did you mean 'dark'"),
        ({"theme": 5}, "OPTION_INVALID", "theme="),
        ({"theme": ["dark"]}, "OPTION_TYPE", "theme="),
        ({"port": 70_000}, "OPTION_INVALID", "65535"),
        ({"port": "8600"}, "OPTION_INVALID", "port="),
        ({"port": True}, "OPTION_TYPE", "port="),
        ({"host": "http://x"}, "OPTION_INVALID", "without scheme"),
        ({"host": "x:80"}, "OPTION_INVALID", "without scheme"),
        ({"host": ""}, "OPTION_INVALID", "host="),
        ({"auto_refresh": "liev"}, "OPTION_INVALID", "did you mean 'live'"),
        ({"auto_refresh": 0}, "OPTION_INVALID", "auto_refresh="),
        ({"default_time_range": "15 parsecs"}, "OPTION_INVALID", "default_time_range="),
        ({"buffer_size": "5 apples"}, "OPTION_INVALID", "buffer_size="),
        ({"buffer_size": 5}, "OPTION_INVALID", "at least 1 MB"),
        ({"buffer_size": True}, "OPTION_TYPE", "buffer_size="),
        ({"retention": -1}, "OPTION_INVALID", "retention="),
        ({"retention": 0}, "OPTION_INVALID", "retention="),
        ({"linger": "never"}, "OPTION_INVALID", "linger="),
        ({"keep": 1}, "OPTION_TYPE", "keep="),
        ({"open": "no"}, "OPTION_TYPE", "open="),
        ({"auth": "no"}, "OPTION_TYPE", "auth="),
        ({"auth": {}}, "OPTION_INVALID", "type 'basic' or 'token'"),
        ({"auth": {"type": "basic"}}, "OPTION_TYPE", "a list of names"),
        ({"auth": {"type": "basic", "users": {}}}, "OPTION_TYPE", "a list of names"),
        ({"auth": {"type": "basic", "users": "ann"}}, "OPTION_INVALID", "a list of names"),
        ({"auth": {"type": "basic", "user": ["ann"]}}, "OPTION_INVALID", "did you mean 'users'"),
        ({"auth": {"type": "basic", "users": {"ann": "short"}}}, "OPTION_INVALID", "8 characters for 'ann'"),
        ({"auth": {"type": "basic", "users": {"a:b": None}}}, "OPTION_INVALID", "names of at most 64"),
        ({"auth": {"type": "basic", "users": [5]}}, "OPTION_TYPE", "names of at most 64"),
        ({"auth": {"type": "token", "users": ["ann"]}}, "OPTION_INVALID", "type 'basic', as there are users"),
        ({"auth": {"type": "token", "keys": {"ci": "sned"}}}, "OPTION_INVALID", "did you mean 'send'"),
        ({"auth": {"type": "token", "keys": {"ci": {"role": "send", "key": "x"}}}}, "OPTION_INVALID", "16 to 256"),
        ({"cors": "a.example"}, "OPTION_INVALID", "cors="),
        ({"cors": ["https://a.example/path"]}, "OPTION_INVALID", "cors="),
        ({"cors": [5]}, "OPTION_INVALID", "cors="),
        ({"cors": 5}, "OPTION_INVALID", "cors="),
        ({"persistence": "disk"}, "OPTION_INVALID", "sqlite"),
        ({"persistence": True}, "OPTION_TYPE", "persistence="),
        ({"persistence": "sqlite:///"}, "OPTION_INVALID", "sqlite:///history.db"),
        ({"persistence": "sqlite://x.db"}, "OPTION_INVALID", "sqlite:///history.db"),
        ({"persistence": "redis://x"}, "OPTION_INVALID", "sqlite"),
        ({"history_size": "5 apples"}, "OPTION_INVALID", "history_size="),
        ({"favicon": 5}, "OPTION_INVALID", "favicon="),
        ({"auth": False, "host": "0.0.0.0"}, "AUTH_REQUIRED", "leave auth=False out"),
    ],
)
def test_a_wrong_option_raises_names_it_and_changes_nothing(given, code, says):
    with pytest.raises(sv.StreamVizError, match=says) as caught:
        sv.configure(title="set", **{name: value for name, value in given.items() if name != "title"})
    assert caught.value.code == code
    assert options() == {}
    assert _producer.current().dashboard.settings == {}


def test_an_address_without_token_is_refused_whichever_option_comes_last():
    sv.configure(auth=False)
    with pytest.raises(sv.StreamVizError) as caught:
        sv.configure(host="0.0.0.0")
    assert caught.value.code == "AUTH_REQUIRED"


@pytest.mark.parametrize("name", sorted(SERVER_OPTIONS))
def test_none_returns_an_option_to_its_default(name):
    sv.configure(theme="dark", port=1, title="x", timezone="UTC")
    sv.configure(**{name: None})
    assert name not in options()


def test_a_wrong_password_or_key_is_in_no_message():
    for auth in ({"type": "basic", "users": {"ann": "hushhus"}}, {"type": "token", "keys": {"a": {"key": "hushhus"}}}):
        with pytest.raises(sv.StreamVizError) as caught:
            sv.configure(auth=auth)
        assert "hush" not in str(caught.value)


STATED = {
    "theme": "auto",
    "auto_refresh": 5e6,
    "default_time_range": "own",
    "buffer_size": 512_000_000,
    "retention": 604_800_000_000,
    "persistence": None,
    "cors": [],
    "linger": 600_000_000,
    "keep": False,
}
"""What a server writes down that was started with `auto_refresh="5s"` alone (life/stated-options.ts)."""


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"theme": "auto", "auto_refresh": 5, "retention": "7d", "linger": "10m", "persistence": "memory"}, []),
        ({"buffer_size": "512MB", "cors": False, "keep": False}, []),
        ({"theme": "dark", "auto_refresh": "live"}, ["theme", "auto_refresh"]),
        ({"default_time_range": "all"}, ["default_time_range"]),
        ({"retention": "off", "buffer_size": "off"}, ["buffer_size", "retention"]),
        ({"persistence": "sqlite:////var/x.db"}, ["persistence"]),
        ({"linger": 0}, ["linger"]),
        ({"keep": True, "linger": "5m"}, ["keep"]),
        ({"history_size": "1GB", "title": "x", "open": True, "port": 5}, []),
        ({"host": "localhost"}, []),
        ({"host": "0.0.0.0", "theme": "dark"}, ["host", "theme"]),
    ],
)
def test_an_option_that_a_running_server_has_otherwise_is_found(given, names):
    sv.configure(**given)
    assert differing(options(), STATED, "127.0.0.1") == names


def test_a_server_on_every_address_has_the_host_that_is_asked_for():
    sv.configure(host="0.0.0.0")
    assert differing(options(), STATED, "0.0.0.0") == []
    assert differing(options(), STATED, "::") == []
    assert differing(options(), STATED, "192.0.2.1") == ["host"]


def test_options_that_are_set_before_a_connection_elsewhere_say_once_that_they_have_no_effect(server, loud, capsys):
    sv.configure(theme="dark", persistence="sqlite:///x.db", title="Plant", open=False)
    sv.connect(server.link)
    deadline = time.monotonic() + 10
    said = ""
    while "no effect" not in said and time.monotonic() < deadline:
        time.sleep(0.01)
        said += capsys.readouterr().err
    assert [line for line in said.splitlines() if "no effect" in line] == [
        f"StreamViz: theme=, persistence=: no effect at {server.url}: that is chosen where a server is started"
    ]


def test_what_a_running_server_cannot_change_any_more_says_so_once(server, loud, capsys):
    sv.connect(server.link)
    capsys.readouterr()
    for _ in range(2):
        sv.configure(port=8700, theme="dark", auto_refresh="5s", title="New")
    said = capsys.readouterr().err.splitlines()
    assert [line.split("=")[0] for line in said] == [f"StreamViz: {name}" for name in ("port", "theme", "auto_refresh")]
