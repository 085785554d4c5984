"""`make kill-loop-postgis`: the same over a store in PostGIS. At a random moment the command is killed, or the server
under it crashes (``SIGQUIT``: no connection is ended in order, nothing more is written) and begins anew."""
from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGQUIT

import psycopg

from bench.faults import kill_loop, material, serving
from bench.faults.commands import Outcome
from bench.faults.kill_loop import ERA, Workshop, workshop
from bench.faults.ledger import Ledger, Tally
from bench.faults.material import Rows
from geo.errors import InvalidInput
from geo.store import open_store
from server.commands import stories as stories_command
from tools.postgres import Server, running

NAME = "war"
SOUND = """SELECT count(bt_index_check(index => oid, heapallindexed => true)::text) FROM pg_class
 WHERE relkind = 'i' AND relam = (SELECT oid FROM pg_am WHERE amname = 'btree')
 AND relnamespace = 'public'::regnamespace"""
"""Every row is where the indexes say, and every index has every row (PostgreSQL's amcheck)."""


@dataclass(kw_only=True)
class DatabaseLedger(Ledger):
    """What one database was seen to acknowledge."""

    server: Server

    @property
    def address(self) -> str:
        return self.server.of(NAME)

    def check(self) -> None:
        try:
            with self.asking() as rows:
                list(rows(SOUND))
        except psycopg.Error as error:
            raise InvalidInput(f"{self.address}: {error}") from error

    @contextmanager
    def asking(self) -> Iterator[Rows]:
        with psycopg.connect(self.address) as connection:
            yield lambda sql: connection.execute(sql.encode()).fetchall()


@dataclass(kw_only=True)
class DatabaseWorkshop(Workshop):
    """Its stores are copies of the database ``base``."""

    server: Server
    crashes: int = 0

    def ledger(self) -> Ledger:
        self.server.psql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        self.server.psql(f"CREATE DATABASE {NAME} TEMPLATE base")
        return DatabaseLedger(Path(NAME), self.expected, server=self.server)

    def struck(self, kind: str, ledger: Ledger, number: int) -> Outcome:
        if self.dice.random() < 0.5:
            return super().struck(kind, ledger, number)
        crash = threading.Timer(self.dice.uniform(0, self.took[kind]), self._crash)
        crash.start()
        done = self.begin(kind, ledger, number)
        crash.join()
        assert done.code in (0, 2), done.complained
        return done

    def _crash(self) -> None:
        self.server.stop(SIGQUIT)
        self.server.start()
        self.crashes += 1


@contextmanager
def database_workshop(
    folder: Path, blocks: int, disk: Path | None = None, settings: Sequence[str] = (),
) -> Iterator[DatabaseWorkshop]:
    """What becomes of undisturbed stories is found out in a file: both kinds of store must come to the same. The
    server's files lie on ``disk``, if one is given."""
    with workshop(folder, blocks) as files, running(0, settings, disk) as server:
        server.psql("CREATE DATABASE base")
        token = material.make_store(server.of("base"))
        server.psql("CREATE EXTENSION amcheck", "base")
        shop = DatabaseWorkshop(folder, files.base, token, files.expected, files.stories, files.took, server=server)
        address = shop.ledger().address
        store = open_store(address)
        stories_command.pipeline_at(address, stories_command.ground_version(store))
        store.close()
        yield shop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", type=int, default=1000, help="kills of commands, and crashes under them")
    parser.add_argument("--http", type=int, default=300, help="kills of the service")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dateline-faults-")) / "disk"
    folder.mkdir()
    total = Tally()
    with database_workshop(folder, max(1, min(ERA, (options.command + options.http) // 5))) as shop:
        for kills, loop in ((options.command, kill_loop.by_command), (options.http, serving.by_http)):
            tally = Tally()
            loop(shop, kills, tally)
            total += tally
    print(json.dumps({"PostGIS": {**total.told(), "crashes": shop.crashes}}), flush=True)
    shutil.rmtree(folder.parent)
    sys.exit(not total.is_clean)


if __name__ == "__main__":
    main()
