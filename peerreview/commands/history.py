"""Histories from the command line: verified, and anchored elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from config import Settings

from .. import open_house
from ..errors import BadSetting
from ..services import verifying


@click.group()
def history() -> None:
    """The chained history of every review."""


@history.command("verify")
@click.option(
    "--anchor", type=click.Path(path_type=Path), help="What `history anchor` printed once, kept elsewhere."
)
def verify(anchor: Path | None) -> None:
    """Replay every review from its history. Names each row that was changed, is missing or was put in, and each
    review that stands elsewhere than its history leads to; exit code 1 then."""
    house = open_house(Settings())
    found = verifying.verify(house, _text(anchor) if anchor else "")
    house.close()
    for finding in found:
        click.echo(str(finding), err=True)
    if found:
        sys.exit(1)


@history.command("anchor")
def anchor() -> None:
    """Print the head of every review's history. Who can rewrite the database cannot rewrite what is kept elsewhere."""
    house = open_house(Settings())
    click.echo(verifying.anchored(house), nl=False)
    house.close()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"{file}: cannot be read; name a file that `peerreview history anchor` wrote"
        ) from error
