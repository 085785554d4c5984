"""The doorkeeper: one request a line on standard input, one answer a line on standard output, both JSON.

Each request is worked on in a child that is forked for it, walled in, and gone before the next one.
"""
from __future__ import annotations

import json
import os
import sys
from signal import SIGKILL
from typing import Any

from shapely.errors import ShapelyError

from geo.door.limits import MAX_ANSWER, enclose, wall_in
from geo.door.work import get_ready, settled, work
from geo.errors import DatelineError


def main() -> None:
    enclose()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(_in_a_child(line) + b"\n")
        sys.stdout.buffer.flush()


def _in_a_child(line: bytes) -> bytes:
    get_ready(json.loads(line).get("path", ""))
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(outlet)
        _speak(line, inlet)
        os._exit(0)
    os.close(inlet)
    with os.fdopen(outlet, "rb") as pipe:
        answer = pipe.read(MAX_ANSWER)
    if len(answer) == MAX_ANSWER:
        os.kill(child, SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return answer if status == 0 and answer else json.dumps({"ended": status}).encode()


def _speak(line: bytes, inlet: int) -> None:
    request = json.loads(line)
    wall_in(request["cpu_seconds"])
    answer = json.dumps(_answer(request)).encode()
    view = memoryview(answer)
    while view:
        view = view[os.write(inlet, view):]


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return settled(request["rows"]) if "rows" in request else work(request["path"], request["options"])
    except DatelineError as problem:
        return {"error": str(problem)}
    except ShapelyError as problem:
        return {"error": f"polygons that cannot be worked with: {str(problem)[:120]}"}
    except MemoryError:
        return {"error": "needs more memory than a file may take, want simpler polygons"}
    except Exception as problem:  # readers of foreign formats fail in ways nobody lists; this process ends with it
        return {"error": f"could not be read: {type(problem).__name__}: {str(problem)[:120]}"}


if __name__ == "__main__":
    main()
