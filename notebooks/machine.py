"""Real readings of this machine for the notebooks: plain numbers and rows from psutil, rates since the last call."""

import time

import psutil


class Rates:
    """Turns growing totals into rates per second since the last call."""

    def __init__(self, read, fields):
        self._read, self._fields = read, fields
        self._last, self._at = read(), time.monotonic()

    def __call__(self):
        """Return {name: rate}; empty where this machine does not tell."""
        before, self._last = self._last, self._read()
        seconds, self._at = time.monotonic() - self._at, time.monotonic()
        if before is None or self._last is None:
            return {}
        return {name: (getattr(self._last, field) - getattr(before, field)) / seconds for name, field in self._fields.items()}


disk_rates = Rates(psutil.disk_io_counters, {"read": "read_bytes", "written": "write_bytes"})
network_rates = Rates(psutil.net_io_counters, {"in": "bytes_recv", "out": "bytes_sent"})


_cores = psutil.cpu_times(percpu=True)


def core_loads():
    """Return {core: percent busy} since the last call."""
    global _cores
    before, _cores = _cores, psutil.cpu_times(percpu=True)
    loads = {}
    for core, (old, new) in enumerate(zip(before, _cores)):
        seconds = sum(new) - sum(old)
        if seconds > 0:
            loads[str(core)] = round(100 * (1 - (new.idle - old.idle) / seconds), 2)
    return loads


def memory_percent():
    """Return the share of memory in use."""
    return psutil.virtual_memory().percent


def process_rows():
    """Return one row per process; values this user may not read are None."""
    fields = ["pid", "name", "cpu_percent", "memory_info", "num_threads", "create_time"]
    return [
        {
            "pid": process.info["pid"],
            "name": process.info["name"],
            "cpu": process.info["cpu_percent"],
            "memory": process.info["memory_info"].rss / 1e6 if process.info["memory_info"] else None,
            "threads": process.info["num_threads"],
            "started": process.info["create_time"],
        }
        for process in psutil.process_iter(fields)
    ]
