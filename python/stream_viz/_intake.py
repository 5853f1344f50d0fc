"""The sending side of a series: what was sent but not yet put into a message, judged and bounded.

1. Senders append to `buf` without a lock; whoever takes from it takes by slice and `del`, never by a new list, and
   holds the series' lock: no sample is lost or doubled, whatever threads send.
2. Samples that cannot wait as rows (byte cap) wait as folds: counts, sums and extremes stay exact.
3. An interrupt (Ctrl-C) anywhere in a sending thread loses and doubles nothing: what a step makes is complete before
   one statement commits it, and whoever takes the lock next finishes a committed step or forgets an uncommitted one.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from stream_viz._cell_layout import Axis, CellLayout
from stream_viz._cells import NEVER_US, coarsen
from stream_viz._float_pairs import as_float, exact_us, float_pairs
from stream_viz._pane import COUNT
from stream_viz._raw_ring import RawRing
from stream_viz._row_block import Rows, joined
from stream_viz._step import Head, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from stream_viz._fold import Times, Values
    from stream_viz._limits import Limits
    from stream_viz._pane import Panes

ROW_BYTES = 16


class MemoryShare:
    """How many bytes of unsent rows each series may hold: its own limit, or its share of the process's."""

    def __init__(self, limits: Limits) -> None:
        """Start without series."""
        self._limits = limits
        self.bytes = limits.series_pending_bytes

    def divide(self, series: int) -> None:
        """Divide the process's limit among so many series."""
        each = self._limits.process_pending_bytes // max(1, series)
        self.bytes = min(self._limits.series_pending_bytes, each)


