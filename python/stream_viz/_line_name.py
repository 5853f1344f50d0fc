"""How a line is called in print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def label_name(name: str, labels: Sequence[tuple[str, str]]) -> str:
    """Return how a line is called in print: `cpu{core="0"}`."""
    inner = ", ".join(f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in labels)
    return f"{name}{{{inner}}}" if inner else name
