"""One check per option type of the widget schema: what the user gave becomes what the document carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stream_viz._columns import check_columns
from stream_viz._duration import EXPECTED, duration_text, duration_us
from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import SHOWN_CHARACTERS, encodable, shown
from stream_viz._thresholds import check_thresholds, is_number, nearest, plain_number

COLOR_ALIASES = {"purple": "violet", "grey": "gray", "amber": "yellow"}
LABELS_MOST_CHARACTERS = 1000
HEX_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")
NUMBER_FORMAT = re.compile(r"[-+ ]?,?(?:\.\d{1,2})?[defgs%]?\Z")


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One option of one widget kind, as widget-schema.json states it."""

    name: str
    wire: str
    type: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    producer: bool = False
    doc: str = ""
    colors: tuple[str, ...] = field(default=(), repr=False)


def check_value(spec: OptionSpec, value: Any, call: str) -> object:
    """Return `value` as the document carries it.

    Raises `OPTION_TYPE` or `OPTION_INVALID`; the message names the option, what was given, what is expected, and the
    nearest valid spelling. A type this version does not know is passed on unchecked: the page judges it.
    """
    check = CHECKS.get(spec.type)
    return value if check is None else check(spec, value, call)


def _wrong_type(spec: OptionSpec, value: object, call: str, expected: str) -> StreamVizTypeError:
    return StreamVizTypeError(
        "OPTION_TYPE",
        f"{call}: {spec.name}= expected {expected}, got {shown(value)}",
        option=spec.name,
        expected=expected,
        actual=type(value).__name__,
    )


def _invalid(spec: OptionSpec, value: object, call: str, expected: str, hint: str = "") -> StreamVizValueError:
    return StreamVizValueError(
        "OPTION_INVALID",
        f"{call}: {spec.name}= expected {expected}, got {_brief(value)}{hint}",
        option=spec.name,
        expected=expected,
        actual=repr(value),
    )


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def _text(spec: OptionSpec, value: Any, call: str) -> object:
    if not isinstance(value, str):
        raise _wrong_type(spec, value, call, "a text")
    if not value and spec.name in ("by", "key"):
        raise _invalid(spec, value, call, "a name that is not empty")
    return encodable(value)


def _number(spec: OptionSpec, value: Any, call: str) -> object:
    if not is_number(value):
        raise _wrong_type(spec, value, call, "a finite number")
    return _within(spec, plain_number(value), call)


def _integer(spec: OptionSpec, value: Any, call: str) -> object:
    if not is_number(value) or float(value) != int(value):
        raise _wrong_type(spec, value, call, "a whole number")
    return _within(spec, int(value), call)


def _within(spec: OptionSpec, number: float, call: str) -> float:
    if spec.minimum is not None and number < spec.minimum:
        raise _invalid(spec, number, call, f"at least {spec.minimum:,.12g}")
    if spec.maximum is not None and number > spec.maximum:
        raise _invalid(spec, number, call, f"at most {spec.maximum:,.12g}")
    return number


def _boolean(spec: OptionSpec, value: Any, call: str) -> object:
    if type(value).__name__ not in ("bool", "bool_"):
        raise _wrong_type(spec, value, call, "True or False")
    return bool(value)


def check_color(value: Any, call: str, where: str, colors: Sequence[str]) -> str:
    """Return a colour name of the schema, or a hex colour as given; raises `OPTION_TYPE` or `OPTION_INVALID`."""
    expected = f"a colour ({', '.join(colors)}) or a hex colour such as '#2667e5'"
    if not isinstance(value, str):
        raise StreamVizTypeError(
            "OPTION_TYPE", f"{call}: {where}= expected {expected}, got {shown(value)}", option=where
        )
    name = value.strip().lower()
    name = COLOR_ALIASES.get(name, name)
    if not HEX_COLOR.match(name) and colors and name not in colors:
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"{call}: {where}= expected {expected}, got {value!r}{nearest(value, colors)}",
            option=where,
            actual=value,
        )
    return name


def _color(spec: OptionSpec, value: Any, call: str) -> object:
    return check_color(value, call, spec.name, spec.colors)


