"""Folding with numpy: 100,000 samples of an ordered series into panes of 1 s, and what windows add to it.

Each case checks that values are finite and times in order, as the sender does. The limit is one pass that any fold must
make, `np.add.reduceat` over the same cells; the peer scatters: `np.bincount` for count and sum, `np.minimum.at`,
`np.maximum.at`.
"""

import numpy as np
from rotate import figure, report, rotate

from stream_viz._features import Features
from stream_viz._fold import fold, in_time_order

ROWS = 100_000
SECOND = 1_000_000
rng = np.random.default_rng(1)
times = 1_763_000_000_000_000 + np.sort(rng.integers(0, 100 * SECOND, ROWS))
values = rng.normal(50, 10, ROWS)
numbers = (times - times[0]) // SECOND
edges = np.searchsorted(numbers, np.arange(int(numbers[-1]) + 1))


def bare() -> np.ndarray:
    """Sum each cell, its bounds known: what no fold beats."""
    return np.add.reduceat(values, edges)


def checked() -> tuple[np.ndarray, np.ndarray]:
    """Return the rows, looked through as the sender does."""
    assert np.isfinite(values).all()
    return in_time_order(times, values)


def plain() -> np.ndarray:
    """Fold as the sender does where no window needs more."""
    return fold(*checked(), SECOND)


def fine() -> np.ndarray:
    """Fold into cells of about 10 samples."""
    return fold(*checked(), SECOND // 100)


def spread() -> np.ndarray:
    """Fold with mean, M2 and increase."""
    return Features(sketch=False).fold(*checked(), SECOND)


def sketched() -> np.ndarray:
    """Fold with mean, M2, increase and a sketch of each pane."""
    return Features(sketch=True).fold(*checked(), SECOND)


def scattered() -> tuple[np.ndarray, ...]:
    """Scatter each sample into its cell."""
    cell = (times - times[0]) // SECOND
    size = int(cell[-1]) + 1
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, cell, values)
    np.maximum.at(high, cell, values)
    return np.bincount(cell), np.bincount(cell, values), low, high


CASES = {
    "bare": bare,
    "plain": plain,
    "fine": fine,
    "spread": spread,
    "sketched": sketched,
    "scattered": scattered,
}
took = rotate(CASES)
LEAST_PER_SECOND = 20e6
AGAINST = {"bare": "one np.add.reduceat", "scattered": "bincount and minimum.at", "plain": "the plain fold"}


def speed(name: str, case: str, *, against: str, at_least: float | None = None) -> dict[str, object]:
    """One entry: million samples per second, and how many times the time of `against` it takes."""
    per_second = ROWS / took[case]
    ratio = took[case] / took[against]
    entry = figure(name, per_second / 1e6, "M samples/s", ratio=ratio, against=AGAINST[against], at_most=None)
    if at_least is not None:
        entry |= {"budget": f">= {at_least / 1e6:g} M samples/s", "ok": per_second >= at_least}
    return entry


report(
    [
        speed("fold 100k rows into 100 cells, its limit", "plain", against="bare", at_least=LEAST_PER_SECOND),
        speed("fold 100k rows into 100 cells", "plain", against="scattered"),
        speed("fold 100k rows into 10,000 cells", "fine", against="plain", at_least=LEAST_PER_SECOND),
        speed("fold with mean, M2, increase", "spread", against="plain", at_least=LEAST_PER_SECOND),
        speed("fold with sketches too", "sketched", against="plain"),
    ],
)
