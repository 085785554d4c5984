"""Coverage-guided fuzzing of our parsers by atheris: ``python -m bench.hostile.fuzz [RUNS [NAME]]``.

``make fuzz-parsers`` gives each 1,000,000 inputs, grown from a few right ones; an exception that is none of our own, or
an input that takes more than 10 seconds, ends the run and is written to ``var/fuzz``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 1_000_000
LONGEST = 400
FOUND = Path("var") / "fuzz"


def main() -> int:
    """The exit status: 0 when no parser failed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    if len(sys.argv) > 2:
        _fuzz(sys.argv[2], runs)
        return 0
    from bench.hostile.parsers import PARSERS  # noqa: PLC0415  instrumented where it is imported first

    failed = 0
    for name in PARSERS:
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "bench.hostile.fuzz", str(runs), name], capture_output=True, text=True, check=False
        )
        failed += done.returncode != 0
        told = "no fault" if done.returncode == 0 else f"FAULT:\n{done.stderr[-1500:]}"
        print(f"{name}: {runs:,} inputs, {time.monotonic() - begun:.0f} s, {told}", flush=True)
    return int(failed > 0)


def _fuzz(name: str, runs: int) -> None:
    import atheris  # noqa: PLC0415  only this command needs it

    with atheris.instrument_imports(include=["geo", "server.ogc", "server.params"]):
        from bench.hostile.parsers import SEEDS, tried  # noqa: PLC0415

    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS[name]):
            (Path(folder) / str(number)).write_bytes(seed)
        flags = [
            f"-runs={runs}",
            f"-max_len={LONGEST}",
            "-timeout=10",
            "-seed=20160411",
            f"-artifact_prefix={FOUND}/{name}-",
        ]
        atheris.Setup([sys.argv[0], *flags, folder], lambda data: tried(name, data))
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
