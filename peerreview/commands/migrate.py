"""Running reviews moved to the newest definition of their workflow, from the command line."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from config import Settings

from .. import open_house
from ..errors import BadSetting, NotFound
from ..services import clock, definitions, migrating, migration_preview, migration_words
from ..services.house import House
from ..services.migration_preview import VersionsView


@click.command()
@click.argument("name")
@click.option(
    "--review", "reviews", type=int, multiple=True, metavar="ID",
    help="Which (several times for several); all that have an older definition by default.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Tell what it would mean for each, and write nothing.")
def migrate(name: str, reviews: tuple[int, ...], dry_run: bool) -> None:
    """Move running reviews to the newest definition of NAME. Back up first.

    All are moved; or none, where one of them has no place in the new definition: the reason is told then, and the
    exit code is 1."""
    settings = Settings()
    definitions.named(settings.workflows_dir, name)  # tells of the nearest name where there is none
    house = open_house(settings)
    now = clock.method_now(house, datetime.now(UTC))
    try:
        view = _seen(house, name, reviews, now)
        stuck = [line for preview in view.previews for line in migration_words.refusals(preview)]
        if dry_run:
            click.echo("\n".join(migration_words.lines(view)))
        if stuck:
            click.echo("\n".join(stuck), err=True)
            sys.exit(1)
        if not dry_run:
            _moved(house, view, now)
    finally:
        house.close()


def _seen(house: House, name: str, reviews: tuple[int, ...], now: datetime) -> VersionsView:
    try:
        return migration_preview.versions(house, actor=None, name=name, chosen=reviews or None, now=now)
    except NotFound as error:
        told = ", ".join(str(id) for id in reviews)
        raise BadSetting(
            f"of {told} not all are running reviews of {name} with an older definition; "
            "leave --review out to see which there are"
        ) from error


def _moved(house: House, view: VersionsView, now: datetime) -> None:
    chosen: dict[int, int | None] = {preview.review_id: preview.version for preview in view.previews}
    if chosen:
        migrating.migrate(house, actor=None, name=view.name, chosen=chosen, newest_seen=view.newest, now=now)
    for preview in view.previews:
        click.echo(f"review {preview.review_id} ({preview.title}): moved")
    click.echo(f"moved: {len(chosen)}; had the newest definition already: {view.on_newest}")
