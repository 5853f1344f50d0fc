"""`sv.gauge`: the newest value of a number on an arc between two ends."""

from __future__ import annotations

from typing import Any, ClassVar

from stream_viz._line import Line
from stream_viz._schema import UNSET
from stream_viz._widget import declare


class Gauge(Line):
    """The newest value of a number on an arc. Made by `sv.gauge`; a gauge and a metric of one name share their data."""

    __slots__ = ()
    kind: ClassVar[str] = "gauge"

    def set(self, value: Any, *, time: Any = None, step: Any = None) -> None:
        """Do what `send` does: the word many expect of a gauge."""
        self.send(value, time=time, step=step)


def gauge(
    name: str,
    *,
    title: str | None = UNSET,
    unit: str | None = UNSET,
    min: float | None = UNSET,  # noqa: A002  the words users know
    max: float | None = UNSET,  # noqa: A002
    color: str | None = UNSET,
    format: str | None = UNSET,  # noqa: A002
    thresholds: Any = UNSET,
    window: Any = UNSET,
    slide: Any = UNSET,
    session: Any = UNSET,
    origin: Any = UNSET,
    aggregation: Any = UNSET,
    per: Any = UNSET,
    lateness: Any = UNSET,
    allowed_lateness: Any = UNSET,
    idle: Any = UNSET,
    counter: bool | None = UNSET,
    x: str | None = UNSET,
    labels: dict[str, Any] | None = UNSET,
    time_unit: str | None = UNSET,
    clear: bool = UNSET,
    display: bool = UNSET,
    **options: Any,
) -> Gauge:
    """Return the gauge of this name, shown under the running cell: `mem = sv.gauge("mem", unit="%")`, `mem.send(63)`.

    `min` and `max` are the ends of the arc (default 0 and 100); a value outside is shown as such, with its true number.
    With `window=` it shows the newest final result of one `aggregation`; the window options are those of `sv.metric`.
    The other options and the rules of a declaration are those of `sv.metric`.

    Raises `OPTION_INVALID` where `min >= max`, and what `sv.metric` raises.
    """
    given = {
        "title": title,
        "unit": unit,
        "min": min,
        "max": max,
        "color": color,
        "format": format,
        "thresholds": thresholds,
        "window": window,
        "slide": slide,
        "session": session,
        "origin": origin,
        "aggregation": aggregation,
        "per": per,
        "lateness": lateness,
        "allowed_lateness": allowed_lateness,
        "idle": idle,
        "counter": counter,
        "x": x,
        "labels": labels,
        "time_unit": time_unit,
        **options,
    }
    handle: Gauge = declare(Gauge, name, given, clear=clear, display=display)
    return handle
