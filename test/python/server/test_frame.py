"""Frames: what is decoded is what was encoded, and nothing else is taken for a frame."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stream_viz as sv
from stream_viz._frame import decode_frame, encode_frame

FIXTURES = Path(__file__).parents[2] / "fixtures" / "wire" / "v1"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
HEADERS = st.dictionaries(st.text().filter(lambda name: name != "lengths"), JSON, max_size=5)
SMALL = encode_frame({"kind": "batch"}, [b"abc", b"", b"12345678"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HEADERS, st.lists(st.binary(max_size=40), max_size=5))
def test_decode_of_encode_equals_both_and_every_buffer_starts_at_a_multiple_of_8(header, buffers):
    frame = encode_frame(header, buffers)
    found, views = decode_frame(frame)
    assert found == {**header, "lengths": list(map(len, buffers))}
    assert list(map(bytes, views)) == buffers
    at = -(-(4 + int.from_bytes(frame[:4], "little")) // 8) * 8
    for buffer in buffers:
        at = -(-at // 8) * 8
        assert frame[at : at + len(buffer)] == buffer
        at += len(buffer)
    assert at == len(frame)


@pytest.mark.parametrize("end", range(len(SMALL)))
def test_a_frame_cut_at_any_byte_is_refused(end):
    with pytest.raises(sv.StreamVizError) as caught:
        decode_frame(SMALL[:end])
    assert caught.value.code == "FRAME_INVALID"


def framed(text):
    raw = text.encode()
    size = 4 + len(raw)
    return len(raw).to_bytes(4, "little") + raw + bytes(-size % 8)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (SMALL + b"\0", "expected"),
        (framed('{"lengths":[-1]}'), "-1"),
        (framed('{"lengths":[1.5]}'), "1.5"),
        (framed('{"lengths":[true]}'), "True"),
        (framed('{"lengths":["1"]}'), "'1'"),
        (framed('{"lengths":[9007199254740993]}'), "ends at"),
        (framed('{"lengths":{"a":1}}'), "dict"),
        (framed("[1]"), "list"),
        (framed("nothing"), "JSON"),
        ((2**32 - 1).to_bytes(4, "little") + b"{}", "header ends"),
        (b"\x02\0\0\0\xff\xfe\0\0", "JSON"),
    ],
)
def test_what_is_no_frame_is_refused_with_the_reason(frame, why):
    with pytest.raises(sv.StreamVizError, match=why) as caught:
        decode_frame(frame)
    assert caught.value.code == "FRAME_INVALID"


CASES = json.loads((FIXTURES / "frames.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_fixtures_shared_with_typescript_decode_and_encode_to_the_same_bytes(case):
    frame, buffers = bytes.fromhex(case["frame"]), [bytes.fromhex(text) for text in case["buffers"]]
    header, found = decode_frame(frame)
    assert header == {**case["header"], "lengths": list(map(len, buffers))}
    assert list(map(bytes, found)) == buffers
    assert encode_frame(case["header"], buffers) == frame
