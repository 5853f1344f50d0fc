"""Times of `send_many`: one for each value, or an even row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stream_viz._duration import EXPECTED, duration_us
from stream_viz._errors import StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._time import event_time_us, event_times_us

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def row_times(
    times: Any, every: Any, count: int, *, unit: str, now_us: int, call: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool] | None]:
    """Return (times of `count` values in microseconds, which are finite); None for the second where all are.

    `times` None or a single one starts a row with the step `every` (0 without it); the row ends now where it has no
    start. Raises `OPTION_INVALID` for `every`, `LENGTH_MISMATCH`, `TIME_TYPE`, `TIME_REFUSED`.
    """
    import numpy as np  # noqa: PLC0415  numpy is loaded when first needed

    step_us = 0
    if every is not None:
        step_us = duration_us(every) or 0
        if not step_us:
            raise StreamVizValueError(
                "OPTION_INVALID", f"{call}: every= expected {EXPECTED}, got {shown(every)}", option="every"
            )
    if hasattr(times, "__next__"):
        times = list(times)
    if times is None:
        start_us = now_us - step_us * max(0, count - 1)
    elif every is not None or isinstance(times, (str, bytes)) or not hasattr(times, "__len__"):
        single = event_time_us(times, unit, now_us, call)
        if single is None:
            return np.zeros(count, np.int64), np.zeros(count, bool)
        start_us = single
    else:
        times_us, finite = event_times_us(times, unit, now_us, call)
        if len(times_us) != count:
            raise StreamVizValueError(
                "LENGTH_MISMATCH",
                f"{call}: {count:,} values but {len(times_us):,} times; expected one time per value",
                values=count,
                times=len(times_us),
            )
        return times_us, finite
    row = start_us + step_us * np.arange(count, dtype=np.int64)
    if count:  # the end of an even row must be plausible too
        event_time_us(int(row[-1]), "us", now_us, call)
    return row, None
