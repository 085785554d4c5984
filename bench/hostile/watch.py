"""Who opened the lure: a file that nobody may read, by inotify, and an address that nobody may call, by a socket."""
from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.hostile.kinds import Lure

SECRET = "the-secret-of-this-server"
_OPENED, _NONBLOCK = 0x20, 0o4000


class Watch:
    """``reads`` and ``calls`` until now."""

    def __init__(self, lure: Lure, listener: socket.socket, notes: int) -> None:
        self.lure = lure
        self.calls = 0
        self._reads = 0
        self._notes = notes
        self._listener = listener
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self._listener.accept()[0].close()
                self.calls += 1

    @property
    def reads(self) -> int:
        """How often the file was opened, by whichever process."""
        with suppress(BlockingIOError):
            self._reads += len(os.read(self._notes, 65536)) // 16
        return self._reads


@contextmanager
def watched(folder: Path) -> Iterator[Watch]:
    """A lure that is watched while the block runs."""
    path = folder / "secret.csv"
    path.write_text(f"side,wkt\n{SECRET},POINT(1 2)\n", encoding="utf-8")
    library = ctypes.CDLL(None, use_errno=True)
    notes = library.inotify_init1(_NONBLOCK)
    if notes < 0 or library.inotify_add_watch(notes, str(path).encode(), _OPENED) < 0:
        raise OSError(ctypes.get_errno(), "inotify does not watch", str(path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        try:
            yield Watch(Lure(path, f"http://127.0.0.1:{listener.getsockname()[1]}/secret"), listener, notes)
        finally:
            os.close(notes)
