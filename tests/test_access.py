"""Editors' tokens: shown once, hashed, limited in what they may do and for how long."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo import access
from geo.errors import InvalidParameter, NotFound
from geo.store import Store, open_store
from server.cli import dateline

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    yield opened
    opened.close()


def found(store: Store, text: str, now: datetime = NOW) -> str | None:
    token = access.find(access.tokens(store), text, now)
    return token and token.name


def test_a_token_is_found_again_and_no_other_text_is(store: Store) -> None:
    text, token = access.new_token(store, "Mona", ["write"], None, NOW)
    access.new_token(store, "Karim", ["admin"], None, NOW)
    assert found(store, text) == "Mona"
    for wrong in ("", text[:-1], text + "x", text.swapcase(), token.hash, f"dateline_{token.id}_{'A' * 43}", "é\ud800"):
        assert found(store, wrong) is None


def test_two_tokens_are_never_alike(store: Store) -> None:
    made = [access.new_token(store, "Mona", ["write"], None, NOW)[0] for _ in range(50)]
    assert len({text.split("_", 2)[2] for text in made}) == 50 and len({text[:17] for text in made}) == 50


def test_the_file_holds_only_the_hash(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "s.gpkg"), create=True)
    text, token = access.new_token(store, "Mona", ["write"], None, NOW)
    store.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.hash.encode() in written
    assert text.encode() not in written and text.split("_", 2)[2].encode() not in written


@pytest.mark.parametrize("later, name", [
    (timedelta(days=7) - timedelta(seconds=1), "Mona"), (timedelta(days=7), None), (timedelta(days=800), None),
])
def test_a_token_ends_after_its_days(store: Store, later: timedelta, name: str | None) -> None:
    text, _ = access.new_token(store, "Mona", ["write"], 7, NOW)
    assert found(store, text, NOW + later) == name


def test_a_revoked_token_is_none_at_once_and_stays_listed(store: Store) -> None:
    texts = [access.new_token(store, name, ["write"], None, NOW)[0] for name in ("Mona", "Mona", "Karim")]
    access.revoke(store, "Mona", NOW)
    assert [found(store, text) for text in texts] == [None, None, "Karim"]
    assert [token.revoked for token in access.tokens(store)] == [NOW, NOW, None]
    access.revoke(store, "Mona", NOW + timedelta(days=1))
    assert access.tokens(store)[0].revoked == NOW  # when it ended does not change
    with pytest.raises(NotFound, match="'Nobody', want the id or the name"):
        access.revoke(store, "Nobody", NOW)


@pytest.mark.parametrize("scopes, allowed", [
    (["read-private"], [True, False, False]), (["write"], [True, True, False]), (["admin"], [True, True, True]),
])
def test_a_scope_includes_the_ones_before_it(store: Store, scopes: list[str], allowed: list[bool]) -> None:
    _, token = access.new_token(store, "Mona", scopes, None, NOW)
    assert [token.allows(scope) for scope in access.SCOPES] == allowed


@pytest.mark.parametrize("name, scopes, days, wanted", [
    ("", ["write"], None, "name"), ("a\nb", ["write"], None, "name"), ("x" * 101, ["write"], None, "name"),
    ("Mona", ["root"], None, "scope: 'root'"), ("Mona", [], None, "scope"), ("Mona", ["write"], 0, "days: 0"),
])
def test_what_is_no_token_is_refused(
    store: Store, name: str, scopes: list[str], days: int | None, wanted: str
) -> None:
    with pytest.raises(InvalidParameter, match=wanted):
        access.new_token(store, name, scopes, days, NOW)
    assert access.tokens(store) == []


def test_a_new_token_leaves_readers_caches_alone(store: Store) -> None:
    before = store.version()
    access.new_token(store, "Mona", ["write"], None, NOW)
    assert store.version() == before


def run(path: Path, *words: str) -> str:
    done = CliRunner().invoke(dateline, ["--store", str(path), *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_command_makes_lists_and_revokes(tmp_path: Path) -> None:
    path = tmp_path / "s.gpkg"
    open_store(str(path), create=True).close()
    text = run(path, "token", "new", "Mona", "--scope", "read-private,write", "--days", "90").strip()
    listed = run(path, "token", "list")
    assert text.startswith("dateline_") and text not in listed and text.split("_", 2)[2] not in listed
    assert "Mona  read-private, write  until 20" in listed
    told = json.loads(run(path, "--json", "token", "new", "Karim"))
    assert told["scopes"] == ["write"] and told["token"].startswith(f"dateline_{told['id']}_")
    run(path, "token", "revoke", told["id"])
    assert [json.loads(line)["valid"] for line in run(path, "--json", "token", "list").splitlines()] == [True, False]
    assert "dateline_" not in run(path, "token", "list")


def test_tokens_overlap_while_they_are_changed(store: Store) -> None:
    """A new one is made, programs take it up, and the old one is ended by its id: nobody is locked out meanwhile."""
    old, first = access.new_token(store, "Mona", ["write"], 30, NOW)
    new, second = access.new_token(store, "Mona", ["write"], 30, NOW)
    assert all(access.find(access.tokens(store), text, NOW) for text in (old, new))
    access.revoke(store, first.id, NOW)
    assert access.find(access.tokens(store), old, NOW) is None
    found = access.find(access.tokens(store), new, NOW)
    assert found is not None
    assert found.id == second.id
