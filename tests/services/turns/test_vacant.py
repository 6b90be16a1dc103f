"""A role that nobody with an open account holds is known wherever people look, and can be mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerreview.errors import Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import House
from peerreview.services.home.my_page import home
from peerreview.services.lead.board import board
from peerreview.services.lead.remind_by_hand import remind
from peerreview.services.people.accounts import close_account, reopen_account
from peerreview.services.review.overview import overview
from peerreview.services.team.name_holder import name, naming_form
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.people.people import Membership
from peerreview.store.review.reviews import Seat

from ..review_fixtures import Cast, advance, do, make_review


def close(house: House, cast: Cast, party: int = 0) -> None:
    close_account(
        house,
        actor=cast.lead,
        person_id=cast.coordinator(party).person_id,
        now=cast.now,
        real_now=cast.now,
    )


def alarms(house: House, cast: Cast) -> list[str]:
    views = board(house, actor=cast.lead, now=cast.now, real_now=cast.now).vacant
    assert views == home(house, actor=cast.lead, now=cast.now, real_now=cast.now).vacant
    return [say(view.words, "en") for view in views]


def test_closing_the_only_coordinators_account_is_an_alarm(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    assert alarms(house, cast) == []
    close(house, cast)
    assert alarms(house, cast) == [
        "Region Kalmar län has nobody with an open account who is coordinator, and it is their turn: "
        "Compile the materials."
    ]
    for who in (cast.lead, cast.member(0)):
        head = overview(house, actor=who, review_id=cast.review_id, now=cast.now).head
        assert len(head.vacant) == 1
    assert overview(house, actor=cast.member(1), review_id=cast.review_id, now=cast.now).head.vacant == ()
    reopen_account(
        house, actor=cast.lead, person_id=cast.coordinator(0).person_id, now=cast.now, real_now=cast.now
    )
    assert alarms(house, cast) == []


def test_it_is_known_before_it_is_their_turn(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    close(house, cast)
    (said,) = alarms(house, cast)
    assert said.endswith("That is needed in the step Appoint the team.")


def test_no_reminder_is_promised_that_would_reach_nobody(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    close(house, cast)
    (row,) = board(house, actor=cast.lead, now=cast.now, real_now=cast.now).rows
    (ball,) = [ball for ball in row.balls if ball.party == 0]
    assert (ball.reminder, ball.can_be_reminded) == (None, False)
    assert [say(who, "en") for who in ball.who] == ["Region Kalmar län (nobody can do it now)"]
    with house.db.read() as session:
        planned = session.query(PlannedMail).filter_by(state="planned", party=0)
        assert cast.coordinator(0).person_id not in {row.person_id for row in planned}
    with pytest.raises(Refused):
        remind(
            house,
            actor=cast.lead,
            review_id=cast.review_id,
            step="exchange/collect",
            party=0,
            now=cast.now,
            real_now=cast.now,
        )


def test_lead_names_somebody_of_the_team_and_the_alarm_is_gone(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    given = {"actor": cast.lead, "review_id": cast.review_id, "party": 0, "now": cast.now}
    with pytest.raises(NotFound):
        naming_form(house, **given)
    close(house, cast)
    view = naming_form(house, **given)
    assert cast.coordinator(0).person_id not in dict(view.people)
    named = name(
        house,
        **given,
        person_id=cast.member(0).person_id,
        role="coordinator",
        function="",
        real_now=cast.now,
    )
    assert named == cast.member(0).name
    assert alarms(house, cast) == []
    page = home(house, actor=cast.member(0), now=cast.now, real_now=cast.now)
    assert [say(task.title, "en") for task in page.tasks if not task.helps] == ["Hand in the materials"]
    for who in (cast.coordinator(1), cast.member(1)):
        with pytest.raises(NotFound):
            naming_form(house, **{**given, "actor": who})


def test_nobody_is_named_who_sits_or_stands_in_on_another_side(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    both, deputy = cast.member(1), cast.contact(1)
    with house.db.write() as session:
        for who in (both, deputy, cast.member(0)):
            session.add(
                Membership(
                    organisation_id=cast.sides[0].organisation, person_id=who.person_id, role="contact"
                )
            )
        seat = session.query(Seat).filter_by(person_id=cast.member(1, 1).person_id).one()
        seat.deputy_id, seat.deputy_from, seat.deputy_until = deputy.person_id, cast.now, cast.now
    close(house, cast)
    given = {"actor": cast.lead, "review_id": cast.review_id, "party": 0, "now": cast.now}
    there = dict(naming_form(house, **given).people)
    assert not there.keys() & {both.person_id, deputy.person_id}
    assert cast.member(0).person_id in there
    for who in (both, deputy):
        with pytest.raises(Invalid):
            name(house, **given, person_id=who.person_id, role="coordinator", function="", real_now=cast.now)


def test_an_empty_seat_is_the_same(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    with house.db.write() as session:
        seat = session.query(Seat).filter_by(review_id=cast.review_id, role="coordinator", party=1).one()
        seat.removed_at = cast.now
    head = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).head
    assert len(head.vacant) == 1


def test_what_the_lead_may_do_too_is_theirs_where_no_coordinator_is_left(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    for party in cast.parties:
        close(house, cast, party)
    page = home(house, actor=cast.lead, now=cast.now, real_now=cast.now)
    assert len(page.tasks) == 1


def test_who_sits_in_holds_the_role_for_their_days(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    with house.db.write() as session:
        seat = session.query(Seat).filter_by(review_id=cast.review_id, role="coordinator", party=0).one()
        seat.deputy_id = cast.member(0).person_id
        seat.deputy_from, seat.deputy_until = cast.now - timedelta(days=1), cast.now + timedelta(days=7)
    close(house, cast)
    assert alarms(house, cast) == []
    cast.now += timedelta(days=8)
    head = overview(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).head
    assert len(head.vacant) == 1
