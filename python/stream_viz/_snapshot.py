"""`sv.snapshot()`: a still of the widgets, drawn by the kernel from its own data, that needs no live kernel to be seen.

The page is not asked: the still works in nbconvert, on GitHub-like viewers and in a notebook that is opened later. Text
takes the colour of the page around it, so it reads on light and on dark.
"""

from __future__ import annotations

import html
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from stream_viz import _producer
from stream_viz._configure import _open
from stream_viz._line_name import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stream_viz._declaration import Declaration
    from stream_viz._producer import Producer

COLORS = ("#4a7bea", "#d4802f", "#1d9a7c", "#c65690", "#2f9dcb", "#a98a1c", "#8458c9", "#a8604f")
"""Middle tones of the series colours: at least 3:1 on white and on #16191f."""
WIDTH_PX, HEIGHT_PX = 360, 72
COLUMNS = WIDTH_PX
AS_SENT = "values as sent; windows are computed in the page"
EN_DASH = "\u2013"
ROWS_SHOWN = 10
LINES_SHOWN = 8
MUTED = "opacity:.7"
Envelope: TypeAlias = tuple[list[float], list[float], list[float]]
FONT = 'font-family:system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums'


def snapshot(*widgets: Any) -> None:
    """Display a still of the given widgets (without any: all) as an output of its own, with what the kernel holds now.

    A widget with windows shows its values as sent, and says so: windows are computed in the page. Views are left out
    beside the widget whose data they show.

    It stays in the saved notebook. Outside a kernel the still's text is printed.
    Raises `WIDGET_TYPE`, `WIDGET_CLOSED`.
    """
    producer = _producer.current()
    declarations = _without_repeats(_open(widgets, "sv.snapshot"))
    with producer.lock:
        bundle = {"text/html": _page(producer, declarations), "text/plain": _plain(producer, declarations)}
    if producer.kernel is None:
        print(bundle["text/plain"])  # noqa: T201  a script's snapshot is its text
    else:
        producer.kernel.display(bundle)


def _without_repeats(declarations: Sequence[Declaration]) -> list[Declaration]:
    shown = {declaration.name for declaration in declarations if not declaration.view}
    return [declaration for declaration in declarations if not declaration.view or declaration.name not in shown]


def still(producer: Producer, declarations: Sequence[Declaration]) -> str:
    """Return what a live view's output says where it cannot be live: how to get it live, and data there are already."""
    unique = dict.fromkeys(declaration.name for declaration in declarations)
    names = ", ".join(f"<b>{html.escape(name)}</b>" for name in unique)
    words = (
        f'<div style="font-size:12px;{MUTED}">Live view of {names} (StreamViz). It moves while the notebook runs; '
        "where this text stays, install <code>anywidget</code> beside JupyterLab "
        "(<code>pip install stream-viz-core</code>), reload the page and run the cell again.</div>"
    )
    held = [one for one in _without_repeats(declarations) if _has_data(producer, one)]
    return words + (_page(producer, held) if held else "")


def _has_data(producer: Producer, declaration: Declaration) -> bool:
    if declaration.kind == "table":
        return bool(getattr(declaration.handle, "row_count", 0))
    if declaration.kind == "events":
        return bool(getattr(declaration.handle, "sent", 0))
    return any(series.last_time_us is not None for series in producer.sender.find_series(declaration.name))


def _page(producer: Producer, declarations: Sequence[Declaration]) -> str:
    cards = "".join(_card(producer, declaration) for declaration in declarations)
    taken = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %Z}"
    return (
        f'<div style="{FONT}"><div style="display:flex;flex-wrap:wrap;gap:12px">{cards}</div>'
        f'<div style="font-size:11px;{MUTED};margin-top:4px">{taken}</div></div>'
    )


def _card(producer: Producer, declaration: Declaration) -> str:
    if declaration.kind in {"table", "events"}:
        body = _rows(declaration)
    elif declaration.kind == "gauge":
        body = _arc(producer, declaration)
    else:
        body = _lines(producer, declaration)
    title = html.escape(str(declaration.wire.get("title", declaration.name)))
    if declaration.windows is not None and declaration.windows.aggregations:
        body += f'<div style="font-size:11px;{MUTED}">{AS_SENT}</div>'
    return (
        '<div style="border:1px solid rgba(127,127,127,.35);border-radius:8px;padding:12px;min-width:240px">'
        f'<div style="font-size:13px;font-weight:600;opacity:.8">{title}</div>{body}</div>'
    )


