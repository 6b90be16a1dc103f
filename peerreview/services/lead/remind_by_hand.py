"""A reminder at the lead's word: to those whose turn it is, now."""

from __future__ import annotations

from datetime import datetime

from ...engine.running.case import Place, Seat
from ...engine.turns.planning import MailKey, Planned
from ...errors import N_, NotFound, Refused
from ...store.mail import planned as planned_store
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..mail import put_in_outbox
from ..turns import turns, wording
from ..turns.reminders_by_hand import reminded_today, seats_of, turn_at
from ..turns.turns import Turn

NOBODY = N_("nobody was reminded: nobody with an open account can do this. Name somebody for it first")
OTHERS = N_("nobody was reminded: what is left here waits for others")


def remind(
    house: House,
    *,
    actor: Account,
    review_id: int,
    step: str,
    party: int | None,
    now: datetime,
    real_now: datetime,
) -> int:
    """Remind those whose turn it is at a step of a side (None: a shared one); returns how many. The reminder is
    the step's own, and noted in the history. Refused where they have been reminded by hand today already, and
    where it would reach nobody."""
    if not actor.is_lead:
        raise NotFound("only the lead reminds")
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        turn = turn_at(case, step, party)
        if (review_id, step, party) in reminded_today([case]):
            raise Refused(N_("they have been reminded today already"))
        people = _tell(case, turn, real_now)
        if not people:
            raise Refused(NOBODY if turn.vacant else OTHERS)
        case.note("reminded", step=step, party=party, data={"people": people})
        return len(people)


def _tell(case: OpenCase, turn: Turn, real_now: datetime) -> list[int]:
    seats = seats_of(case, turn)
    people = planned_store.people(case.session, seats)
    told = []
    for person_id, (seat, place) in seats.items():
        person = people.get(person_id)
        if person is None or person.closed_at is not None:
            continue
        put_in_outbox.enqueue(
            case.session,
            case.house,
            person=person,
            kind="by_hand",
            words=wording.reminder_words(case, _as_planned(case, turn, place, seat)),
            review_id=case.review.id,
            now=case.now,
            real_now=real_now,
            nameless=place[1].person is not None,
        )
        told.append(person_id)
    return told


def _as_planned(case: OpenCase, turn: Turn, place: Place, seat: Seat) -> Planned:
    """As the plan would have it, were it due now."""
    key = MailKey(-1 if turn.party is None else turn.party, turn.step.path, 0, "now", 0, seat.id)
    due = turn.due or turns.today_of(case)
    return Planned(key, seat.reader(case.now), place, case.now, due, turn.late, own_turn=True)
