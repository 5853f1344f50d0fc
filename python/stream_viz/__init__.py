"""Live data where people already work: `cpu = sv.metric("cpu")`, then `cpu.send(75)`, and the chart moves.

Importing this package is cheap: numpy and anywidget are loaded when they are first needed.
"""

from stream_viz._configure import clear, close, configure, show
from stream_viz._counter import Counter, counter
from stream_viz._errors import StreamVizError, StreamVizTypeError, StreamVizValueError
from stream_viz._events import Events, events
from stream_viz._gauge import Gauge, gauge
from stream_viz._host import version as _version
from stream_viz._log import log
from stream_viz._metric import Metric, metric
from stream_viz._snapshot import snapshot
from stream_viz._standalone import connect, start, wait
from stream_viz._stats import Stats, stats
from stream_viz._table import Table, table
from stream_viz._view import View

__all__ = [
    "Counter",
    "Events",
    "Gauge",
    "Metric",
    "Stats",
    "StreamVizError",
    "StreamVizTypeError",
    "StreamVizValueError",
    "Table",
    "View",
    "clear",
    "close",
    "configure",
    "connect",
    "counter",
    "events",
    "gauge",
    "log",
    "metric",
    "show",
    "snapshot",
    "start",
    "stats",
    "table",
    "wait",
]


def __getattr__(name: str) -> str:
    """Return `__version__`, read from the installed distribution when asked for."""
    if name == "__version__":
        return _version()
    message = f"module 'stream_viz' has no attribute {name!r}"
    raise AttributeError(message)
