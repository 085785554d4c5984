"""Requests in a loop from wrk, over a list of addresses, and what they cost the server."""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers.process import cpu_seconds

SCRIPT = """
local paths, at = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = "gzip"})
end
done = function(summary, latency)
  io.write(string.format('{"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f, "failed": %%d, "bytes": %%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read, summary.bytes))
end
"""


@dataclass(frozen=True)
class Cost:
    """Of one run. ``cpu_us``: processor time of the server's whole tree for one request, microseconds; ``p50`` and
    ``p99`` milliseconds; ``bytes`` of one answer with its head."""

    rate: float
    cpu_us: float
    p50: float
    p99: float
    bytes: float


def measure(host: str, paths: Sequence[str], servers: Sequence[int], seconds: int, clients: int = 4) -> Cost:
    """Ask ``host`` for the paths in turn, from so many keep-alive connections; ``servers`` are the trees that work.

    A failed answer ends the run: a server that refuses is quick.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder, "paths"), Path(folder, "turns.lua")
        listed.write_text("\n".join(paths))
        script.write_text(SCRIPT % listed)
        before = sum(map(cpu_seconds, servers))
        done = subprocess.run(
            ["wrk", "-t", "1", "-c", str(clients), "-d", f"{seconds}s", "--timeout", "20s", "-s", str(script), host],
            capture_output=True, text=True, check=False)
        spent = sum(map(cpu_seconds, servers)) - before
    if done.returncode:
        sys.exit(f"wrk: {done.stderr[-300:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["failed"]:
        sys.exit(f"{host}{paths[0]}: {told['failed']} of {told['requests']} answers failed")
    count = max(told["requests"], 1)
    rate = told["requests"] / told["seconds"]
    return Cost(rate, spent / count * 1e6, told["p50"], told["p99"], told["bytes"] / count)
