"""The JupyterLab extension in the distributions: whole, once, small, and made without Node from the sdist."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VERSION = json.loads((ROOT / "package.json").read_text())["version"]
EXTENSION = f"stream_viz_core-{VERSION}.data/data/share/jupyter/labextensions/stream-viz/"
RUNTIME = f"{EXTENSION}static/runtime."
MB = 1_000_000

pytestmark = pytest.mark.slow


def hatchling(project, folder, *targets, path=None):
    """Build without isolation; `path` is the PATH it sees, that of the tests by default."""
    command = [sys.executable, "-m", "hatchling", "build", *targets, "-d", str(folder)]
    env = {**os.environ, **({} if path is None else {"PATH": path})}
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True, env=env)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the sdist of this tree."""
    folder = tmp_path_factory.mktemp("distributions")
    assert hatchling(ROOT, folder, "-t", "sdist", "-t", "wheel").returncode == 0
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture
def unpacked(built, tmp_path):
    """The sdist's tree, which holds nothing of this checkout."""
    with tarfile.open(built[1]) as archive:
        # Python below 3.11.4 has no filters; the archive is our own.
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return tmp_path / f"stream_viz_core-{VERSION}"


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_jupyterlab_finds_every_file_that_the_extension_names(built):
    files = {name.removeprefix(EXTENSION): data for name, data in contents(built[0]).items() if EXTENSION in name}
    manifest = json.loads(files["package.json"])
    build = manifest["jupyterlab"]["_build"]
    assert manifest["name"] == "stream-viz"
    assert manifest["version"] == VERSION
    assert build["load"] in files
    assert build["extension"] == "./extension"
    assert json.loads(files["install.json"])["packageName"] == "stream-viz-core"
    assert "title" in json.loads(files["schemas/stream-viz/panel.json"])


def test_the_extension_names_its_runtime_which_is_of_the_kernels_version(built):
    files = contents(built[0])
    (runtime,) = [name for name in files if name.startswith(RUNTIME)]
    (script,) = [name for name in files if name.startswith(f"{EXTENSION}static/extension.")]
    assert Path(runtime).name.encode() in files[script]
    for module in (files[script], files[runtime], files["stream_viz/static/runtime.mjs"]):
        assert f'"{VERSION}"'.encode() in module


def test_what_a_page_loads_besides_the_runtime_is_at_most_40_kb(built):
    scripts = [
        data
        for name, data in contents(built[0]).items()
        if name.startswith(f"{EXTENSION}static/") and not name.startswith(RUNTIME)
    ]
    assert 0 < sum(map(len, scripts)) <= 40_000


def test_nothing_is_there_twice_and_no_source_or_package_of_node_is(built):
    names = set(contents(built[0]))
    assert not [name for name in names if name.startswith("stream_viz/labextension")]
    with tarfile.open(built[1]) as archive:
        packed = set(archive.getnames())
    for name in names | packed:
        assert not name.endswith((".ts", ".map", ".pyc")), name
        assert "node_modules" not in name
    runtimes = [name for name in packed if Path(name).name.startswith("runtime.")]
    assert len(runtimes) == 2  # one for the kernel to send, one for JupyterLab to load


def test_the_wheel_and_the_sdist_are_small(built):
    wheel, sdist = built
    assert wheel.stat().st_size < 1.6 * MB
    assert sdist.stat().st_size < 1.6 * MB


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_tree_and_needs_no_node(built, unpacked, tmp_path):
    assert shutil.which("node", path=str(tmp_path)) is None
    done = hatchling(unpacked, tmp_path / "again", "-t", "wheel", path=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (again,) = (tmp_path / "again").glob("*.whl")
    assert contents(again) == contents(built[0])


def test_a_wheel_without_the_extension_is_not_made(unpacked, tmp_path):
    shutil.rmtree(unpacked / "python/stream_viz/labextension")
    done = hatchling(unpacked, tmp_path / "none", "-t", "wheel")
    assert done.returncode != 0
    assert "npm run build" in done.stderr
    assert not list((tmp_path / "none").glob("*.whl"))


def test_an_editable_install_has_no_extension_that_could_go_stale(unpacked, tmp_path):
    code = f"import hatchling.build; hatchling.build.build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=unpacked, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert not [name for name in contents(wheel) if "share/jupyter" in name]
