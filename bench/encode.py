"""10,000 rows of the sample schema to Arrow IPC: ours, pyarrow, and one memcpy of the same bytes."""

import io
import json

import numpy as np
import pyarrow as pa
from rotate import figure, report, rotate
from stream_viz._arrow import encode_samples

ROWS = 10_000
rng = np.random.default_rng(1)
series = np.sort(rng.integers(0, 10, ROWS)).astype(np.uint16)
time_us = np.arange(ROWS, dtype=np.int64) + 1_763_000_000_000_000
value = rng.normal(size=ROWS)
metadata = {"series": [{"key": f'["m{i}",[]]', "gen": 0, "n": 1000, "before": None, "tiers": [1_000_000]} for i in range(10)]}
schema = pa.schema(
    [
        pa.field("series", pa.uint16(), nullable=False),
        pa.field("time", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ],
    metadata={"streamviz": json.dumps(metadata)},
)


def ours() -> bytes:
    return encode_samples(series, time_us, value, metadata)


def pyarrow() -> bytes:
    batch = pa.record_batch([pa.array(series), pa.array(time_us).cast(schema.field(1).type), pa.array(value)], schema=schema)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


whole = ours()


def memcpy() -> bytearray:
    return bytearray(whole)


times = rotate({"memcpy": memcpy, "ours": ours, "pyarrow": pyarrow})
report(
    [
        figure(f"encode {ROWS} rows, against memcpy", times["ours"] * 1e6, "us", times["ours"] / times["memcpy"], "memcpy of the bytes", None),
        figure(f"encode {ROWS} rows, against pyarrow", times["ours"] * 1e6, "us", times["ours"] / times["pyarrow"], "pyarrow", 1),
    ],
)
