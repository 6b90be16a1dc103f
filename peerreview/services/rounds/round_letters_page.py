"""The lead's letters to all of a round, as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...engine.running.decide import No
from ...errors import N_, Message, NotFound
from ...store.artefacts import reports as store
from ...store.artefacts.reports import TextVersion
from ...store.case.case_rows import SHARED
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..frame.round_head import RoundHead, do_of, head_of_round, place_of
from ..terms.round_days import dates_of
from .round_case import looking_in

# By letter: the action that sends it.
SENDING = {"invitation": "invite", "synthesis": "publish"}


@dataclass(frozen=True)
class LetterView:
    """A letter as its writer sees it. `number`: the version shown, 0 where nothing has been saved. `why_not`: what
    keeps it from being sent. `receivers`: the organisations that get it, by name; `people`: how many."""

    head: RoundHead
    key: str
    title: Message
    body: str
    number: int
    sent: bool
    open: bool
    dates: dict[str, date | None]
    why_not: Message | None
    receivers: tuple[str, ...]
    people: int


TITLES = {"invitation": N_("Invitation"), "synthesis": N_("Synthesis")}


def letter(house: House, *, actor: Account, round_id: int, key: str, now: datetime) -> LetterView:
    """For the lead; NotFound for all others."""
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        if not actor.is_lead or key not in TITLES:
            raise NotFound(f"letter {key}")
        row = newest(case, key)
        return LetterView(
            head=head_of_round(case),
            key=key,
            title=TITLES[key],
            body=row.body if row else "",
            number=row.number if row else 0,
            sent=case.state(key) == "sent",
            open=case.sees(key, "write"),
            dates=dates_of(case),
            why_not=_why_not(case, key),
            receivers=tuple(case.names[party] for party in case.standing.taking_part),
            people=len({seat.reader(now) for seat in case.case.seats}),
        )


def _why_not(case: OpenCase, key: str) -> Message | None:
    found = place_of(case, SENDING[key])
    if found is None:
        return N_("the round is in another step by now; see where it stands")
    answer = case.may(do_of(case, SENDING[key]))
    return answer.reason if isinstance(answer, No) else None


def newest(case: OpenCase, key: str) -> TextVersion | None:
    return store.newest(case.session, case.review.id, key, SHARED)
