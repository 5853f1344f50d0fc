"""What the windows of a name's widgets need of the sender: finer panes, spread, increases, sketches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream_viz._declaration import Declaration
    from stream_viz._producer import Producer


def tell_needs(producer: Producer, declaration: Declaration) -> None:
    """Tell the sender what all open widgets of a declaration's name need together, however few are left.

    The caller holds the lock. O(widgets).
    """
    if declaration.windows is None:
        return
    name = declaration.name
    windows = [one.windows for one in producer.dashboard.shows(name) if one.windows is not None]
    panes = [each.pane for each in windows]
    producer.sender.window_needs(
        name,
        spread=any(each.spread for each in windows),
        increase=any(each.increase for each in windows),
        sketch=any(each.sketch for each in windows),
        base_us=math.gcd(*panes) or None,
    )
