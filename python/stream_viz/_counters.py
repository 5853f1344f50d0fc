"""What was folded, late, invalid, missing or expired since the epoch began: totals, and the series with a count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stream_viz._series import Series, SeriesKey

COUNTERS = ("folded", "late", "invalid", "missing", "expired")
ENTRY_BYTES = 140
"""Bytes of a series' counts beside its key, at most."""


class Counters:
    """Adds up the counters of all series; those of removed ones stay in the totals."""

    def __init__(self) -> None:
        """Start at zero."""
        self._turn = 0
        self._gone = dict.fromkeys(COUNTERS, 0)

    def retire(self, series: Series) -> None:
        """Keep the counts of a series that is about to be removed."""
        for counter in COUNTERS:
            self._gone[counter] += getattr(series, counter)

    def stats(
        self,
        held: Mapping[SeriesKey, Series],
        most: int,
        in_message: Callable[[SeriesKey], bool] | None = None,
        most_bytes: int | None = None,
    ) -> dict[str, object]:
        """Return the totals and, under `series`, the counts of each series that has any. O(series).

        With more than `most` of them only those `in_message` are listed, with more than `most_bytes` by turns.
        """
        totals = dict(self._gone)
        listed: dict[str, dict[str, int]] = {}
        for key, series in held.items():
            if series.folded or series.late or series.invalid or series.missing or series.expired:
                each = listed[key] = {counter: getattr(series, counter) for counter in COUNTERS}
                for counter, count in each.items():
                    totals[counter] += count
        if in_message is not None and len(listed) > most:
            listed = {key: each for key, each in listed.items() if in_message(key)}
        if most_bytes is not None:
            listed = self._within(listed, most_bytes)
        return {**totals, "series": listed}

    def _within(self, listed: dict[str, dict[str, int]], most_bytes: int) -> dict[str, dict[str, int]]:
        keys = list(listed)
        first = self._turn % max(1, len(keys))
        found: dict[str, dict[str, int]] = {}
        for key in (*keys[first:], *keys[:first]):
            most_bytes -= ENTRY_BYTES + 2 * len(key.encode())
            if most_bytes < 0:
                self._turn = first + len(found)
                break
            found[key] = listed[key]
        return found
