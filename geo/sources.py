"""Files, folders, patterns and streams → stories, each parsed when it is its turn, in constant memory.

A story that cannot be parsed names itself and leaves the others alone. A folder gives the stories directly in it, by
name; hidden files and unknown endings are passed over there, and refused where they are asked for by name.
"""
from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, cast

from geo.articles import decode, read_line, read_text
from geo.errors import InvalidInput
from geo.feeds import MAX_BYTES as MAX_FEED
from geo.feeds import numbered, of_entry, read_feed
from geo.model import Article
from geo.pages import MAX_BYTES as MAX_PAGE
from geo.pages import read_page

KINDS = {
    ".txt": "text", "": "text", ".jsonl": "lines", ".ndjson": "lines", ".html": "page", ".htm": "page",
    ".xhtml": "page", ".rss": "feed", ".atom": "feed", ".xml": "feed", ".parquet": "table",
}
ENDINGS = ", ".join(ending for ending in KINDS if ending) + ", each but the last also with .gz"
MAX_TEXT = 8_000_000
MAX_LINE = 16_000_000
"""Bytes: what the longest article takes as UTF-8, and as JSON with every character escaped."""
ROWS = 100
"""Of a table, held at once."""
_CHUNK = 1 << 16
_PATTERN = re.compile(r"[*?\[]")

Parse = Callable[[], Article]


@dataclass(frozen=True)
class Story:
    """One story not yet parsed: its name for messages, and how many bytes of its source it used up."""

    name: str
    parse: Parse
    size: int = 0


@dataclass(frozen=True)
class _Stream:
    """An open source. ``raw`` is the file itself, ``data`` what it holds unzipped."""

    name: str
    raw: IO[bytes]
    data: IO[bytes]
    published: date | None


def stories_of(files: Iterable[Path], published: date | None = None) -> Iterator[Story]:
    """The stories of all files, in order; a file that cannot be read is a story that says so when it is parsed."""
    for path in files:
        try:
            yield from read_path(path, published)
        except InvalidInput as error:
            yield Story(str(path), partial(_refuse, str(error)))


def files_of(source: str) -> list[Path]:
    """The file of that name, the stories of a folder, or what a pattern (``*``, ``?``, ``[``, ``**``) finds.

    :raises InvalidInput: when there is none.
    """
    path = Path(source)
    if path.is_dir():
        found = [each for each in path.iterdir() if each.is_file() and each.suffix and _is_story(each)]
    elif path.exists() or not _PATTERN.search(source):
        return [path]
    else:
        found = [each for each in _matching(path) if each.is_file()]
    if not found:
        raise InvalidInput(f"{source}: no stories there, want {ENDINGS}")
    return sorted(found)


def _matching(pattern: Path) -> Iterator[Path]:
    """What the pattern finds below its last folder that is no pattern."""
    plain = next(at for at, part in enumerate(pattern.parts) if _PATTERN.search(part))
    return Path(*pattern.parts[:plain]).glob(str(Path(*pattern.parts[plain:])))


def read_path(path: Path, published: date | None = None) -> Iterator[Story]:
    """The stories of one file, by its ending; ``published`` is what the user states for all of them.

    :raises InvalidInput: when it cannot be opened, is of no known ending, or breaks off on the way.
    """
    kind = _kind(path)
    if kind is None:
        raise InvalidInput(f"{path}: {path.suffix!r} files are not read, want {ENDINGS}")
    with _named_errors(str(path)), path.open("rb") as raw:
        data = _unzipped(raw) if path.suffix == ".gz" else raw
        yield from _READERS[kind](_Stream(str(path), raw, data, published))


def read_stream(raw: IO[bytes], name: str, published: date | None = None) -> Iterator[Story]:
    """The stories of a stream without a name, by how it begins: JSON lines, a page, a feed, gzip, or text."""
    with _named_errors(name):
        start = _available(raw, _CHUNK)
        zipped = start.startswith(b"\x1f\x8b")
        whole = io.BufferedReader(_Rejoined(start, raw))
        data = _unzipped(whole) if zipped else whole
        kind = _sniffed(data.peek(4096))
        yield from _READERS[kind](_Stream(name, raw, data, published))


def read_file(path: Path, published: date | None = None) -> Iterator[Article]:
    """The articles of one file.

    :raises InvalidInput: at the first that is none.
    """
    return (story.parse() for story in read_path(path, published))


def _is_story(path: Path) -> bool:
    return not path.name.startswith(".") and _kind(path) is not None


def _kind(path: Path) -> str | None:
    name = path.name.removesuffix(".gz")
    return KINDS.get(Path(name).suffix.lower())


