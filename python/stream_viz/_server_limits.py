"""The limits of a sender whose only listener is a server: larger messages, no rounds but those asked for.

A WebSocket neither loses nor reorders, so nothing is repeated; a snapshot carries everything retained at once.
"""

from __future__ import annotations

from stream_viz._limits import Limits

SERVER_LIMITS = Limits(
    rounds=False,
    ticks_per_second=30,
    message_bytes=5_242_880,
    message_most_bytes=8_388_608,
    piece_most_bytes=7_864_320,
    message_rows=262_144,
    series_pending_bytes=16_000_000,
    key_cells=600,
    keyframe_bytes=655_360,
    round_bytes_per_second=3_276_800,
    sketch_bytes=262_144,
    history_rows=65_536,
    history_room_bytes=2_621_440,
    table_key_bytes=16_777_216,
    slice_bytes=262_144,
)
"""Each field is described in `Limits`."""