def _format(spec: OptionSpec, value: Any, call: str) -> object:
    if not isinstance(value, str):
        raise _wrong_type(spec, value, call, "a number format such as ',.0f', '.3g' or '.1%'")
    if not NUMBER_FORMAT.match(value):
        hint = nearest(value, (",.0f", ".2f", ".3g", ".1%", ",d"))
        raise _invalid(spec, value, call, "a number format such as ',.0f', '.3g' or '.1%'", hint)
    return value


def _duration(spec: OptionSpec, value: Any, call: str) -> object:
    if isinstance(value, str) and (value == "all" or value in spec.choices):
        return value
    us = duration_us(value)
    if us is None:
        expected = f'{EXPECTED} or "all"'
        raise (_invalid if isinstance(value, (str, int, float)) else _wrong_type)(spec, value, call, expected)
    return value if isinstance(value, str) else duration_text(us)


def _thresholds(spec: OptionSpec, value: Any, call: str) -> object:
    return check_thresholds(value, call, spec.name, spec.colors)


def check_labels(value: Any, call: str, where: str) -> dict[str, str]:
    """Return labels as texts, sorted by name; raises `OPTION_TYPE` for a value that is no text, number or bool."""
    if not isinstance(value, Mapping):
        raise StreamVizTypeError(
            "OPTION_TYPE",
            f"{call}: {where}= expected labels such as {{'core': 0}}, got {shown(value)}",
            option=where,
            actual=type(value).__name__,
        )
    labels: dict[str, str] = {}
    for name in sorted(value, key=str):
        label = value[name]
        if not isinstance(name, str) or not name:
            raise StreamVizTypeError(
                "OPTION_TYPE", f"{call}: a label's name is a text, got {shown(name)}", option=where
            )
        labels[encodable(name)] = label_text(label, f"{call}: label {name!r}")
    check_label_room(labels, call)
    return labels


def check_label_room(labels: Mapping[str, str], call: str) -> None:
    """Raise `OPTION_INVALID` where the labels of one line are longer than a message should carry each time."""
    characters = sum(len(name) + len(value) for name, value in labels.items())
    if characters > LABELS_MOST_CHARACTERS:
        raise StreamVizValueError(
            "OPTION_INVALID",
            f"{call}: the labels of a line have at most {LABELS_MOST_CHARACTERS:,} characters, got {characters:,}",
            option="labels",
            actual=characters,
            limit=LABELS_MOST_CHARACTERS,
        )


def label_text(label: Any, call: str) -> str:
    """Return a label's value as text: a text as it is, a number as Python prints it (`0`, not `np.int64(0)`)."""
    if isinstance(label, str):
        return encodable(label)
    if isinstance(label, (bool, int, float)) or hasattr(type(label), "__index__"):
        return str(label)
    raise StreamVizTypeError(
        "OPTION_TYPE", f"{call}: expected a text or a number, got {shown(label)}", actual=type(label).__name__
    )


def _labels(spec: OptionSpec, value: Any, call: str) -> object:
    return check_labels(value, call, spec.name)


def _columns(spec: OptionSpec, value: Any, call: str) -> object:
    return check_columns(value, call, spec.name)


def _enum(spec: OptionSpec, value: Any, call: str) -> object:
    if isinstance(value, str) and value in spec.choices:
        return value
    expected = "one of " + ", ".join(map(repr, spec.choices))
    if not isinstance(value, str):
        raise _wrong_type(spec, value, call, expected)
    raise _invalid(spec, value, call, expected, nearest(value, spec.choices))


def _list(spec: OptionSpec, value: Any, call: str) -> object:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence):
        raise _wrong_type(spec, value, call, "a list")
    if spec.choices:
        for entry in value:
            _enum(spec, entry, call)
    return list(value)


CHECKS: Mapping[str, Callable[[OptionSpec, Any, str], object]] = {
    "string": _text,
    "unit": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "color": _color,
    "format": _format,
    "duration": _duration,
    "thresholds": _thresholds,
    "zones": _thresholds,
    "labels": _labels,
    "columns": _columns,
    "enum": _enum,
    "list": _list,
}
