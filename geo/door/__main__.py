"""The child behind the door: one request on standard input, one answer on standard output, both JSON."""
from __future__ import annotations

import json
import sys

from shapely.errors import ShapelyError

from geo.door.limits import wall_in
from geo.door.work import work
from geo.errors import DatelineError


def main() -> None:
    request = json.load(sys.stdin)
    wall_in(request["cpu_seconds"])
    try:
        answer = work(request["path"], request["options"])
    except DatelineError as problem:
        answer = {"error": str(problem)}
    except ShapelyError as problem:
        answer = {"error": f"polygons that cannot be worked with: {str(problem)[:120]}"}
    except MemoryError:
        answer = {"error": "needs more memory than a file may take, want simpler polygons"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
