"""The pane vectors of test/fixtures/panes, which TypeScript checks too (test/core/shared-panes.test.ts)."""

import json
import math

import pytest
from naive_features import features, plain
from shared_panes import FILE, computed

CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
ROUNDED = ("sum", "mean", "m2", "increase")


def rows_of(case):
    values = (math.nan if v is None else v for v in case["values"])
    return list(zip(case["times"], values, strict=True))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_folding_gives_the_panes_of_the_file(case):
    panes = computed(rows_of(case), case["duration"])
    assert len(panes) == len(case["panes"])
    for mine, expected in zip(panes, case["panes"], strict=True):
        assert {**mine, **dict.fromkeys(ROUNDED)} == {**expected, **dict.fromkeys(ROUNDED)}
        for name in ROUNDED:
            assert mine[name] == pytest.approx(expected[name], rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_panes_of_the_file_are_what_plain_loops_compute(case):
    cells = {}
    for t, v in rows_of(case):
        if not math.isnan(v):
            cells.setdefault(t - t % case["duration"], []).append((t, v))
    assert [pane["start"] for pane in case["panes"]] == sorted(cells)
    for pane in case["panes"]:
        rows = cells[pane["start"]]
        count, _, *rest = plain(rows)
        assert [pane["count"], *(pane[name] for name in ("min", "max", "first", "firstTime", "last", "lastTime"))] == [
            count,
            *rest,
        ]
        size = math.fsum(abs(v) for _, v in rows)
        mean, m2, increase, sketch = features(rows)
        assert pane["sum"] == pytest.approx(math.fsum(v for _, v in rows), abs=1e-12 * size + 1e-320)
        assert pane["mean"] == pytest.approx(mean, abs=1e-12 * size + 1e-320)
        assert pane["m2"] == pytest.approx(m2, rel=1e-9, abs=1e-12 * size * size + 1e-320)
        assert pane["increase"] == pytest.approx(increase, abs=2e-12 * size + 1e-320)
        assert pane["sketch"] == sketch.hex()
