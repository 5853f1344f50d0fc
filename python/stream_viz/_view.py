"""`cpu.view(...)`: a further widget on the data of a metric, gauge or counter, with windows of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from stream_viz._declaration import closed_error
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._option_values import check_labels
from stream_viz._schema import UNSET, check_options
from stream_viz._thresholds import nearest
from stream_viz._widget import Widget, clear_series, declare
from stream_viz._windows import VIEW_OPTIONS, check_windows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stream_viz._declaration import Declaration

KINDS = ("metric", "gauge")
NOT_OF_A_VIEW = ("counter", "x", "by", "time_unit", "max_points", "clear")
"""What belongs to the data, which a view shares."""


class View(Widget):
    """A further widget on data that a metric, gauge or counter is sent. Made by their `view`.

    `update` changes options, `close` removes this widget; the data stay while any other widget shows them. `clear`
    drops the data, which all widgets of the name share.
    """

    __slots__ = ()

    def _clear_data(self) -> None:
        clear_series(self._declaration.name)

    def __repr__(self) -> str:
        """Return `<View 'metric:cpu?window=10s&aggregation=p99'>`, with `closed` where it is."""
        return f"<View {self._declaration.id!r}{' closed' if self._declaration.closed else ''}>"


class MetricView(View):
    """A view drawn as a metric."""

    __slots__ = ()
    kind: ClassVar[str] = "metric"


class GaugeView(View):
    """A view drawn as a gauge."""

    __slots__ = ()
    kind: ClassVar[str] = "gauge"


class Viewable(Widget):
    """A widget whose data further widgets may show."""

    __slots__ = ()

    def view(
        self,
        *,
        kind: str = "metric",
        window: Any = UNSET,
        slide: Any = UNSET,
        session: Any = UNSET,
        aggregation: Any = UNSET,
        title: str | None = UNSET,
        **options: Any,
    ) -> View:
        """Return a further widget on the same data, such as `cpu.view(window="10s", aggregation="p99")`.

        Nothing is sent twice. `kind` is "metric" or "gauge"; the options are those of it, the window options as in
        `sv.metric`; the unit is that of this widget unless given. The same windows are the same widget: a second call
        fetches it and declares its other options anew. A view of one line (`cpu.labels(core=0).view(...)`) shows that
        line.

        Raises `WINDOW_INVALID` without any window option, `OPTION_UNKNOWN` for what belongs to the data (`counter`,
        `x`, `by`, `max_points`, `time_unit`), `WIDGET_CLOSED`, and what `sv.metric` raises.
        """
        given = {
            "window": window,
            "slide": slide,
            "session": session,
            "aggregation": aggregation,
            "title": title,
            **options,
        }
        return _make_view(self._declaration, self._all_labels(), kind, given)

    def _all_labels(self) -> dict[str, str]:
        """Return the labels of the lines it shows."""
        raise NotImplementedError


def _make_view(base: Declaration, labels: Mapping[str, str], kind: Any, options: dict[str, Any]) -> View:
    """Return the view of a declaration's data; see `Line.view`."""
    call = f"{base.name}.view"
    if base.closed:
        raise closed_error(base)
    if not isinstance(kind, str) or kind not in KINDS:
        hint = nearest(kind, KINDS) if isinstance(kind, str) else ""
        error = StreamVizValueError if isinstance(kind, str) else StreamVizTypeError
        raise error(
            "OPTION_INVALID", f'{call}: kind= expected "metric" or "gauge", got {shown(kind)}{hint}', option="kind"
        )
    display = options.pop("display", UNSET)
    given = {name: value for name, value in options.items() if value is not UNSET and value is not None}
    for option in NOT_OF_A_VIEW:
        if option in given:
            raise StreamVizValueError(
                "OPTION_UNKNOWN", f"{call}: {option}= belongs to the data, which {base.id} has", option=option
            )
    if "unit" in base.checked:
        given.setdefault("unit", base.checked["unit"])
    if labels:
        given["labels"] = {**labels, **_labels(given.get("labels"), call)}
    known = base.windows
    if known is not None and known.counter:
        given["counter"] = True
    if known is not None and known.axis == "step":
        given["x"] = "step"
    key = _key(kind, given, call, base.name)
    view: View = declare(
        GaugeView if kind == "gauge" else MetricView, base.name, given, display=display, view=key, call=call
    )
    return view


def _labels(given: Any, call: str) -> dict[str, str]:
    return {} if given is None else check_labels(given, call, "labels")


def _key(kind: str, given: dict[str, Any], call: str, name: str) -> str:
    """Return what tells a view from others: its windows and labels, in one spelling for one meaning."""
    if not any(option in given for option in VIEW_OPTIONS):
        raise StreamVizValueError(
            "WINDOW_INVALID",
            f'{call}: expected what to compute, such as {name}.view(window="10s", aggregation="p99")',
            option="window",
        )
    wanted = {option: given[option] for option in (*VIEW_OPTIONS, "counter", "x") if option in given}
    check_options(kind, wanted, call)
    windows = check_windows(wanted, call, name, single=kind == "gauge")
    parts = [f"{option}={value}" for option, value in windows.key.items()]
    if given.get("labels"):
        labels = dict(sorted(given["labels"].items()))
        parts.append(f"labels={json.dumps(labels, ensure_ascii=False, separators=(',', ':'))}")
    return "&".join(parts)
