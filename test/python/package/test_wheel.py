"""What `pip install` would get: the wheel holds code, loader, runtime, schema and licence, one version everywhere."""

import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import stream_viz

ROOT = Path(__file__).parents[3]


def test_the_wheel_holds_everything_a_notebook_needs(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    needed = ["__init__.py", "py.typed", "static/loader.mjs", "static/runtime.mjs", "static/widget-schema.json"]
    assert {f"stream_viz/{name}" for name in needed} <= names
    assert not [name for name in names if not name.startswith(("stream_viz/", "stream_viz_core-"))]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_there_is_one_version():
    manifest = json.loads((ROOT / "package.json").read_text())
    assert version("stream-viz-core") == manifest["version"] == stream_viz.__version__
    runtime = (ROOT / "python/stream_viz/static/runtime.mjs").read_text()
    assert f'"{manifest["version"]}"' in runtime
