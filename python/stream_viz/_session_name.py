"""How a script's session is called: the same in every run of the same file, so that the next run takes its place."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
STEM_CHARACTERS = 60
HASH_CHARACTERS = 8


def script_path() -> str:
    """Return the absolute path of the running script; for `python -c` and a prompt, of the working directory."""
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None) or (sys.argv[0] if sys.argv else "")
    return str(Path.cwd()) if path in ("", "-c", "-") else str(Path(path).absolute())


def script_name() -> str:
    """Return what people call the script: its file name without `.py`, the package for `python -m`, else "python"."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name not in ("__main__", "__mp_main__"):
        return str(spec.name.removesuffix(".__main__"))
    path = getattr(main, "__file__", None) or (sys.argv[0] if sys.argv else "")
    return "python" if path in ("", "-c", "-") else Path(path).stem


def script_session() -> str:
    """Return the script's session: its name and 8 hex digits of its path's hash."""
    stem = UNSAFE.sub("-", script_name())[:STEM_CHARACTERS] or "script"
    digest = hashlib.sha256(script_path().encode("utf-8", "surrogateescape")).hexdigest()
    return f"{stem}-{digest[:HASH_CHARACTERS]}"
