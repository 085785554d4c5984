"""Names one letter apart, found by what is left of both when a letter is left out (no list is searched)."""
from __future__ import annotations

SHORTEST = 6
"""Letters of a name below which one letter more or less makes another name."""


def neighbourhood(name: str) -> set[str]:
    """``name`` and what is left of it without one of its letters; nothing for a short name.

    Two names one letter apart (one more, one less, another, or two swapped) share one of these.
    """
    if len(name) < SHORTEST:
        return set()
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def are_near(one: str, other: str) -> bool:
    """Whether the names are at most one letter apart, counted as Damerau does; the first letter must be the same.

    >>> are_near("darkuc", "darkus"), are_near("darkuc", "dakruc"), are_near("darkuc", "arkuc")
    (True, True, False)
    """
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or one[:1] != other[:1]:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, rival = one[at:], other[at:]
    swapped = len(rest) > 1 and rest[1::-1] == rival[:2] and rest[2:] == rival[2:]
    return swapped or rest[1:] == rival[1:] or rest == rival[1:] or rest[1:] == rival
