"""The widget schema: which options each widget kind takes, generated from `src/dashboard` at build time.

Python knows no option of its own: names, types, limits and colours come from `static/widget-schema.json`. Only what
the user set is sent; defaults live in the page.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from stream_viz._errors import StreamVizError, StreamVizValueError
from stream_viz._option_values import OptionSpec, check_value
from stream_viz._thresholds import nearest

STATIC = Path(__file__).parent / "static"
SCHEMA_FILE = "widget-schema.json"


class UnsetType:
    """The default of options: not given, so a declaration with no other option leaves everything as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return `...`, as a signature shows it."""
        return "..."


UNSET: Any = UnsetType()


def static_text(name: str) -> str:
    """Return the text of a built file of this package; raises `RUNTIME_MISSING` where the build did not make it."""
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except OSError as error:
        raise StreamVizError(
            "RUNTIME_MISSING",
            f"the runtime was not built ({name} is missing from {STATIC}); reinstall with: "
            f"pip install --force-reinstall stream-viz-core (in a checkout: npm run build)",
            file=name,
        ) from error


@cache
def options_of(kind: str) -> dict[str, OptionSpec]:
    """Return the options of a widget kind (or of "configure") by their Python names."""
    schema = json.loads(static_text(SCHEMA_FILE))
    colors = tuple(schema.get("colors", ()))
    section = schema["configure"] if kind == "configure" else schema["widgets"][kind]
    return {
        name: OptionSpec(
            name=name,
            wire=entry["wire"],
            type=entry["type"],
            choices=tuple(entry.get("enum", ())),
            minimum=entry.get("minimum"),
            maximum=entry.get("maximum"),
            producer=bool(entry.get("producer", False)),
            doc=entry.get("doc", ""),
            colors=colors,
        )
        for name, entry in section["options"].items()
    }


def check_options(kind: str, given: dict[str, Any], call: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return (options for the document under their wire names, all checked options under their Python names).

    None means "the default", so it is left out. Raises `OPTION_UNKNOWN` (with the nearest spelling), `OPTION_TYPE`,
    `OPTION_INVALID`.
    """
    known = options_of(kind)
    wire: dict[str, object] = {}
    checked: dict[str, object] = {}
    for name, value in given.items():
        spec = known.get(name)
        if spec is None:
            raise StreamVizValueError(
                "OPTION_UNKNOWN",
                f"{call}: there is no option {name!r}{nearest(name, list(known))} (options: {', '.join(known)})",
                option=name,
            )
        if value is None:
            continue
        checked[name] = check_value(spec, value, call)
        if not spec.producer:
            wire[spec.wire] = checked[name]
    if kind == "gauge":
        _check_span(checked, call)
    return wire, checked


def _check_span(checked: dict[str, object], call: str) -> None:
    low = checked.get("min", 0)
    high = checked.get("max")
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= high:
        note = "" if "min" in checked else " (min is 0 unless given)"
        raise StreamVizValueError(
            "OPTION_INVALID", f"{call}: min={low:g} must be below max={high:g}{note}", option="min", min=low, max=high
        )
