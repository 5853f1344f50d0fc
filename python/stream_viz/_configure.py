"""What concerns the whole process: `configure`, `show`, `clear`, `close`."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any

from stream_viz import _producer
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._schema import UNSET, check_options, options_of
from stream_viz._server_options import SERVER_OPTIONS, check_server_options, check_together
from stream_viz._thresholds import nearest
from stream_viz._widget import Widget

CALL = "sv.configure"
SHARED = ("title", "timezone")
"""Options of the document that a server's page uses too, before there is a document."""
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")


def configure(
    *,
    title: str | None = UNSET,
    timezone: str | None = UNSET,
    language: str | None = UNSET,
    auto_display: bool | None = UNSET,
    host: str | None = UNSET,
    port: int | None = UNSET,
    theme: str | None = UNSET,
    favicon: Any = UNSET,
    logo: Any = UNSET,
    auto_refresh: Any = UNSET,
    default_time_range: Any = UNSET,
    buffer_size: Any = UNSET,
    retention: Any = UNSET,
    persistence: Any = UNSET,
    history_size: Any = UNSET,
    auth: Any = UNSET,
    cors: Any = UNSET,
    linger: Any = UNSET,
    keep: bool | None = UNSET,
    open: bool | None = UNSET,  # noqa: A002  the word users know
    **options: Any,
) -> None:
    """Change settings of the dashboard; the others stay. None returns one to its default.

    - `title`: of the dashboard. `timezone`: in which times are shown, such as "Europe/Berlin" (default: the viewer's).
      `language`: of numbers and dates, such as "de" (default: the viewer's).
    - `auto_display=False`: constructors display nothing by themselves; `sv.show()` does.

    Of the page in a browser tab:

    - `theme`: "auto" (default), "light", "dark". `favicon`, `logo`: the file of a picture.
    - `auto_refresh`: how often it draws at first, "live" (default) or such as "5s". `default_time_range`: what is
      visible at first, such as "1h" or "all" (default: what each widget declares).
    - `open=False` never opens a browser, True always; default: on a desktop terminal, where no tab is open.

    Of a server that is started, so before the first widget or `sv.start()`; a running one stays as it is:

    - `host`: default "127.0.0.1", this machine alone. `port`: default the one this script had last, else 8600 or the
      next free one; 0 is any free one. `cors`: origins of pages that may read its API. `auth=False`: no token, on this
      machine alone. `auth={"type": "basic", "users": {"ann": "her password"}}`: people log in; a list of names takes
      passwords of `STREAM_VIZ_PASSWORD_<NAME>`, else they are made and told once. `"keys": {"ci": "send"}` beside users
      (or with type "token"): keys of programs that view or send.
    - `buffer_size`: history held in memory, default "512MB". `retention`: its age, default "7d"; "off" is no bound.
    - `linger`: how long it stays after the last script and tab are gone, default "10m"; 0 ends it at once.
      `keep=True`: it never ends by itself.
    - `persistence`: "memory" (default), or a file that keeps history over restarts, such as "sqlite:///history.db" in
      the working folder, "sqlite:////var/history.db" elsewhere. `history_size`: what it may hold, default "10GB".

    An option without effect where it is used says so once. Raises `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID`,
    `AUTH_REQUIRED`; nothing is changed then.
    """
    given = {
        "title": title,
        "timezone": timezone,
        "language": language,
        "auto_display": auto_display,
        "host": host,
        "port": port,
        "theme": theme,
        "favicon": favicon,
        "logo": logo,
        "auto_refresh": auto_refresh,
        "default_time_range": default_time_range,
        "buffer_size": buffer_size,
        "retention": retention,
        "persistence": persistence,
        "history_size": history_size,
        "auth": auth,
        "cors": cors,
        "linger": linger,
        "keep": keep,
        "open": open,
        **options,
    }
    given = {name: value for name, value in given.items() if value is not UNSET}
    of_document = {name: value for name, value in given.items() if name not in SERVER_OPTIONS or name in SHARED}
    of_server = {name: value for name, value in given.items() if name in SERVER_OPTIONS and name not in SHARED}
    producer = _producer.current()
    with producer.lock:
        checked = check_server_options(of_server, CALL)
        check_together({**producer.server.options, **checked}, CALL)
        producer.dashboard.configure(of_document, _checked)
        if "auto_display" in given:
            producer.auto_display = given["auto_display"] is not False
        shared = {name: producer.dashboard.settings.get(name) or None for name in SHARED if name in given}
        producer.server.configure(checked, shared)
        producer.wake()


def _checked(options: dict[str, Any]) -> dict[str, object]:
    for name in options:
        if name not in options_of("configure"):
            names = [*options_of("configure"), *(each for each in SERVER_OPTIONS if each not in SHARED)]
            raise StreamVizValueError(
                "OPTION_UNKNOWN",
                f"{CALL}: there is no option {name!r}{nearest(name, names)} (options: {', '.join(names)})",
                option=name,
            )
    _, checked = check_options("configure", options, CALL)
    language = checked.get("language")
    if isinstance(language, str) and not LANGUAGE.match(language):
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"sv.configure: language= expected a tag such as 'de' or 'en-GB', got {language!r}"
            f"{nearest(language.replace('_', '-'), [language.replace('_', '-')]) if '_' in language else ''}",
            option="language",
        )
    zone = checked.get("timezone")
    known = zoneinfo.available_timezones()
    if isinstance(zone, str) and known and zone not in known:
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"sv.configure: timezone= expected a zone such as 'Europe/Berlin' or 'UTC', got {zone!r}"
            f"{nearest(zone, sorted(known))}",
            option="timezone",
        )
    return checked


def show(*widgets: Widget) -> None:
    """Display widgets in a view of their own under the running cell; without any, all of them.

    Works from any thread of a kernel. Outside a kernel nothing is displayed.
    Raises `WIDGET_TYPE` for what is no widget (`cpu`, not `"cpu"`), `WIDGET_CLOSED`.
    """
    _producer.current().show([declaration.id for declaration in _open(widgets, "sv.show")])


def _open(widgets: tuple[Any, ...], call: str) -> list[Any]:
    """Return the declarations of handles, or all open ones; raises `WIDGET_TYPE`, `WIDGET_CLOSED`."""
    if not widgets:
        return _producer.current().dashboard.all()
    declarations = []
    for widget in widgets:
        if not isinstance(widget, Widget):
            raise StreamVizTypeError(
                "WIDGET_TYPE",
                f"{call}: expected widgets such as the result of sv.metric('cpu'), got {shown(widget)}",
                actual=type(widget).__name__,
            )
        widget._ensure_open()  # noqa: SLF001  the one place that asks it of many
        declarations.append(widget._declaration)  # noqa: SLF001
    return declarations


def clear() -> None:
    """Drop the data of every widget, here and in every page; widgets and options stay."""
    producer = _producer.current()
    with producer.lock:
        for declaration in producer.dashboard.all():
            if declaration.handle is not None:
                declaration.handle.clear()


def close() -> None:
    """Remove every widget and free all data; twice is harmless. New widgets may follow."""
    producer = _producer.current()
    with producer.lock:
        for declaration in producer.dashboard.all():
            if declaration.handle is not None:
                declaration.handle.close()
