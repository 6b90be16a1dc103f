"""Mail in the outbox: composed once, threaded, answered by the right lead; gone with the transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from peerreview.errors import N_, PartyName
from peerreview.rendering.mails import MailWords, digest
from peerreview.services.base.house import Account, House
from peerreview.services.mail.put_in_outbox import enqueue
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Definition, Party, Review

from ...people import make_organisation, make_person

WORDS = MailWords(subject=N_("Late: %(party)s", party=PartyName(1)), why="Därför.", link="/x", button="Öppna")


def make_review(house: House, lead: Account, now: datetime) -> int:
    kalmar, gavleborg = (
        make_organisation(house, "Region Kalmar län"),
        make_organisation(house, "Region Gävleborg"),
    )
    with house.db.write() as session:
        if session.get(Definition, "x") is None:
            session.add(Definition(hash="x", name="collegial-review", text="", added_at=now))
            session.flush()
        review = Review(workflow="collegial-review", definition_hash="x", lead_id=lead.person_id)
        review.created_at, review.standing = now, {}
        review.parties = [
            Party(position=0, organisation_id=kalmar),
            Party(position=1, organisation_id=gavleborg),
        ]
        session.add(review)
        session.flush()
        return review.id


def put(
    house: House, to: Account, now: datetime, *, review_id: int | None = None, **more: object
) -> Outgoing:
    asked = {"kind": "reminder", "words": WORDS, "now": now, "real_now": now, **more}
    with house.db.write() as session:
        person = session.get_one(Person, to.person_id)
        return enqueue(session, house, person=person, review_id=review_id, **asked)  # type: ignore[arg-type]


def parsed(row: Outgoing) -> EmailMessage:
    found = message_from_bytes(row.message, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_is_a_row_with_its_bytes(house: House, now: datetime) -> None:
    lead = make_person(house, "Projektledaren", "lead@example.org", is_lead=True)
    person = make_person(house, "Anna", "anna@Malmö.example")
    real_now = now - timedelta(days=9)
    row = put(
        house, person, now, review_id=make_review(house, lead, now), real_now=real_now, reason="for a test"
    )
    mail = parsed(row)
    assert (row.recipient, row.subject) == ("anna@xn--malm-8qa.example", "Late: Region Gävleborg")
    assert (row.state, row.attempts, row.reason) == ("waiting", 0, "for a test")
    assert (row.created_at, row.next_at, row.about_at) == (real_now, real_now, now)
    assert mail["To"] == "Anna <anna@xn--malm-8qa.example>"
    assert mail["Reply-To"] == "Projektledaren <lead@example.org>"
    assert mail["From"] == "Nätverket för kollegial granskning <granskning@example.org>"
    assert mail["Message-ID"] == row.message_id
    assert row.message_id.endswith("@example.org>")
    assert mail["Date"].datetime == now


def test_mails_of_a_review_answer_to_its_first(house: House, now: datetime) -> None:
    lead = make_person(house, "Lo", is_lead=True)
    review = make_review(house, lead, now)
    first, second, third = (put(house, lead, now, review_id=review) for _ in range(3))
    assert parsed(first)["In-Reply-To"] is None
    assert parsed(second)["In-Reply-To"] == parsed(third)["References"] == first.message_id
    assert parsed(put(house, lead, now))["In-Reply-To"] is None


def test_two_first_mails_of_one_transaction_are_one_thread(house: House, now: datetime) -> None:
    lead = make_person(house, "Lo", is_lead=True)
    review = make_review(house, lead, now)
    with house.db.write() as session:
        person = session.get_one(Person, lead.person_id)
        first, second = (
            enqueue(
                session, house, person=person, kind="x", words=WORDS, review_id=review, now=now, real_now=now
            )
            for _ in range(2)
        )
    assert parsed(second)["In-Reply-To"] == first.message_id


def test_a_digest_names_the_parties_of_each_review(house: House, now: datetime) -> None:
    lead = make_person(house, "Lo", is_lead=True)
    other = MailWords(subject=N_("Late: %(party)s", party=PartyName(1)), why="W", names={1: "Region Skåne"})
    row = put(house, lead, now, review_id=make_review(house, lead, now), words=digest([WORDS, other]))
    body = parsed(row).get_body(("plain",))
    assert body is not None
    assert "Late: Region Gävleborg" in body.get_content()
    assert "Late: Region Skåne" in body.get_content()


def test_the_reviews_own_lead_answers(house: House, now: datetime) -> None:
    first, own = make_person(house, "Första", is_lead=True), make_person(house, "Egen", is_lead=True)
    review = make_review(house, own, now)
    assert "Egen" in parsed(put(house, first, now, review_id=review))["Reply-To"]
    assert "Första" in parsed(put(house, first, now))["Reply-To"]
    with house.db.write() as session:
        session.get_one(Person, own.person_id).closed_at = now
    assert "Första" in parsed(put(house, first, now, review_id=review))["Reply-To"]


def test_without_a_lead_answers_go_to_the_settings_address(house: House, now: datetime) -> None:
    person = make_person(house, "Anna")
    assert parsed(put(house, person, now))["Reply-To"].addresses[0].addr_spec == "granskning@example.org"


def test_an_address_that_cannot_be_does_not_stop_the_deed(house: House, now: datetime) -> None:
    person = make_person(house, "Åsa", "åsa@example.org")
    assert put(house, person, now).recipient == "åsa@example.org"


def test_no_commit_no_mail(house: House, now: datetime) -> None:
    person = make_person(house, "Anna")

    class Oops(Exception):
        pass

    with pytest.raises(Oops):
        with house.db.write() as session:
            row = session.get_one(Person, person.person_id)
            enqueue(session, house, person=row, kind="x", words=WORDS, review_id=None, now=now, real_now=now)
            raise Oops
    with house.db.read() as session:
        assert session.scalars(select(Outgoing)).all() == []
