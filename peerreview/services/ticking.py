"""Each tick of the clock: reviews that time moves, and planned mails that have come due.

A planned mail is asked about again at the moment of sending: the plan is made anew from what is true
now, and a mail that it no longer holds is not sent, with the reason kept (design.md section 5).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime

from sqlalchemy.orm import Session

from ..engine.planning import MailKey, Planned, plan
from ..errors import N_, PeerreviewError
from ..rendering.mails import MailWords, digest
from ..store import cases
from ..store import planned as store
from ..store.outbox import PlannedMail
from . import mailing
from .cases import OpenCase, opened
from .deeds import changing
from .house import House
from .wishes import HELD, NONE, Wish, key_of, wishes, words_with

log = logging.getLogger(__name__)
BATCH = 200
ALREADY = N_("it had already been done, or the person no longer takes part").text
CLOSED = N_("the person's account is closed").text
OVERTAKEN = N_("a later reminder of the same step went instead").text


def tick(house: House, *, now: datetime, real_now: datetime) -> int:
    """Move what time moves and send what is due by `now`; returns the number of mails put into the outbox."""
    _wake(house, now)
    sent = 0
    while True:
        with house.db.read() as session:
            people = store.people_due(session, now, BATCH)
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
        rows = store.due_of(session, person_id, now)
        person = store.people(session, [person_id]).get(person_id)
        if person is None or person.closed_at is not None:
            _void(rows, CLOSED)
            return 0
        words: list[MailWords] = []
        kept: list[PlannedMail] = []
        reviews = defaultdict(list)
        for row in rows:
            reviews[row.review_id].append(row)
        for review_id, of_review in reviews.items():
            case = opened(house, session, review_id=review_id, account=None, now=now)
            for row, planned, wish in _still_true(case, of_review):
                words.append(words_with(case, planned, wish))
                kept.append(row)
        if not words:
            return 0
        only = (
            next(iter({row.review_id for row in kept})) if len({row.review_id for row in kept}) == 1 else None
        )
        outgoing = mailing.enqueue(
            session,
            house,
            person=person,
            kind="reminder",
            words=digest(words),
            review_id=only,
            now=now,
            real_now=real_now,
        )
        _mark_sent(session, kept, outgoing.id)
        return 1


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
        if planned.person != row.person_id:
            # A deputy sits in by now: it is theirs at the next tick.
            row.person_id = planned.person
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


def _void(rows: list[PlannedMail], why: str) -> None:
    for row in rows:
        row.state, row.why_not = "void", why


def _mark_sent(session: Session, rows: list[PlannedMail], outgoing_id: int) -> None:
    for row in rows:
        row.state, row.outgoing_id = "sent", outgoing_id
    session.flush()