def _sniffed(start: bytes) -> str:
    begins = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith((b'{"', b"{ ")):
        return "lines"
    if not begins.startswith(b"<"):
        return "text"
    first = re.search(rb"<(html|rss|feed|rdf:rdf|rdf)[\s>]", begins[:4096])
    if first is None:
        return "page" if begins.startswith(b"<!doctype html") else "text"
    return "page" if first[1] == b"html" else "feed"


@contextmanager
def _named_errors(name: str) -> Iterator[None]:
    """What goes wrong while reading becomes ``InvalidInput`` with the source's name."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidInput(f"{name}: {error}, want a gzip file") from error
    except OSError as error:
        raise InvalidInput(f"{name}: {error.strerror}, want a readable file") from error


class _Rejoined(io.RawIOBase):
    """A stream from its start again, after a piece of it was read to see what it is."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        piece = self._start[: len(view)] if self._start else _available(self._rest, len(view))
        self._start = self._start[len(view) :]
        view[: len(piece)] = piece
        return len(piece)


def _unzipped(raw: IO[bytes]) -> io.BufferedReader:
    return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=raw)))


def _available(stream: IO[bytes], most: int) -> bytes:
    """What is there already, so that a pipe is read as it comes."""
    piece: bytes = stream.read1(most) if isinstance(stream, io.BufferedReader | io.BytesIO) else stream.read(most)
    return piece


def _lines(stream: _Stream) -> Iterator[Story]:
    """One line at a time; one that is too long is named and passed over."""
    number = before = 0
    while line := stream.data.readline(MAX_LINE + 1):
        number += 1
        name = f"{stream.name}: line {number}"
        after = stream.raw.tell() if stream.raw.seekable() else before + len(line)
        size, before = after - before, after
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.data.readline(_CHUNK)
            yield Story(name, partial(_refuse, f"{name}: more than {MAX_LINE:,} bytes, want one article a line"))
        elif line.strip():
            yield Story(name, partial(read_line, line, name, stream.published), size)


def _table(stream: _Stream) -> Iterator[Story]:
    """Rows of Parquet, whose columns are called as the members of a JSON line."""
    import pyarrow  # noqa: PLC0415  heavy, and only tables need it
    import pyarrow.parquet  # noqa: PLC0415

    try:
        file = pyarrow.parquet.ParquetFile(stream.data)
        each = Path(stream.name).stat().st_size // max(file.metadata.num_rows, 1)
        rows = (row for batch in file.iter_batches(ROWS) for row in batch.to_pylist())
        for number, row in enumerate(rows, 1):
            name = f"{stream.name}: row {number}"
            told = {key: value for key, value in row.items() if value is not None}
            line = json.dumps(told, ensure_ascii=False, default=_said).encode()
            yield Story(name, partial(read_line, line, name, stream.published), each)
    except (pyarrow.ArrowException, ValueError) as error:
        raise InvalidInput(f"{stream.name}: {str(error)[:200]}, want a Parquet file") from None


def _said(value: object) -> str:
    """A day or a time as JSON lines say it."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _refuse(reason: str) -> Article:
    raise InvalidInput(reason)


def _text(stream: _Stream) -> Iterator[Story]:
    data = _whole(stream, MAX_TEXT)
    yield Story(stream.name, partial(_of_text, data, stream.name, stream.published), len(data))


def _of_text(data: bytes, name: str, published: date | None) -> Article:
    return read_text(decode(data, name), name, published)


def _page(stream: _Stream) -> Iterator[Story]:
    data = _whole(stream, MAX_PAGE)
    yield Story(stream.name, partial(read_page, data, stream.name, stream.published), len(data))


def _feed(stream: _Stream) -> Iterator[Story]:
    """An ``.xml`` file may also be a page saved as XHTML."""
    data = _whole(stream, MAX_FEED)
    if _sniffed(data[:4096]) == "page":
        yield Story(stream.name, partial(read_page, data, stream.name, stream.published), len(data))
        return
    entries = read_feed(data, stream.name)
    for name, entry in numbered(entries, stream.name):
        yield Story(name, partial(of_entry, entry, name, stream.published), len(data) // len(entries))


def _whole(stream: _Stream, most: int) -> bytes:
    data = stream.data.read(most + 1)
    if len(data) > most:
        raise InvalidInput(f"{stream.name}: more than {most:,} bytes, want a smaller file")
    return data


_READERS: dict[str, Callable[[_Stream], Iterator[Story]]] = {
    "text": _text, "lines": _lines, "page": _page, "feed": _feed, "table": _table,
}
