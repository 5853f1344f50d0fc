"""`python -m stream_viz history FILE ...`: the server's own command, and Parquet where pyarrow is installed."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from stream_viz._errors import StreamVizError
from stream_viz._local_server import server_script
from stream_viz._node import find_node, server_command, server_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE_CODE = 2


def main(words: Sequence[str]) -> int:
    """Run the command on the words after `history`; returns the exit code: 0, 1 for a bad file, 2 for a wrong call."""
    try:
        node, script = find_node(), server_script()
    except StreamVizError as error:
        return _told(str(error), code=1)
    rest, output = _without_parquet(words)
    command = server_command(node.path, script, ["history", *rest])
    if output is None:
        return subprocess.run(command, env=server_environment(), check=False).returncode  # noqa: S603  our own script
    if output == "":
        return _told("Parquet needs a file: --output FILE.parquet. Arrow, CSV and JSON go to standard output, too")
    if importlib.util.find_spec("pyarrow") is None:
        return _told(
            "Parquet is written by pyarrow, which is not installed: pip install pyarrow, or take --format arrow "
            "(an Arrow stream, which polars and DuckDB read)",
            code=1,
        )
    if Path(output).exists():
        return _told(f"--output {output}: there is such a file already")
    return _parquet(command, Path(output))


def _without_parquet(words: Sequence[str]) -> tuple[list[str], str | None]:
    """Return the words that ask for Arrow on standard output instead, and the Parquet file; None for another form."""
    joined = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
    options = dict(pairwise(joined))
    output = options.get("--output", "")
    form = options.get("--format")
    if "export" not in joined or not (form == "parquet" or (form is None and output.endswith(".parquet"))):
        return list(words), None
    kept: list[str] = []
    parts = iter(joined)
    for word in parts:
        if word in {"--format", "--output"}:
            next(parts, None)
        else:
            kept.append(word)
    return [*kept, "--format", "arrow"], output


def _parquet(command: Sequence[str], output: Path) -> int:
    """Write what the command says as an Arrow stream into a new Parquet file, one batch after another."""
    # Typed as Any: pyarrow is no dependency and may be absent where types are checked.
    ipc = cast("Any", importlib.import_module("pyarrow.ipc"))
    parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    rows = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=server_environment()) as process:  # noqa: S603  our own script
        stdout = process.stdout
        if stdout is None or not stdout.peek(1):  # type: ignore[attr-defined]  # a pipe is a BufferedReader
            return process.wait() or 1
        with ipc.open_stream(stdout) as stream, parquet.ParquetWriter(str(output), stream.schema) as writer:
            for batch in stream:
                rows += batch.num_rows
                writer.write_batch(batch)
    if process.returncode == 0:
        print(f"{rows:,} rows in {output}", file=sys.stderr)  # noqa: T201
    else:
        output.unlink(missing_ok=True)
    return process.returncode


def _told(text: str, code: int = USAGE_CODE) -> int:
    print(f"StreamViz: {text}", file=sys.stderr)  # noqa: T201
    return code
