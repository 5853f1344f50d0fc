"""The peer of `standalone_script.py charts`: Bokeh's server with 10 live charts, 10 values a second each.

Prints `{"port": ...}` once it listens. Run by the Python that STREAMVIZ_PEER_PYTHON names.
"""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING

from bokeh.layouts import gridplot
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from bokeh.server.server import Server

if TYPE_CHECKING:
    from bokeh.document import Document

CHARTS, CHART_HZ, KEPT = 10, 10, 9000


def page(document: Document) -> None:
    """Fill the page of a viewer and stream to it."""
    sources = [ColumnDataSource({"x": [], "y": []}) for _ in range(CHARTS)]
    plots = []
    for source in sources:
        plot = figure(width=400, height=200, x_axis_type="datetime")
        plot.line("x", "y", source=source)
        plots.append(plot)
    document.add_root(gridplot(plots, ncols=3))
    count = [0]

    def tick() -> None:
        now = time.time() * 1000
        for i, source in enumerate(sources):
            source.stream({"x": [now], "y": [math.sin(count[0] / 20 + i)]}, rollover=KEPT)
        count[0] += 1

    document.add_periodic_callback(tick, 1000 // CHART_HZ)


server = Server({"/": page}, port=0, address="127.0.0.1")
server.start()
print(json.dumps({"port": server.port}), flush=True)
server.io_loop.start()
