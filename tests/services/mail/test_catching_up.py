"""An address that is corrected: what did not arrive goes there as far as it still holds, under the same Message-ID."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes

import pytest
from sqlalchemy import select

from peerreview.errors import Invalid
from peerreview.services.base.house import Account, House
from peerreview.services.mail import put_in_outbox
from peerreview.services.mail.resend import NO_LONGER
from peerreview.services.people import prove_address
from peerreview.services.people.accounts import correct_address
from peerreview.services.people.prove_address import change_my_address
from peerreview.services.worker import each_tick
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.people.people import Person

from ...mail.post import Post
from ...people import PASSWORD
from ..review_fixtures import Cast, do, make_review

NEW = "helt.ny@example.org"


@pytest.fixture
def house(house: House, smtp: Post) -> House:
    return replace(house, settings=house.settings.model_copy(update={"mail_port": smtp.port}))


@pytest.fixture
def cast(house: House, smtp: Post) -> Cast:
    """A review whose mails to the first coordinator were all refused: that the step has begun, and two reminders."""
    cast = make_review(house)
    me = cast.coordinator(0).person_id
    with house.db.read() as session:
        planned = select(PlannedMail.due_at).where(PlannedMail.person_id == me).order_by(PlannedMail.due_at)
        days = list(session.scalars(planned.limit(2)))
    for day in days:
        each_tick.tick(house, now=day, real_now=day)
        cast.now = day
    with house.db.write() as session:
        for row in session.scalars(select(Outgoing).where(Outgoing.person_id != me)):
            row.state = "sent"
    smtp.to_rcpt[:] = ["550 no such user"] * 9
    assert [one.state for one in deliver(house, real_now=cast.now)] == ["failed"] * 3
    smtp.to_rcpt.clear()
    return cast


def mails(house: House, who: Account) -> list[Outgoing]:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.person_id == who.person_id)
        return list(session.scalars(query.order_by(Outgoing.id)))


def person(house: House, who: Account) -> Person:
    with house.db.read() as session:
        return session.get_one(Person, who.person_id)


def correct(house: House, cast: Cast) -> None:
    correct_address(
        house,
        actor=cast.lead,
        person_id=cast.coordinator(0).person_id,
        email=NEW,
        now=cast.now,
        real_now=cast.now,
    )

    prove(house, cast)


def link_to(house: House, who: Account, kind: str, what: str) -> str:
    """The token in the latest mail of a kind to somebody."""
    row = [row for row in mails(house, who) if row.kind == kind][-1]
    found = re.search(rf"/{what}/([\w-]{{43}})", put_in_outbox.text_of(row.message))
    assert found
    return found[1]


def prove(house: House, cast: Cast) -> None:
    given = {"actor": None, "password": PASSWORD, "client": "::1", "device": "", "now": cast.now}
    token = link_to(house, cast.coordinator(0), "address", "address")
    assert prove_address.prove(house, token=token, real_now=cast.now, **given) == NEW  # type: ignore[arg-type]


def test_what_still_holds_goes_under_its_own_id(house: House, smtp: Post, cast: Cast) -> None:
    anna = cast.coordinator(0)
    begun, first, second = mails(house, anna)
    assert person(house, anna).mail_problem == "550 no such user"
    correct(house, cast)
    assert person(house, anna).mail_problem == ""
    deliver(house, real_now=cast.now)
    there = [message_from_bytes(m) for to, m in smtp.taken if to == [NEW]]
    assert {begun.message_id, second.message_id} <= {m["Message-ID"] for m in there}
    assert {m["To"].split("<")[1] for m in there} == {f"{NEW}>"}
    states = {row.id: (row.state, row.last_answer) for row in mails(house, anna)}
    # Of two reminders of one step the later goes alone.
    assert states[first.id] == ("void", NO_LONGER.text)


def test_what_has_been_done_meanwhile_does_not_go(house: House, smtp: Post, cast: Cast) -> None:
    anna = cast.coordinator(0)
    do(house, cast, anna, "accept", "acceptance", conflict="none")
    before = {row.id for row in mails(house, anna) if row.kind == "reminder"}
    correct(house, cast)
    after = {row.id: row.state for row in mails(house, anna) if row.id in before}
    assert set(after.values()) == {"void"}
    deliver(house, real_now=cast.now)
    assert "Påminnelse" not in b"".join(m for _, m in smtp.taken).decode()


def test_a_review_that_has_ended_is_not_told_of(house: House, smtp: Post, cast: Cast) -> None:
    before = [row.id for row in mails(house, cast.coordinator(0))]
    do(house, cast, cast.coordinator(1), "decline", "acceptance", reason="Vi hinner inte i år.")
    correct(house, cast)
    assert {row.state for row in mails(house, cast.coordinator(0)) if row.id in before} == {"void"}


def test_my_own_address_for_who_knows_the_password(house: House, smtp: Post, cast: Cast) -> None:
    anna = cast.coordinator(0)
    given = {"actor": anna, "now": cast.now, "real_now": cast.now}
    for email, present, field in (
        (NEW, "fel", "present"),
        ("ingen adress", PASSWORD, "email"),
        (cast.lead.email.upper(), PASSWORD, "email"),
    ):
        with pytest.raises(Invalid) as refused:
            change_my_address(house, email=email, present=present, **given)  # type: ignore[arg-type]
        assert list(refused.value.errors) == [field]
    change_my_address(house, email=f" {NEW} ", present=PASSWORD, **given)  # type: ignore[arg-type]
    assert person(house, anna).email != NEW
    prove(house, cast)
    changed = person(house, anna)
    assert (changed.email, changed.mail_problem, changed.address_unproven) == (NEW, "", False)
    deliver(house, real_now=cast.now)
    assert [to for to, _ in smtp.taken].count([NEW]) == 4
