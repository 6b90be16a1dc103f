"""Who is to be reminded by hand, and who has been today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ...engine.running.case import Place, Seat
from ...engine.turns.whose_turn import whose_turn
from ...errors import N_, Refused
from ...store.review import history as history_store
from ..case.opening import OpenCase
from . import turns
from .turns import Turn


def turn_at(case: OpenCase, step: str, party: int | None) -> Turn:
    """Whose turn it is there. Raises Refused where the step has been left."""
    for turn in turns.turns(case):
        if (turn.step.path, turn.party) == (step, party):
            return turn
    raise Refused(N_("the step has been left meanwhile; nobody was reminded"))


def reminded_today(cases: Iterable[OpenCase]) -> dict[tuple[int, str, int | None], datetime]:
    """When those whose turn it is were reminded by hand today, by (review, step, party)."""
    listed = list(cases)
    if not listed:
        return {}
    case = listed[0]
    midnight = case.house.calendar.start(turns.today_of(case))
    ids = [case.review.id for case in listed]
    rows = history_store.deeds_since(case.session, ids, "reminded", midnight)
    return {(row.review_id, row.step, row.party): row.at for row in rows}


def seats_of(case: OpenCase, turn: Turn) -> dict[int, tuple[Seat, Place]]:
    """By person who is to be reminded: for which seat, and of what."""
    return {
        seat.reader(case.now): (seat, place) for place in turn.places for seat in whose_turn(case.case, place)
    }
