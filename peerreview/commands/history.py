"""Histories from the command line: verified, and anchored elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import N_, NotThere, why
from . import saying
from .saying import option


@click.group(cls=saying.Group)
def history() -> None:
    """The chained history of every review."""


@history.command("verify")
@option(
    "--anchor", type=click.Path(path_type=Path), help="What `history anchor` printed once, kept elsewhere."
)
def verify(anchor: Path | None) -> None:
    """Replay every review from its history. Names each row that was changed, is missing or was put in, and each
    review that stands elsewhere than its history leads to; exit code 1 then."""
    from config import Settings

    from .. import open_house
    from ..services.lead import verify_histories

    kept = _text(anchor) if anchor else ""
    house = open_house(Settings())
    found = verify_histories.verify(house, kept)
    house.close()
    if found:
        saying.stop(finding.words for finding in found)


@history.command("anchor")
def anchor() -> None:
    """Print the head of every review's history. Who can rewrite the database cannot rewrite what is kept elsewhere."""
    from config import Settings

    from .. import open_house
    from ..services.lead import verify_histories

    house = open_house(Settings())
    click.echo(verify_histories.anchored(house), nl=False)
    house.close()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        wrong = N_(
            "%(file)s: cannot be read (%(why)s); name a file that `peerreview history anchor` wrote",
            file=str(file),
            why=why(error) if isinstance(error, OSError) else N_("it is not UTF-8"),
        )
        raise NotThere(wrong) from error
