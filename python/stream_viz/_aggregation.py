"""The names of aggregations: how the samples of a window become one number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizTypeError, StreamVizValueError
from stream_viz._numbers import shown
from stream_viz._thresholds import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN = (
    "last",
    "first",
    "sum",
    "avg",
    "min",
    "max",
    "count",
    "rate",
    "delta",
    "increase",
    "stddev",
    "variance",
    "range",
    "distinct",
)
MEDIAN = "median"
QUANTILE = re.compile(r"p((?:0|[1-9][0-9]?|100)(?:\.[0-9]+)?)\Z")
QUANTILE_INSIDE = re.compile(r"(?<![0-9.])((?:100|[1-9]?[0-9])(?:\.[0-9]+)?)(?![0-9])")
OTHER_WORDS: Mapping[str, str] = {
    "mean": "avg",
    "average": "avg",
    "std": "stddev",
    "var": "variance",
    "total": "sum",
    "minimum": "min",
    "maximum": "max",
    "n": "count",
    "unique": "distinct",
    "nunique": "distinct",
}
MOST = 16
"""Aggregations of one widget."""
EXPECTED = f'one of {", ".join(PLAIN)}, {MEDIAN}, or p0 to p100 such as "p99" and "p99.9"'


def is_quantile(text: str) -> bool:
    """Return whether an aggregation is the nearest rank of a window: `median` or `pNN`, p0 to p100 with decimals."""
    found = QUANTILE.match(text)
    return text == MEDIAN or (found is not None and float(found[1]) <= 100)  # noqa: PLR2004  per cent


def check_aggregations(value: Any, call: str, *, single: bool) -> tuple[str, ...]:
    """Return the aggregations of a text or a list of texts, in order; None gives none.

    Raises `AGGREGATION_UNKNOWN` with the nearest spelling; `WINDOW_INVALID` for another type, an empty list, one that
    names an aggregation twice or more than 16, and for a list where `single`.
    """
    if value is None:
        return ()
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else None
    if texts is None or not all(isinstance(text, str) for text in texts):
        raise StreamVizTypeError(
            "WINDOW_INVALID",
            f'{call}: aggregation= expected a text such as "avg" or "p99"{"" if single else ", or a list of them"}, '
            f"got {shown(value)}",
            option="aggregation",
        )
    if single and not isinstance(value, str):
        raise StreamVizTypeError(
            "WINDOW_INVALID",
            f"{call}: aggregation= expected one text, since a gauge shows one number, got {shown(value)}; "
            f"a metric draws a line for each",
            option="aggregation",
        )
    if not texts or len(texts) > MOST or len(set(texts)) < len(texts):
        raise StreamVizValueError(
            "WINDOW_INVALID",
            f"{call}: aggregation= expected 1 to {MOST} different aggregations, got {shown(value)}",
            option="aggregation",
        )
    for text in texts:
        _check(text, call)
    return tuple(texts)


def _check(text: str, call: str) -> None:
    if text in PLAIN or is_quantile(text):
        return
    raise StreamVizValueError(
        "AGGREGATION_UNKNOWN",
        f"{call}: aggregation= expected {EXPECTED}, got {text!r}{_nearest(text)}",
        option="aggregation",
        actual=text,
    )


def _nearest(text: str) -> str:
    word = text.strip().lower()
    if word in OTHER_WORDS:
        return f"; did you mean {OTHER_WORDS[word]!r}?"
    number = QUANTILE_INSIDE.search(word)
    if number is not None:
        return f"; did you mean {'p' + number[1]!r}?"
    return nearest(word, (*PLAIN, MEDIAN))
