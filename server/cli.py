"""``dateline``: the command line."""
from __future__ import annotations

import sys

import click

from geo.errors import DatelineError
from server.commands import gazetteer, ground, join, keeping, loading, moving, publishing, service, stories, tokens
from server.commands.session import Session


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--store", envvar="DATELINE_STORE", default="dateline.gpkg", show_default=True, help="Path of the store.")
@click.option("--theatre", default="", metavar="NAME|FOLDER", help="The war whose places, sides and reports to read "
              "with: a bundled one (ukraine-2022) or a folder of your own; without it the store's, else syria-iraq.")
@click.option("--quiet", is_flag=True, help="No progress, no remarks.")
@click.option("--json", "as_json", is_flag=True, help="Reports and answers as JSON.")
@click.version_option(package_name="dateline")
@click.pass_context
def dateline(ctx: click.Context, store: str, theatre: str, quiet: bool, as_json: bool) -> None:
    """Ties the places in the news to the front lines of the day."""
    ctx.obj = Session(store, quiet, as_json, theatre)


for command in (
    stories.read, stories.ingest, stories.withdraw, ground.reports, ground.zones, ground.control, ground.fronts,
    moving.changed, moving.held, moving.compared, join.join, gazetteer.gazetteer, service.init, service.export,
    publishing.publish, keeping.check, keeping.backup, keeping.restore, service.migrate, service.serve, tokens.token,
):
    dateline.add_command(command)


for command in (loading.load, loading.source):
    ground.zones.add_command(command)


def main() -> None:
    """Run it; what Dateline refuses is one line on standard error and exit code 2."""
    try:
        dateline.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except DatelineError as error:
        click.echo(f"dateline: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(141)


if __name__ == "__main__":
    main()
