"""Filters as they come in, held to a length and a depth before any parser sees them.

The parser of CQL2 text is a recursive one in another language: what is nested without bound would end the process.
"""
from __future__ import annotations

import json
import re

from server.params import BadParameter

LONGEST = 4_000
"""Characters of a filter."""

DEEPEST = 20
"""Brackets in brackets, and words NOT, of a filter in text; one in JSON has two brackets for each."""

TEXT, JSON = "cql2-text", "cql2-json"
LANGUAGES = (TEXT, JSON, "cql-text")
"""``cql-text`` is what drafts called the first; GDAL asks for filters by that name alone."""

Node = object

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_QUOTED_JSON = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SUMS = re.compile(r"[*/^%]|(?<![eE])\+|-\s*-|[\w)]\s*(?<![eE])-")
"""Arithmetic, which no filter here may do; a minus before a number is none."""


def read(text: str, language: str) -> Node:
    """The filter as CQL2 JSON.

    :raises BadParameter: when it is too long, nested too deeply, or does not parse.
    """
    if len(text) > LONGEST:
        raise BadParameter("filter", text, f"at most {LONGEST} characters")
    if re.search(r"[\x00\ud800-\udfff]", text):
        raise BadParameter("filter", text, "no NUL and no half of a character")
    return _of_json(text) if language == JSON else _of_text(text)


def _of_json(text: str) -> Node:
    if _depth(_QUOTED_JSON.sub("", text), "[{", "]}") > 2 * DEEPEST:
        raise _too_deep(text)
    try:
        found: Node = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise BadParameter("filter", text, "CQL2 JSON") from None
    return found


def _of_text(text: str) -> Node:
    bare = _QUOTED.sub("''", text)
    if _depth(bare, "(", ")") > DEEPEST or len(re.findall(r"\bnot\b", bare, re.IGNORECASE)) > DEEPEST:
        raise _too_deep(text)
    if _SUMS.search(bare) or re.search(r"\bempty\b", bare, re.IGNORECASE):
        raise BadParameter("filter", text, "CQL2 text without arithmetic or EMPTY geometries")
    import cql2  # noqa: PLC0415  only who filters by text needs it

    try:
        found: Node = cql2.parse_text(text).to_json()
    except cql2.ParseError as error:
        where = re.search(r"--> 1:(\d+)", str(error))
        raise BadParameter("filter", text, f"CQL2 text; character {where[1] if where else '?'} is amiss") from None
    return found


def _depth(text: str, opening: str, closing: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in opening) - (character in closing)
        deepest = max(deepest, depth)
    return deepest


def _too_deep(text: str) -> BadParameter:
    return BadParameter("filter", text, f"at most {DEEPEST} brackets in brackets, and as many NOT")


def _refused(constant: str) -> object:
    raise ValueError(constant)
