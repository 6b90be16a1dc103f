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

    from ..services import house

    house.upgrade(Settings())
    saying.tell(N_("The database is up to date."))


@db.command("downgrade")
@click.argument("revision")
@option("--yes", is_flag=True, help="Do not ask.")
def db_downgrade(revision: str, yes: bool) -> None:
    """Go back to the tables of REVISION ("base": to none at all)."""
    from config import Settings

    from ..services import house

    if not yes:
        click.confirm(saying.said(N_("What only newer tables hold will be gone. Go on?")), abort=True)
    house.downgrade(Settings(), revision=revision)
    saying.tell(N_("The database is at %(revision)s.", revision=revision))


@click.command(cls=saying.Command)
def check() -> None:
    """See whether settings, workflows, database and files' folder are fit to start with."""
    from config import Settings

    from .. import open_house

    open_house(Settings()).close()
    saying.tell(N_("All is well."))


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
    from ..services import operating

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


@person.command("password")
@option("--email", prompt="Email address")
@_password
def person_password(email: str, password: str) -> None:
    """A new password, which ends all the person's sessions."""
    from config import Settings

    from .. import open_house
    from ..services import operating

    now = datetime.now(UTC)
    operating.set_password(open_house(Settings()), email=email, password=password, now=now, real_now=now)
    saying.tell(N_("%(address)s has a new password.", address=email))
