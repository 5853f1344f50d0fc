"""Run cells in a real kernel and print what it published for widgets, one JSON object a line: what a played host plays.

The last seconds hold a whole round of keyframes after the last sample, for a page that came late.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path

import jupyter_client

DECLARE = """
import time
import stream_viz as sv
cpu = sv.metric("cpu", title="CPU usage", unit="%")
jobs = sv.table("jobs", columns=["id", "state"], key="id")
"""
SEND = """
for i in range(120):
    cpu.send(i / 2)
    jobs.append({"id": i % 3, "state": f"step {i}"})
    time.sleep(0.01)
cpu.send(77.5)
time.sleep(5)
"""


def plain(message: dict) -> dict:
    """Return a message as JSON can hold it."""
    return {
        "type": message["msg_type"],
        "content": message["content"],
        "buffers": [base64.b64encode(buffer).decode() for buffer in message["buffers"]],
    }


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="streamviz-record-"))
    manager = jupyter_client.KernelManager(kernel_name="python3", connection_file=str(folder / "kernel-play.json"))
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for cell in (DECLARE, SEND):
            request = client.execute(cell)
            while True:
                message = client.get_iopub_msg(timeout=60)
                if message["msg_type"] == "error":
                    sys.exit("\n".join(message["content"]["traceback"]))
                if message["msg_type"] in {"comm_open", "comm_msg", "display_data"}:
                    print(json.dumps(plain(message), default=str))
                mine = message["parent_header"].get("msg_id") == request
                if mine and message["content"].get("execution_state") == "idle":
                    break
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
