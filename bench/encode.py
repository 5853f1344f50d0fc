"""10,000 rows of the sample schema to Arrow IPC: ours, pyarrow, and one memcpy of the same bytes."""

import io
import json

import numpy as np
import pyarrow as pa
from rotate import figure, report, rotate

from stream_viz._arrow import SAMPLES, encode

ROWS = 10_000
rng = np.random.default_rng(1)
series = np.sort(rng.integers(0, 10, ROWS)).astype(np.uint16)
time_us = np.arange(ROWS, dtype=np.int64) + 1_763_000_000_000_000
value = rng.normal(size=ROWS)
entries = [{"key": f'["m{i}",[]]', "gen": 0, "n": 1000, "before": None, "tiers": [1_000_000]} for i in range(10)]
metadata = json.dumps({"series": entries})
schema = pa.schema(
    [
        pa.field("series", pa.uint16(), nullable=False),
        pa.field("time", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ],
    metadata={"streamviz": metadata},
)


def ours() -> bytes:
    """Encode as the sender does."""
    return encode(SAMPLES, [series, time_us, value], ROWS, metadata)


def pyarrow() -> bytes:
    """Encode through pyarrow's stream writer."""
    columns = [pa.array(series), pa.array(time_us).cast(schema.field(1).type), pa.array(value)]
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(columns, schema=schema))
    return sink.getvalue()


whole = ours()
assert pa.ipc.open_stream(whole).read_all().equals(pa.ipc.open_stream(pyarrow()).read_all())


def memcpy() -> bytearray:
    """Copy the finished bytes: what no encoder beats."""
    return bytearray(whole)


times = rotate({"memcpy": memcpy, "ours": ours, "pyarrow": pyarrow})
us = times["ours"] * 1e6
ratios = {name: times["ours"] / times[name] for name in ("memcpy", "pyarrow")}
report(
    [
        figure("encode 10k rows, raw", us, "us", ratio=ratios["memcpy"], against="memcpy of the bytes", at_most=None),
        figure("encode 10k rows", us, "us", ratio=ratios["pyarrow"], against="pyarrow", at_most=1),
    ],
)
