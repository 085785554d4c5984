"""Drives Debian's Firefox by Marionette, its own protocol for tests: JSON lists over a socket, each with its length
before it. (Mozilla's Python package for it needs modules that Python 3.13 no longer has; Playwright needs a Firefox of
its own.)

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""
from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

START = 120.0
"""Seconds that a busy machine may take to begin; an answer may take as long."""

PREFERENCES = {
    "marionette.port": 0, "ui.prefersReducedMotion": 1, "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False, "browser.startup.homepage": "about:blank", "app.update.enabled": False,
    "dom.max_script_run_time": 0,  # a busy machine makes any script look as if it hung
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which WebDriver hands out an element."""


class Firefox:
    """One window. Elements are WebDriver's references, as they come and go."""

    def __init__(self, link: socket.socket, stream: BinaryIO) -> None:
        self._link = link
        self._stream = stream
        self._read()
        self._asked = 0
        self.ask("WebDriver:NewSession", strictFileInteractability=True)

    def ask(self, command: str, **given: Any) -> Any:
        """What a command answers.

        :raises AssertionError: in Firefox's own words, when it says that it cannot.
        """
        self._asked += 1
        body = json.dumps([0, self._asked, command, given]).encode()
        self._link.sendall(b"%d:%b" % (len(body), body))
        _, number, problem, answer = self._read()
        assert number == self._asked and problem is None, f"{command}: {problem}"
        return answer

    def _read(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            assert digit, "Firefox has gone"
            length += digit
        return json.loads(self._stream.read(int(length)))

    def run(self, script: str, *given: Any) -> Any:
        """What the body of a function returns; a promise is waited for."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(given))["value"]

    def run_as_browser(self, script: str, *given: Any) -> Any:
        """The same beside the pages, where Firefox's own parts are."""
        self.ask("Marionette:SetContext", value="chrome")
        found = self.run(script, *given)
        self.ask("Marionette:SetContext", value="content")
        return found

    def open(self, address: str) -> None:
        self.ask("WebDriver:Navigate", url="about:blank")  # or a new fragment would not load the page anew
        self.ask("WebDriver:Navigate", url=address)

    def find(self, selector: str) -> str:
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        return str(found[ELEMENT])

    def click(self, selector: str) -> None:
        """As a hand does: it must be in view and nothing may lie over its middle."""
        self.ask("WebDriver:ElementClick", id=self.find(selector))

    def type(self, selector: str, keys: str) -> None:
        self.ask("WebDriver:ElementSendKeys", id=self.find(selector), text=keys)

    def enter(self, selector: str | None) -> None:
        """A frame, or with ``None`` the page around all frames."""
        self.ask("WebDriver:SwitchToFrame", **({"element": self.find(selector)} if selector else {"id": None}))


@contextmanager
def begun(program: str, folder: Path) -> Iterator[Firefox]:
    """A Firefox with a profile of its own in ``folder``, ended again."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines), "utf-8")
    command = [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote",
               "--width", "1280", "--height", "900", "--profile", str(folder)]
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        link = socket.create_connection(("127.0.0.1", _port(folder, process)), timeout=START)
        with link, link.makefile("rb") as stream:
            yield Firefox(link, stream)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _port(folder: Path, process: subprocess.Popen[bytes]) -> int:
    """Firefox writes down which one it took."""
    told, end = folder / "MarionetteActivePort", time.monotonic() + START
    while not (told.exists() and told.read_text()):
        assert process.poll() is None, (folder / "firefox.log").read_text("utf-8", "replace")
        assert time.monotonic() < end, f"Firefox did not begin within {START} s"
        time.sleep(0.05)
    return int(told.read_text())
