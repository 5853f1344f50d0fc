"""Every limit of the engine, with its unit and default, in one table."""

from __future__ import annotations

from dataclasses import dataclass

SECOND_US = 1_000_000
TIER_DURATIONS_US = (SECOND_US, 10 * SECOND_US, 60 * SECOND_US, 600 * SECOND_US)
PACK_AT_SAMPLES = 65_536
"""Samples in a series' list above which the sending thread calls `Series.pack`."""


@dataclass(frozen=True)
class Limits:
    """What the engine holds and sends at most; immutable, shared by all parts of one sender."""

    tiers_us: tuple[int, ...] = TIER_DURATIONS_US
    """Cell durations, microseconds, ascending; each divides the next."""
    step_tiers: tuple[int, ...] = (100, 1_000, 10_000, 100_000)
    """The same in steps, for series on a step axis."""
    base_us: int = 1_000
    """Shortest base tier that windows may ask for, microseconds."""
    cells_per_tier: int = 600
    """Cells kept in a tier of a series; the oldest go first, whole parents at a time."""
    key_cells: int = 60
    """Cells of a tier in a keyframe; the coarsest tier travels whole."""
    key_cells_least: int = 20
    """Cells of a tier in a keyframe where a round would otherwise pass `round_most_us`."""
    message_bytes: int = 262_144
    """Bytes a message aims at; above, live rows are folded or wait for their turn."""
    message_most_bytes: int = 524_288
    """Bytes no message exceeds."""
    piece_most_bytes: int = 458_752
    """Bytes of a message up to which parts are added; the rest is room for its header and for what estimates miss."""
    stats_bytes: int = 32_768
    """Counts per series in a header; with more they take turns."""
    document_alone_bytes: int = 65_536
    """A larger document travels in a message of its own."""
    generations_bytes: int = 32_768
    """Cleared and removed series that the document lists, newest first."""
    views_bytes: int = 131_072
    """Views that the document lists, newest first: one of all widgets always fits."""
    message_rows: int = 14_000
    """Sample rows of a message; more are folded."""
    raw_tail_rows: int = 3
    """Newest rows of a folded series that still travel as rows."""
    runs_per_cell: int = 8
    """Folds that the rows of one cell in one message are cut into, so that they can be drawn finely."""
    sketch_bytes: int = 16_384
    """Sketches of one series in a keyframe; fewer where the round has no room."""
    keyframe_bytes: int = 65_536
    """Keyframe bytes of a message."""
    ticks_per_second: int = 20
    """How often the flusher calls `Sender.tick`."""
    rounds: bool = True
    """Whether keyframe rounds repeat by themselves; else one runs only where it is asked for, unpaced."""
    round_us: int = 2 * SECOND_US
    """Shortest keyframe round."""
    round_most_us: int = 10 * SECOND_US
    """Longest round before keyframes get coarser, then larger."""
    round_bytes_per_second: int = 256_000
    """Pace of a round."""
    quiet_most_us: int = 300 * SECOND_US
    """Longest pause between rounds after the last change (2, 4, 8 ... s)."""
    beat_us: int = SECOND_US
    """Longest silence: then an empty message goes out."""
    slow_bytes: int = 20_000
    """Bytes of the one message a second while nobody is known to listen."""
    ahead_us: int = 86_400 * SECOND_US
    """A time further ahead of the clock than this is invalid and moves nothing."""
    past_us: int = -(2**53)
    """A time, or step, before this is invalid."""
    steps: int = 2**53 - 1
    """A step after this is invalid."""
    series_pending_bytes: int = 1_600_000
    """Unsent samples of a series (16 bytes each); above, they are folded."""
    process_pending_bytes: int = 64_000_000
    """Unsent samples of all series; each gets an equal share where that is less."""
    pending_panes: int = 4096
    """Unsent folds of a series; above, the older ones become coarser."""
    history_room_bytes: int = 65_536
    """Live bytes of a message that also carries history."""
    history_rows: int = 16_384
    """Newest raw rows of a series in the answer to a request."""
    table_key_bytes: int = 262_144
    """Newest rows of a table that keyframes carry, estimated bytes."""
    slice_bytes: int = 32_768
    """Rows of one slice, estimated bytes."""
    row_bytes: int = 131_072
    """One table row, estimated bytes; a larger one is refused with `ROW_TOO_LARGE`."""
    stats_series: int = 200
    """Series listed in a header's `stats`; with more, only those of the message."""
