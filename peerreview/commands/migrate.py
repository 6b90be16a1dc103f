"""Running reviews moved to the newest definition of their workflow, from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ..errors import N_, NotFound, NotThere
from . import saying
from .saying import option

if TYPE_CHECKING:
    from ..services.base.house import House
    from ..services.workflows.migration_preview import VersionsView


@click.command(cls=saying.Command)
@click.argument("name")
@option(
    "--review", "reviews", type=int, multiple=True, metavar="ID",
    help="Which (several times for several); all that have an older definition by default.",
)  # fmt: skip
@option("--dry-run", is_flag=True, help="Tell what it would mean for each, and write nothing.")
def migrate(name: str, reviews: tuple[int, ...], dry_run: bool) -> None:
    """Move running reviews to the newest definition of NAME. Back up first.

    All are moved; or none, where one of them has no place in the new definition: the reason is told then, and the
    exit code is 1."""
    from config import Settings

    from .. import open_house
    from ..services.base import clock
    from ..services.workflows import definitions, migration_words

    settings = Settings()
    definitions.named(settings.workflows_dir, name)  # tells of the nearest name where there is none
    house = open_house(settings)
    now = clock.method_now(house, datetime.now(UTC))
    try:
        view = _seen(house, name, reviews, now)
        stuck = [line for preview in view.previews for line in migration_words.refusals(preview)]
        if dry_run:
            for line in migration_words.lines(view):
                saying.tell(line)
        if stuck:
            saying.stop(stuck)
        if not dry_run:
            _moved(house, view, now)
    finally:
        house.close()


def _seen(house: House, name: str, reviews: tuple[int, ...], now: datetime) -> VersionsView:
    from ..services.workflows import migration_preview

    try:
        return migration_preview.versions(house, actor=None, name=name, chosen=reviews or None, now=now)
    except NotFound as error:
        told = ", ".join(str(id) for id in reviews)
        wrong = N_(
            "at least one of these is no running review of %(name)s with an older definition: %(reviews)s; "
            "leave --review out to see which there are",
            reviews=told,
            name=name,
        )
        raise NotThere(wrong) from error


def _moved(house: House, view: VersionsView, now: datetime) -> None:
    from ..services.workflows import migrate_reviews

    chosen: dict[int, int | None] = {preview.review_id: preview.version for preview in view.previews}
    if chosen:
        migrate_reviews.migrate(
            house, actor=None, name=view.name, chosen=chosen, newest_seen=view.newest, now=now
        )
    for preview in view.previews:
        saying.tell(N_("review %(id)s (%(title)s): moved", id=preview.review_id, title=preview.title))
    saying.tell(
        N_(
            "moved: %(moved)s; had the newest definition already: %(others)s",
            moved=len(chosen),
            others=view.on_newest,
        )
    )
