"""Build and run the real shell command."""

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NODE = ROOT / "node_modules" / ".bin" / "node"
BUNDLE = (
    "import { build } from 'esbuild'; import { cliBundle } from './scripts/cli-bundle.ts';"
    "await build(cliBundle(process.argv[1], '0.0.0'));"
)

Row = dict[str, object]
Run = Callable[[Iterable[Row], list[str]], tuple[list[Row], dict[str, int]]]


def build_command(cli: Path) -> Run:
    """Bundle the command into `cli`; returns what runs `streamviz windows` over rows and gives results and summary."""
    subprocess.run([NODE, "--input-type=module", "-e", BUNDLE, str(cli)], cwd=ROOT, check=True)

    def run(rows: Iterable[Row], options: list[str]) -> tuple[list[Row], dict[str, int]]:
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        done = subprocess.run(
            [NODE, str(cli), "windows", *options], input=text, capture_output=True, text=True, check=True
        )
        *results, last = [json.loads(line) for line in done.stdout.splitlines()]
        return results, last["summary"]

    return run
