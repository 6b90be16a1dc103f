"""What somebody chooses by withdrawing their own side."""

from __future__ import annotations

from ...engine.running.leaving import directions, supposed
from ...engine.running.moves import Choice
from ..case.opening import OpenCase


def own_withdrawal(case: OpenCase) -> Choice:
    """The choice of somebody who withdraws their own side."""
    party = case.own_party()
    if party is None:
        return Choice()
    return Choice(party=party, finish=supposed(case.case, party), asks=bool(directions(case.case, party)))
