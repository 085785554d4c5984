"""What the desk holds until a time is published by the first request after it; a reader never waits for that."""
from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from flask import Flask

from geo import desk
from geo.errors import StoreError
from server import deskview
from server.resources import get_store

KEY = "dateline.releasing"
EVERY_SECONDS = 5.0
"""How often at most is looked whether anything is due."""


class Releasing:
    """One look at a time in a process; of several processes the store lets one publish a story."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._turn = threading.Lock()
        self._next = 0.0

    def look(self) -> None:
        """Publish in a thread of its own what is due, if it is time to look."""
        if time.monotonic() < self._next or not self._turn.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + EVERY_SECONDS
            if desk.is_due(get_store(), datetime.now(UTC)):
                threading.Thread(target=self.release, daemon=True).start()
        except StoreError:
            pass  # the request itself will say what ails the store
        finally:
            self._turn.release()

    def release(self) -> list[str]:
        """Publish what is due now; the ids."""
        with self._turn, self._app.app_context():
            return desk.release(get_store(), deskview.read, datetime.now(UTC))


def install(app: Flask) -> None:
    app.extensions[KEY] = Releasing(app)
    app.before_request(app.extensions[KEY].look)
