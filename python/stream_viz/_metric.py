"""`sv.metric`: a number over time, its newest value in big and its lines below."""

from __future__ import annotations

from typing import Any, ClassVar

from stream_viz._line import Line
from stream_viz._schema import UNSET
from stream_viz._widget import declare


class Metric(Line):
    """A number over time. Made by `sv.metric`.

    `send` appends, `send_many` appends many, `labels` gives the handle of one line, `view` a further widget on the same
    data, `last` and `values()` read back (as sent; windows are computed in the page), `update` changes options, `clear`
    drops the data, `close` removes the widget.
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
    - `window="10s"`: each number is computed over 10 s ("500ms", "1m", "1h", "1d", seconds, a timedelta); `slide="1s"`:
      such a window ends each second (default: the window, so none overlap); `session="30s"` instead: samples 30 s or
      less apart are one window; `origin="6h"`: days start at 6:00 UTC. Default: none, values as sent.
    - `aggregation` of each window, default "avg"; a list draws a line for each, several share one store:

      | aggregation | is | empty window | one sample |
      |---|---|---|---|
      | "avg" "min" "max" "first" "last" | mean, least, largest, by event time first and last value | none | it |
      | "sum" | sum; with `per="s"` divided by the window's seconds ("min", "h", "10s" likewise) | 0 | it |
      | "count" | number of values | 0 | 1 |
      | "rate" | values per second; with `counter=True` the increase per second | 0 | 1 / window; counter: its step |
      | "delta" | last value minus the last one before the window | none | its step |
      | "increase" | sum of the steps; with `counter=True` a fall is a reset and adds the new value | none | its step |
      | "stddev" "variance" | of a sample (n - 1) | none | none |
      | "range" | max - min | none | 0 |
      | "distinct" | number of different values, exact up to 10,000, then "at least" | none | 1 |
      | "median" "p0" ... "p99.9" ... "p100" | nearest rank; within 0.79 % where it says approximate | none | it |

      Missing values (None, NaN) count nowhere; their time still closes windows. Windows are computed in the page, from
      the samples it is sent anyway: nothing is sent twice; quantiles, spread and increases add columns to summaries.
    - `lateness="2s"`: a window is final once a sample 2 s after its end came (default 0). `allowed_lateness="1m"`: for
      so long a late sample still revises it (default 0: it counts as dropped). `idle="5s"`: after so long without a
      sample windows become final by the clock (default 5 s; "1d" waits for a sample).
    - `counter=True`: values are totals of a counter; shown is the increase per second over 10 s (`aggregation="last"`:
      the total). `sv.counter` counts by itself.
    - `x="step"`: samples are at whole steps, `loss.send(v, step=i)`; lengths are then steps (`window=100`), there is no
      lateness, and `time_range` is "all" or steps. It stays while there are samples.
    - `by="core"`: `send` takes a dict, one line per key. `labels={"host": "a"}`: this widget shows and sends only lines
      with these labels.
    - `time_unit`: unit of numbers given as `time=`: "s" (default), "ms", "us", "ns".
    - `clear=True` starts empty, `display=False` shows nothing; both belong to this call only.

    Raises `OPTION_UNKNOWN`, `OPTION_TYPE`, `OPTION_INVALID`, `WINDOW_INVALID`, `AGGREGATION_UNKNOWN` (the message names
    the option and the nearest spelling), `NAME_INVALID`, `NAME_TAKEN`.
    """
    given = {
        "title": title,
        "unit": unit,
        "color": color,
        "format": format,
        "max_points": max_points,
        "time_range": time_range,
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
        "by": by,
        "labels": labels,
        "time_unit": time_unit,
        **options,
    }
    handle: Metric = declare(Metric, name, given, clear=clear, display=display)
    return handle
