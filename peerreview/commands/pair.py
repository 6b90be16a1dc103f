"""Pairs from a file of profiles, without a database: what the command is given.

What it does with it stands in `pairing`, which is fetched when it is asked for: the numbers that matching stands on
take longer to load than most other commands take to run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import saying
from .saying import option

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=saying.Command)
@click.argument("profiles", type=FILE)
@option("--weights", type=FILE, help="A feature and its weight a line, such as: population = 2.")
@option("--fix", multiple=True, metavar="A,B[,C]", help="These are a pair, or a ring. May be given again.")
@option(
    "--forbid", multiple=True, metavar="A,B", help="These do not meet, nor in a ring. May be given again."
)
@option("--years", type=click.IntRange(min=0), default=5, show_default=True, help="No pair met this lately.")
@option("--year", type=int, help="The year of the round, if not this one.")
@option("--json", "as_json", is_flag=True, help="For programs.")
def pair(**given: Any) -> None:
    """Find the best set of pairs, and of a ring of three where the number is odd, for the file PROFILES.

    Columns, of which only the first is required: organisation, unit_level, population, hospitals,
    university_hospital (yes or no), healthcare_region, and, as lists parted by |, wants, offers, wishes,
    excludes, reviewed (name@year). Every other column is a free attribute. In a ring each reviews the next.
    """
    from .pairing import find_pairs

    find_pairs(**given)
