"""A plain web host for files, as buckets are: ranges of bytes, or, to see what happens then, only whole files."""
from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

PREFIX = "/some/where/"
"""A bucket is rarely the root of its host."""


@contextmanager
def hosting(folder: Path, *, ranges: bool = True) -> Iterator[str]:
    """The address of ``folder``, without a slash at its end, served to this machine only."""
    class Host(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            file = (folder / path.removeprefix(PREFIX)).resolve()
            if not (path.startswith(PREFIX) and file.is_relative_to(folder.resolve()) and file.is_file()):
                self._answer(404, b"")
                return
            body = file.read_bytes()
            wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            kind = {"Content-Type": mimetypes.guess_type(file.name)[0] or "application/octet-stream"}
            if ranges and wanted:
                first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
                tag = {"ETag": f'"{file.stat().st_mtime_ns}"', "Content-Range": f"bytes {first}-{last}/{len(body)}"}
                self._answer(206, body[first:last + 1], {**kind, **tag})
            else:
                self._answer(200, body, kind)

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):  # who asked for a range and gets all of it goes away
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing of what it serves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}".rstrip("/")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
