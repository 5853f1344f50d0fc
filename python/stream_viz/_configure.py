"""What concerns the whole process: `configure`, `show`, `clear`, `close`."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any

from stream_viz import _producer
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._schema import UNSET, check_options
from stream_viz._thresholds import nearest
from stream_viz._widget import Widget

LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")


def configure(
    *,
    title: str | None = UNSET,
    timezone: str | None = UNSET,
    language: str | None = UNSET,
    auto_display: bool | None = UNSET,
    **options: Any,
) -> None:
    """Change settings of the dashboard; the others stay. None returns one to its default.

    - `title`: of the dashboard. `timezone`: in which times are shown, such as "Europe/Berlin" (default: the viewer's).
      `language`: of numbers and dates, such as "de" (default: the viewer's).
    - `auto_display=False`: constructors display nothing by themselves; `sv.show()` does.

    Raises `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID`; nothing is changed then.
    """
    given = {
        "title": title,
        "timezone": timezone,
        "language": language,
        "auto_display": auto_display,
        **options,
    }
    given = {name: value for name, value in given.items() if value is not UNSET}
    producer = _producer.current()
    with producer.lock:
        producer.dashboard.configure(given, _checked)
        if "auto_display" in given:
            producer.auto_display = given["auto_display"] is not False
        producer.wake()


def _checked(options: dict[str, Any]) -> dict[str, object]:
    _, checked = check_options("configure", options, "sv.configure")
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
