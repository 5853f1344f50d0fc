"""Final results of the shell command equal those that polars computes from all samples at once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from shell_command import Row, Run

pytestmark = pytest.mark.slow

AGGREGATIONS = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "first",
    "last",
    "range",
    "stddev",
    "variance",
    "median",
    "p95",
    "p99.9",
    "distinct",
    "delta",
    "increase",
    "rate",
]
SKETCH_ERROR = 0.0079
US = 1_000_000


@dataclass(frozen=True)
class Windows:
    """Lengths in us; a session where `gap` is set."""

    size: int = 0
    slide: int = 0
    gap: int = 0
    origin: int = 0

    @property
    def options(self) -> list[str]:
        if self.gap:
            return ["--session", f"{self.gap}us"]
        slide = [] if self.slide == self.size else ["--slide", f"{self.slide}us"]
        origin = [f"--origin={'-' if self.origin < 0 else ''}{abs(self.origin)}us"] if self.origin else []
        return ["--window", f"{self.size}us", *slide, *origin]


SHAPES = [
    pytest.param(Windows(10 * US, 10 * US), id="tumbling"),
    pytest.param(Windows(7 * US, 7 * US, origin=-3 * US), id="tumbling-origin"),
    pytest.param(Windows(10 * US, 2 * US), id="sliding"),
    pytest.param(Windows(10 * US, 3 * US), id="sliding-not-dividing"),
    pytest.param(Windows(5_500, 2_000), id="sliding-short"),
    pytest.param(Windows(gap=3 * US), id="session"),
    pytest.param(Windows(gap=40_000), id="session-short"),
]


def samples(seed: int, *, keys: int, rows: int, lateness: int) -> pl.DataFrame:
    """Samples in arrival order, at most `lateness` us out of it; some missing, some times negative, some equal."""
    rng = np.random.default_rng(seed)
    step = rng.choice(
        [0, 1, 500, 100_000, 900_000, 3_000_000, 20_000_000], rows, p=[0.1, 0.1, 0.2, 0.3, 0.2, 0.08, 0.02]
    )
    time = np.cumsum(step) - 40 * US
    value = np.where(rng.random(rows) < 0.3, rng.integers(-20, 20, rows), rng.lognormal(0, 3, rows))
    value = np.where(rng.random(rows) < 0.05, np.nan, value * rng.choice([1, -1, 1], rows))
    arrival = time + (rng.random(rows) * lateness).astype(np.int64) if lateness else np.arange(rows)
    order = np.argsort(arrival, kind="stable")
    frame = pl.DataFrame({"key": [f"k{k}" for k in rng.integers(0, keys, rows)], "time": time, "value": value})
    return frame[order].with_columns(pl.col("value").fill_nan(None)).with_row_index("arrival")


def expected(
    frame: pl.DataFrame, windows: Windows, *, counter: bool
) -> dict[tuple[str, int, int], Mapping[str, float]]:
    """All windows by polars: an interval expansion of each sample to the ends of its windows, then one group_by."""
    held = frame.filter(pl.col("value").is_not_null()).sort("key", "time", "arrival")
    before = pl.col("value").shift(1).over("key")
    step = pl.col("value") - before
    grown = pl.when(step < 0).then(pl.col("value")).otherwise(step) if counter else step
    held = held.with_columns(before=before, grown=grown.fill_null(0.0))
    if windows.gap:
        apart = (pl.col("time").diff().over("key") > windows.gap).fill_null(value=False)
        held = held.with_columns(end=apart.cast(pl.Int64).cum_sum().over("key"))
        bounds = {
            "start": pl.col("time").min(),
            "end_": pl.col("time").max() + windows.gap,
        }
    else:
        since = pl.col("time") - windows.origin
        first = since.floordiv(windows.slide) * windows.slide + windows.slide
        last = (since + windows.size).floordiv(windows.slide) * windows.slide
        ends = pl.int_ranges(first, last + 1, windows.slide)
        held = held.with_columns(end=ends).explode("end").with_columns(pl.col("end") + windows.origin)
        bounds = {"start": pl.col("end").first() - windows.size, "end_": pl.col("end").first()}
    value = pl.col("value")
    ranked = {
        name: value.sort().get((pl.len() * parts + whole - 1) // whole - 1)
        for name, parts, whole in [("median", 1, 2), ("p95", 95, 100), ("p99.9", 999, 1000)]
    }
    grouped = held.sort("key", "time", "arrival").group_by("key", "end", maintain_order=True)
    table = grouped.agg(
        **{f"bound_{name}": bound for name, bound in bounds.items()},
        count=pl.len(),
        sum=value.sum(),
        min=value.min(),
        max=value.max(),
        avg=value.mean(),
        first=value.first(),
        last=value.last(),
        range=value.max() - value.min(),
        stddev=value.std(ddof=1),
        variance=value.var(ddof=1),
        distinct=value.n_unique(),
        delta=value.last() - pl.col("before").first(),
        increase=pl.col("grown").sum(),
        scale=value.abs().sum(),
        **ranked,
    )
    length = (pl.col("bound_end_") - pl.col("bound_start")) / US
    table = table.with_columns(rate=pl.when(counter).then(pl.col("increase")).otherwise(pl.col("count")) / length)
    return {(row["key"], row["bound_start"], row["bound_end_"]): row for row in table.iter_rows(named=True)}


def rows_of(frame: pl.DataFrame) -> list[Row]:
    return [
        {"key": row["key"], "time": row["time"] / 1000, "value": row["value"]} for row in frame.iter_rows(named=True)
    ]


def near(name: str, actual: object, wanted: float | None, result: Row, scale: float) -> bool:
    if actual is None or wanted is None:
        return actual is None and wanted is None
    assert isinstance(actual, float | int)
    if name in {"count", "min", "max", "first", "last", "distinct"}:
        return actual == wanted
    if name in {"median", "p95", "p99.9"}:
        approximate = result.get("approximate", [])
        assert isinstance(approximate, list)
        if name not in approximate:
            return actual == wanted
        return math.isclose(actual, wanted, rel_tol=SKETCH_ERROR)
    if name in {"stddev", "variance"}:
        return math.isclose(actual, wanted, rel_tol=1e-9, abs_tol=1e-9)
    return abs(actual - wanted) <= 1e-12 * scale + 1e-12


def check(run_windows: Run, frame: pl.DataFrame, windows: Windows, options: list[str], *, counter: bool) -> set[str]:
    """Compare every result; returns the names of values that were approximate somewhere."""
    flags = [*windows.options, "--aggregation", ",".join(AGGREGATIONS), *options, *(["--counter"] if counter else [])]
    results, summary = run_windows(rows_of(frame), flags)
    wanted = expected(frame, windows, counter=counter)
    missing = frame["value"].null_count()
    assert (summary["late"], summary["dropped"], summary["invalid"]) == (0, 0, 0)
    assert (summary["rows"], summary["missing"], summary["results"]) == (len(frame), missing, len(wanted))
    actual = {(str(r["key"]), us(r["start"]), us(r["end"])): r for r in results}
    assert len(actual) == len(results) > 0
    assert actual.keys() == wanted.keys()
    approximate: set[str] = set()
    for where, result in actual.items():
        assert (result["final"], result["revision"]) == (True, 0)
        scale = wanted[where]["scale"]
        if counter or windows.size:
            scale = scale + abs(wanted[where]["increase"])
        for name in AGGREGATIONS:
            assert near(name, result[name], wanted[where][name], result, scale), (where, name, result, wanted[where])
        names = result.get("approximate", [])
        assert isinstance(names, list)
        approximate.update(map(str, names))
    return approximate


def us(ms: object) -> int:
    assert isinstance(ms, float | int)
    return round(ms * 1000)


@pytest.mark.parametrize("windows", SHAPES)
@pytest.mark.parametrize("lateness", [0, 5 * US], ids=["in-order", "out-of-order"])
@pytest.mark.parametrize("watermark", ["per-key", "shared"])
def test_final_results_equal_polars(run_windows: Run, windows: Windows, lateness: int, watermark: str) -> None:
    frame = samples(len(windows.options) + lateness, keys=7, rows=1500, lateness=lateness)
    options = ["--lateness", f"{lateness}us", "--watermark", watermark]
    approximate = check(run_windows, frame, windows, options, counter=False)
    assert approximate <= {"median", "p95", "p99.9"}


@pytest.mark.parametrize("windows", SHAPES)
def test_increases_of_a_counter_with_resets_equal_polars(run_windows: Run, windows: Windows) -> None:
    frame = samples(11, keys=3, rows=1200, lateness=2 * US)
    total = frame.sort("key", "time", "arrival").with_columns(
        value=pl.when(pl.col("value").is_null())
        .then(None)
        .otherwise(pl.col("value").abs().cum_sum().over("key") % 50.0)
    )
    check(run_windows, total.sort("arrival"), windows, ["--lateness", "2s"], counter=True)


def test_windows_of_many_samples_are_sketched_within_the_stated_error(run_windows: Run) -> None:
    frame = samples(3, keys=2, rows=4000, lateness=0)
    approximate = check(run_windows, frame, Windows(600 * US, 600 * US), [], counter=False)
    assert approximate == {"median", "p95", "p99.9"}


def test_many_keys_equal_polars(run_windows: Run) -> None:
    frame = samples(5, keys=900, rows=4000, lateness=3 * US)
    for mode in ["per-key", "shared"]:
        options = ["--lateness", "3s", "--watermark", mode]
        check(run_windows, frame, Windows(60 * US, 20 * US), options, counter=False)
        check(run_windows, frame, Windows(gap=30 * US), options, counter=False)


@pytest.mark.parametrize("every", [10 * US, 3 * US, 4 * US])
def test_counts_equal_those_of_polars_own_dynamic_windows(run_windows: Run, every: int) -> None:
    frame = samples(8, keys=1, rows=800, lateness=0).filter(pl.col("value").is_not_null())
    frame = frame.filter(pl.col("time") >= 0)
    size = 12 * US
    dynamic = (
        frame.sort("time")
        .group_by_dynamic("time", every=f"{every}i", period=f"{size}i", offset=f"{-size % every}i", closed="left")
        .agg(pl.len())
    )
    results, _ = run_windows(rows_of(frame), ["--window", "12s", "--slide", f"{every}us"])
    counts = {us(r["start"]): r["count"] for r in results}
    theirs = {row["time"]: row["len"] for row in dynamic.iter_rows(named=True)}
    # polars begins with the window of its offset that holds the first sample; earlier ones hold it too.
    shared = [start for start in counts if start >= min(theirs)]
    assert len(shared) > 5
    assert {start: counts[start] for start in shared} == {start: n for start, n in theirs.items() if n > 0}
