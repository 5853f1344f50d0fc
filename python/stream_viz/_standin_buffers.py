"""What stands in for a series' buffer where a plain `send` must do something else than append.

`send` appends with `buf += (time, value)` and checks nothing else: these take the place of the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stream_viz._errors import StreamVizError


class RefusingBuffer(list[float]):
    """Takes nothing: a plain number is a wrong call here, and raises."""

    def __init__(self, error: StreamVizError) -> None:
        """Take what `send` is to raise."""
        super().__init__()
        self._error = error

    def __iadd__(self, _values: object) -> NoReturn:  # type: ignore[misc]  # unlike list.__add__, as list's own
        """Raise."""
        raise again(self._error)


def again(error: StreamVizError) -> StreamVizError:
    """Return the same error, without the traceback of the times it was raised before."""
    return type(error)(error.code, str(error), **error.details)


class FirstSend(list[float]):
    """Makes the series at the first send: a line that sent nothing does not exist."""

    def __init__(self, series_buffer: Callable[[], list[float]]) -> None:
        """Take what makes the series and returns its buffer."""
        super().__init__()
        self._series_buffer = series_buffer

    def __iadd__(self, values: Iterable[float], /) -> Self:  # type: ignore[misc,override]  # unlike list.__add__
        """Append to the series."""
        buf = self._series_buffer()
        buf += values
        return self
