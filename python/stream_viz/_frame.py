"""A message as one WebSocket frame: `u32 LE header bytes | header | padding | buffer 0 | padding | buffer 1 ...`.

| bytes | what |
|---|---|
| 4 | length of the header, u32 little-endian |
| that many | the header: UTF-8 JSON of an object, with `lengths`: the bytes of each buffer |
| 0 to 7, after the header and before each buffer | zeros up to a multiple of 8 |

Nothing follows the last buffer. `src/wire/frame.ts` is the same in TypeScript; both read `test/fixtures/wire/v1`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizValueError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIGNMENT = 8
PREFIX_BYTES = 4
MOST_HEADER_BYTES = 2**32 - 1


def encode_frame(header: Mapping[str, Any], buffers: Sequence[bytes]) -> bytes:
    """Return header and buffers as one frame; `lengths` of the header is written here. Copies each buffer once."""
    text = json.dumps(
        {**header, "lengths": list(map(len, buffers))}, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
    at = _padded(PREFIX_BYTES + len(text))
    pieces = [len(text).to_bytes(PREFIX_BYTES, "little"), text, bytes(at - PREFIX_BYTES - len(text))]
    for buffer in buffers:
        pieces += (bytes(_padded(at) - at), buffer)
        at = _padded(at) + len(buffer)
    return b"".join(pieces)


def decode_frame(frame: bytes) -> tuple[dict[str, Any], list[memoryview]]:
    """Return (header, views of the buffers). Raises `FRAME_INVALID`, which names what is wrong and where."""
    if len(frame) < PREFIX_BYTES:
        raise _invalid(f"expected at least {PREFIX_BYTES} bytes, got {len(frame)}")
    end = PREFIX_BYTES + int.from_bytes(frame[:PREFIX_BYTES], "little")
    if end > len(frame):
        raise _invalid(f"the header ends at {end}, the frame at {len(frame)}")
    try:
        header = json.loads(frame[PREFIX_BYTES:end].decode())
    except ValueError as error:
        raise _invalid(f"the header is no JSON: {error}") from error
    if not isinstance(header, dict):
        raise _invalid(f"the header is no object but {type(header).__name__}")
    lengths = header.get("lengths", [])
    if not isinstance(lengths, list):
        raise _invalid(f"the lengths are no list but {type(lengths).__name__}")
    view = memoryview(frame)
    end = _padded(end)
    buffers: list[memoryview] = []
    for length in lengths:
        if type(length) is not int or length < 0:
            raise _invalid(f"length {length!r} of buffer {len(buffers)} is no whole number from 0")
        start = _padded(end)
        end = start + length
        if end > len(frame):
            raise _invalid(f"buffer {len(buffers)} ends at {end}, the frame at {len(frame)}")
        buffers.append(view[start:end])
    if end != len(frame):
        raise _invalid(f"it has {len(frame)} bytes, expected {end}")
    return header, buffers


def _padded(size: int) -> int:
    return size + -size % ALIGNMENT


def _invalid(why: str) -> StreamVizValueError:
    return StreamVizValueError("FRAME_INVALID", f"frame: {why}")
