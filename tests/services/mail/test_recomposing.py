"""Reminders that wait for a mail server: what goes in the end is what is true in the end (engine.md 29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import select

from peerreview.services.base.house import House
from peerreview.services.mail.still_true import ask_again
from peerreview.services.worker import each_tick
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.outbox import Outgoing, PlannedMail, planned_in
from peerreview.store.mail.planned import wish_on
from peerreview.store.people.people import Person

from ...mail.post import DROP, Post
from ..review_fixtures import Cast, advance, do, make_review

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(house: House, smtp: Post) -> House:
    return replace(house, settings=house.settings.model_copy(update={"mail_port": smtp.port}))


@pytest.fixture
def cast(house: House, smtp: Post, now: datetime) -> Cast:
    """A review in which the first reminder has just gone into the outbox, and nothing else waits there."""
    cast = make_review(house)
    deliver(house, real_now=cast.now + MINUTE)
    smtp.taken.clear()
    with house.db.read() as session:
        first = select(PlannedMail.due_at).where(PlannedMail.state == "planned").order_by(PlannedMail.due_at)
        due = session.scalars(first.limit(1)).one()
    cast.now = due
    each_tick.tick(house, now=due, real_now=due)
    assert reminders(house)
    return cast


def reminders(house: House, state: str = "waiting") -> list[Outgoing]:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.kind == "reminder", Outgoing.state == state)
        return list(session.scalars(query.order_by(Outgoing.id)))


def put_off(house: House, cast: Cast, smtp: Post, answer: str = "451 later") -> None:
    smtp.to_data[:] = [answer] * len(reminders(house))
    deliver(house, real_now=cast.now)
    assert smtp.taken == []


def again(house: House, cast: Cast) -> None:
    later = cast.now + 10 * MINUTE
    ask_again(house, now=later, real_now=later)
    deliver(house, real_now=later)


def test_what_has_been_done_meanwhile_is_not_reminded_of(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp)
    everybody = {row.person_id for row in reminders(house)}
    done = cast.coordinator(0)
    assert done.person_id in everybody
    do(house, cast, done, "accept", "acceptance", conflict="none")
    again(house, cast)
    assert {row.person_id for row in reminders(house, "sent")} == everybody - {done.person_id}
    [void] = reminders(house, "void")
    assert void.person_id == done.person_id
    assert void.message not in [message for _, message in smtp.taken]


def test_what_is_still_true_goes_under_the_same_id(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp)
    before = {row.message_id: row for row in reminders(house)}
    again(house, cast)
    sent = [message_from_bytes(message) for _, message in smtp.taken]
    assert {message["Message-ID"] for message in sent} == set(before)
    for message in sent:
        old = message_from_bytes(before[message["Message-ID"]].message)
        assert (message["Subject"], message["In-Reply-To"]) == (old["Subject"], old["In-Reply-To"])


def test_it_goes_to_the_address_that_has_been_corrected(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp)
    with house.db.write() as session:
        session.get_one(Person, cast.coordinator(0).person_id).email = "new@example.org"
    again(house, cast)
    assert ["new@example.org"] in [to for to, _ in smtp.taken]


def test_after_an_unclear_end_nothing_is_changed(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp, DROP)
    before = sorted(row.message for row in reminders(house))
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    again(house, cast)
    reminded = [message for _, message in smtp.taken if message in before]
    assert sorted(reminded) == before


def test_once_unclear_the_bytes_stay_whatever_comes_then(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp, DROP)
    later = cast.now + 2 * MINUTE
    smtp.to_data[:] = ["451 later"] * len(reminders(house))
    deliver(house, real_now=later)
    assert all(row.unclear for row in reminders(house))


def test_a_closed_account_gets_no_reminder(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp)
    person_id = cast.coordinator(0).person_id
    with house.db.write() as session:
        session.get_one(Person, person_id).closed_at = cast.now
    again(house, cast)
    assert [row.person_id for row in reminders(house, "void")] == [person_id]


def test_the_mails_of_deeds_go_as_they_were_written(house: House, smtp: Post) -> None:
    cast = make_review(house)
    with house.db.read() as session:
        before = {row.message for row in session.scalars(select(Outgoing))}
    assert before
    smtp.to_data[:] = ["451 later"] * len(before)
    deliver(house, real_now=cast.now)
    advance(house, cast, to="teams")
    later = cast.now + 10 * MINUTE
    ask_again(house, now=later, real_now=later)
    deliver(house, real_now=later)
    assert before <= {message for _, message in smtp.taken}


def test_the_leads_line_is_still_there_when_it_is_tried_again(house: House, smtp: Post, cast: Cast) -> None:
    put_off(house, cast, smtp)
    first = reminders(house)[0]
    with house.db.write() as session:
        for row in planned_in(session, first):
            wish = wish_on(session, row)
            wish.line, wish.by, wish.at = "Ring mig.", cast.lead.person_id, cast.now
    again(house, cast)
    said = {to: b"Ring mig." in message for [to], message in smtp.taken}
    assert said == {row.recipient: row.recipient == first.recipient for row in reminders(house, "sent")}
