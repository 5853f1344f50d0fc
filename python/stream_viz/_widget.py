"""What every widget's handle does: options, clearing, closing, and how a notebook shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from stream_viz import _producer
from stream_viz._declaration import Declaration, check_name, closed_error
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._schema import UNSET
from stream_viz._window_needs import tell_needs

if TYPE_CHECKING:
    from stream_viz._producer import Producer


class Widget:
    """One widget of the dashboard. Made by `sv.metric`, `sv.gauge`, `sv.table`; the same name gives the same widget."""

    __slots__ = ("__weakref__", "_declaration")
    kind: ClassVar[str] = ""
    constructor: ClassVar[str] = ""
    """Name of the function that makes it, where that is not its kind."""

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
        call = f"{self._declaration.name}.update"
        with producer.lock:
            _ensure_axis(producer, self._declaration, options, call)
            producer.dashboard.update(self._declaration, options, call)
            self._options_changed()
            tell_needs(producer, self._declaration)
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
            tell_needs(producer, self._declaration)
            producer.wake()

    def _ensure_open(self) -> None:
        if self._declaration.closed:
            raise closed_error(self._declaration)

    def _options_changed(self) -> None:
        """Take over the declaration's options. The caller holds the lock."""

    def _clear_data(self) -> None:
        """Drop the data. The caller holds the lock."""

    def _data_cleared(self) -> None:
        """Forget what is known of the data: some widget of the name dropped them. The caller holds the lock."""

    def _forget_parent(self) -> None:
        """Forget the data of the process this one was forked from. The caller holds the lock."""
        self._data_cleared()

    def _release(self) -> None:
        """Let go of the data of a closed widget. The caller holds the lock."""

    def _ipython_display_(self) -> None:
        """Show the widget, unless this execution's view already does."""
        if self._declaration.closed:
            print(repr(self))  # noqa: T201  what a notebook shows for a closed widget
        else:
            _producer.current().show([self._declaration.id], implicit=True)

    def _display_(self) -> Any:
        """Show the widget at the end of a marimo cell, with all that the cell has shown."""
        from stream_viz._marimo import shown_output  # noqa: PLC0415  marimo alone calls this

        self._ipython_display_()
        return shown_output()

    def __repr__(self) -> str:
        """Return `<Metric 'cpu'>`, with `closed` where it is."""
        state = " closed" if self._declaration.closed else ""
        return f"<{type(self).__name__} {self._declaration.name!r}{state}>"


def declare(
    handle_type: type[Widget],
    name: str,
    options: dict[str, Any],
    *,
    clear: Any = UNSET,
    display: Any = UNSET,
    view: str = "",
    call: str = "",
) -> Any:
    """Return the handle of a widget: the one rule of every constructor.

    A name alone fetches or creates; any option is the full declaration. `clear` and `display` belong to this call and
    are no options in that sense. `view` tells a view of the name's data from others.
    """
    kind = handle_type.kind
    word = handle_type.constructor or kind
    call = call or (f"sv.{word}({name!r})" if isinstance(name, str) else f"sv.{word}")
    name = check_name(name, call)
    given = {option: value for option, value in options.items() if value is not UNSET}
    wants_clear = _flag("clear", clear, False, call)  # noqa: FBT003  the default of a flag
    wants_display = _flag("display", display, True, call)  # noqa: FBT003
    producer = _producer.current()
    with producer.lock:
        if not wants_clear:
            _ensure_axis(producer, producer.dashboard.find(Declaration(kind, name, view=view).id), given, call)
        declaration, changed = producer.dashboard.declare(
            kind, name, given, call, constructor=handle_type.constructor, view=view
        )
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
        tell_needs(producer, declaration)
        producer.declared(declaration, changed=changed, display=wants_display)
    return handle


def clear_series(name: str) -> None:
    """Drop the data of a name, for all its widgets. The caller holds the lock."""
    producer = _producer.current()
    for shown_by in producer.dashboard.shows(name):
        if shown_by.handle is not None:
            shown_by.handle._data_cleared()  # noqa: SLF001
    producer.sender.clear_series(name)


def _ensure_axis(producer: Producer, declaration: Declaration | None, options: dict[str, Any], call: str) -> None:
    """Raise `OPTION_INVALID` where `x=` would change what samples are ordered by that are there already."""
    asked = options.get("x")
    if declaration is None or declaration.windows is None or asked not in ("time", "step"):
        return
    held = (series.last_time_us is not None for series in producer.sender.find_series(declaration.name))
    if asked != declaration.windows.axis and any(held):
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"{call}: x= cannot change while there are samples, expected {declaration.windows.axis!r}, got {asked!r}; "
            f"drop them with clear=True, or choose another name",
            option="x",
        )


def _flag(option: str, value: Any, default: bool, call: str) -> bool:  # noqa: FBT001
    if value is UNSET or value is None:
        return default
    if not isinstance(value, bool):
        raise StreamVizTypeError(
            "OPTION_TYPE", f"{call}: {option}= expected True or False, got {shown(value)}", option=option
        )
    return value
