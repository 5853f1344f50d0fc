"""The document that viewers show: what the dashboard published, and which generation of each series counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from stream_viz._host import version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stream_viz._limits import Limits
    from stream_viz._series import SeriesKey


class Document:
    """Every change has the next revision. Not locked: the sender is."""

    def __init__(self, limits: Limits, generations: Mapping[SeriesKey, int]) -> None:
        """Start empty; `generations` is the caller's, of series that were cleared or removed."""
        self._limits = limits
        self._generations = generations
        self._content: dict[str, object] = {}
        self.revision = 0
        self.due = False
        """Whether the newest revision was not taken yet."""

    def publish(self, content: Mapping[str, object]) -> None:
        """Replace title, timezone, language, widgets, views."""
        self._content = dict(content)
        self.changed()

    def changed(self) -> None:
        """Begin the next revision."""
        self.revision += 1
        self.due = True

    def take(self) -> dict[str, object]:
        """Return the document for a message."""
        self.due = False
        return {
            "revision": self.revision,
            "version": version(),
            "title": None,
            "timezone": None,
            "language": None,
            "widgets": [],
            **self._content,
            "views": _newest(cast("list[object]", self._content.get("views", [])), self._limits.views_bytes),
            "generations": dict(_newest(self._generations.items(), self._limits.generations_bytes)),
        }


def _newest(entries: Iterable[Any], most_bytes: int) -> list[Any]:
    """Return the last of the entries that take at most `most_bytes` as JSON, in their order."""
    kept: list[Any] = []
    for entry in reversed(list(entries)):
        most_bytes -= len(json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()) + 1
        if most_bytes < 0:
            break
        kept.append(entry)
    return kept[::-1]
