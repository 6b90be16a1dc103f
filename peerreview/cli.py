"""The command `peerreview`: what the one who runs the house does. Each command calls one service."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from config import Settings, describe

from . import open_house
from .commands.history import history
from .commands.pair import pair
from .commands.worker import mail, worker
from .commands.workflow import workflow
from .errors import Invalid, Message, NotFound, PeerreviewError, Refused
from .services import house, operating


def main() -> None:
    """The way in: what goes wrong on purpose is told in plain lines, with exit code 1."""
    try:
        commands(prog_name="peerreview")
    except PeerreviewError as error:
        for line in _lines(error):
            click.echo(line, err=True)
        sys.exit(1)


@click.group()
def commands() -> None:
    """Peerreview: organisations learn by reviewing each other."""


commands.add_command(worker)
commands.add_command(mail)
commands.add_command(pair)
commands.add_command(workflow)
commands.add_command(history)


@commands.command()
def settings() -> None:
    """List every setting with its default and why it is there."""
    for name, default, why in describe():
        click.echo(f"{name}={default}\n    {why}")


@commands.group()
def db() -> None:
    """The database's tables."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Make the tables, or bring them to what this program needs. Back up first."""
    house.upgrade(Settings())
    click.echo("The database is up to date.")


@db.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="What only newer tables hold will be gone. Go on?")
def db_downgrade(revision: str) -> None:
    """Go back to the tables of REVISION ("base": to none at all)."""
    house.downgrade(Settings(), revision=revision)
    click.echo(f"The database is at {revision}.")


@commands.command()
def check() -> None:
    """See whether settings, workflows, database and files' folder are fit to start with."""
    open_house(Settings()).close()
    click.echo("All is well.")


@commands.group()
def person() -> None:
    """Accounts, for a start: the rest is done in the browser."""


def _password(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.password_option(help="Asked for when it is not given.")(command)


@person.command("add")
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--language", type=click.Choice(["sv", "en"]), default="sv", show_default=True)
@click.option("--lead", is_flag=True, help="The network's project lead.")
@_password
def person_add(name: str, email: str, language: str, lead: bool, password: str) -> None:
    """An account that can be used at once: the first project lead's."""
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
    click.echo(f"{email} can log in at {opened.settings.base_url}.")


@person.command("password")
@click.option("--email", prompt=True)
@_password
def person_password(email: str, password: str) -> None:
    """A new password, which ends all the person's sessions."""
    now = datetime.now(UTC)
    operating.set_password(open_house(Settings()), email=email, password=password, now=now, real_now=now)
    click.echo(f"{email} has a new password.")


def _lines(error: PeerreviewError) -> list[str]:
    if isinstance(error, Invalid):
        return [f"{field}: {_said(message)}" for field, message in error.errors.items()]
    if isinstance(error, Refused):
        return [_said(error.reason)]
    if isinstance(error, NotFound):
        return ["There is no such thing."]
    return str(error).splitlines()


def _said(message: Message) -> str:
    """In English: whoever runs the house reads English manuals."""
    params = {name: _said(value) if isinstance(value, Message) else value for name, value in message.params}
    return message.text % params if params else message.text