class Intake:
    """See the guarantees above. `buf` is flat: `[t0, v0, t1, v1, ...]`, event time in float seconds, or steps."""

    def __init__(
        self, max_points: int, limits: Limits, now_us: Callable[[], int], share: MemoryShare, axis: Axis = "time"
    ) -> None:
        """Start empty; `max_points` raw rows are kept."""
        self.buf: list[float] = []
        self.folded = self.late = self.invalid = self.missing = self.expired = 0
        self._limits = limits
        self._share = share
        self._now_us = now_us
        self._lock = threading.Lock()
        self._ring = RawRing(max_points)
        self._layout = CellLayout.of(limits, axis)
        self._scale = 1e6 if axis == "time" else 1.0
        self._start()

    def _start(self) -> None:
        self._step: Step | None = None
        self.cells = self._layout.cells()
        self._blocks: list[Rows] = []
        self._folds: list[tuple[int, Panes]] = []
        self._seen_us = NEVER_US
        self._last: tuple[int, float] | None = None

    def _latest_us(self) -> int:
        """Return the largest time that is not invalid."""
        return self._limits.steps if self._layout.axis == "step" else self._now_us() + self._limits.ahead_us

    # ---- the sending thread --------------------------------------------------------------------------------------

    def pack(self) -> None:
        """Move `buf` into packed rows, and fold where the byte cap is passed. About 20 ns per sample."""
        with self._lock:
            self._pack()

    def extend_us(self, times_us: npt.NDArray[np.int64], values: npt.NDArray[np.float64], refused: int = 0) -> None:
        """Append rows after those already sent; both arrays are copied. Times in microseconds.

        `refused` more rows count as invalid. An interrupt appends all or nothing.
        """
        with self._lock:
            self._pack()
            self._step = self._kept(np.array(times_us, np.int64), np.array(values, np.float64), refused, None)
            self._settle()

    def count(self, *, invalid: int = 0, folded: int = 0, expired: int = 0) -> None:
        """Add to the counters. Whoever holds the series' lock counts by itself."""
        with self._lock:
            self._settle()
            self.invalid += invalid
            self.folded += folded
            self.expired += expired

    def values(self) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]:
        """Return (times, values) of the retained raw rows and of those not yet sent, in order of arrival. Copies.

        On a step axis the times are steps, as int64.
        """
        with self._lock:
            self._pack()
            parts = [self._ring.newest(), *(block.arrays() for block in self._blocks)]
        keep = self._ring.capacity
        times = np.concatenate([part[0] for part in parts])[-keep:] if keep else np.empty(0, np.int64)
        values = np.concatenate([part[1] for part in parts])[-keep:] if keep else np.empty(0)
        if self._layout.axis == "step":
            return cast("npt.NDArray[np.datetime64]", times), values
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
            return math.floor(tail[0] * self._scale + 0.5), as_float(tail[1])
        return self._last

    @property
    def seen_us(self) -> int:
        """The largest event time judged so far; an earlier row is late."""
        return self._seen_us

    @property
    def max_points(self) -> int:
        """Raw rows kept at full resolution."""
        return self._ring.capacity

    @max_points.setter
    def max_points(self, rows: int) -> None:
        with self._lock:
            self._settle()
            if rows != self._ring.capacity:
                self._ring.resize(rows)

    @property
    def bytes(self) -> int:
        """Bytes of rows, folds and cells held; an estimate."""
        return self._ring.bytes + self._pending_bytes() + len(self.buf) * 32 + self.cells.bytes

    @property
    def waiting(self) -> int:
        """Rows not yet in a message, each pane of a fold counted as one. O(blocks)."""
        if self._step is not None:
            with self._lock:
                self._settle()
        waiting = len(self.buf) // 2
        if self._blocks or self._folds:
            waiting += sum(map(len, self._blocks)) + sum(panes.shape[1] for _, panes in self._folds)
        return waiting

    @property
    def waiting_samples(self) -> int:
        """Finite samples not yet in a message, folded ones too; packs first. About 1 ns per waiting row."""
        with self._lock:
            self._pack()
            rows = sum(int(np.isfinite(block.arrays()[1]).sum()) for block in self._blocks)
            return rows + sum(int(panes[COUNT].sum()) for _, panes in self._folds)

    def _pending_bytes(self) -> int:
        return sum(map(len, self._blocks)) * ROW_BYTES

    # ---- taking from the buffer ----------------------------------------------------------------------------------

    def _take_buffer(self) -> list[float]:
        count = len(self.buf)
        taken = self.buf[:count]
        del self.buf[:count]
        return taken

    def _settle(self) -> None:
        """Finish a committed step, forget another. Each statement may be repeated: an interrupt here does no harm."""
        step = self._step
        if step is None:
            return
        if step.committed(self.buf):
            if step.raw is not None:
                self._ring.append_once(step.raw.times, step.raw.values, step.ring_total)
            self.__dict__.update(step.state)
        self._step = None

    def _pack(self) -> None:
        self._settle()
        floats = len(self.buf)
        if not floats:
            return
        flat = self.buf[:floats]
        pairs = float_pairs(flat)
        times, valid = exact_us(pairs[0::2], self._limits.past_us, self._latest_us(), self._scale)
        refused = int(len(valid) - valid.sum())
        times, values = (times[valid], pairs[1::2][valid]) if refused else (times, pairs[1::2].copy())
        head = Head(pairs[0])
        self.buf[0] = head
        self._step = self._kept(times, values, refused, head)
        del self.buf[:floats]
        self._settle()

    def _kept(self, times: Times, values: Values, refused: int, head: Head | None) -> Step:
        """Return the step that takes the rows in, judged and counted; nothing is changed but `values`."""
        valid = (times <= self._latest_us()) & (times > self._limits.past_us)
        if not valid.all():
            refused += int(len(valid) - valid.sum())
            times, values = times[valid], values[valid]
        if not len(times):
            return Step({"invalid": self.invalid + refused}, head)
        finite = np.isfinite(values)
        missing = 0
        if not finite.all():
            infinite = int(np.isinf(values).sum())
            refused += infinite
            missing = int(len(values) - finite.sum()) - infinite
            values[~finite] = math.nan
        seen = np.maximum.accumulate(np.concatenate(([self._seen_us], times)))
        late = int((times < seen[:-1]).sum())
        state: dict[str, object] = {"_seen_us": int(seen[-1]), "_last": (int(times[-1]), float(values[-1]))}
        blocks, raw = [*self._blocks, Rows(times, values)], None
        if sum(map(len, blocks)) * ROW_BYTES > self._share.bytes:
            blocks, raw = [], self._folded(blocks, state)
        state["_blocks"] = blocks
        state |= {"invalid": self.invalid + refused, "missing": self.missing + missing, "late": self.late + late}
        return Step(state, head, raw, self._ring.total)

    def _judge(self, flat: list[float]) -> Rows:
        """The same as `_keep` for a few rows; they become a message's at once."""
        times: list[int] = []
        values: list[float] = []
        limits, latest, scale = self._limits, self._latest_us(), self._scale
        for i in range(0, len(flat), 2):
            exact, value = flat[i] * scale + 0.5, as_float(flat[i + 1])
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

    def _folded(self, blocks: list[Rows], state: dict[str, object]) -> Rows:
        """Return all rows of `blocks` as one, for the ring; `state` gets what they are as folds."""
        rows = joined(blocks)
        times, values = rows.arrays()
        finite = np.isfinite(values)
        with np.errstate(over="ignore", invalid="ignore"):
            folds = self._folds + self.cells.fold_rows(times[finite], values[finite], self._limits.runs_per_cell)
        state["folded"] = self.folded + int(finite.sum())
        if sum(panes.shape[1] for _, panes in folds) > self._limits.pending_panes:
            folds, lost = coarsen(folds, self.cells.durations_us, self._limits.pending_panes, self.cells.merged)
            state["expired"] = self.expired + lost
        state["_folds"] = folds
        return rows
