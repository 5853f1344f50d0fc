"""The end of processes that `multiprocessing` made: they skip `atexit`, and call its own finalizers instead."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PRIORITY = -100
"""After the finalizers of the program, which may still send."""
_done: set[int] = set()


def is_child_process() -> bool:
    """Return whether `multiprocessing` made this process. Imports nothing."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None


def finalize_in_child(callback: Callable[[], None]) -> None:
    """Call `callback` when a process of `multiprocessing` ends; nothing elsewhere. Once in a process.

    Not before the process runs: its start clears the finalizers.
    """
    if os.getpid() in _done or not is_child_process():
        return
    _done.add(os.getpid())
    from multiprocessing.util import Finalize  # noqa: PLC0415  loaded already, in such a process

    Finalize(None, callback, exitpriority=PRIORITY)
