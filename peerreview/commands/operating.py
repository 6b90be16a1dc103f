"""Settings, tables and the first accounts, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from ..errors import N_, Message
from . import saying
from .saying import option


@click.command(cls=saying.Command)
def settings() -> None:
    """List every setting with its default and why it is there."""
    from config import describe

    for name, default, why in describe():
        click.echo(f"{name}={default}\n    {saying.said(Message(why))}")


@click.group(cls=saying.Group)
def db() -> None:
    """The database's tables."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Make the tables, or bring them to what this program needs. Back up first."""
    from config import Settings

    from ..services.base import house

    house.upgrade(Settings())
    saying.tell(N_("The database is up to date."))


@db.command("mend")
def db_mend() -> None:
    """Add tables, columns and indexes that are missing though the version is right. Back up first."""
    from config import Settings

    from ..services.base import house

    done = house.mend(Settings())
    for one in done:
        saying.tell(N_("Added: %(what)s", what=one))
    if not done:
        saying.tell(N_("Nothing was missing."))


@db.command("downgrade")
@click.argument("revision")
@option("--yes", is_flag=True, help="Do not ask.")
def db_downgrade(revision: str, yes: bool) -> None:
    """Go back to the tables of REVISION ("base": to none at all)."""
    from config import Settings

    from ..services.base import house

    if not yes:
        click.confirm(saying.said(N_("What only newer tables hold will be gone. Go on?")), abort=True)
    house.downgrade(Settings(), revision=revision)
    saying.tell(N_("The database is at %(revision)s.", revision=revision))


@click.command(cls=saying.Command)
def check() -> None:
    """See whether settings, workflows, tables and files are fit to start with, and what else is odd. Exit code 1 for
    what has to be mended."""
    from config import Settings

    from .. import open_house
    from ..services.upkeep import fitness

    opened = open_house(Settings())
    found = fitness.look_through(opened, real_now=datetime.now(UTC))
    opened.close()
    for line in found.remarks:
        saying.tell(N_("Remark: %(what)s", what=line), err=True)
    if found.faults:
        saying.stop(found.faults)
    saying.tell(N_("Settings, workflows, tables and files are fit to start with."))
    saying.tell(N_("Mail was not tried: `peerreview mail test ADDRESS` does that."))


@click.group(cls=saying.Group)
def person() -> None:
    """Accounts, for a start: the rest is done in the browser."""


def _password(command: Callable[..., Any]) -> Callable[..., Any]:
    asked = option(
        "--password", prompt="Password", confirmation_prompt=True, hide_input=True,
        help="Asked for when it is not given.",
    )  # fmt: skip
    return asked(command)


@person.command("add")
@option("--name", prompt="Name")
@option("--email", prompt="Email address")
@option("--language", type=click.Choice(["sv", "en"]), default="sv", show_default=True)
@option("--lead", is_flag=True, help="The network's project lead.")
@_password
def person_add(name: str, email: str, language: str, lead: bool, password: str) -> None:
    """An account that can be used at once: the first project lead's."""
    from config import Settings

    from .. import open_house
    from ..services.people import operating

    opened = open_house(Settings())
    operating.add_person(
        opened,
        name=name,
        email=email,
        language=language,
        is_lead=lead,
        password=password,
        real_now=datetime.now(UTC),
    )
    saying.tell(N_("%(address)s can log in at %(site)s.", address=email, site=opened.settings.base_url))
    if lead:
        _next(opened.settings.base_url)


def _next(site: str) -> None:
    """What the first lead's house still needs, from whoever runs it and in the browser."""
    saying.tell(N_("Next:"))
    for step in (
        N_("  start `peerreview worker`, which sends mail and moves what time moves;"),
        N_("  try the mail: `peerreview mail test ADDRESS`;"),
        N_("  look at `peerreview check`;"),
        N_(
            "  bring in organisations and people from a file: %(site)s/lead/people/from-file",
            site=site.rstrip("/"),
        ),
    ):
        saying.tell(step)


@person.command("password")
@option("--email", prompt="Email address")
@_password
def person_password(email: str, password: str) -> None:
    """A new password, which ends all the person's sessions."""
    from config import Settings

    from .. import open_house
    from ..services.people import operating

    now = datetime.now(UTC)
    operating.set_password(open_house(Settings()), email=email, password=password, now=now, real_now=now)
    saying.tell(N_("%(address)s has a new password.", address=email))
