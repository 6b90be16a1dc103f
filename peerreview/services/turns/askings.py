"""Askings for more time that wait for an answer, and the way to the page of one."""

from __future__ import annotations

from ...engine.running.case import ACTIVE, Place
from ..case.extensions import Entry, entries, open_of
from ..case.opening import OpenCase


def open_askings(case: OpenCase) -> list[Entry]:
    """The askings of steps under way that wait for an answer."""
    found = entries(case.review.more_time)
    if not found or case.standing.ended:
        return []
    under_way = {place: mark for place, mark in case.standing.marks.items() if mark.state == ACTIVE}
    waiting = (open_of(found, place, mark.visit) for place, mark in under_way.items())
    return [entry for entry in waiting if entry is not None]


def href_of(case: OpenCase, place: Place, *, own: bool = False) -> str:
    """`own`: for the party's people; where parties stand apart they are not told how many there are, so not which one
    they are."""
    way = f"/reviews/{case.review.id}/more-time?step={place[0]}"
    return way if own and case.workflow.apart else f"{way}&party={place[1].party}"
