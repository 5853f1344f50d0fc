"""JSON that somebody else wrote: a server, a stranger at its port, a file."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """Return what the text says. Raises `ValueError` for what cannot be read, also where it is nested too deep."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
