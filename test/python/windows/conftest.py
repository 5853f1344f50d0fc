"""The real shell command, bundled once for all tests that run it."""

import pytest
from shell_command import Run, build_command


@pytest.fixture(scope="session")
def run_windows(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return build_command(tmp_path_factory.mktemp("cli") / "streamviz.mjs")
