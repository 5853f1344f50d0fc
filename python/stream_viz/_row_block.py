"""Rows on their way from a sender to a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from stream_viz._fold import Times, Values
    from stream_viz._pane import Panes


@dataclass
class Rows:
    """Rows in order of arrival: lists up to 8 rows, arrays above. NaN is a missing value."""

    times: list[int] | Times
    values: list[float] | Values

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.times)

    def arrays(self) -> tuple[Times, Values]:
        """Return the rows as arrays."""
        return np.asarray(self.times, np.int64), np.asarray(self.values, np.float64)

    def cut(self, at: int) -> tuple[Rows, Rows]:
        """Return the rows before and from `at`."""
        return Rows(self.times[:at], self.values[:at]), Rows(self.times[at:], self.values[at:])


@dataclass
class Taken:
    """What `Series.take` hands to a message: folds (duration, panes) older than the rows."""

    folds: list[tuple[int, Panes]]
    rows: Rows
    folded: Rows | None = None
    """The finite rows of the last of the folds, as they arrived; None where it is not of the finest duration."""


def joined(blocks: list[Rows]) -> Rows:
    """Return blocks as one, in their order; a single one as it is."""
    if len(blocks) == 1:
        return blocks[0]
    times = np.concatenate([np.empty(0, np.int64), *(block.arrays()[0] for block in blocks)])
    values = np.concatenate([np.empty(0), *(block.arrays()[1] for block in blocks)])
    return Rows(times, values)
