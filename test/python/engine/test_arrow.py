"""The fixed Arrow layouts, read back by pyarrow."""

import numpy as np
import pyarrow as pa
import pytest

from stream_viz._arrow import PANES, SAMPLES, encode, encode_panes


@pytest.mark.parametrize("rows", [0, 1, 5, 1000])
@pytest.mark.parametrize("metadata", [None, "{}", '{"series": [{"key": "ä"}]}', "x" * 70_001])
def test_samples_read_back_equal_in_pyarrow(rows, metadata):
    rng = np.random.default_rng(rows)
    series = rng.integers(0, 65_536, rows).astype(np.uint16)
    times = rng.integers(-(2**53), 2**53, rows)
    values = rng.normal(size=rows)
    stream = pa.ipc.open_stream(encode(SAMPLES, [series, times, values], rows, metadata))
    table = stream.read_all()
    table.validate(full=True)
    assert table.schema.names == ["series", "time", "value"]
    assert [str(f.type) for f in table.schema] == ["uint16", "timestamp[us, tz=UTC]", "double"]
    assert not any(f.nullable for f in table.schema)
    assert table["series"].to_numpy().tolist() == series.tolist()
    assert table["time"].cast(pa.int64()).to_pylist() == times.tolist()
    assert table["value"].to_pylist() == values.tolist()
    expected = None if metadata is None else {b"streamviz": metadata.encode()}
    assert table.schema.metadata == expected


@pytest.mark.parametrize("rows", [0, 1, 5, 1000])
def test_panes_read_back_equal_in_pyarrow(rows):
    rng = np.random.default_rng(rows)
    panes = np.floor(rng.normal(size=(9, rows)) * 1e9)
    table = pa.ipc.open_stream(encode_panes([(3, 1_000_000, panes), (7, 60_000_000, panes)], "m")).read_all()
    table.validate(full=True)
    assert table["series"].to_pylist() == [3] * rows + [7] * rows
    assert table["duration"].to_pylist() == [1_000_000] * rows + [60_000_000] * rows
    names = ["start", "count", "sum", "min", "max", "first", "firstTime", "last", "lastTime"]
    for name, column in zip(names, panes, strict=True):
        read = table[name].cast(pa.int64()) if name in ("start", "firstTime", "lastTime") else table[name]
        assert read.to_pylist() == column.tolist() * 2
    assert not any(f.nullable for f in table.schema)
    assert table.schema.metadata == {b"streamviz": b"m"}


@pytest.mark.parametrize("layout", [SAMPLES, PANES])
def test_every_flatbuffer_is_a_multiple_of_eight_bytes(layout):
    assert len(layout.plain) % 8 == 0
    assert len(layout.batch) % 8 == 0
