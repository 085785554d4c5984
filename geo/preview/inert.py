"""JSON that stays data: inside a ``<script>`` element, and under a template engine that reads it once more.

branca compiles what an element rendered a second time as a Jinja template, so ``{{7*7}}`` in a headline would be
executed. HTML ends a script element at ``</script``, wherever it stands. Both see only ``\\uXXXX`` here.
"""
from __future__ import annotations

import json
import re

from geo.errors import InvalidInput

_ESCAPES = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "'": r"\u0027", "`": r"\u0060"})
_BRACE_IN_TEXT = re.compile(r'\{(?!["}])')
"""In compact JSON an object opens with ``{"`` or ``{}``: any other brace stands inside a string."""


def inert_json(value: object) -> str:
    """Compact ASCII JSON without ``<``, ``>``, ``&`` or anything that opens a Jinja tag; days become ISO text.

    >>> inert_json({"title": "{{7*7}}</script>"})
    '{"title":"\\\\u007b\\\\u007b7*7}}\\\\u003c/script\\\\u003e"}'

    :raises InvalidInput: for numbers that JSON has not: NaN and the infinities.
    """
    try:
        text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=str)
    except ValueError as error:
        raise InvalidInput(f"preview: {error}, want finite numbers") from error
    return _BRACE_IN_TEXT.sub(r"\\u007b", text.translate(_ESCAPES))
