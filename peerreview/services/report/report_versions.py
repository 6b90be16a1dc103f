"""The versions of a report, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...errors import Message, NotFound
from ...rendering import versions
from ...store.artefacts import reports as store
from ...store.artefacts.reports import Saved
from ..base.house import Account, House
from ..case import texts
from ..case.opening import OpenCase, looking
from ..case.texts import MILESTONE_WORDS, Which
from ..frame.review_head import ReviewHead, head_of
from .report_page import ReportRow, row_of

# Versions of one person with no longer pauses are listed as one: the last of them.
SITTING = timedelta(minutes=30)


@dataclass(frozen=True)
class VersionRow:
    """`ref`: as it stands in addresses. `number` and `name` are told to the text's own team alone; `act` names
    what froze the version."""

    ref: str
    number: int | None
    act: Message | None
    at: datetime
    name: str | None


@dataclass(frozen=True)
class Comparison:
    """`left` is the older. Both None where there is nothing to compare. `hidden`: versions left out of the list."""

    head: ReviewHead
    row: ReportRow
    listed: tuple[VersionRow, ...]
    hidden: int
    left: VersionRow | None
    right: VersionRow | None
    lines: Sequence[versions.Row]


def compared(
    house: House,
    *,
    review_id: int,
    actor: Account,
    key: str,
    left: str = "",
    right: str = "",
    everything: bool = False,
    now: datetime,
) -> Comparison:
    """The versions that the actor may see, and two of them side by side: the two newest unless others are named.

    Raises Refused, and NotFound for a version that is not theirs to see."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        one = texts.which(case, key)
        if not texts.sees_drafts(case, one):
            texts.shown_version(case, one)
        known = _known(case, one)
        listed = known if everything else _sittings(known)
        sides = _sides(known, listed, left, right)
        row = row_of(case, one)
        assert row is not None
        return Comparison(
            head=head_of(case),
            row=row,
            listed=tuple(listed),
            hidden=len(known) - len(listed),
            left=sides[0],
            right=sides[1],
            lines=_lines(case, one, *sides),
        )


def _known(case: OpenCase, one: Which) -> list[VersionRow]:
    """Newest first; for all but the text's own team those alone that an act froze, by the act."""
    if texts.sees_drafts(case, one):
        saved = store.versions_of(case.session, case.review.id, one.artefact.key, one.slot)
        return [_row(version) for version in saved]
    acts = texts.acts_of(case, one)
    return [
        VersionRow(act, None, MILESTONE_WORDS[act], acts[act].at, None)
        for act in texts.milestones_seen(case, one)
    ]


def _row(version: Saved) -> VersionRow:
    act = MILESTONE_WORDS.get(version.milestone)
    return VersionRow(str(version.number), version.number, act, version.saved_at, version.name)


def _sittings(known: list[VersionRow]) -> list[VersionRow]:
    kept: list[VersionRow] = []
    later: VersionRow | None = None
    for row in known:
        same = later is not None and row.name == later.name and later.at - row.at < SITTING
        if not same or row.act is not None or row.number is None:
            kept.append(row)
        later = row
    return kept


def _sides(
    known: list[VersionRow], listed: list[VersionRow], left: str, right: str
) -> tuple[VersionRow | None, VersionRow | None]:
    by_ref = {row.ref: row for row in known}
    for ref in (left, right):
        if ref and ref not in by_ref:
            raise NotFound(f"version {ref}")
    newer = by_ref[right] if right else listed[0] if listed else None
    older = by_ref[left] if left else next((r for r in listed if newer and r.at < newer.at), None)
    older = older or next((r for r in listed if r != newer), None)
    return older, newer


def _lines(case: OpenCase, one: Which, *sides: VersionRow | None) -> Sequence[versions.Row]:
    bodies = []
    for side in sides:
        if side is None:
            return ()
        found = texts.shown_version(case, one, side.ref)
        bodies.append(found.body if found else "")
    return versions.side_by_side(bodies[0], bodies[1])
