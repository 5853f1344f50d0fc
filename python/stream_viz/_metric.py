"""`sv.metric`: a number over time, its newest value in big and its lines below."""

from __future__ import annotations

from typing import Any, ClassVar

from stream_viz._line import Line
from stream_viz._schema import UNSET
from stream_viz._widget import declare


class Metric(Line):
    """A number over time. Made by `sv.metric`.

    `send` appends, `send_many` appends many, `labels` gives the handle of one line, `last` and `values()` read back,
    `update` changes options, `clear` drops the data, `close` removes the widget.
    """

    __slots__ = ()
    kind: ClassVar[str] = "metric"


def metric(
    name: str,
    *,
    title: str | None = UNSET,
    unit: str | None = UNSET,
    color: str | None = UNSET,
    format: str | None = UNSET,  # noqa: A002  the word users know
    max_points: int | None = UNSET,
    time_range: Any = UNSET,
    thresholds: Any = UNSET,
    by: str | None = UNSET,
    labels: dict[str, Any] | None = UNSET,
    time_unit: str | None = UNSET,
    clear: bool = UNSET,
    display: bool = UNSET,
    **options: Any,
) -> Metric:
    """Return the metric of this name, shown under the running cell: `cpu = sv.metric("cpu")`, then `cpu.send(75)`.

    With a name only it is fetched or created. With any option this is the full declaration: options left out return to
    their defaults, data stay. None is the default of an option.

    - `title`: what stands above; default the name. `unit`: "s" "ms" "us" "ns" "B" "iB" "bit" "%" "ratio" "$" are known,
      others are printed as given. `color`: a name such as "blue", or "#2667e5". `format`: such as ",.0f", ".3g", ".1%".
    - `thresholds`: `{"warning": 70, "critical": 90}` (above is bad; below is, where warning > critical), one level as
      `{"critical": "<10"}`, or zones by their upper end, `[60, 80, 100]`.
    - `time_range`: what is visible at first, such as "5m" or "all". `max_points`: full-resolution points kept per line
      (default 100,000; older ones are kept as summaries).
    - `by="core"`: `send` takes a dict, one line per key. `labels={"host": "a"}`: this widget shows and sends only lines
      with these labels.
    - `time_unit`: unit of numbers given as `time=`: "s" (default), "ms", "us", "ns".
    - `clear=True` starts empty, `display=False` shows nothing; both belong to this call only.

    Raises `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID` (the message names the option and the nearest spelling),
    `NAME_INVALID`, `NAME_TAKEN`.
    """
    given = {
        "title": title,
        "unit": unit,
        "color": color,
        "format": format,
        "max_points": max_points,
        "time_range": time_range,
        "thresholds": thresholds,
        "by": by,
        "labels": labels,
        "time_unit": time_unit,
        **options,
    }
    handle: Metric = declare(Metric, name, given, clear=clear, display=display)
    return handle
