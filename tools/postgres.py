"""A PostgreSQL of one's own for tests and benchmarks: Debian's, on the loopback, ended with the block that uses it."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.ports import free_port

SETTINGS = ("shared_buffers=256MB", "jit=off", "max_connections=60")
PATIENCE = 30.0
"""Seconds that a server may take to start or to stop."""


class Server:
    """Its files lie in ``folder``; ``address`` names its database ``postgres``, whose role of that name owns all."""

    def __init__(self, folder: Path, port: int, settings: Sequence[str]) -> None:
        self.folder = folder
        self.port = port
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return self.of("postgres")

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def of(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        words = [word for each in (*SETTINGS, *self._settings) for word in ("-c", each)]
        command = [*_as_postgres(), _program("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port),
                   "-h", "127.0.0.1", "-c", f"unix_socket_directories={self.folder}", *words]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._await()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """``SIGINT`` breaks all connections off and keeps what was committed; ``SIGQUIT`` is a crash."""
        if self._process is not None and self._process.poll() is None:
            main = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
            os.kill(int(main), how)
            self._process.wait(PATIENCE)

    def revive(self) -> None:
        """Begin it anew if it has ended by itself, and wait until it answers."""
        if self._process is not None and self._process.poll() is not None:
            self.start()
        self._await()

    def psql(self, sql: str, database: str = "postgres", *, quiet: bool = True) -> str:
        """What the statements print, without any frame."""
        return run(["psql", self.of(database), "-v", "ON_ERROR_STOP=1", "-At", *(["-q"] if quiet else []), "-c", sql])

    def _await(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and (self._process is None or self._process.poll() is None):
            asked = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(asked, check=False).returncode == 0:
                return
            time.sleep(0.05)
        sys.exit(f"PostgreSQL does not answer: {(self.folder / 'log').read_text()[-600:]}")


@contextmanager
def running(port: int = 0, settings: Sequence[str] = (), within: Path | None = None) -> Iterator[Server]:
    """A new, empty server; without a ``port`` on a free one. Its files lie ``within`` a folder, if one is given."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-postgres-", dir=within))
    try:
        folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        run([*_as_postgres(), _program("initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres",
             "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"])
        server = Server(folder, port or free_port(), settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: Sequence[str]) -> str:
    """What a command prints; its failure ends the program."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command[:6])}: {done.stderr[-600:]}")
    return done.stdout


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        sys.exit(f"no {name}: apt-get install postgresql-15-postgis-3")
    return str(found[-1])
