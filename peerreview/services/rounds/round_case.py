"""The one way into a round: for its lead, or for a party's people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from ...errors import NotFound
from ..base.house import Account, House
from ..case.opening import OpenCase, opened
from ..deeds.change import changing


@contextmanager
def looking_in(house: House, *, round_id: int, actor: Account, now: datetime) -> Iterator[OpenCase]:
    """A round to look at. NotFound for whoever has no part in it, and where it is no round."""
    with house.db.read() as session:
        case = opened(house, session, review_id=round_id, account=actor, now=now)
        if not case.workflow.apart:
            raise NotFound(f"round {round_id}")
        yield case


@contextmanager
def changing_in(
    house: House, *, round_id: int, actor: Account, now: datetime, by_lead: bool = True
) -> Iterator[OpenCase]:
    """A deed in a round, by its lead or (`by_lead` False) by a party's people. NotFound for all others."""
    if by_lead and not actor.is_lead:
        raise NotFound(f"round {round_id}")
    with changing(house, review_id=round_id, actor=actor, now=now, rounds="all") as case:
        if not case.workflow.apart:
            raise NotFound(f"round {round_id}")
        yield case
