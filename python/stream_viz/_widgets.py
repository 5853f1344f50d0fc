"""The anywidget models behind hub, runtime asset and views. Import it in a notebook only: it takes about a second."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import anywidget
import traitlets

from stream_viz._host import PROTOCOL, version
from stream_viz._schema import static_text

if TYPE_CHECKING:
    from collections.abc import Callable

HUB_PREFIX = "streamviz-hub-"
"""Begins a hub's comm id, the epoch's id goes on: a page that heard nothing yet finds it among a kernel's comms."""


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


class HubModels(NamedTuple):
    """What a page needs once: the runtime's text, and the channel of all messages."""

    asset: StreamVizModel
    hub: StreamVizModel

    @classmethod
    def open(cls, session: str, epoch: str, hub_id: str, on_message: Callable[[Any], None]) -> HubModels:
        """Open both; `on_message` gets each message's content, perhaps on another thread."""
        text = static_text("runtime.mjs")
        digest = hashlib.sha256(text.encode()).hexdigest()
        asset = StreamVizModel(kind="asset", text=text, version=version(), hash=digest)
        hub = StreamVizModel(
            model_id=hub_id,
            kind="hub",
            hub_id=hub_id,
            session=session,
            epoch=epoch,
            version=version(),
            protocol=PROTOCOL,
            asset_id=asset.model_id,
        )
        hub.on_msg(lambda _widget, content, _buffers: on_message(content))
        return cls(asset, hub)

    def view(self, view_id: str, title: str, count: int) -> StreamVizModel:
        """Open the model of one displayed output."""
        return StreamVizModel(
            kind="view",
            hub_id=self.hub.model_id,
            asset_id=self.asset.model_id,
            session=self.hub.session,
            epoch=self.hub.epoch,
            view_id=view_id,
            title=title,
            version=version(),
            protocol=PROTOCOL,
            count=count,
        )
