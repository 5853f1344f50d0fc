"""What every widget's handle does: options, clearing, closing, and how a notebook shows it."""

from __future__ import annotations

from typing import Any, ClassVar

from stream_viz import _producer
from stream_viz._declaration import Declaration, check_name, closed_error
from stream_viz._errors import StreamVizTypeError
from stream_viz._numbers import shown
from stream_viz._schema import UNSET


class Widget:
    """One widget of the dashboard. Made by `sv.metric`, `sv.gauge`, `sv.table`; the same name gives the same widget."""

    __slots__ = ("__weakref__", "_declaration")
    kind: ClassVar[str] = ""

    def __init__(self, declaration: Declaration) -> None:
        """Take the declaration; users call `sv.metric` and its like instead."""
        self._declaration = declaration

    @property
    def name(self) -> str:
        """Return the name the widget was declared with."""
        return self._declaration.name

    @property
    def id(self) -> str:
        """Return the widget's id in the dashboard: `kind:name`."""
        return self._declaration.id

    @property
    def closed(self) -> bool:
        """Return whether the widget was closed."""
        return self._declaration.closed

    def update(self, **options: Any) -> None:
        """Change single options; the others and the data stay. None returns an option to its default.

        Raises `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID` (nothing is changed then), `WIDGET_CLOSED`.
        """
        producer = _producer.current()
        with producer.lock:
            producer.dashboard.update(self._declaration, options, f"{self._declaration.name}.update")
            self._options_changed()
            producer.wake()

    def clear(self) -> None:
        """Drop the data here and in every page; the widget and its options stay. Raises `WIDGET_CLOSED`."""
        self._ensure_open()
        producer = _producer.current()
        with producer.lock:
            self._clear_data()
            producer.wake()

    def close(self) -> None:
        """Remove the widget everywhere and free its data; twice is harmless. A later `send` raises `WIDGET_CLOSED`."""
        producer = _producer.current()
        with producer.lock:
            producer.close_widget(self._declaration)
            self._release()
            producer.wake()

    def _ensure_open(self) -> None:
        if self._declaration.closed:
            raise closed_error(self._declaration)

    def _options_changed(self) -> None:
        """Take over the declaration's options. The caller holds the lock."""

    def _clear_data(self) -> None:
        """Drop the data. The caller holds the lock."""

    def _release(self) -> None:
        """Let go of the data of a closed widget. The caller holds the lock."""

    def _ipython_display_(self) -> None:
        """Show the widget, unless this execution's view already does."""
        if self._declaration.closed:
            print(repr(self))  # noqa: T201  what a notebook shows for a closed widget
        else:
            _producer.current().show([self._declaration.id], implicit=True)

    def __repr__(self) -> str:
        """Return `<Metric 'cpu'>`, with `closed` where it is."""
        state = " closed" if self._declaration.closed else ""
        return f"<{type(self).__name__} {self._declaration.name!r}{state}>"


def declare(handle_type: type[Widget], name: str, options: dict[str, Any], *, clear: Any, display: Any) -> Any:
    """Return the handle of a widget: the one rule of every constructor.

    A name alone fetches or creates; any option is the full declaration. `clear` and `display` belong to this call and
    are no options in that sense.
    """
    kind = handle_type.kind
    call = f"sv.{kind}({name!r})" if isinstance(name, str) else f"sv.{kind}"
    name = check_name(name, call)
    given = {option: value for option, value in options.items() if value is not UNSET}
    wants_clear = _flag("clear", clear, False, call)  # noqa: FBT003  the default of a flag
    wants_display = _flag("display", display, True, call)  # noqa: FBT003
    producer = _producer.current()
    with producer.lock:
        declaration, changed = producer.dashboard.declare(kind, name, given, call)
        handle = declaration.handle
        try:
            if handle is None:
                handle = declaration.handle = handle_type(declaration)
            elif changed:
                handle._options_changed()  # noqa: SLF001  the constructor half of the class
        except Exception:
            if declaration.handle is None:  # a new widget that could not be made leaves no trace
                producer.dashboard.remove(declaration)
            raise
        if wants_clear:
            handle._clear_data()  # noqa: SLF001
        producer.declared(declaration, changed=changed, display=wants_display)
    return handle


def _flag(option: str, value: Any, default: bool, call: str) -> bool:  # noqa: FBT001
    if value is UNSET or value is None:
        return default
    if not isinstance(value, bool):
        raise StreamVizTypeError(
            "OPTION_TYPE", f"{call}: {option}= expected True or False, got {shown(value)}", option=option
        )
    return value
