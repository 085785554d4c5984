"""Has the arrays behind tiles made in a process of its own (``server.tilemaker``)."""
from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

DONE = "done"
"""What the process answers first, and then the version of what it made."""
IDLE = 20.0
"""Seconds without work after which the process is let go."""


class Maker:
    """The process, started when there is work for a store of at least ``large`` bytes."""

    def __init__(self, store: str, folder: Path, kernel: str, large: int) -> None:
        self._store = store
        self.large = large
        self._command = [sys.executable, "-m", "server.tilemaker", str(folder), kernel]
        self._process: subprocess.Popen[str] | None = None
        self._owner = os.getpid()
        self._let_go: threading.Timer | None = None
        self._lock = threading.Lock()

    def make(self, collection: str, zoom: int) -> str | None:
        """The version of the collection of which it made the arrays of the zoom, the newest when it began or a later
        one; without one they must be made where they are wanted."""
        with self._lock:
            if self._let_go is not None:
                self._let_go.cancel()
            told = self._told(f"{collection} {zoom}\n")
            self._let_go = threading.Timer(IDLE, self.end)
            self._let_go.daemon = True
            self._let_go.start()
            word, _, version = told.rstrip("\n").partition(" ")
            return version if word == DONE else None

    def _told(self, line: str) -> str:
        try:
            process = self._process
            if self._owner != os.getpid() or process is None or process.poll() is not None:
                self._drop()
                self._owner = os.getpid()
                process = self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                    env={**os.environ, "DATELINE_STORE": self._store})  # an address may hold a password
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(line)
            return process.stdout.readline()
        except OSError:  # no room for a process, or it died
            return ""

    def _drop(self) -> None:
        """A fork has its parent's process, and must leave it alone."""
        if self._process is not None and self._owner == os.getpid():
            with suppress(BrokenPipeError):
                self._process.communicate()
        self._process = None

    def end(self) -> None:
        """Let the process go; the next work starts another."""
        with self._lock:
            self._drop()
