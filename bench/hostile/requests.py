"""Hostile requests, written by code: paths, tiles, days, filters, bodies, headers, methods, depth, many parameters."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from bench.hostile.days import DAYS
from bench.hostile.vocabulary import BITS, BODIES, FILTERS, HEADERS, METHODS, PATHS, POSTS, QUERIES, RAW, TARGETS

SEED = 20160411


@dataclass(frozen=True)
class Request:
    """What is sent; ``raw`` instead are bytes for the socket, where a library would refuse to send them."""

    method: str = "GET"
    path: str = "/"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""


def requests(count: int, token: str) -> Iterator[Request]:
    """So many, always the same ones; every kind comes early. Those that write have the token."""
    chance = random.Random(SEED)
    kinds = [
        _of_paths,
        _of_queries,
        _of_filters,
        _of_bodies,
        _of_methods,
        _of_headers,
        _of_days,
        _of_tiles,
        _of_many,
        _of_raw,
    ]
    streams = [kind(chance, token) for kind in kinds]
    return itertools.islice(itertools.chain.from_iterable(zip(*streams, strict=True)), count)


def _of_paths(chance: random.Random, token: str) -> Iterator[Request]:
    for number in itertools.count():
        yield Request(path=PATHS[number % len(PATHS)].format(_sent(chance.choice(BITS))), headers=_accepted(chance))


def _of_queries(chance: random.Random, token: str) -> Iterator[Request]:
    for number in itertools.count():
        yield Request(path=QUERIES[number % len(QUERIES)].format(_sent(chance.choice(BITS))), headers=_accepted(chance))


def _of_filters(chance: random.Random, token: str) -> Iterator[Request]:
    for number in itertools.count():
        text = FILTERS[number % len(FILTERS)]
        if number >= len(FILTERS):
            name = chance.choice(("controller", "name", "area", "1", chance.choice(BITS)))
            text = f"{name} {chance.choice('=<>')} {chance.choice(BITS)!r}"
        collection = chance.choice(("zones", "mentions", "events", "places"))
        yield Request(path=f"/ogc/collections/{collection}/items?limit=1&filter={quote(text)}")


def _of_bodies(chance: random.Random, token: str) -> Iterator[Request]:
    for number in itertools.count():
        kind, body = BODIES[number % len(BODIES)]
        headers = {"Content-Type": kind.encode("ascii", "replace").decode(), "Authorization": f"Bearer {token}"}
        yield Request("POST", chance.choice(POSTS), body, headers)


def _of_methods(chance: random.Random, token: str) -> Iterator[Request]:
    while True:
        yield Request(chance.choice(METHODS), chance.choice(TARGETS), chance.choice((b"", b"{}")), _accepted(chance))


def _of_headers(chance: random.Random, token: str) -> Iterator[Request]:
    while True:
        yield Request(path=chance.choice(TARGETS), headers=chance.choice(HEADERS))


def _of_days(chance: random.Random, token: str) -> Iterator[Request]:
    days = [str(day) for day in DAYS]
    while True:
        day = chance.choice((chance.choice(days), f"{chance.choice(days)}/{chance.choice(days)}"))[:3000]
        yield Request(path=chance.choice(QUERIES).format(quote(day)))


def _of_tiles(chance: random.Random, token: str) -> Iterator[Request]:
    numbers = (
        0,
        1,
        3,
        7,
        22,
        23,
        24,
        25,
        64,
        255,
        -1,
        2**31,
        2**32,
        2**63,
        2**64,
        10**400,
        "a",
        "1.5",
        "1e3",
        "%31",
        "",
        " 1",
        "+1",
        "٣",
        "0x1",
        "07",
    )
    while True:
        z, x, y = (str(chance.choice(numbers)) for _ in range(3))
        path = chance.choice(("/tiles/{}/{}/{}/{}.mvt", "/tiles/{}/{}/{}/{}.png", "/tiles/{}/{}/{}/{}@2x.png"))
        yield Request(
            path=path.format(chance.choice(("zones", "fronts", "mentions", "x")), z, x, quote(y, safe="%")).replace(
                " ", "%20"
            )
        )


def _of_many(chance: random.Random, token: str) -> Iterator[Request]:
    while True:
        name, count = (
            chance.choice(("a", "bbox", "datetime", "id", "controller", "limit")),
            chance.choice((2, 64, 65, 500, 2000)),
        )
        query = "&".join(f"{name}{number if chance.random() < 0.5 else ''}=1" for number in range(count))
        path = chance.choice(TARGETS).partition("?")[0]
        yield (
            Request(path=f"{path}?{query}")
            if chance.random() < 0.7
            else Request(path=path + "/a" * chance.choice((10, 1000, 3000)))
        )


def _of_raw(chance: random.Random, token: str) -> Iterator[Request]:
    while True:
        yield Request(raw=chance.choice(RAW))


def _sent(text: str) -> str:
    """As a client that does not care would write it; what no client can send is written in percents."""
    return quote(text, safe="%/.,:;'()*+$&|`\\=?#@!~^{}<>[]\"_-").replace(" ", "%20")


def _accepted(chance: random.Random) -> dict[str, str]:
    return {"Accept": chance.choice(("*/*", "application/json", "text/html", "image/png", "x/y"))}


def told(request: Request) -> str:
    """In one short line, for a list of faults."""
    headers = json.dumps({name: text for name, text in request.headers.items() if name != "Authorization"})
    return f"{request.method} {request.path[:150]} {headers[:120]} {request.body[:60]!r} {request.raw[:60]!r}"
