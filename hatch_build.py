"""Puts the JupyterLab extension into the wheel as shared data. An editable install gets none: it would go stale."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "python/stream_viz/labextension"
TARGET = "share/jupyter/labextensions/stream-viz"


class LabExtensionHook(BuildHookInterface):
    """Runs before a wheel is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the built extension, or fail where there is none: `npm run build` makes it."""
        if version == "editable":
            return
        if not (Path(self.root) / SOURCE / "package.json").is_file():
            message = f"{SOURCE} is missing: run `npm run build` before a wheel is made"
            raise FileNotFoundError(message)
        build_data["shared_data"][SOURCE] = TARGET
        build_data["shared_data"]["install.json"] = f"{TARGET}/install.json"