def number_text(value: float | None, unit: object = None) -> str:
    """Return a number at 4 significant digits with its unit, an en dash for none."""
    if value is None or not math.isfinite(value):
        return EN_DASH
    text = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"  # noqa: PLR2004  below it 4 digits say all
    text = text.replace("-", "\u2212")
    if not isinstance(unit, str) or not unit:
        return text
    return f"{unit}{text}" if unit == "$" else f"{text}%" if unit == "%" else f"{text}\u202f{unit}"


def _lines(producer: Producer, declaration: Declaration) -> str:
    unit = declaration.wire.get("unit")
    found = [series for series in _series(producer, declaration) if series.last_time_us is not None]
    if not found:
        return f'<div style="font-size:28px;font-weight:600">{EN_DASH}</div><div style="{MUTED}">no data yet</div>'
    drawn = [_envelope(series) for series in found[:LINES_SHOWN]]
    finite = [bound for _, low, high in drawn for bound in (*low, *high)]
    bottom, top = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if bottom == top:
        bottom, top = bottom - 0.5, top + 0.5
    times = [time for spots, _, _ in drawn for time in spots]
    left, right = (min(times), max(times)) if times else (0.0, 1.0)
    paths = "".join(
        _path(envelope, COLORS[at % len(COLORS)], (left, max(right, left + 1e-6)), (bottom, top))
        for at, envelope in enumerate(drawn)
    )
    if len(found) == 1:
        head = f'<div style="font-size:28px;font-weight:600">{html.escape(number_text(found[0].last, unit))}</div>'
    else:
        head = "".join(
            f'<div style="font-size:13px"><span style="color:{COLORS[at % len(COLORS)]}">\u25cf</span> '
            f"{html.escape(_line_name(series))} <b>{html.escape(number_text(series.last, unit))}</b></div>"
            for at, series in enumerate(found[:LINES_SHOWN])
        )
        if len(found) > LINES_SHOWN:
            head += f'<div style="font-size:11px;{MUTED}">+ {len(found) - LINES_SHOWN} more</div>'
    low_text, high_text = (
        number_text(min(finite), unit) if finite else EN_DASH,
        number_text(top, unit) if finite else EN_DASH,
    )
    caption = f"{low_text} to {high_text}"
    return (
        f'{head}<svg viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" width="{WIDTH_PX}" height="{HEIGHT_PX}" role="img" '
        f'style="max-width:100%" aria-label="{html.escape(declaration.name)}: {html.escape(caption)}">{paths}</svg>'
        f'<div style="font-size:11px;{MUTED}">{html.escape(caption)}</div>'
    )


def _envelope(series: Any) -> Envelope:
    """Return (time in s, min, max) per column of at most 360: a spike is never hidden."""
    import numpy as np  # noqa: PLC0415

    times, values = series.values()
    seconds = np.asarray(times).astype("datetime64[us]").astype(np.int64) / 1e6
    values = np.asarray(values, np.float64)
    kept = np.isfinite(values)
    seconds, values = seconds[kept], values[kept]
    if len(values) <= 2 * COLUMNS:
        return seconds.tolist(), values.tolist(), values.tolist()
    edges = np.unique(np.linspace(0, len(values), COLUMNS + 1).astype(np.int64)[:-1])
    low, high = np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)
    return seconds[edges].tolist(), low.tolist(), high.tolist()


def _path(envelope: Envelope, color: str, x: tuple[float, float], y: tuple[float, float]) -> str:
    spots, low, high = envelope
    if not spots:
        return ""

    def place(time: float, value: float) -> str:
        across = (time - x[0]) / (x[1] - x[0]) * (WIDTH_PX - 6) + 3
        down = HEIGHT_PX - 4 - (value - y[0]) / (y[1] - y[0]) * (HEIGHT_PX - 8)
        return f"{across:.1f},{down:.1f}"

    points: list[str] = []
    for time, bottom, top in zip(spots, low, high, strict=True):
        points.append(place(time, bottom))
        if top != bottom:
            points.append(place(time, top))
    end = place(spots[-1], high[-1]).split(",")
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" stroke-width="1.5" '
        f'stroke-linejoin="round"/><circle cx="{end[0]}" cy="{end[1]}" r="3" fill="{color}"/>'
    )


