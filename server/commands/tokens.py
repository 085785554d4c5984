"""``dateline token``: editors' tokens, made, listed and revoked."""
from __future__ import annotations

from datetime import UTC, datetime

import click

from geo import access
from geo.access import SCOPES, Token
from server.commands.session import Session, pass_session


@click.group()
def token() -> None:
    """Tokens for the editor's desk."""


@token.command(epilog="Example: dateline --store war.gpkg token new Mona --scope write --days 90")
@click.argument("name")
@click.option("--scope", "scopes", default="write", show_default=True, metavar="SCOPE[,SCOPE]",
              help=f"{', '.join(SCOPES)}: each includes the ones before it.")
@click.option("--days", type=int, help="How long it holds; without it, until it is revoked.")
@pass_session
def new(session: Session, name: str, scopes: str, days: int | None) -> None:
    """Make a token for NAME and print it: this once, for the store keeps only its hash."""
    with session.open() as store:
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        text, made = access.new_token(store, name, wanted, days, _now())
    session.say(f"{made.name}: {', '.join(made.scopes)}; id {made.id}; {_until(made)}. It is shown this once:")
    if session.json:
        session.report({"token": text, **_told(made)}, "")
    else:
        click.echo(text)


@token.command("list", epilog="Example: dateline token list")
@pass_session
def list_(session: Session) -> None:
    """List the tokens that were made, with their ids; never the tokens themselves."""
    with session.open() as store:
        for one in access.tokens(store):
            if session.json:
                session.report(_told(one), "")
            else:
                click.echo(f"{one.id}  {one.name}  {', '.join(one.scopes)}  {_until(one)}")


@token.command(epilog="Example: dateline token revoke Mona")
@click.argument("id_or_name", metavar="ID|NAME")
@pass_session
def revoke(session: Session, id_or_name: str) -> None:
    """End a token by its id, or all tokens of a name, at once."""
    with session.open() as store:
        for one in access.revoke(store, id_or_name, _now()):
            session.report(_told(one), f"{one.id}  {one.name}: revoked")


def _told(token: Token) -> dict[str, object]:
    return {
        "id": token.id, "name": token.name, "scopes": list(token.scopes), "made": token.made,
        "expires": token.expires, "revoked": token.revoked, "valid": token.is_valid(_now()),
    }


def _until(token: Token) -> str:
    if token.revoked:
        return f"revoked on {token.revoked:%Y-%m-%d}"
    if token.expires is None:
        return "until it is revoked"
    return f"{'until' if token.is_valid(_now()) else 'ended on'} {token.expires:%Y-%m-%d %H:%M} UTC"


def _now() -> datetime:
    return datetime.now(UTC)
