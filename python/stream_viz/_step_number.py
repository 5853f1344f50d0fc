"""Steps: what `step=` takes, whole numbers that stand where times would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

STEP_MOST = 2**53 - 1
"""Steps lie between minus this and this: numbers that a page can hold."""


def step_number(step: Any, call: str) -> int:
    """Return a step as an int; raises `STEP_TYPE` for what is no whole number, `STEP_RANGE` beyond 2^53."""
    if isinstance(step, bool) or not hasattr(type(step), "__index__") or getattr(step, "ndim", 0) != 0:
        raise StreamVizTypeError(
            "STEP_TYPE",
            f"{call}: step= expected a whole number, got {shown(step)}{_hint(step)}",
            expected="int",
            actual=type(step).__name__,
        )
    number = int(step)
    if abs(number) > STEP_MOST:
        raise StreamVizValueError("STEP_RANGE", f"{call}: step= expected at most 2**53, got {shown(step)}")
    return number


def step_numbers(steps: Any, count: int, call: str) -> npt.NDArray[np.int64]:
    """Return one step for each of `count` values: a list, range or array of whole numbers.

    Raises `STEP_TYPE`, `STEP_RANGE`, `LENGTH_MISMATCH`.
    """
    import numpy as np  # noqa: PLC0415  numpy is loaded when first needed

    if isinstance(steps, (str, bytes)) or not hasattr(steps, "__iter__"):
        raise StreamVizTypeError(
            "STEP_TYPE", f"{call}: expected one step per value, such as range(100), got {shown(steps)}"
        )
    if not hasattr(steps, "__len__"):
        steps = list(steps)
    array = np.asarray(steps)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        array = np.array([step_number(step, call) for step in steps], np.int64)
    if len(array) and (int(array.max()) > STEP_MOST or int(array.min()) < -STEP_MOST):
        raise StreamVizValueError("STEP_RANGE", f"{call}: steps are at most 2**53, got {shown(steps)}")
    if len(array) != count:
        raise StreamVizValueError(
            "LENGTH_MISMATCH",
            f"{call}: {count:,} values but {len(array):,} steps; expected one step per value",
            values=count,
            steps=len(array),
        )
    return array.astype(np.int64)


def axis_mismatch(name: str, axis: str, method: str, wanted: str) -> StreamVizTypeError:
    """Return the error of a time where steps count, or a step where time does."""
    runs = "steps" if axis == "step" else "time"
    text = f"{name}.{method}: {name!r} runs over {runs}: expected {name}.{method}{wanted}"
    if axis == "time":
        text += f", or declare sv.metric({name!r}, x='step')"
    return StreamVizTypeError("AXIS_MISMATCH", text, expected=axis)


def _hint(step: Any) -> str:
    return f"; did you mean {int(step)}?" if isinstance(step, float) and step.is_integer() else ""
