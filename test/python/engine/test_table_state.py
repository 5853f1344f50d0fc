"""Tables: atomic changes, column types, eviction, proof."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from receiver import proof

from stream_viz._errors import StreamVizError
from stream_viz._limits import Limits
from stream_viz._row_proof import RowProof
from stream_viz._table_columns import Column
from stream_viz._table_state import TableState

FIXTURES = Path(__file__).parents[2] / "fixtures/wire/v1"


def make(columns=None, key=None, max_rows=100, **limits):
    return TableState("table:t", columns, key, max_rows, lock=threading.RLock(), limits=Limits(**limits))


def test_a_row_keeps_missing_columns_and_clears_none():
    table = make(key="pid")
    table.apply([{"pid": 1, "a": 5, "b": "x"}])
    table.apply([{"pid": 1, "a": None}, {"pid": 2, "b": "y", "c": True}])
    assert table.rows() == [{"pid": 1, "a": None, "b": "x", "c": None}, {"pid": 2, "a": None, "b": "y", "c": True}]


@pytest.mark.parametrize("bad", [{"pid": 2, "a": "text"}, {"pid": 2, "a": True}, {"a": 1}, {"pid": 2, "a": [1]}, "row"])
def test_a_bad_row_changes_nothing(bad):
    table = make(key="pid")
    table.apply([{"pid": 1, "a": 5}])
    before = table.rows(), table.state(), table.columns
    with pytest.raises(StreamVizError):
        table.apply([{"pid": 1, "a": 6, "new": 1}, bad])
    assert (table.rows(), table.state(), table.columns) == before


def test_the_wrong_type_is_column_type():
    table = make([Column("a", "number")])
    with pytest.raises(TypeError) as caught:
        table.apply([{"a": "x"}])
    assert caught.value.code == "COLUMN_TYPE"


def test_declared_tables_count_unknown_columns():
    table = make([Column("a", "number")])
    table.apply([{"a": 1, "z": 2}, {"z": "x"}])
    assert table.unknown_columns == {"z": 2}
    assert table.rows() == [{"a": 1}, {"a": None}]


def test_times_read_back_as_utc_and_ints_stay_exact():
    table = make()
    at = datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    table.apply([{"at": at, "n": 2**62 + 1}, {"at": np.datetime64("2024-01-02T03:04:05.000006"), "n": None}])
    assert [row["at"] for row in table.rows()] == [at, at]
    assert table.rows()[0]["n"] == 2**62 + 1


def firsts(table):
    return [(row.key, row.first) for row in table._rows.values()]


def test_a_changed_row_keeps_the_place_of_its_key_and_one_that_comes_again_goes_to_the_end():
    table = make(key="pid", max_rows=3)
    table.apply([{"pid": 1}, {"pid": 2}, {"pid": 1}])
    assert firsts(table) == [(2, 2), (1, 1)]
    table.apply([{"pid": 2}], deletes=[1])
    table.apply([{"pid": 1}])
    assert firsts(table) == [(2, 2), (1, 6)]
    table.apply([{"pid": 3}, {"pid": 4}, {"pid": 2}])
    assert firsts(table) == [(3, 7), (4, 8), (2, 9)]
    assert [row["pid"] for row in table.rows(in_place=True)] == [3, 4, 2]


def test_rows_travel_with_the_id_under_which_their_key_came():
    table = make(key="pid")
    table.apply([{"pid": 1}, {"pid": 2}])
    table.take_changes(10**6)
    table.apply([{"pid": 1}], deletes=[2])
    sent = pa.ipc.open_stream(table.take_changes(10**6)[0]).read_all().to_pylist()
    assert sent == [
        {"sv:row": 3, "sv:gone": False, "sv:first": 1, "pid": 1},
        {"sv:row": 4, "sv:gone": True, "sv:first": 4, "pid": 2},
    ]


def test_times_written_are_read_by_pyarrow_value_by_value():
    table = make()
    at = [datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
    table.apply([{"at": at[0]}, {"at": None}, {"at": at[1]}, {"at": np.datetime64("2024-01-02T03:04:05.000006789")}])
    column = pa.ipc.open_stream(table.take_changes(10**6)[0]).read_all()["at"]
    assert column.type == pa.timestamp("us", "UTC")
    assert column.to_pylist() == [at[0], None, at[1], at[0]]


changes = st.lists(st.tuples(st.sampled_from(["put", "put", "remove", "clear"]), st.integers(0, 12)), max_size=80)


@given(changes, st.integers(1, 9), st.sampled_from([60, 200, 262_144]))
def test_the_proof_is_the_sum_over_the_live_rows_and_over_those_keyframes_carry(steps, max_rows, key_bytes):
    table = make(key="pid", max_rows=max_rows, table_key_bytes=key_bytes)
    for what, pid in steps:
        if what == "put":
            table.apply([{"pid": pid}])
        elif what == "remove":
            table.apply([], [pid])
        elif pid == 0:
            table.clear()
        live = {row.key: (row.id, None) for row in table._rows.values()}
        floor, key_floor, whole, part, total = table.state()
        assert (proof(live, 0), proof(live, key_floor), len(live)) == (whole, part, total)
        assert total <= max_rows
        assert all(i >= floor for i, _ in live.values())


def row_hash(row_id):
    """Follow docs/protocol.md, section 6, in numpy's 32-bit arithmetic."""

    def mix(x):
        x = x ^ (x >> np.uint32(16))
        x = x * np.uint32(0x7FEB352D)
        x = x ^ (x >> np.uint32(15))
        x = x * np.uint32(0x846CA68B)
        return x ^ (x >> np.uint32(16))

    with np.errstate(over="ignore"):
        low = mix(np.uint32(row_id % 2**32) ^ np.uint32(0x9E3779B9))
        return mix(low ^ np.uint32(row_id // 2**32) ^ np.uint32(0x85EBCA6B)), low


def test_hashes_and_sums_of_row_ids_are_those_of_the_fixture_and_of_the_protocols_arithmetic():
    fixture = json.loads((FIXTURES / "row-hash.json").read_text())
    for row_id, text in fixture["hashes"]:
        high, low = row_hash(row_id)
        one = RowProof()
        one.add(row_id)
        assert f"{high:08x}{low:08x}" == text == str(one)
    for case in fixture["sums"]:
        ids = case["rowIds"]
        sums = [sum(int(row_hash(i)[lane]) for i in ids) % 2**32 for lane in (0, 1)]
        assert "".join(f"{lane:08x}" for lane in sums) == case["sum"] == proof({i: (i, None) for i in ids}, 0)
