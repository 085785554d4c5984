"""After the desk changed the ground, all stories are joined to it anew, in a thread that no request waits for."""
from __future__ import annotations

import threading
from datetime import UTC, datetime

from flask import Flask, current_app

from geo import corpus
from geo.errors import DatelineError
from server.resources import get_pipeline, get_store

KEY = "dateline.rejoining"


class Rejoining:
    """One run at a time; whoever asks during one gets another after it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._wanted = False
        self._has_looked = False
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def look(self) -> None:
        """The first request of a process asks whether another one was stopped before it had joined all stories."""
        if self._has_looked:
            return
        try:
            if corpus.must_rejoin(get_store()):
                self.ask()
            self._has_looked = True
        except DatelineError:
            pass  # the request itself will say what ails the store

    def wait(self) -> None:
        """Until nothing is left to do."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while self._is_wanted():
            with self._app.app_context():
                try:
                    for _ in corpus.rejoin(get_pipeline, get_store(), datetime.now(UTC).date()):
                        pass
                except DatelineError as error:
                    self._app.logger.error("stories were not all joined anew: %s", error)

    def _is_wanted(self) -> bool:
        with self._lock:
            wanted, self._wanted = self._wanted, False
            if not wanted:
                self._thread = None
            return wanted


def install(app: Flask) -> None:
    app.extensions[KEY] = Rejoining(app)
    app.before_request(app.extensions[KEY].look)


def rejoin() -> None:
    """Ask for all stories to be joined anew, soon."""
    asked: Rejoining = current_app.extensions[KEY]
    asked.ask()
