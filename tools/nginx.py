"""nginx as ``deploy/nginx.conf`` has it, for one who tries it: with ports and folders of his own."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

CONF = Path(__file__).parents[1] / "deploy" / "nginx.conf"


def command(folder: Path, port: int, upstream: int) -> list[str]:
    """What starts it in the foreground: it listens on ``port`` of the loopback, Dateline on ``upstream``.

    :raises FileNotFoundError: when it is not installed.
    :raises ValueError: when the example has lost a line that is to be changed.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        raise FileNotFoundError("nginx: not installed (make install-test)")
    text = CONF.read_text("utf-8")
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{port};", "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "/run/nginx.pid": f"{folder}/nginx.pid", "/var/log/nginx/": f"{folder}/",
        "/var/cache/nginx/dateline": f"{folder}/cache",
        "http {": "http {" + "".join(f"\n    {kind}_temp_path {folder}/{kind};"
                                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
    }.items():
        if old not in text:
            raise ValueError(f"deploy/nginx.conf has no {old!r}")
        text = text.replace(old, new)
    path = folder / "nginx.conf"
    path.write_text(re.sub(r"^worker_processes.*", "user root; worker_processes 1; daemon off;", text, flags=re.M))
    return [program, "-p", str(folder), "-c", str(path)]
