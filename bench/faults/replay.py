"""A disk that loses power: of what was written, only what was synced is sure to be there, and any part of the rest."""
from __future__ import annotations

import random
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
"""Bytes that a disk writes as a whole."""
_HEAD = struct.Struct("<cQQIII")


@dataclass(frozen=True)
class Call:
    """One line of the record of ``faults.c``: C made, W wrote, T cut to a length, S synced, D synced a folder,
    U removed, R renamed, L linked, A said on standard output."""

    kind: str
    inode: int
    offset: int
    name: str
    other: str
    data: bytes


def read(path: Path) -> list[Call]:
    record, at, found = path.read_bytes(), 0, []
    while at < len(record):
        kind, inode, offset, *lengths = _HEAD.unpack_from(record, at)
        at += _HEAD.size
        parts = []
        for length in lengths:
            parts.append(record[at:at + length])
            at += length
        found.append(Call(kind.decode(), inode, offset, parts[0].decode(), parts[1].decode(), parts[2]))
    return found


@dataclass
class Disk:
    """The files of one folder and those in it: what is sure to be there, and what was done since."""

    sure: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    since: defaultdict[int, list[Call]] = field(default_factory=lambda: defaultdict(list))
    named_since: list[Call] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """As it lies there, all of it sure."""
        disk = cls()
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.endswith("-shm"):
                inode = path.stat().st_ino
                disk.sure[inode], disk.names[f"/{path.relative_to(folder)}"] = path.read_bytes(), inode
        disk.seen = dict(disk.names)
        return disk

    def do(self, call: Call) -> None:
        if call.kind in "WT":
            self.since[call.inode].append(call)
        elif call.kind == "S":
            self.sure[call.inode] = _with(self.sure.get(call.inode, b""), self.since.pop(call.inode, []))
        elif call.kind == "D":
            for each in self.named_since:
                _name(self.names, each)
            self.named_since.clear()
        elif call.kind in "CURL":
            if call.kind == "C":  # the number of a removed file is used again
                self.sure[call.inode] = b""
                self.since.pop(call.inode, None)
            if call.kind == "L":
                call = Call("C", self.seen[call.name], 0, call.other, "", b"")
            _name(self.seen, call)
            self.named_since.append(call)

    def states(self, dice: random.Random, more: int) -> Iterator[dict[str, bytes]]:
        """What may be found after a cut now, by name: nothing of what is not sure, all of it, and ``more`` parts."""
        yield self._state(len(self.named_since), lambda calls: [])
        yield self._state(0, lambda calls: [])
        yield self._state(len(self.named_since), lambda calls: calls)
        for _ in range(more):
            yield self._state(dice.randint(0, len(self.named_since)), lambda calls: _some(calls, dice))

    def _state(self, named: int, chosen: Callable[[list[Call]], list[Call]]) -> dict[str, bytes]:
        names = dict(self.names)
        for call in self.named_since[:named]:
            _name(names, call)
        return {name: _with(self.sure.get(inode, b""), chosen(self.since[inode])) for name, inode in names.items()}


def _name(names: dict[str, int], call: Call) -> None:
    if call.kind == "C":
        names[call.name] = call.inode
    elif call.kind == "U":
        names.pop(call.name, None)
    elif call.name in names:
        names[call.other] = names.pop(call.name)


def _with(content: bytes, calls: list[Call]) -> bytes:
    if not calls:
        return content
    made = bytearray(content)
    for call in calls:
        if call.kind == "T":
            del made[call.offset:]
            made.extend(bytes(call.offset - len(made)))
        else:
            made.extend(bytes(max(0, call.offset - len(made))))
            made[call.offset:call.offset + len(call.data)] = call.data
    return bytes(made)


def _some(calls: list[Call], dice: random.Random) -> list[Call]:
    """A part of what was not synced, in order: up to some moment, or here and there; some torn between sectors."""
    kept = calls[:dice.randint(0, len(calls))] if dice.random() < 0.5 else [
        call for call in calls if dice.random() < 0.5]
    return [_torn(call, dice) if call.kind == "W" and dice.random() < 0.2 else call for call in kept]


def _torn(call: Call, dice: random.Random) -> Call:
    sectors = dice.randint(0, len(call.data) // SECTOR)
    return Call("W", call.inode, call.offset, "", "", call.data[:sectors * SECTOR])
