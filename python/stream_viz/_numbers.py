"""What a metric takes as a value: a number, something that converts to one, or a missing value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from stream_viz._errors import StreamVizTypeError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NOT_NUMBERS = (str, bytes, bytearray, memoryview, list, tuple, dict, set, frozenset)
MISSING_TYPES = frozenset({"NAType", "NaTType", "MaskedConstant"})
SHOWN_CHARACTERS = 60


def shown(value: object) -> str:
    """Return `value` as an error message shows it: at most 60 characters of its repr, then its type."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  a broken __repr__ must not hide the mistake that is being reported
        text = "<no repr>"
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 3] + "..."
    return f"{text} ({type(value).__name__})"


def encodable(text: str) -> str:
    """Return a text that UTF-8 can carry: lone surrogates become "?"."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def to_number(value: Any, call: str) -> float:
    """Return `value` as a float; NaN for a missing one (None, NaN, `pandas.NA`).

    bool counts as 0 or 1. Everything with `__float__` is converted (numpy scalars, Decimal, Fraction, 0-d arrays and
    tensors); an integer beyond the range of a float becomes +-inf, which is counted as invalid.

    Raises `VALUE_TYPE` (a TypeError) for str, bytes, containers, arrays with a length and all else.
    """
    if value is None:
        return math.nan
    kind = type(value)
    if kind.__name__ in MISSING_TYPES:
        return math.nan
    refused = isinstance(value, NOT_NUMBERS) or kind.__name__.startswith("complex")
    if not refused and getattr(value, "ndim", 0) == 0 and hasattr(kind, "__float__"):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
        except Exception as error:  # a foreign __float__ raises what it likes; the cause says what
            raise _refused(value, call) from error
    raise _refused(value, call)


def _refused(value: Any, call: str) -> StreamVizTypeError:
    hint = ""
    if isinstance(value, (str, bytes)):
        hint = _hint_for_text(value)
    elif isinstance(value, dict):
        hint = "; a dict needs a metric with lines: sv.metric(name, by='label')"
    elif isinstance(value, (list, tuple, set, frozenset)) or getattr(value, "ndim", 0) > 0:
        hint = "; several values at once go through send_many(values, times)"
    return StreamVizTypeError(
        "VALUE_TYPE",
        f"{call}: expected a number (or None for a missing value), got {shown(value)}{hint}",
        expected="number",
        actual=type(value).__name__,
    )


def _hint_for_text(value: str | bytes) -> str:
    try:
        float(value)
    except ValueError:
        return ""
    return f"; convert it first: float({value!r})"


def to_numbers(values: Any, call: str) -> npt.NDArray[np.float64]:
    """Return a fresh float64 array of `values`: one dimension, NaN where missing.

    Takes anything numpy reads as one dimension (lists, arrays, pandas and polars series) and iterators; the elements
    follow the rules of `to_number`. Cost: one pass; a list that holds objects takes a Python call per element.

    Raises `VALUE_TYPE` for text, for nested lists and for anything that is not a row of numbers.
    """
    import numpy as np  # noqa: PLC0415  numpy is loaded when first needed: `import stream_viz` stays cheap

    if isinstance(values, (str, bytes, bytearray, dict)) or not hasattr(values, "__iter__"):
        raise StreamVizTypeError(
            "VALUE_TYPE",
            f"{call}: expected a list or array of numbers, got {shown(values)}",
            expected="numbers",
            actual=type(values).__name__,
        )
    if not hasattr(values, "__len__"):
        values = list(values)
    if hasattr(values, "filled") and hasattr(values, "mask"):  # numpy's masked arrays: masked is missing
        values = values.astype(np.float64).filled(np.nan)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise _not_flat(values, call) from error
    if array.ndim != 1:
        raise _not_flat(values, call)
    if array.dtype.kind in "fiub":
        return array.astype(np.float64, copy=True)
    elements = array if array.dtype.kind == "O" else values
    return np.fromiter((to_number(element, call) for element in elements), np.float64, len(array))


def _not_flat(values: object, call: str) -> StreamVizTypeError:
    return StreamVizTypeError(
        "VALUE_TYPE",
        f"{call}: expected one flat list or array of numbers, got {shown(values)}",
        expected="numbers in one dimension",
        actual=type(values).__name__,
    )
