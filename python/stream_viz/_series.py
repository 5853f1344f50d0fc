"""One series at the producer: the newest raw rows, cells and counts of what messages carried, beside its intake.

A sample enters cells and `n` only when its message is built; the raw ring too, but for samples folded before that.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, cast

import numpy as np

from stream_viz._cell_layout import Axis, CellLayout
from stream_viz._cells import NEVER_US
from stream_viz._intake import Intake, MemoryShare
from stream_viz._pane import COUNT, LAST_TIME, SKETCH, START, Panes
from stream_viz._row_block import Rows, Taken, joined
from stream_viz._wide_cells import WideCells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stream_viz._features import Features
    from stream_viz._fold import Times, Values
    from stream_viz._limits import Limits

SeriesKey = str
SCALAR_ROWS = 8
"""Up to here rows are handled one by one in Python, above in numpy."""


def series_key(name: str, labels: Mapping[str, str]) -> SeriesKey:
    """Return the canonical JSON text of a series: `["name",[["label","value"],...]]`, labels sorted by name."""
    return json.dumps([name, sorted(labels.items())], ensure_ascii=False, separators=(",", ":"))


class Series(Intake):
    """See the guarantee above. `enter` and its like hold the sender's lock."""

    def __init__(
        self,
        name: str,
        labels: Mapping[str, str],
        *,
        max_points: int,
        generation: int,
        limits: Limits,
        now_us: Callable[[], int],
        share: MemoryShare,
        axis: Axis = "time",
    ) -> None:
        """Start empty in the given generation."""
        self.name = name
        self.labels = tuple(sorted(labels.items()))
        self.key: SeriesKey = series_key(name, labels)
        self.key_bytes = len(json.dumps(self.key, ensure_ascii=False).encode())
        self.generation = generation
        self.untaken = 0
        """Finite samples that the server had no room for."""
        super().__init__(max_points, limits, now_us, share, axis)

    def _start(self) -> None:
        super()._start()
        self.n = 0
        self.sent_until_us: int | None = None
        self._described: tuple[int, str] | None = None
        self.plain = self._layout.plain
        """Whether the series has no needs, no base tier, and is on the time axis."""
        self.since_us: int | None = None
        """From where on the finest tier is held; None: it was there from the beginning."""

    # ---- what windows need (holds the sender's lock) -------------------------------------------------------------

    @property
    def axis(self) -> Axis:
        """Whether times are microseconds or steps."""
        return self._layout.axis

    @property
    def features(self) -> Features | None:
        """How wide panes are made; None where windows need none."""
        return self._layout.features

    def set_needs(self, *, spread: bool, increase: bool, sketch: bool) -> bool:
        """Let panes know mean and M2, the increase, a sketch; what was folded before does not know them.

        Returns whether that is new.
        """
        return self._set_layout(self._layout.with_needs(spread=spread, increase=increase, sketch=sketch))

    def set_base(self, duration_us: int | None) -> bool:
        """Hold a tier finer than the others that divides `duration_us` and them; None holds none.

        Where data are held it begins with the coarser cell after the newest; what waits as folds becomes coarser.
        Returns whether anything changed.
        """
        return self._set_layout(self._layout.with_base(duration_us))

    def _set_layout(self, layout: CellLayout) -> bool:
        if layout == self._layout:
            return False
        with self._lock:
            self._settle()
            moved = layout.base_us != self._layout.base_us
            cells, since = layout.take_over(self.cells, self.sent_until_us)
            self._folds = layout.folds(self._folds)
            self.cells, self._layout = cells, layout
        self._described, self.plain = None, layout.plain
        if moved:
            self.since_us = since
        return True

    @property
    def sent(self) -> int:
        """Finite samples put into messages in this generation, folded ones too."""
        return self.n

    # ---- the message builder (holds the sender's lock) -----------------------------------------------------------

    def take(self) -> Taken:
        """Return all that waits and leave nothing waiting."""
        with self._lock:
            self._settle()
            self._sweep()
            if not self._blocks and not self._folds and len(self.buf) <= 2 * SCALAR_ROWS:
                return Taken([], self._judge(self._take_buffer()))
            self._pack()
            folds, self._folds = self._folds, []
            blocks, self._blocks = self._blocks, []
            return Taken(folds, joined(blocks))

    def _sweep(self) -> None:
        if isinstance(self.cells, WideCells) and self.cells.features.pool.wants_sweep:
            waiting = [panes[SKETCH] for _, panes in self._folds]
            self.cells.features.pool.sweep([*self.cells.sketch_numbers(), *waiting])

    def take_orderly(self) -> list[float] | Rows | None:
        """Return what waits, as it waits: the flat buffer or judged rows.

        None where nothing is taken: folds wait, or times are steps.
        """
        if self._layout.axis == "step":
            return None
        with self._lock:
            self._settle()
            self._sweep()
            if not self._blocks and not self._folds:
                return self._take_buffer()
            self._pack()
            if self._folds:
                return None
            blocks, self._blocks = self._blocks, []
        return joined(blocks)

    def give_back(self, flat: list[float]) -> None:
        """Put a flat buffer back, before what came since."""
        with self._lock:
            self._settle()
            self.buf[0:0] = flat

    def enter_orderly(self, times: Times, values: Values, cells: list[list[float]], last: tuple[int, float]) -> None:
        """Enter finite rows in time order, none before `seen_us`; `cells` are their panes of the finest duration."""
        with self._lock:
            self._settle()
            self._ring.append(times, values)
            self._last = last
            self._seen_us = max(self._seen_us, last[0])
        self.n += len(times)
        self._sent_until(last[0])
        self.cells.add_orderly(cells, times, values)
        self.cells.evict()

    def put_back_folds(self, folds: list[tuple[int, Panes]]) -> None:
        """Let folds that a message had no room for wait, before all others."""
        if folds:
            with self._lock:
                self._settle()
                self._folds[0:0] = folds

    def put_back(self, rows: Rows) -> None:
        """Let rows that a message had no room for wait, before all others."""
        if len(rows):
            with self._lock:
                self._settle()
                self._blocks.insert(0, rows)

    def retain(self, rows: Rows) -> None:
        """Keep the raw rows of folds that the next `enter` carries."""
        with self._lock:
            self._settle()
            self._ring.append(rows.times, rows.values)

    def enter(self, taken: Taken) -> Taken:
        """Put what a message carries into cells, ring and `n`; returns it without what is expired."""
        with self._lock:
            self._settle()
            self._ring.append(taken.rows.times, taken.rows.values)
        rows_of = [*[None] * (len(taken.folds) - 1), taken.folded]
        entered = [self._enter_panes(*fold, rows) for fold, rows in zip(taken.folds, rows_of, strict=False)]
        folds = [(duration, panes) for duration, panes in entered if panes.shape[1]]
        rows = self._enter_list(taken.rows) if isinstance(taken.rows.times, list) else self._enter_arrays(taken.rows)
        self.cells.evict()
        return Taken(folds, rows)

    def _enter_panes(self, duration: int, panes: Panes, rows: Rows | None) -> tuple[int, Panes]:
        kept = panes[START] >= self.cells.horizon_us
        if not kept.all():
            self.count(expired=int(panes[COUNT, ~kept].sum()))
            panes, rows = panes[:, kept], None
        if panes.shape[1]:
            self.n += int(panes[COUNT].sum())
            self._sent_until(int(panes[LAST_TIME].max()))
            if rows is None:
                self.cells.add_panes(panes, duration)
            else:
                self.cells.add_folded(panes, *rows.arrays())
        return duration, panes

    def _enter_list(self, rows: Rows) -> Rows:
        horizon, cells = self.cells.horizon_us, self.cells
        times, values = cast("list[int]", rows.times), cast("list[float]", rows.values)
        if any(time < horizon for time in times):
            kept = [(t, v) for t, v in zip(times, values, strict=True) if t >= horizon]
            gone = sum(v == v and t < horizon for t, v in zip(times, values, strict=True))  # noqa: PLR0124
            self.count(expired=gone)
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
                self.count(expired=int((finite & ~kept).sum()))
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
            odd = "" if self.axis == "time" else ',"axis":"step"'
            if self.since_us is not None:
                odd += f',"since":{self.since_us}'
            text = f'{{"key":{key},"gen":{self.generation},"tiers":{tiers}{odd},"n":'
            self._described = self.generation, text
        before = "null" if before_us is None else before_us
        return f'{self._described[1]}{self.n},"before":{before}}}'

    def history(self, rows: int) -> Rows | None:
        """Return the newest raw rows, all of them counted in `n`; None while folded rows wait."""
        with self._lock:
            self._settle()
            if self._folds:
                return None
            times, values = self._ring.newest(rows)
        kept = times >= self.cells.horizon_us
        return Rows(times[kept], values[kept])

    def after_fork_in_child(self) -> None:
        """Drop what was not sent, and the lock: a thread that held it does not exist here."""
        self._lock = threading.Lock()
        self._step = None
        del self.buf[:]
        self._blocks, self._folds = [], []

    def reset(self, generation: int, axis: Axis | None = None) -> None:
        """Drop all data, waiting ones too, and start another generation; counters go on. `axis`: another one."""
        with self._lock:
            self._settle()
            del self.buf[:]
            self._ring.clear()
            if axis is not None:
                self._layout = CellLayout.of(self._limits, axis)
                self._scale = 1e6 if axis == "time" else 1.0
            self.generation = generation
            self._start()
