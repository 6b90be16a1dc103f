"""Mail about what somebody did: to those who sit there now, each once, never to the one who did it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerreview.errors import N_
from peerreview.services.deeds import changing
from peerreview.services.house import House
from peerreview.services.telling import tell_seats, tell_team
from peerreview.store.outbox import Outgoing

from .review_fixtures import Cast, make_review

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
