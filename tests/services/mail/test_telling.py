"""Mail about what somebody did: to those who sit there now, each once, never to the one who did it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from peerreview.engine.language.definition import MailRule
from peerreview.engine.turns.telling import DeedMail
from peerreview.errors import N_, Text
from peerreview.services.base.house import House
from peerreview.services.deeds.change import changing
from peerreview.services.mail import plan
from peerreview.services.mail.tell import tell_seats, tell_team
from peerreview.store.mail.gathered_mail import Gathered
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person

from ..review_fixtures import Cast, advance, make_review

SUBJECT = N_("Something has happened")


@pytest.fixture
def cast(house: House) -> Cast:
    """The outsider sits in for the coordinator of side 1."""
    cast = make_review(house)
    with changing(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        seat = next(s for s in case.rows.seats if s.person_id == cast.coordinator(1).person_id)
        seat.deputy_id = cast.outsider.person_id
        seat.deputy_from, seat.deputy_until = cast.now - timedelta(days=1), cast.now + timedelta(days=1)
    return cast


def test_a_deputy_gets_what_the_one_away_would_have_got(house: House, cast: Cast) -> None:
    with changing(house, review_id=cast.review_id, actor=cast.member(1), now=cast.now) as case:
        tell_team(case, 1, kind="a", subject=SUBJECT, text=SUBJECT, page="materials", button=SUBJECT)
        tell_seats(
            case, case.case.seats, kind="b", subject=SUBJECT, asks=(SUBJECT,), link="/", button=SUBJECT
        )
    with house.db.read() as session:
        told = {
            kind: {row.person_id for row in session.query(Outgoing).filter_by(kind=kind)} for kind in "ab"
        }
    assert told["a"] == {cast.outsider.person_id, cast.member(1, 1).person_id}
    assert cast.coordinator(1).person_id not in told["b"]
    assert {cast.outsider.person_id, cast.coordinator(0).person_id} <= told["b"]
    assert cast.member(1).person_id not in told["b"]


@pytest.mark.parametrize("rhythm", ["at_once", "daily"])
def test_whose_account_is_closed_is_told_of_no_deed(house: House, rhythm: str) -> None:
    """The deed's own mails, sent at once or gathered; also where the account was closed while the deed was done."""
    cast = advance(house, make_review(house), to="collect")
    gone, still = cast.member(1, 0).person_id, cast.member(1, 1).person_id
    with house.db.write() as session:
        for person in (gone, still):
            session.get_one(Person, person).rhythm = rhythm
        session.execute(update(Outgoing).values(state="void"))
    with changing(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        place = next(place for place in case.standing.marks if place[0] == "exchange/collect")
        case.session.get_one(Person, gone).closed_at = cast.now
        rule = MailRule((), Text((("sv", "Ämne"),)), Text((("sv", "Text"),)))
        plan._send(case, [DeedMail(person, 1, place, rule, "begun") for person in (gone, still)])
    with house.db.read() as session:
        told = {row.person_id for row in session.query(Outgoing) if row.state != "void"}
        told |= {row.person_id for row in session.query(Gathered)}
    assert told == {still}
