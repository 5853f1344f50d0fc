"""`sv.stats()`: what was sent, folded, refused, and how old it is."""

from __future__ import annotations

import html
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from stream_viz import _producer
from stream_viz._line_name import label_name

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("name", "sent", "folded", "late", "dropped", "invalid", "missing", "expired", "untaken", "age_s", "bytes")


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one line or table since this process began.

    `age_s` is None while nothing was sent, and on a step axis, which has no clock.
    """

    name: str
    sent: int
    folded: int
    late: int
    dropped: int
    invalid: int
    missing: int
    expired: int
    untaken: int
    age_s: float | None
    bytes: int


class Stats:
    """The counts of all lines and tables at one moment; prints as a table, iterates over its rows."""

    def __init__(self, rows: list[Row], totals: dict[str, Any]) -> None:
        """Take the rows and what concerns the process."""
        self.rows = rows
        self.totals = totals

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: `{"rows": [...], "totals": {...}}`, fresh at every call."""
        return {"rows": [asdict(row) for row in self.rows], "totals": deepcopy(self.totals)}

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Return the table as aligned text."""
        if not self.rows:
            return "no widget has sent anything yet"
        cells = [list(COLUMNS), *(_texts(row) for row in self.rows)]
        widths = [max(len(line[at]) for line in cells) for at in range(len(COLUMNS))]
        lines = [
            "  ".join(
                text.ljust(width) if at == 0 else text.rjust(width)
                for at, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
        return "\n".join([*lines, *self._link_line()])

    def _link_line(self) -> list[str]:
        """Return what stands under the table where there is or was a server."""
        link = self.totals.get("link") or {}
        if link.get("url") is None:
            return []
        state = "connected to" if link["connected"] else "not connected to"
        counts = f"{link['acknowledged']:,} messages acknowledged, {link['waiting_bytes']:,} bytes waiting"
        lines = [f"{state} {link['url']}: {counts}, {link['reconnects']:,} reconnects"]
        if link["untaken_series"]:
            lines.append(
                f"{link['untaken_series']:,} series are more than it takes: {link['untaken_samples']:,} samples went"
            )
        return lines

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(repr(self))}</p>"
        head = "".join(f'<th style="text-align:{_align(at)}">{name}</th>' for at, name in enumerate(COLUMNS))
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{_align(at)}">{html.escape(text)}</td>' for at, text in enumerate(_texts(row))
            )
            + "</tr>"
            for row in self.rows
        )
        below = "".join(f"<p>{html.escape(line)}</p>" for line in self._link_line())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"


def _align(column: int) -> str:
    return "left" if column == 0 else "right"


def _texts(row: Row) -> list[str]:
    age = "-" if row.age_s is None else f"{row.age_s:,.1f}"
    counts = (row.sent, row.folded, row.late, row.dropped, row.invalid, row.missing, row.expired, row.untaken)
    return [row.name, *(f"{count:,}" for count in counts), age, f"{row.bytes:,}"]


def stats() -> Stats:
    """Return counts per line and table: sent, folded, late, dropped, invalid, missing, expired, untaken, age, bytes.

    Prints as a table; `.to_dict()` gives plain data. `totals["link"]` tells of the server: connected, url, the seq
    acknowledged, waiting bytes, folded samples, reconnects. `sent` counts finite samples of a line, changes of a table
    and events, those that still wait included; `late` those behind a newer one, `untaken` those of a series that the
    server has no room for. What windows made of late samples
    (revised or dropped) is known to the page, which computes windows, and stands in the widget.
    """
    producer = _producer.current()
    with producer.lock:
        producer.sender.room.drop()
        now_us = _producer.now_us()
        rows: list[Row] = []
        seen: set[str] = set()
        for declaration in producer.dashboard.all():
            if declaration.kind in {"table", "events"}:
                count = getattr(declaration.handle, "sent", 0)
                rows.append(Row(declaration.name, count, 0, 0, 0, 0, 0, 0, 0, None, 0))
                continue
            if declaration.name in seen:
                continue
            seen.add(declaration.name)
            for series in producer.sender.find_series(declaration.name):
                series.pack()
                last_us = series.last_time_us if series.axis == "time" else None
                rows.append(
                    Row(
                        name=label_name(declaration.name, series.labels),
                        sent=series.sent + series.waiting_samples,
                        folded=series.folded,
                        late=series.late,
                        dropped=0,
                        invalid=series.invalid,
                        missing=series.missing,
                        expired=series.expired,
                        untaken=series.untaken,
                        age_s=None if last_us is None else max(0.0, (now_us - last_us) / 1e6),
                        bytes=series.bytes,
                    )
                )
        totals = dict(producer.sender.stats())
    totals["listening"] = producer.pages.listen
    totals["link"] = {**producer.server.facts(), "folded": totals["folded"]}
    return Stats(rows, totals)