def _arc(producer: Producer, declaration: Declaration) -> str:
    unit = declaration.wire.get("unit")
    found = [series for series in _series(producer, declaration) if series.last_time_us is not None]
    newest = max(found, key=lambda series: series.last_time_us or 0, default=None)
    value = newest.last if newest is not None else None
    low = _bound(declaration.wire.get("min"), 0.0)
    high = _bound(declaration.wire.get("max"), 1.0 if unit == "ratio" else max(100.0, low + 1))
    share = 0.0
    if value is not None and math.isfinite(value):
        share = min(1.0, max(0.0, (value - low) / (high - low)))
    track = _arc_path(1.0, "rgba(127,127,127,.3)")
    fill = _arc_path(share, COLORS[0]) if share > 0 else ""
    text = html.escape(number_text(value, unit))
    return (
        f'<svg viewBox="0 0 160 120" width="160" height="120" role="img" aria-label="{html.escape(declaration.name)} '
        f'{text}">{track}{fill}<text x="80" y="84" text-anchor="middle" font-size="24" font-weight="600" '
        f'fill="currentColor">{text}</text></svg>'
        f'<div style="font-size:11px;{MUTED}">{html.escape(number_text(low, unit))} to '
        f"{html.escape(number_text(high, unit))}</div>"
    )


def _bound(value: object, default: float) -> float:
    return float(value) if isinstance(value, (int, float)) else default


def _arc_path(share: float, color: str) -> str:
    """Return the first `share` of an arc of 240 degrees around (80, 76)."""
    start, sweep = math.radians(150), math.radians(240) * share
    x0, y0 = 80 + 58 * math.cos(start), 76 + 58 * math.sin(start)
    x1, y1 = 80 + 58 * math.cos(start + sweep), 76 + 58 * math.sin(start + sweep)
    large = 1 if sweep > math.pi else 0
    return (
        f'<path d="M{x0:.1f},{y0:.1f} A58,58 0 {large} 1 {x1:.1f},{y1:.1f}" fill="none" stroke="{color}" '
        f'stroke-width="12"/>'
    )


def _rows(declaration: Declaration) -> str:
    handle: Any = declaration.handle
    rows: list[dict[str, Any]] = handle.values()
    newest_first = declaration.kind == "table"  # keys of events come busiest first
    shown_rows = (rows[::-1] if newest_first else rows)[:ROWS_SHOWN]
    declared = declaration.checked.get("columns")
    names = [column["name"] for column in declared] if isinstance(declared, list) else []
    for row in shown_rows:
        names.extend(name for name in row if name not in names)
    head = "".join(f'<th style="text-align:left;{MUTED};padding:2px 8px">{html.escape(name)}</th>' for name in names)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="padding:2px 8px">{html.escape(_cell(row.get(name)))}</td>' for name in names)
        + "</tr>"
        for row in shown_rows
    )
    more = len(rows) - len(shown_rows)
    note = f'<div style="font-size:11px;{MUTED}">+ {more:,} more rows</div>' if more else ""
    empty = "" if rows else f'<div style="{MUTED}">no rows yet</div>'
    return (
        f'<table style="font-size:13px;border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{empty}{note}"
    )


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return EN_DASH
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return number_text(value) if isinstance(value, float) else str(value)


def _series(producer: Producer, declaration: Declaration) -> list[Any]:
    wanted = declaration.checked.get("labels")
    pairs = set(wanted.items()) if isinstance(wanted, dict) else set()
    return [series for series in producer.sender.find_series(declaration.name) if pairs <= set(series.labels)]


def _line_name(series: Any) -> str:
    return ", ".join(value for _, value in series.labels) or series.name


def _plain(producer: Producer, declarations: Sequence[Declaration]) -> str:
    lines: list[str] = []
    for declaration in declarations:
        if declaration.kind == "table":
            count = getattr(declaration.handle, "row_count", 0)
            lines.append(f"{declaration.name}: {count:,} rows")
            continue
        if declaration.kind == "events":
            lines.append(f"{declaration.name}: {getattr(declaration.handle, 'sent', 0):,} events")
            continue
        found = _series(producer, declaration)
        lines.extend(
            f"{label_name(declaration.name, series.labels)}: "
            f"last {number_text(series.last, declaration.wire.get('unit'))}, "
            f"{series.sent + series.waiting_samples:,} sent"
            for series in found
        )
        if not found:
            lines.append(f"{declaration.name}: no data yet")
    return "\n".join(lines) or "no widgets"
