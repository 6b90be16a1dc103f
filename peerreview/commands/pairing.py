"""Pairs from a file of profiles, without a database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn

import click

from ..errors import N_, Invalid, Message
from ..matching import cells, reading, weighing
from ..matching.pairing import Group, Matching, Pairing, Round
from ..matching.profiles import Profile, key
from ..matching.reasons import title
from ..matching.rules import Rules
from ..matching.scoring import features
from . import saying
from .saying import said

# The tables of more would not fit in what memory a computer usually has.
MOST = 3000


def find_pairs(
    profiles: Path,
    weights: Path | None,
    fix: tuple[str, ...],
    forbid: tuple[str, ...],
    years: int,
    year: int | None,
    as_json: bool,
) -> None:
    """What the command `pair` does (see commands/pair.py for what it is given)."""
    read = _profiles(profiles)
    if len(read) > MOST:
        many = N_(
            "%(file)s: %(count)s organisations are too many; at most %(most)s are paired at once",
            file=str(profiles),
            count=len(read),
            most=MOST,
        )
        _stop([many])
    rules = Rules(
        year=date.today().year if year is None else year,
        years=years,
        forbidden=frozenset(frozenset(two) for two in _groups(read, "--forbid", forbid, 2)),
    )
    round_ = Round(read, rules, _weights(weights, read), _groups(read, "--fix", fix, 3))
    try:
        pairing = Matching(round_).pairing()
    except Invalid as error:
        _stop([f"--{option}: {said(message)}" for option, message in error.errors.items()])
    if as_json:
        click.echo(json.dumps(_as_json(pairing), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(pairing)))
    for line in _left_over(pairing):
        # Programs read the one, people the other.
        click.echo(line, err=as_json)


def _profiles(file: Path) -> list[Profile]:
    try:
        table = reading.read_table(file.read_bytes())
    except cells.BadTable as error:
        _stop(_places(file, error.faults))
    for line in _places(file, table.warnings):
        saying.tell(line, err=True)
    return list(table.profiles)


def _weights(file: Path | None, profiles: Sequence[Profile]) -> dict[str, float]:
    if file is None:
        return {}
    try:
        return weighing.read_weights(file.read_bytes(), features(profiles))
    except cells.BadTable as error:
        _stop(_places(file, error.faults))


def _places(file: Path, faults: Iterable[cells.Fault]) -> list[str]:
    return [f"{file}:{fault.line}:{fault.column}: {said(fault.message)}" for fault in faults]


def _groups(
    profiles: Sequence[Profile], option: str, given: Sequence[str], most: int
) -> list[tuple[str, ...]]:
    """Known names, two to `most` of them, parted by commas; a name may itself hold commas."""
    names = {key(one.organisation): one.organisation for one in profiles}
    right = "A,B" if most == 2 else "A,B,C"
    found = []
    for text in given:
        words = text.split(",")
        known = [
            tuple(names[key(part)] for part in parts)
            for number in range(2, most + 1)
            for parts in _parted(words, number)
            if len({key(part) for part in parts} & names.keys()) == number
        ]
        if not known:
            wrong = N_(
                "%(option)s %(given)s: these are not organisations of the file, such as: %(option)s %(right)s",
                option=option,
                given=text,
                right=right,
            )
            _stop([wrong])
        found.append(known[0])
    return found


def _parted(words: Sequence[str], number: int) -> Iterator[tuple[str, ...]]:
    """Every way to make `number` names of words, each of one or more with their commas."""
    for cuts in combinations(range(1, len(words)), number - 1):
        ends = zip((0, *cuts), (*cuts, len(words)), strict=True)
        yield tuple(",".join(words[start:end]) for start, end in ends)


def _as_json(pairing: Pairing) -> dict[str, Any]:
    return {
        "groups": [
            {
                "members": list(group.members),
                "score": group.score,
                "reasons": [{"feature": one.feature, "share": one.share} for one in group.reasons],
            }
            for group in pairing.groups
        ],
        "unmatched": [one.organisation for one in pairing.unmatched],
        "total": pairing.total,
    }


def _lines(pairing: Pairing) -> list[str]:
    lines = [line for group in pairing.groups for line in _group(group)]
    return [*lines, said(N_("Total: %(points)s", points=f"{pairing.total:.4f}"))]


def _group(group: Group) -> list[str]:
    members = " + ".join(group.members)
    if len(group.members) > 2:
        members = " > ".join((*group.members, group.members[0]))
    return [
        f"{members}: {group.score:.4f}",
        *(
            f"  {reason.share:.4f}  {said(title(reason.feature))}: {'; '.join(map(said, reason.words))}"
            for reason in group.reasons
        ),
    ]


def _left_over(pairing: Pairing) -> list[str]:
    return [
        said(
            N_(
                "Without a partner: %(name)s: %(why)s",
                name=one.organisation,
                why="; ".join(map(said, one.rules)),
            )
        )
        for one in pairing.unmatched
    ]


def _stop(lines: Sequence[Message | str]) -> NoReturn:
    saying.stop(lines, saying.MISTAKEN)
