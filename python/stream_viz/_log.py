"""`sv.log`: several metrics at one step in one call, as training loops have them."""

# ruff: noqa: SLF001  the lines that are logged to are read here as a line reads its own

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stream_viz import _producer
from stream_viz._declaration import check_name
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._metric import Metric, metric
from stream_viz._numbers import shown, to_number
from stream_viz._step_number import step_number

if TYPE_CHECKING:
    from stream_viz._line import Line


def log(values: Mapping[str, Any], *, step: Any = None) -> None:
    """Send the value of each metric at a step: `sv.log({"loss": 0.3, "acc": 0.9}, step=i)`.

    A name that is new becomes a metric over steps (`x="step"`), shown under the running cell. Without `step` each name
    goes on after the step it was sent last, starting at 0. Steps are whole numbers and may come in any order. A
    metric with `by=` takes a dict of its lines. Nothing is sent, and no metric made, where anything is wrong.

    Raises `STEP_TYPE`, `VALUE_TYPE`, `NAME_INVALID`, `NAME_TAKEN`, and `AXIS_MISMATCH` where a metric of a name runs
    over time. Cost: about that of a `send` for each name.
    """
    if not isinstance(values, Mapping):
        raise StreamVizTypeError(
            "VALUE_TYPE",
            f'sv.log: expected names with values such as {{"loss": 0.3}}, got {shown(values)}',
            actual=type(values).__name__,
        )
    at = None if step is None else step_number(step, "sv.log")
    producer = _producer.current()
    with producer.lock:
        held = {name: _found(name) for name in values}
        for name, line in held.items():
            if line is None:
                to_number(values[name], f"sv.log[{name!r}]")
        pairs = [
            pair
            for name, line in held.items()
            if line is not None
            for pair in line._numbers(values[name], f"sv.log[{name!r}]")
        ]
        for name, line in held.items():
            if line is None:
                made = metric(name, x="step")
                pairs.append((made, to_number(values[name], f"sv.log[{name!r}]")))
        for line, number in pairs:
            line._append(_next_step(line) if at is None else at, number)


def _next_step(line: Line) -> int:
    """Return the step after the one a line was sent last; 0 for the first."""
    newest = line._newest_step()
    return 0 if newest is None else newest + 1


def _found(name: Any) -> Line | None:
    """Return the metric of a name, None where it must be made; raises for a name that cannot be logged to."""
    call = "sv.log"
    check_name(name, call)
    dashboard = _producer.current().dashboard
    found = dashboard.find(f"metric:{name}")
    if found is None:
        dashboard.check_kind("metric", name)
        _ensure_steps(name, [one.windows.axis for one in dashboard.shows(name) if one.windows is not None])
        return None
    if not isinstance(found.handle, Metric):
        raise StreamVizValueError(
            "NAME_TAKEN",
            f"sv.log: the name is taken by the {found.word} {name!r}, which cannot be logged to; choose another name",
            name=name,
            first=found.id,
        )
    _ensure_steps(name, [found.windows.axis if found.windows is not None else "time"])
    return found.handle


def _ensure_steps(name: str, axes: list[str]) -> None:
    if "time" in axes:
        raise StreamVizTypeError(
            "AXIS_MISMATCH",
            f"sv.log: {name!r} runs over time, and sv.log sends steps: choose another name, send with "
            f"{name}.send(value), or declare it with sv.metric({name!r}, x='step') before it has samples",
            name=name,
            expected="step",
            actual="time",
        )
