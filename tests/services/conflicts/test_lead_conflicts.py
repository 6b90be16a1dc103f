"""A lead who belongs to a side: they are told, the others hold the right meanwhile, nobody proposes it unasked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Do, Scope, See
from peerreview.engine.running.decide import No
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.conflicts import conflicts_page, declare_conflict
from peerreview.services.deeds import begin_reviews
from peerreview.services.home import my_page
from peerreview.services.lead import board, verify_histories
from peerreview.services.people import close_account, edit_people
from peerreview.services.review import history_page
from peerreview.services.worker import weekly_digest
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person
from peerreview.store.people.register import RegisterRow
from peerreview.store.review.reviews import Review, Seat
from tests.people import make_person

from ..declared import WHY, decide, declare, page, rows, subjects, tasks
from ..review_fixtures import Cast, advance, do, looked, make_review


@dataclass
class Led:
    """A review in which `own` leads the network and belongs to a side; `other` leads too."""

    cast: Cast
    own: Account
    other: Account


@pytest.fixture
def led(house: House) -> Led:
    cast = make_review(house)
    own = make_person(
        house,
        "Jana Jävig",
        "jana@example.org",
        is_lead=True,
        in_organisation=cast.sides[0].organisation,
        role="member",
    )
    return Led(cast, own, cast.lead)


def leave_alone(house: House, who: Account, now: Any) -> None:
    """Close the account of the only lead without a conflict of interest."""
    with house.db.write() as session:
        session.get_one(Person, who.person_id).closed_at = now


def unlike(house: House, cast: Cast) -> None:
    """All have confirmed, and the teams are unlike: it is the lead's to accept that."""
    advance(house, cast, to="teams")
    with house.db.write() as session:
        seats = session.scalars(
            select(Seat).where(Seat.review_id == cast.review_id, Seat.party == 0, Seat.role == "member")
        ).all()
        for seat in seats:
            seat.function = "public_health"
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "confirm", "teams")


CONSENT = Do("consent", ("teams", Scope(0)))


def test_conflicted_lead_gets_no_task_for_what_the_other_lead_holds_and_hears_why(
    house: House, led: Led
) -> None:
    unlike(house, led.cast)
    title = "Accept unlike teams"
    assert title in tasks(house, led.cast, led.other)
    assert title not in tasks(house, led.cast, led.own)
    refusal = looked(house, led.cast, led.own).may(CONSENT)
    assert isinstance(refusal, No)
    assert "you have a conflict of interest here" in say(refusal.reason, "en")
    with house.db.read() as session:
        told = {row.person_id for row in session.scalars(select(Outgoing).where(Outgoing.kind == "stuck"))}
    assert led.other.person_id in told
    assert led.own.person_id not in told


def test_every_right_and_action_that_is_lost_is_refused_with_that_reason_and_no_other(
    house: House, led: Led
) -> None:
    for to in ("acceptance", "teams", "first_meeting", "collect", "work", "second_meeting"):
        advance(house, led.cast, to=to)
        case, free = looked(house, led.cast, led.own), looked(house, led.cast, led.other)
        role = case.workflow.roles["lead"]
        for right in role.loses:
            for owner in (None, *led.cast.parties):
                for state in case.artefact(right.artefact).kind.states:
                    what = See(right.artefact, right.verb, owner, state)
                    refusal = case.may(what)
                    assert isinstance(refusal, No)
                    if free.may(what):
                        assert "conflict of interest" in say(refusal.reason, "en"), what
        for path, step in case.workflow.by_path.items():
            for key in role.loses_actions & set(step.actions):
                for party in led.cast.parties:
                    refusal = case.may(Do(key, (path, Scope(party))))
                    assert isinstance(refusal, No)
                    assert "conflict of interest" in say(refusal.reason, "en")


def test_pages_tell_a_conflicted_lead_and_the_others_who_holds_it(house: House, led: Led) -> None:
    there: dict[str, Any] = {"review_id": led.cast.review_id, "now": led.cast.now}
    head = page(house, led.cast, led.own).head
    assert head.conflict is not None
    assert "you belong to" in say(head.conflict, "en")
    assert page(house, led.cast, led.other).head.conflict is None
    for who in (led.own, led.other, led.cast.member(1)):
        view = conflicts_page.review_conflicts(house, actor=who, **there)
        assert [one.name for one in view.leads] == [led.own.name]
        assert view.holders == (led.other.name,)
        assert view.takes
    now = {"now": led.cast.now, "real_now": led.cast.now}
    marked = {
        who.name: [row.conflicted for row in board.board(house, actor=who, **now).rows]  # type: ignore[arg-type]
        for who in (led.own, led.other)
    }
    assert marked == {led.own.name: [True], led.other.name: [False]}


