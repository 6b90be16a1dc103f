"""Reminders and invitations that could not be delivered yet: asked about again before they are tried again.

After a definite no for now (4xx, no server) such a mail is composed anew from what is still true, under its
Message-ID; if nothing of it is, it is not sent at all. After an unclear end the same bytes go again, for
they may have arrived (engine.md 29). Other mails tell of what has happened: that stays true.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.turns.planning import plan
from ...errors import N_
from ...rendering.mails import MailWords, digest
from ...store.mail import gathered_mail as gathered_store
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ..base.house import House
from ..case.opening import opened
from . import calendar_invitations, digests, put_in_outbox
from .lead_wishes import NONE, key_of, wishes, words_with

log = logging.getLogger(__name__)

POINTLESS = N_("It had already been done when the mail could be sent.")


def ask_again(house: House, *, now: datetime, real_now: datetime) -> None:
    """Bring every mail that is about to be tried again up to what is true at `now`."""
    with house.db.read() as session:
        ids = store.to_ask_again(session, due_by=real_now)
    for outgoing_id in ids:
        try:
            _bring_up_to_date(house, outgoing_id, now)
        except Exception:
            # Whatever is wrong with one review must stop no mail, least of all that of the others.
            log.exception("mail %s goes as it was composed", outgoing_id)


def _bring_up_to_date(house: House, outgoing_id: int, now: datetime) -> None:
    with house.db.write() as session:
        row = store.outgoing_by_id(session, outgoing_id, lock=True)
        if row is None or row.state != "waiting" or row.person_id is None:
            return
        person = session.get_one(Person, row.person_id)
        if row.kind == calendar_invitations.KIND:
            _bring_invitation_up_to_date(house, session, row, person, now)
            return
        words = still_true(house, session, row, now) if person.closed_at is None else []
        if words:
            put_in_outbox.compose_anew(session, house, row, person=person, words=digest(words), now=now)
        else:
            row.state, row.last_answer = "void", POINTLESS.text


def _bring_invitation_up_to_date(
    house: House, session: Session, row: Outgoing, person: Person, now: datetime
) -> None:
    assert row.review_id is not None
    case = opened(house, session, review_id=row.review_id, account=None, now=now)
    words = calendar_invitations.still_true(case, row, person) if person.closed_at is None else None
    if words is None:
        row.state, row.last_answer = "void", calendar_invitations.OVERTAKEN.text
    else:
        put_in_outbox.compose_anew(session, house, row, person=person, words=words, now=now)


def still_true(
    house: House, session: Session, row: Outgoing, now: datetime, done: set[tuple[object, ...]] | None = None
) -> list[MailWords]:
    """The words of those reminders in the mail that would be sent today; the others become void, and so do those of
    steps that are in `done`, to which the mail's own are added."""
    planned, gathered = store.planned_in(session, row), gathered_store.sent_in(session, row.id)
    words = []
    reviews = [one.review_id for one in planned] + [one.review_id for one in gathered]
    for review_id in dict.fromkeys(reviews):
        case = opened(house, session, review_id=review_id, account=None, now=now)
        wanted = {one.key: one for one in plan(case.case, now)}
        wished = wishes(session, [review_id])
        for planned_row in (one for one in planned if one.review_id == review_id):
            found = wanted.get(key_of(planned_row))
            slot = (review_id, planned_row.party, planned_row.step, planned_row.seat_id)
            if found is not None and (done is None or slot not in done):
                if done is not None:
                    done.add(slot)
                words.append(words_with(case, found, wished.get((review_id, found.key), NONE)))
            else:
                planned_row.state, planned_row.why_not = "void", POINTLESS.text
        news = digests.still_true(case, [one for one in gathered if one.review_id == review_id], set())
        words += [digests.words_of(one) for one in news]
    return words
