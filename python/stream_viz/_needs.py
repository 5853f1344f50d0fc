"""What windows over each name need of its series' panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream_viz._series import Series


@dataclass(frozen=True)
class Needs:
    """Needs of all windows over one name; `base_us` is the duration of panes that their edges lie on."""

    spread: bool
    increase: bool
    sketch: bool
    base_us: int | None


class NeedsByName:
    """The newest needs of each name. Not locked: the sender is."""

    def __init__(self) -> None:
        """Start without needs."""
        self._by_name: dict[str, Needs] = {}

    def set(self, name: str, needs: Needs) -> None:
        """Replace the needs of a name; they hold for series that come later too."""
        self._by_name[name] = needs

    def apply(self, series: Series) -> bool:
        """Tell a series what its name's windows need; returns whether that changes anything. O(cells) where it does."""
        needs = self._by_name.get(series.name)
        if needs is None:
            return False
        changed = series.set_base(needs.base_us)
        return series.set_needs(spread=needs.spread, increase=needs.increase, sketch=needs.sketch) or changed
