"""How many requests a process works on at once: some more wait, for a while; beyond these all are turned away at once.

What costs next to nothing passes: health, scripts and style sheets, tiles that are kept. So a process that has more to
do than it can says so in milliseconds, and neither its memory nor its queue grows.
"""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import cast

from flask import Flask, current_app, g, request
from werkzeug.exceptions import ServiceUnavailable

from server import meters
from server.meters import Meters

KEY = "dateline.gate"
PATIENCE = 10.0
"""Seconds that a request waits for its turn."""
WAITING = 4
"""How many may wait for each that is worked on."""
RETRY_SECONDS = 2
PASSING = ("health", "assets", "vendor", "tiles", "rasters")
"""Blueprints that cost next to nothing, or whose tiles take a turn when they must be made: who waits for a tile that
another one makes must not keep that one from its turn."""
PASSING_VIEWS = ("ogc.vectors", "ogc.picture")
"""As these, tiles by another address."""

_FREE = nullcontext()


class Gate:
    """``seats`` requests at once; 0 lets all through."""

    def __init__(self, seats: int, counted: Meters, patience: float = PATIENCE) -> None:
        self._seats = threading.BoundedSemaphore(seats) if seats else None
        self._room = threading.BoundedSemaphore(seats * (1 + WAITING)) if seats else None
        self._patience = patience
        self._meters = counted
        self._mine = threading.local()

    def turn(self) -> AbstractContextManager[None]:
        """The right to work; whoever has it has it for all that it calls.

        :raises ServiceUnavailable: when too many wait, or it took too long; ``Retry-After`` says when to ask again.
        """
        return _FREE if self._seats is None or getattr(self._mine, "has_seat", False) else self._seated()

    @contextmanager
    def _seated(self) -> Iterator[None]:
        with ExitStack() as held:
            self._enter(held)
            self._mine.has_seat = True
            try:
                with self._meters.working():
                    yield
            finally:
                self._mine.has_seat = False

    def _enter(self, held: ExitStack) -> None:
        assert self._seats is not None
        assert self._room is not None
        if not self._room.acquire(blocking=False):
            self._refuse()
        held.callback(self._room.release)
        if not self._seats.acquire(blocking=False):
            with self._meters.waiting():
                if not self._seats.acquire(timeout=self._patience):
                    self._refuse()
        held.callback(self._seats.release)

    def _refuse(self) -> None:
        self._meters.turned_away()
        raise ServiceUnavailable("too many requests are being answered, want a later try", retry_after=RETRY_SECONDS)


def install(app: Flask) -> None:
    app.extensions[KEY] = Gate(int(app.config["SEATS"]), app.extensions[meters.KEY])
    app.before_request(_enter)
    app.teardown_request(_leave)


def _enter() -> None:
    if request.blueprint not in PASSING and request.endpoint not in PASSING_VIEWS:
        stack = ExitStack()
        stack.enter_context(cast(Gate, current_app.extensions[KEY]).turn())
        g.turn = stack


def _leave(_: BaseException | None) -> None:
    stack = g.pop("turn", None)
    if stack is not None:
        stack.close()
