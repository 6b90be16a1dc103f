"""Each tick of the clock: reviews that time moves, and planned mails that have come due.

A planned mail is asked about again at the moment of sending: the plan is made anew from what is true
now, and a mail that it no longer holds is not sent, with the reason kept (design.md section 5).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.turns.planning import MailKey, Planned, plan
from ...errors import N_, PeerreviewError
from ...rendering.mails import MailWords, digest
from ...store.case import cases
from ...store.mail import gathered_mail as gathered_store
from ...store.mail import planned as store
from ...store.mail.gathered_mail import Gathered
from ...store.mail.outbox import PlannedMail
from ..base.house import House
from ..case.opening import OpenCase, opened
from ..deeds.change import changing
from ..mail import digests, put_in_outbox
from ..mail.lead_wishes import HELD, NONE, Wish, key_of, wishes, words_with
from ..team import ask_for_seat
from . import weekly_digest

log = logging.getLogger(__name__)
BATCH = 200
ALREADY = N_("it had already been done, or the person no longer takes part").text
CLOSED = N_("the person's account is closed").text
OVERTAKEN = N_("a later reminder of the same step went instead").text


def tick(house: House, *, now: datetime, real_now: datetime) -> int:
    """Move what time moves and send what is due by `now`; returns the number of mails put into the outbox."""
    _wake(house, now)
    ask_for_seat.run_out(house, now=now)
    sent = weekly_digest.tell_leads(house, now=now, real_now=real_now)
    while True:
        with house.db.read() as session:
            people = store.people_due(session, now, BATCH)
            people = sorted({*people, *gathered_store.people_due(session, now, BATCH)})[:BATCH]
        failed = 0
        for person_id in people:
            try:
                sent += _send_to(house, person_id, now, real_now)
            except PeerreviewError:
                failed += 1
                log.exception("the mails due to person %s could not be made", person_id)
        if len(people) < BATCH or failed:
            return sent


def _wake(house: House, now: datetime) -> None:
    tried: set[int] = set()
    while ids := _to_wake(house, now, tried):
        for review_id in ids:
            try:
                with changing(house, review_id=review_id, actor=None, now=now):
                    pass
            except PeerreviewError:
                # One review that cannot be moved must not keep the others from their time.
                log.exception("review %s could not be moved by time", review_id)
        tried.update(ids)


def _to_wake(house: House, now: datetime, tried: set[int]) -> list[int]:
    with house.db.read() as session:
        return [one for one in cases.to_wake(session, now, BATCH + len(tried)) if one not in tried]


def _send_to(house: House, person_id: int, now: datetime, real_now: datetime) -> int:
    """One person's due mails in one transaction and, where several are left, one digest (engine.md 28)."""
    with house.db.write() as session:
        planned = store.due_of(session, person_id, now)
        gathered = gathered_store.due_of(session, person_id, now)
        person = store.people(session, [person_id]).get(person_id)
        if person is None or person.closed_at is not None:
            _void([*planned, *gathered], CLOSED)
            return 0
        due = _Due()
        about = [row.review_id for row in planned] + [row.review_id for row in gathered]
        for review_id in dict.fromkeys(about):
            case = opened(house, session, review_id=review_id, account=None, now=now)
            due.add(
                case,
                [row for row in planned if row.review_id == review_id],
                [row for row in gathered if row.review_id == review_id],
            )
        if not due.words:
            return 0
        reviews = {row.review_id for row in due.rows}
        outgoing = put_in_outbox.enqueue(
            session,
            house,
            person=person,
            kind="digest" if due.has_gathered else "reminder",
            words=digest(due.words),
            review_id=reviews.pop() if len(reviews) == 1 else None,
            now=now,
            real_now=real_now,
            may_decline=digests.together(due.rows),
            nameless=any(row.nameless for row in due.rows),
        )
        _mark_sent(session, due.rows, outgoing.id)
        return 1


@dataclass
class _Due:
    """What is to be said to one person, and the rows that it comes from."""

    words: list[MailWords] = field(default_factory=list)
    rows: list[PlannedMail | Gathered] = field(default_factory=list)

    def add(self, case: OpenCase, planned: list[PlannedMail], gathered: list[Gathered]) -> None:
        """Of one review, what still holds."""
        reminded: set[tuple[str, int | None]] = set()
        for row, one, wish in _still_true(case, planned):
            self.words.append(words_with(case, one, wish))
            self.rows.append(row)
            if one.own_turn:
                reminded.add((one.place[0], one.place[1].party))
        for kept in digests.still_true(case, gathered, reminded):
            self.words.append(digests.words_of(kept))
            self.rows.append(kept)

    @property
    def has_gathered(self) -> bool:
        return any(isinstance(row, Gathered) for row in self.rows)


def _still_true(case: OpenCase, rows: list[PlannedMail]) -> list[tuple[PlannedMail, Planned, Wish]]:
    """Of the due rows those that the plan still holds and the lead has not held back, the latest of each step; the
    others become void."""
    wished = wishes(case.session, [case.review.id])
    wanted: dict[MailKey, Planned] = {planned.key: planned for planned in plan(case.case, case.now)}
    latest: dict[tuple[int, str, int], tuple[PlannedMail, Planned, Wish]] = {}
    for row in sorted(rows, key=lambda r: r.due_at):
        planned = wanted.get(key_of(row))
        if planned is None:
            _void([row], ALREADY)
            continue
        reader = _reader(case, planned)
        if reader != row.person_id:
            # A deputy sits in by now, or no longer: it is theirs at the next tick.
            row.person_id = reader
            continue
        wish = wished.get((case.review.id, planned.key), NONE)
        if wish.held:
            _void([row], HELD)
            continue
        slot = (row.party, row.step, row.seat_id)
        if slot in latest:
            _void([latest[slot][0]], OVERTAKEN)
        latest[slot] = (row, planned, wish)
    return list(latest.values())


def _reader(case: OpenCase, planned: Planned) -> int:
    """Who gets it now: a mail that has waited may find its seat with somebody else than the plan has it."""
    if planned.place[1].person is not None:
        return planned.person
    seat = next((seat for seat in case.case.seats if seat.id == planned.key.seat), None)
    return seat.reader(case.now) if seat else planned.person


def _void(rows: Sequence[PlannedMail | Gathered], why: str) -> None:
    for row in rows:
        row.state, row.why_not = "void", why


def _mark_sent(session: Session, rows: Sequence[PlannedMail | Gathered], outgoing_id: int) -> None:
    for row in rows:
        row.state, row.outgoing_id = "sent", outgoing_id
    session.flush()
