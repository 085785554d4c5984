"""Editors' tokens: who may see what is private, change it, or destroy it. Shown once, kept as a hash.

A token is 256 random bits, so nobody guesses it and nobody finds it from its hash: one SHA-256 is right here. A slow
hash guards passwords, which people choose badly; it would only make each request of the desk slow.
"""
from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from geo.errors import InvalidParameter, NotFound
from geo.store import Store
from geo.store.records import Record

KIND = "token"
PREFIX = "dateline_"
SCOPES = ("read-private", "write", "admin")
"""Each includes the ones before it: who may change a draft sees it, and only ``admin`` withdraws for good."""

MOST_DAYS = 3650

_FORM = re.compile(rf"{PREFIX}([0-9a-f]{{8}})_([A-Za-z0-9_-]{{43}})", re.ASCII)


@dataclass(frozen=True)
class Token:
    """What is kept of a token; times are UTC. ``id`` is the part of it that may be shown."""

    id: str
    name: str
    scopes: tuple[str, ...]
    hash: str
    made: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)

    def allows(self, scope: str) -> bool:
        """
        >>> Token("0", "Mona", ("write",), "", datetime(2026, 1, 1)).allows("read-private")
        True
        """
        return any(SCOPES.index(each) >= SCOPES.index(scope) for each in self.scopes)


def new_token(store: Store, name: str, scopes: Sequence[str], days: int | None, now: datetime) -> tuple[str, Token]:
    """A token, to be shown to its editor now or never, and what the store keeps of it.

    :raises InvalidParameter: for a name of nothing, an unknown scope, or a life that is none.
    """
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidParameter(f"name: {name[:100]!r}, want the editor's name, at most 100 letters")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise InvalidParameter(f"scope: {', '.join(unknown)!r}, want some of {', '.join(SCOPES)}")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InvalidParameter(f"days: {days}, want 1 to {MOST_DAYS}")
    id_, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"{PREFIX}{id_}_{secret}"
    expires = None if days is None else now + timedelta(days=days)
    token = Token(id_, name, tuple(sorted(set(scopes), key=SCOPES.index)), _hash(text), now, expires)
    store.keep_record(KIND, _record(token))
    return text, token


def tokens(store: Store) -> list[Token]:
    """All that were ever made, the oldest first."""
    return [_token(record) for record in store.records(KIND)]


def revoke(store: Store, id_or_name: str, now: datetime) -> list[Token]:
    """End the token with this id, or all of this name; those that ended already stay as they are.

    :raises NotFound: when there is none.
    """
    found = [token for token in tokens(store) if id_or_name in (token.id, token.name)]
    if not found:
        raise NotFound(f"token: {id_or_name[:100]!r}, want the id or the name of one that `dateline token list` shows")
    ended = [token if token.revoked else replace(token, revoked=now) for token in found]
    for token in ended:
        store.keep_record(KIND, _record(token))
    return ended


def find(known: Sequence[Token], text: str, now: datetime) -> Token | None:
    """The valid token that ``text`` is; ``None`` for any other text, found out in the same time for all."""
    match = _FORM.fullmatch(text)
    wanted = match[1] if match else ""
    token = next((each for each in known if each.id == wanted), None)
    is_same = hmac.compare_digest(_hash(text), token.hash if token else _hash(""))
    return token if token is not None and is_same and token.is_valid(now) else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _record(token: Token) -> Record:
    return Record(token.id, token.name, {
        "name": token.name, "scopes": list(token.scopes), "hash": token.hash, "made": token.made.isoformat(),
        "expires": token.expires.isoformat() if token.expires else None,
        "revoked": token.revoked.isoformat() if token.revoked else None,
    })


def _token(record: Record) -> Token:
    get = record.value.get
    scopes = tuple(cast(list[str], get("scopes")))
    return Token(
        record.id, str(get("name")), scopes, str(get("hash")), _required(get("made")),
        _time(get("expires")), _time(get("revoked")),
    )


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def _required(value: object) -> datetime:
    return _time(value) or datetime(1970, 1, 1, tzinfo=UTC)
