"""Our scripts and style sheets as one file each, for frames: a page of another site waits for fewer and fewer bytes.

Made when the process first needs it, from the very files that pages load one by one. Only the few forms of ``import``
and ``export`` that our files use are understood; a test loads every bundle in a browser.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) )", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:class|function|const) (\w+|\{[^}]*\})", re.MULTILINE)
_TOKEN = re.compile(
    r"""
    (?P<kept>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'
      |`(?:\\.|\$\{(?:[^`{}]|`[^`]*`|\{[^{}`]*\})*\}|[^`\\])*`
      |(?<=[(,=:?&|!{};\n])[ ]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*)
    |(?P<blank>(?:\s|/\*.*?\*/|//[^\n]*)+)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Texts, templates (one may stand inside another) and patterns, of which nothing is taken; blanks and comments."""

_BRACE = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{}]")
_CLASS = re.compile(r"\.(?:extend|include)\((?=\{)")
_WORD = re.compile(r"[\w$#]")


def imported(text: str) -> Iterator[str]:
    """Names of the modules that one asks for, at once or later.

    >>> list(imported('import { a } from "./x.js";\\nconst b = () => import("./y.js");'))
    ['x', 'y']
    """
    yield from _at_once(text)
    yield from re.findall(r'import\("\./([\w-]+)\.js"\)', text)


def _at_once(text: str) -> Iterator[str]:
    yield from (found[2] for found in _IMPORT.finditer(text))


def reached(start: str, modules: Mapping[str, str], *, at_once: bool = False) -> list[str]:
    """All that a module needs, itself included, by name; ``at_once``: without what it asks for later."""
    found_in = _at_once if at_once else imported
    found, wanted = set[str](), [start]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted += found_in(modules[name])
    return sorted(found)


def script(start: str, modules: Mapping[str, str]) -> str:
    """One module that does what ``start`` does; what it asks for later (``import("./x.js")``) stays its own file."""
    order: list[str] = []
    _place(start, modules, order)
    return "".join(_wrapped(name, modules[name]) for name in order[:-1]) + _body(modules[order[-1]])


def _place(name: str, modules: Mapping[str, str], order: list[str]) -> None:
    """Each after those that it needs."""
    if name in order:
        return
    for found in _IMPORT.finditer(modules[name]):
        _place(found[2], modules, order)
    order.append(name)


def _wrapped(name: str, text: str) -> str:
    """A module as a function of its own, so that its names are its own."""
    names = [name.strip() for found in _EXPORTED.findall(text) for name in found.strip("{ }\n").split(",")]
    exported = ",".join(name for name in names if name)
    return f"const {_variable(name)}=(()=>{{{_body(text)}return{{{exported}}}}})();"


def _body(text: str) -> str:
    def taken(found: re.Match[str]) -> str:
        return f"const {found[1].replace(' as ', ': ')} = {_variable(found[2])};\n"

    return lean(_EXPORT.sub("", _IMPORT.sub(taken, text)))


def _variable(name: str) -> str:
    return "$" + name.replace("-", "_")


def lean(text: str) -> str:
    """A script without comments and without blanks that say nothing; line ends stay, for they may end a statement.

    >>> lean("let a = b // one" + chr(10) * 2 + "  const c = `a  ${ b }`, d = /[/] x/;")
    'let a=b\\nconst c=`a  ${ b }`,d=/[/] x/;'
    """
    out: list[str] = []
    at = 0
    for found in _TOKEN.finditer(text):
        out.append(text[at : found.start()])
        at = found.end()
        around = text[found.start() - 1 : found.start()], text[at : at + 1]
        out.append(found["kept"].lstrip(" ") if found["kept"] else _blank(found[0], *around))
    return "".join((*out, text[at:]))


def _blank(blank: str, before: str, after: str) -> str:
    """As much of it as keeps two words, two statements or two signs apart."""
    if "\n" in blank:
        return "" if not before or before in "{;,(" or (after and after in ")}") else "\n"
    is_needed = (_WORD.match(before) and _WORD.match(after)) or (before == after and before in "+-")
    return " " if is_needed else ""


def sheet(*texts: str) -> str:
    """Style sheets in this order, without comments and needless blanks.

    >>> sheet("/* Paper */ a > b { color : red; }\\n\\n@media (x) and (y) { i { top: -1px } }")
    'a > b{color : red}@media (x) and (y){i{top:-1px}}'
    """
    text = re.sub(r"/\*.*?\*/", "", "\n".join(texts), flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};]) ?", r"\1", text)
    text = re.sub(r"([{;][\w-]+): ", r"\1:", text)
    return re.sub(r", (?=[^(){}]*\{)", ",", text.replace(";}", "}")).strip()


def without(sheet: str, unused: re.Pattern[str]) -> str:
    """A lean sheet without the rules all of whose selectors name something unused; blocks of ``@media`` stay whole.

    >>> without("a .x{color:red}a,b .x{color:red}@media print{.x{color:red}}", re.compile("[.]x"))
    'a,b .x{color:red}@media print{.x{color:red}}'
    """
    return "".join(
        rule[0] for rule in re.finditer(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*\}|([^{}]*)\{[^{}]*\}", sheet)
        if rule[1] is None or not all(unused.search(selector) for selector in rule[1].split(","))
    )


def emptied(script: str, markers: Sequence[str]) -> str:
    """A script whose class around each marker, ``.extend({ … })`` or ``.include({ … })``, has nothing in it any more.

    >>> emptied("a=B.extend({x:1});c=B.extend({y:{z:2}});", ["z:2"])
    'a=B.extend({x:1});c=B.extend({});'

    :raises ValueError: when a marker is not there exactly once, in a class.
    """
    for marker in markers:
        first, *more = script.split(marker)
        begun = [found.end() for found in _CLASS.finditer(script, 0, len(first))]
        if len(more) != 1 or not begun or (end := _end(script, begun[-1])) <= len(first):
            raise ValueError(f"marker: {marker!r}, want it once, in a class")
        script = f"{script[:begun[-1]]}{{}}{script[end:]}"
    return script


def _end(script: str, start: int) -> int:
    """Where the block that begins at ``start`` ends; braces in texts do not count."""
    depth = 0
    for found in _BRACE.finditer(script, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return len(script)
