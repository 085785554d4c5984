"""A port of the loopback that nobody listens on, for servers of tests and benchmarks."""
from __future__ import annotations

import socket


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
