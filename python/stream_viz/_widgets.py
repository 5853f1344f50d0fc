"""The anywidget model behind the hub, the runtime asset and the views. Import it in a kernel only."""

from __future__ import annotations

import anywidget
import traitlets

from stream_viz._schema import static_text


class StreamVizModel(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types for its base
    """One model class for all three kinds, so that the page has one small loader; `kind` says which.

    `_esm` travels with every model, so it is the loader (below 5 kB) and never the runtime.
    """

    _esm = static_text("loader.mjs")

    kind = traitlets.Unicode("").tag(sync=True)
    """`hub`, `asset` or `view`."""
    session = traitlets.Unicode("").tag(sync=True)
    epoch = traitlets.Unicode("").tag(sync=True)
    version = traitlets.Unicode("").tag(sync=True)
    protocol = traitlets.Unicode("").tag(sync=True)
    asset_id = traitlets.Unicode("").tag(sync=True)
    hub_id = traitlets.Unicode("").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)
    """Asset: the runtime's source."""
    hash = traitlets.Unicode("").tag(sync=True)
    """Asset: sha256 of `text`, hex."""
    view_id = traitlets.Unicode("").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    """View: what the loading card says."""
    count = traitlets.Int(0).tag(sync=True)
    """View: number of widgets when it was displayed, so that the page keeps room."""
    spec = traitlets.Unicode("").tag(sync=True)