def test_conflicted_lead_neither_reads_nor_decides_what_others_declare(house: House, led: Led) -> None:
    declare(house, led.cast, led.cast.member(1))
    [row] = rows(house, led.cast, led.own)
    assert (row.why, row.may_decide) == ("", False)
    assert "Decide on a declared conflict of interest" not in tasks(house, led.cast, led.own)
    assert subjects(house, led.own) == []
    with pytest.raises(Refused, match="conflict of interest"):
        decide(house, led.cast, led.own, "no_hindrance")
    decide(house, led.cast, led.other, "no_hindrance")


def test_where_all_leads_have_one_it_is_an_alarm_until_somebody_is_found(house: House, led: Led) -> None:
    unlike(house, led.cast)
    assert not page(house, led.cast, led.other).head.vacant
    leave_alone(house, led.other, led.cast.now)
    with house.db.write() as session:
        session.get_one(Review, led.cast.review_id).vacant = True
    view = my_page.home(house, actor=led.own, now=led.cast.now, real_now=led.cast.now)
    assert ["all of them have a conflict of interest" in say(one.words, "en") for one in view.vacant] == [
        True
    ]
    assert view.vacant[0].href == f"/reviews/{led.cast.review_id}/conflicts"
    assert "Accept unlike teams" not in tasks(house, led.cast, led.own)
    shown = board.board(house, actor=led.own, now=led.cast.now, real_now=led.cast.now)
    who = [say(words, "en") for row in shown.rows for ball in row.balls for words in ball.who]
    assert any("a project lead without a conflict of interest" in one for one in who)
    head = page(house, led.cast, led.own).head
    assert head.conflict is not None
    assert "another project lead" not in say(head.conflict, "en")
    refusal = looked(house, led.cast, led.own).may(CONSENT)
    assert isinstance(refusal, No)
    assert "nobody can do this now" in say(refusal.reason, "en")
    make_person(house, "Nina Ny", "nina@example.org", is_lead=True)
    assert not page(house, led.cast, led.own).head.vacant


def test_lead_declares_one_in_a_review_and_another_lead_may_find_it_no_hindrance(
    house: House, led: Led
) -> None:
    third = make_person(house, "Tore Tredje", "tore@example.org", is_lead=True)
    unlike(house, led.cast)
    assert looked(house, led.cast, led.other).may(CONSENT)
    declare(house, led.cast, led.other)
    assert not looked(house, led.cast, led.other).may(CONSENT)
    assert "Accept unlike teams" in tasks(house, led.cast, third)
    with pytest.raises(Refused):
        decide(house, led.cast, led.other, "no_hindrance")
    decide(house, led.cast, third, "no_hindrance")
    assert looked(house, led.cast, led.other).may(CONSENT)


def test_lead_declares_one_towards_an_organisation_for_all_its_reviews(house: House, led: Led) -> None:
    cast, now = led.cast, led.cast.now
    third = make_person(house, "Tore Tredje", "tore@example.org", is_lead=True)
    at: dict[str, Any] = {"now": now, "real_now": now}
    place = cast.sides[1].organisation
    for organisation, text in ((None, WHY), (place, "")):
        with pytest.raises(Invalid):
            declare_conflict.declare_towards(
                house, actor=led.other, organisation_id=organisation, text=text, **at
            )
    declare_conflict.declare_towards(house, actor=led.other, organisation_id=place, text=WHY, **at)
    with house.db.read() as session:
        kept = select(RegisterRow.deed).where(RegisterRow.person_id == led.other.person_id)
        assert session.scalars(kept.order_by(RegisterRow.number.desc())).first() == "conflict_declared"
    assert looked(house, cast, led.other).actor.conflicted
    assert len(subjects(house, third)) == len(subjects(house, led.own)) == 1
    for who, why in ((led.other, WHY), (third, WHY)):
        [row] = conflicts_page.network_conflicts(house, actor=who, now=now).towards
        assert row.why == why
    assert "Decide on a declared conflict of interest" in tasks(house, cast, third)
    this: dict[str, Any] = {"conflict_id": row.id, **at, "seen": row.seen}
    with pytest.raises(Refused):
        declare_conflict.decide_towards(house, actor=led.other, decision="no_hindrance", note="", **this)
    declare_conflict.decide_towards(house, actor=third, decision="taken_over", note="Tore tar över.", **this)
    [row] = conflicts_page.network_conflicts(house, actor=led.other, now=now).towards
    assert row.decided_at == now
    # In other words it is decided on anew, and of the old ones nothing can be said any more.
    with pytest.raises(NotFound):
        declare_conflict.change_towards(house, actor=third, text="Nej.", **this)
    later = {**this, "now": now + timedelta(hours=1)}
    declare_conflict.change_towards(house, actor=led.other, text="Min syster är chef där.", **later)
    [row] = conflicts_page.network_conflicts(house, actor=third, now=now).towards
    assert (row.why, row.decided_at, row.changed) == ("Min syster är chef där.", None, True)
    assert "Decide on a declared conflict of interest" in tasks(house, cast, third)
    assert len(subjects(house, third)) == 2
    for who, deed, more in (
        (led.other, declare_conflict.take_back_towards, {}),
        (led.other, declare_conflict.change_towards, {"text": "Ingen."}),
        (third, declare_conflict.decide_towards, {"decision": "no_hindrance", "note": ""}),
    ):
        with pytest.raises(Conflict):
            deed(house, actor=who, **more, **later)
    assert looked(house, cast, led.other).actor.conflicted
    declare_conflict.take_back_towards(house, actor=led.other, **{**later, "seen": row.seen})
    assert not looked(house, cast, led.other).actor.conflicted
    with pytest.raises(NotFound):
        conflicts_page.network_conflicts(house, actor=cast.coordinator(0), now=now)
    assert verify_histories.verify(house) == []


