"""The quickstart's readings as a plain script: `python 03-script.py` prints a link, Ctrl-C ends it."""

import threading
import time

import machine
import stream_viz as sv

sv.configure(title="This machine", default_time_range="2m")
late = sv.metric("overshoot", title="How late sleep(1 ms) wakes up", unit="ms", thresholds={"warning": 1, "critical": 5})
load = sv.metric("load", title="CPU by core", unit="%", by="core")
memory = sv.gauge("memory", title="Memory in use", unit="%", min=0, max=100, thresholds={"warning": 80, "critical": 92})
network = sv.metric("network", title="Network, in and out", unit="B/s", by="direction")
disk = sv.metric("disk", title="Disk, read and written", unit="B/s", by="direction")
processes = sv.table("processes", title="Processes", key="pid", columns=[
    {"name": "pid", "type": "number", "width": 64, "format": "d"},
    {"name": "name", "type": "text"},
    {"name": "cpu", "type": "number", "format": ".1f"},
    {"name": "memory", "type": "number", "format": ",.0f"},
    {"name": "threads", "type": "number"},
    {"name": "started", "type": "datetime"},
])


def watch(known=frozenset()):
    while True:
        load.send(machine.core_loads())
        memory.send(machine.memory_percent())
        network.send(machine.network_rates())
        disk.send(machine.disk_rates())
        rows = machine.process_rows()
        alive = {row["pid"] for row in rows}
        processes.apply(rows, deletes=known - alive)
        known = alive
        time.sleep(0.5)


threading.Thread(target=watch, daemon=True).start()
try:
    while True:
        began = time.perf_counter()
        time.sleep(0.001)
        late.send((time.perf_counter() - began) * 1000 - 1)
except KeyboardInterrupt:
    pass  # the last values still arrive, and the server stays for those who look
