"""Planned mails as rows, rewritten by difference in the transaction that moves anything; and the mails of deeds."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ..engine.moves import Move
from ..engine.planning import DeedMail, Planned, deed_mails, plan
from ..engine.redating import DROP, MISSED, PLAN, Kept, fate
from ..errors import N_
from ..rendering.mails import digest
from ..store import planned as store
from ..store.outbox import PlannedMail
from . import wording
from .cases import OpenCase
from .mailing import enqueue
from .wishes import key_of

GONE = N_("the step has been left, or the date has moved").text
PASSED = N_("the date was moved so near that the day of this reminder has been").text


def send_deed_mails(case: OpenCase, move: Move) -> None:
    """Put the mails of a move into the outbox: one a person, however many reasons there are."""
    actor = case.account.person_id if case.account else None
    mails: dict[int, list[DeedMail]] = defaultdict(list)
    for mail in deed_mails(move, actor, case.now):
        mails[mail.person].append(mail)
    people = store.people(case.session, mails)
    for person_id, several in mails.items():
        person = people.get(person_id)
        if person is None or person.closed_at is not None:
            continue
        enqueue(
            case.session,
            case.house,
            person=person,
            kind=several[0].reason,
            words=digest([wording.deed_words(case, mail) for mail in several]),
            review_id=case.review.id,
            now=case.now,
            real_now=real_time(case.session, case.now),
        )


def replan(case: OpenCase) -> None:
    """Make the rows of planned mail what `plan` says (engine.md 27)."""
    wanted = {planned.key: planned for planned in plan(case.case, case.now)}
    rows = {key_of(row): row for row in store.planned_of(case.session, case.review.id)}
    for key in {**wanted, **rows}:
        row, planned = rows.get(key), wanted.get(key)
        becomes = fate(kept_of(row) if row else None, planned, case.now)
        if becomes == PLAN and planned is not None:
            _plan(case, row, planned)
        elif row is not None and becomes in (DROP, MISSED):
            row.state, row.why_not = "void", GONE if becomes == DROP else PASSED


def _plan(case: OpenCase, row: PlannedMail | None, planned: Planned) -> None:
    if row is None:
        case.session.add(_row(case.review.id, planned))
        return
    if row.state == "sent":
        # It goes again for its new date; what went for the old one stays in the outbox.
        row.outgoing_id = None
    row.state, row.why_not, row.due_at = "planned", "", planned.at
    row.person_id = planned.person
    row.data = _data(planned)


def kept_of(row: PlannedMail) -> Kept:
    """A row of planned mail as the engine takes it."""
    due = row.data.get("due")
    return Kept(row.state, date.fromisoformat(due) if due else None, row.due_at)


def _row(review_id: int, planned: Planned) -> PlannedMail:
    key = planned.key
    return PlannedMail(
        review_id=review_id,
        party=key.party,
        step=key.step,
        visit=key.visit,
        rule=key.rule,
        occurrence=key.occurrence,
        seat_id=key.seat,
        person_id=planned.person,
        kind="reminder",
        due_at=planned.at,
        data=_data(planned),
    )


def _data(planned: Planned) -> dict[str, object]:
    return {"due": planned.due.isoformat(), "late": planned.late, "own_turn": planned.own_turn}


def real_time(session: Session, now: datetime) -> datetime:
    """The real clock's instant for an instant of the method's time (they differ in the demo alone)."""
    return now - timedelta(seconds=store.ahead(session))