def test_review_with_the_own_employer_is_asked_back_and_the_others_are_told(house: House, led: Led) -> None:
    cast = led.cast
    chosen = [side.organisation for side in cast.sides]
    this: dict[str, Any] = {"organisations": chosen, "now": cast.now}
    with pytest.raises(Invalid) as error:
        begin_reviews.begin_review(house, actor=led.own, **this)
    said = say(error.value.errors["organisations"], "en")
    assert "You have a conflict of interest towards" in said
    assert led.other.name in said
    token = dict(error.value.errors["meant"].params)["token"]
    review_id = begin_reviews.begin_review(house, actor=led.own, meant=str(token), **this)
    [told] = subjects(house, led.other)
    assert led.own.name in told
    assert subjects(house, led.own) == []
    view = history_page.history(house, actor=led.other, review_id=review_id, now=cast.now)
    assert any("A project lead has a conflict of interest" in say(line.title, "en") for line in view.lines)
    begin_reviews.begin_review(house, actor=led.other, **this)


def test_closing_the_last_lead_without_one_is_foreseen_by_name_and_link(house: House, led: Led) -> None:
    this: dict[str, Any] = {"actor": led.own, "person_id": led.other.person_id, "now": led.cast.now}
    advance(house, led.cast, to="teams")
    [left] = close_account.left_without(house, **this)
    assert "all project leads who would be left have a conflict of interest: Jana Jävig." in say(
        left.words, "en"
    )
    assert (left.page, left.review) == (f"/reviews/{led.cast.review_id}", "Kalmar län – Gävleborg")
    unlike(house, led.cast)
    [left] = close_account.left_without(house, **this)
    assert (left.now, "Jana Jävig" in say(left.words, "sv")) == (True, True)
    make_person(house, "Nina Ny", "nina@example.org", is_lead=True)
    assert close_account.left_without(house, **this) == ()


def test_new_function_of_a_lead_lets_the_reviews_look_at_once_at_whose_turn_it_is(
    house: House, led: Led
) -> None:
    cast = led.cast
    edit_people.add_membership(
        house,
        actor=led.own,
        person_id=led.other.person_id,
        organisation_id=cast.sides[1].organisation,
        role="member",
        title="",
        real_now=cast.now,
    )
    with house.db.read() as session:
        review = session.get_one(Review, cast.review_id)
        assert review.wake_at is not None
        assert review.wake_at <= cast.now
    assert page(house, cast, led.other).head.vacant


def test_other_leads_are_told_of_a_new_function_and_weekly_of_what_is_not_decided(
    house: House, led: Led
) -> None:
    cast = led.cast
    third = make_person(house, "Tore Tredje", "tore@example.org", is_lead=True)
    there: dict[str, Any] = {"organisation_id": cast.sides[1].organisation, "role": "member", "title": ""}
    edit_people.add_membership(
        house, actor=led.own, person_id=led.other.person_id, real_now=cast.now, **there
    )
    [told] = subjects(house, third)
    assert led.other.name in told
    assert subjects(house, led.other) == []
    declare(house, cast, cast.member(0))
    with house.db.read() as session:
        [one] = weekly_digest.standing_still(house, session, cast.now)
    assert "waits for a project lead's decision" in [say(words, "en") for words in one.words][-1]
    decide(house, cast, third, "no_hindrance")
    with house.db.read() as session:
        assert weekly_digest.standing_still(house, session, cast.now) == []
