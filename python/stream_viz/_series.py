"""One series at the producer: what was sent but not yet put into a message, the newest raw rows, cells, counters.

1. Senders append to `buf` without a lock; whoever takes from it takes by slice and `del`, never by a new list, and
   holds the series' lock: no sample is lost or doubled, whatever threads send.
2. A sample enters cells and `n` only when its message is built; the raw ring too, but for samples folded before that.
3. Samples that cannot wait as rows (byte cap) wait as folds: counts, sums and extremes stay exact.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from stream_viz._cells import NEVER_US, SCALAR_PANES, Cells, coarsen
from stream_viz._float_pairs import as_float, exact_us, float_pairs
from stream_viz._fold import Times, Values, fold, in_time_order
from stream_viz._pane import COUNT, LAST_TIME, START, Panes
from stream_viz._raw_ring import RawRing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stream_viz._limits import Limits

SeriesKey = str
SCALAR_ROWS = 8
"""Up to here rows are handled one by one in Python, above in numpy."""
ROW_BYTES = 16


def series_key(name: str, labels: Mapping[str, str]) -> SeriesKey:
    """Return the canonical JSON text of a series: `["name",[["label","value"],...]]`, labels sorted by name."""
    return json.dumps([name, sorted(labels.items())], ensure_ascii=False, separators=(",", ":"))


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


class Series:
    """See the guarantees above. `buf` is flat: `[t0, v0, t1, v1, ...]`, event time in float seconds."""

    def __init__(
        self,
        name: str,
        labels: Mapping[str, str],
        *,
        max_points: int,
        generation: int,
        limits: Limits,
        now_us: Callable[[], int],
    ) -> None:
        """Start empty in the given generation."""
        self.name = name
        self.labels = tuple(sorted(labels.items()))
        self.key: SeriesKey = series_key(name, labels)
        self.buf: list[float] = []
        self.generation = generation
        self.pending_bytes_most = limits.series_pending_bytes
        self.folded = self.late = self.invalid = self.missing = self.expired = 0
        self._limits = limits
        self._now_us = now_us
        self._lock = threading.Lock()
        self._ring = RawRing(max_points)
        self._start()

    def _start(self) -> None:
        self.cells = Cells(self._limits.tiers_us, self._limits.cells_per_tier)
        self.n = 0
        self.sent_until_us: int | None = None
        self._blocks: list[Rows] = []
        self._folds: list[tuple[int, Panes]] = []
        self._seen_us = NEVER_US
        self._last: tuple[int, float] | None = None
        self._described: tuple[int, str] | None = None

    # ---- the sending thread --------------------------------------------------------------------------------------

    def pack(self) -> None:
        """Move `buf` into packed rows, and fold where the byte cap is passed. About 20 ns per sample."""
        with self._lock:
            self._pack()

    def extend_us(self, times_us: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> None:
        """Append rows after those already sent; both arrays are copied. Times in microseconds."""
        with self._lock:
            self._pack()
            self._keep(np.array(times_us, np.int64), np.array(values, np.float64))

    def values(self) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]:
        """Return (times, values) of the retained raw rows and of those not yet sent, in order of arrival. Copies."""
        with self._lock:
            self._pack()
            parts = [self._ring.newest(), *(block.arrays() for block in self._blocks)]
        keep = self._ring.capacity
        times = np.concatenate([part[0] for part in parts])[-keep:] if keep else np.empty(0, np.int64)
        values = np.concatenate([part[1] for part in parts])[-keep:] if keep else np.empty(0)
        return times.view("datetime64[us]"), values

    @property
    def last(self) -> float | None:
        """The value sent last; None before the first and where it is missing or infinite."""
        newest = self._newest()
        return newest[1] if newest is not None and math.isfinite(newest[1]) else None

    @property
    def last_time_us(self) -> int | None:
        """Event time of the row sent last, microseconds; None before the first."""
        newest = self._newest()
        return None if newest is None else newest[0]

    def _newest(self) -> tuple[int, float] | None:
        tail = self.buf[-2:]
        if tail and math.isfinite(tail[0]):
            return math.floor(tail[0] * 1e6 + 0.5), as_float(tail[1])
        return self._last

    @property
    def seen_us(self) -> int:
        """The largest event time judged so far; an earlier row is late."""
        return self._seen_us

    @property
    def sent(self) -> int:
        """Finite samples put into messages in this generation, folded ones too."""
        return self.n

    @property
    def max_points(self) -> int:
        """Raw rows kept at full resolution."""
        return self._ring.capacity

    @max_points.setter
    def max_points(self, rows: int) -> None:
        with self._lock:
            if rows != self._ring.capacity:
                self._ring.resize(rows)

    @property
    def bytes(self) -> int:
        """Bytes of rows, folds and cells held; an estimate."""
        cells = sum(tier.size for tier in self.cells.tiers) * 72
        return self._ring.bytes + self._pending_bytes() + len(self.buf) * 32 + cells

    @property
    def waiting(self) -> int:
        """Rows not yet in a message, folds counted as one row each. O(blocks)."""
        waiting = len(self.buf) // 2
        if self._blocks or self._folds:
            waiting += sum(map(len, self._blocks)) + sum(panes.shape[1] for _, panes in self._folds)
        return waiting

    def _pending_bytes(self) -> int:
        return sum(map(len, self._blocks)) * ROW_BYTES

    # ---- taking from the buffer ----------------------------------------------------------------------------------

    def _take_buffer(self) -> list[float]:
        count = len(self.buf)
        taken = self.buf[:count]
        del self.buf[:count]
        return taken

    def _pack(self) -> None:
        flat = self._take_buffer()
        if not flat:
            return
        pairs = float_pairs(flat)
        times, valid = exact_us(pairs[0::2], self._limits.past_us, self._now_us() + self._limits.ahead_us)
        if valid.all():
            self._keep(times, pairs[1::2].copy())
        else:
            self.invalid += int(len(valid) - valid.sum())
            self._keep(times[valid], pairs[1::2][valid])

    def _keep(self, times: Times, values: Values) -> None:
        """Take the rows in, judged and counted; `values` is written to."""
        valid = (times <= self._now_us() + self._limits.ahead_us) & (times > self._limits.past_us)
        if not valid.all():
            self.invalid += int(len(valid) - valid.sum())
            times, values = times[valid], values[valid]
        if not len(times):
            return
        finite = np.isfinite(values)
        if not finite.all():
            infinite = int(np.isinf(values).sum())
            self.invalid += infinite
            self.missing += int(len(values) - finite.sum()) - infinite
            values[~finite] = math.nan
        seen = np.maximum.accumulate(np.concatenate(([self._seen_us], times)))
        self.late += int((times < seen[:-1]).sum())
        self._seen_us = int(seen[-1])
        self._last = int(times[-1]), float(values[-1])
        self._blocks.append(Rows(times, values))
        if self._pending_bytes() > self.pending_bytes_most:
            self._fold_blocks()

    def _judge(self, flat: list[float]) -> Rows:
        """The same as `_keep` for a few rows; they become a message's at once."""
        times: list[int] = []
        values: list[float] = []
        limits, latest = self._limits, self._now_us() + self._limits.ahead_us
        for i in range(0, len(flat), 2):
            exact, value = flat[i] * 1e6 + 0.5, as_float(flat[i + 1])
            if not limits.past_us < exact < latest + 1:
                self.invalid += 1
                continue
            time = math.floor(exact)
            if not math.isfinite(value):
                if math.isinf(value):
                    self.invalid += 1
                else:
                    self.missing += 1
                value = math.nan
            if time < self._seen_us:
                self.late += 1
            else:
                self._seen_us = time
            times.append(time)
            values.append(value)
        if times:
            self._last = times[-1], values[-1]
        return Rows(times, values)

    def _fold_blocks(self) -> None:
        """Turn all waiting rows into folds; their raw rows go to the ring at once."""
        times = np.concatenate([block.arrays()[0] for block in self._blocks])
        values = np.concatenate([block.arrays()[1] for block in self._blocks])
        self._blocks.clear()
        self._ring.append(times, values)
        finite = np.isfinite(values)
        folds = fold_rows(times[finite], values[finite], self.cells, self._limits.runs_per_cell)
        self.folded += int(finite.sum())
        self._folds += folds
        if sum(panes.shape[1] for _, panes in self._folds) > self._limits.pending_panes:
            self._folds, lost = coarsen(self._folds, self.cells.durations_us, self._limits.pending_panes)
            self.expired += lost

    # ---- the message builder (holds the sender's lock) -----------------------------------------------------------

    def take(self) -> Taken:
        """Return all that waits and leave nothing waiting."""
        with self._lock:
            if not self._blocks and not self._folds and len(self.buf) <= 2 * SCALAR_ROWS:
                return Taken([], self._judge(self._take_buffer()))
            self._pack()
            folds, self._folds = self._folds, []
            blocks, self._blocks = self._blocks, []
            return Taken(folds, _joined(blocks))

    def take_plain(self) -> list[float] | Rows | None:
        """Return what waits, as it waits: the flat buffer or judged rows; None, and nothing is taken, where folds wait."""
        with self._lock:
            if not self._blocks and not self._folds:
                return self._take_buffer()
            self._pack()
            if self._folds:
                return None
            blocks, self._blocks = self._blocks, []
        return _joined(blocks)

    def enter_orderly(self, times: Times, values: Values, cells: list[list[float]], last: tuple[int, float]) -> None:
        """Enter finite rows in time order, none before `seen_us`; `cells` are their panes of the finest duration."""
        with self._lock:
            self._ring.append(times, values)
            self._last = last
            self._seen_us = max(self._seen_us, last[0])
        self.n += len(times)
        self._sent_until(last[0])
        if len(cells) <= SCALAR_PANES:
            for start, *pane in cells:
                self.cells.add_pane(start, pane)
        else:
            self.cells.add_panes(np.array(cells).T, self.cells.durations_us[0])
        self.cells.evict()

    def put_back(self, rows: Rows) -> None:
        """Let rows that a message had no room for wait, before all others."""
        if len(rows):
            with self._lock:
                self._blocks.insert(0, rows)

    def retain(self, rows: Rows) -> None:
        """Keep the raw rows of folds that the next `enter` carries."""
        with self._lock:
            self._ring.append(rows.times, rows.values)

    def enter(self, taken: Taken) -> Taken:
        """Put what a message carries into cells, ring and `n`; returns it without what is expired."""
        with self._lock:
            self._ring.append(taken.rows.times, taken.rows.values)
        folds = [kept for duration, panes in taken.folds if (kept := self._enter_panes(duration, panes))[1].shape[1]]
        rows = self._enter_list(taken.rows) if isinstance(taken.rows.times, list) else self._enter_arrays(taken.rows)
        self.cells.evict()
        return Taken(folds, rows)

    def _enter_panes(self, duration: int, panes: Panes) -> tuple[int, Panes]:
        kept = panes[START] >= self.cells.horizon_us
        if not kept.all():
            self.expired += int(panes[COUNT, ~kept].sum())
            panes = panes[:, kept]
        if panes.shape[1]:
            self.n += int(panes[COUNT].sum())
            self._sent_until(int(panes[LAST_TIME].max()))
            self.cells.add_panes(panes, duration)
        return duration, panes

    def _enter_list(self, rows: Rows) -> Rows:
        horizon, cells = self.cells.horizon_us, self.cells
        times, values = cast("list[int]", rows.times), cast("list[float]", rows.values)
        if any(time < horizon for time in times):
            kept = [(t, v) for t, v in zip(times, values, strict=True) if t >= horizon]
            self.expired += sum(v == v and t < horizon for t, v in zip(times, values, strict=True))  # noqa: PLR0124
            times, values = [t for t, _ in kept], [v for _, v in kept]
        if not times:
            return Rows(times, values)
        for time, value in zip(times, values, strict=True):
            if value == value:  # noqa: PLR0124  false for NaN only
                self.n += 1
                cells.add_sample(time, value)
        self._sent_until(max(times))
        return Rows(times, values)

    def _enter_arrays(self, rows: Rows) -> Rows:
        times, values = rows.arrays()
        finite = np.isfinite(values)
        if self.cells.horizon_us != NEVER_US:
            kept = times >= self.cells.horizon_us
            if not kept.all():
                self.expired += int((finite & ~kept).sum())
                times, values, finite = times[kept], values[kept], finite[kept]
        if len(times):
            self._sent_until(int(times.max()))
            count = int(finite.sum())
            self.n += count
            whole = count == len(times)
            self.cells.add_rows(times if whole else times[finite], values if whole else values[finite])
        return Rows(times, values)

    def _sent_until(self, time_us: int) -> None:
        if self.sent_until_us is None or time_us > self.sent_until_us:
            self.sent_until_us = time_us

    def entry_text(self, before_us: int | None) -> str:
        """Return the series' entry in a message's list, as JSON."""
        if self._described is None or self._described[0] != self.generation:
            key, tiers = json.dumps(self.key, ensure_ascii=False), json.dumps(self.cells.durations_us)
            text = f'{{"key":{key},"gen":{self.generation},"tiers":{tiers},"n":'
            self._described = self.generation, text
        before = "null" if before_us is None else before_us
        return f'{self._described[1]}{self.n},"before":{before}}}'

    def history(self, rows: int) -> Rows | None:
        """Return the newest raw rows, all of them counted in `n`; None while folded rows wait."""
        with self._lock:
            if self._folds:
                return None
            times, values = self._ring.newest(rows)
        kept = times >= self.cells.horizon_us
        return Rows(times[kept], values[kept])

    def reset(self, generation: int) -> None:
        """Drop all data, waiting ones too, and start another generation; counters go on."""
        with self._lock:
            self._take_buffer()
            self._ring.clear()
            self.generation = generation
            self._start()


def _joined(blocks: list[Rows]) -> Rows:
    if len(blocks) == 1:
        return blocks[0]
    times = np.concatenate([np.empty(0, np.int64), *(block.arrays()[0] for block in blocks)])
    values = np.concatenate([np.empty(0), *(block.arrays()[1] for block in blocks)])
    return Rows(times, values)


def fold_rows(times: Times, values: Values, cells: Cells, runs_per_cell: int) -> list[tuple[int, Panes]]:
    """Return finite samples as (duration, panes), each at the finest duration that `cells` still holds for its time."""
    times, values = in_time_order(times, values)
    out: list[tuple[int, Panes]] = []
    end = len(times)
    top = len(cells.durations_us) - 1
    for k, duration in enumerate(cells.durations_us):
        begin = 0 if k == top else int(np.searchsorted(times[:end], cells.horizons_us[k]))
        if end > begin:
            out.append((duration, fold(times[begin:end], values[begin:end], duration, runs_per_cell)))
        end = begin
    return out
