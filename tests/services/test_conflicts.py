"""Conflicts of interest: who has one is told, the others see it, somebody else holds the right meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.engine.case import Scope
from peerreview.engine.decide import Do, No, See
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services import (
    acting,
    board,
    conflict_pages,
    conflicts,
    heads,
    histories,
    home,
    mailing,
    overview,
    people,
    reviews,
    teams,
    verifying,
)
from peerreview.services.conflict_pages import ConflictView
from peerreview.services.house import Account, House
from peerreview.store.outbox import Outgoing
from peerreview.store.people import Person
from peerreview.store.reviews import Review, Seat
from tests.people import make_organisation, make_person

from .review_fixtures import Cast, advance, do, looked, make_review

WHY = "Min syster är verksamhetschef där."


def rows(house: House, cast: Cast, who: Account) -> list[ConflictView]:
    there = {"actor": who, "review_id": cast.review_id, "now": cast.now}
    return list(conflict_pages.review_conflicts(house, **there).rows)  # type: ignore[arg-type]


def declare(house: House, cast: Cast, who: Account, text: str = WHY, of: Account | None = None) -> None:
    person = of.person_id if of else None
    conflicts.declare(
        house, actor=who, review_id=cast.review_id, person_id=person, text=text, now=cast.now
    )


def decide(house: House, cast: Cast, who: Account, decision: str, note: str = "") -> None:
    [row] = [row for row in rows(house, cast, who) if not row.ended]
    conflicts.decide(
        house,
        actor=who,
        review_id=cast.review_id,
        conflict_id=row.id,
        decision=decision,
        note=note,
        seen=row.seen,
        now=cast.now,
    )


def subjects(house: House, who: Account) -> list[str]:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.person_id == who.person_id, Outgoing.kind == "conflict")
        return [row.subject for row in session.scalars(query.order_by(Outgoing.id))]


def tasks(house: House, cast: Cast, who: Account) -> list[str]:
    view = home.home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "en") for task in view.tasks]


def lines(house: House, cast: Cast, who: Account) -> list[str]:
    view = histories.history(house, actor=who, review_id=cast.review_id, now=cast.now)
    return [say(line.title, "en") + (line.text or "") for line in view.lines]


# ---- declared by those who take part


def test_what_is_declared_in_the_answer_is_the_leads_task_and_mail_and_the_decision_goes_back(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="some", conflict_text=WHY)
    assert "Decide on a declared conflict of interest" in tasks(house, cast, cast.lead)
    assert [one for one in subjects(house, cast.lead) if "jäv" in one]
    decide(house, cast, cast.lead, "taken_over", "Karin svarar på frågorna om kirurgin.")
    assert "Decide on a declared conflict of interest" not in tasks(house, cast, cast.lead)
    assert len(subjects(house, cast.coordinator(0))) == 1
    [row] = rows(house, cast, cast.coordinator(0))
    assert (row.why, row.note) == (WHY, "Karin svarar på frågorna om kirurgin.")
    assert "somebody else takes over" in lines(house, cast, cast.lead)[0]
    assert verifying.verify(house) == []


def test_why_is_told_to_the_lead_and_whom_it_concerns_and_stands_in_nothing_else(house: House) -> None:
    cast = advance(house, make_review(house), to="first_meeting")
    note = "Hen lämnar rummet när kirurgin tas upp."
    declare(house, cast, cast.member(0))
    decide(house, cast, cast.lead, "taken_over", note)
    for who in (cast.lead, cast.member(0)):
        [row] = rows(house, cast, who)
        assert (row.why, row.note) == (WHY, note)
    for who in (cast.coordinator(0), cast.contact(0), cast.member(1), cast.coordinator(1)):
        [row] = rows(house, cast, who)
        assert (row.why, row.note, row.who) == ("", "", cast.member(0).name)
        assert say(row.state, "en") == "Somebody else takes over what it concerns"
    everything = [repr(lines(house, cast, who)) for who in (cast.lead, cast.member(0), cast.member(1))]
    with house.db.read() as session:
        everything += [mailing.text_of(row.message) for row in session.scalars(select(Outgoing)) if row.message]
        everything += [repr(review.left) + repr(review.standing) for review in session.scalars(select(Review))]
    assert not [text for text in everything if WHY in text or note in text]


def test_side_and_team_show_that_it_is_declared_and_how_it_is_handled(house: House) -> None:
    cast = advance(house, make_review(house), to="first_meeting")
    assert [side.conflicts for side in page(house, cast, cast.member(1)).sides] == [(), ()]
    declare(house, cast, cast.coordinator(0), of=cast.member(0))
    for who in (cast.member(1), cast.contact(1), cast.lead, cast.member(0)):
        shown = {side.party: side.conflicts for side in page(house, cast, who).sides}
        assert shown[1] == ()
        assert [name for name, _ in shown[0] or ()] == [cast.member(0).name]
        view = teams.teams(house, actor=who, review_id=cast.review_id, now=cast.now)
        marked = [seat for side in view.sides for seat in side.team if seat.conflict]
        assert [seat.person_id for seat in marked] == [cast.member(0).person_id]


def page(house: House, cast: Cast, who: Account) -> overview.OverviewView:
    return overview.overview(house, actor=who, review_id=cast.review_id, now=cast.now)


def test_other_side_learns_of_it_when_the_answer_may_be_read_and_then_no_name_of_the_team(house: House) -> None:
    cast = make_review(house)
    declare(house, cast, cast.member(0))
    assert rows(house, cast, cast.coordinator(1)) == []
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    [row] = rows(house, cast, cast.coordinator(1))
    assert cast.member(0).name not in (row.who, row.declared_by)
    assert [row.who for row in rows(house, cast, cast.member(0, 1))] == [cast.member(0).name]


def test_declaration_is_added_later_changed_and_taken_back_while_the_review_runs(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    declare(house, cast, cast.member(1))
    with pytest.raises(Invalid):
        declare(house, cast, cast.member(1))
    decide(house, cast, cast.lead, "no_hindrance")
    [row] = rows(house, cast, cast.member(1))
    cast.now += timedelta(hours=1)
    this: dict[str, Any] = {"review_id": cast.review_id, "conflict_id": row.id}
    conflicts.change(house, actor=cast.member(1), text="En annan sak.", now=cast.now, **this)
    [row] = rows(house, cast, cast.lead)
    assert (row.why, row.mark, row.note) == ("En annan sak.", "doing", "")
    conflicts.take_back(house, actor=cast.member(1), now=cast.now, **this)
    assert "Decide on a declared conflict of interest" not in tasks(house, cast, cast.lead)
    with pytest.raises(Conflict):
        conflicts.take_back(house, actor=cast.member(1), now=cast.now, **this)
    said = [line for line in lines(house, cast, cast.member(1)) if "conflict of interest" in line]
    assert said == [
        "Took back a declared conflict of interest",
        "Changed what is declared of a conflict of interest",
        "Decided on a declared conflict of interest: no hindrance",
        "Declared a conflict of interest",
    ]
    for who in (cast.coordinator(0), cast.lead, cast.member(1, 0 + 1)):
        with pytest.raises(NotFound):
            conflicts.change(house, actor=who, text="Min nu.", now=cast.now, **this)


def test_decision_is_of_what_was_read_and_the_leads_alone(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    declare(house, cast, cast.coordinator(0))
    [row] = rows(house, cast, cast.lead)
    this: dict[str, Any] = {"review_id": cast.review_id, "conflict_id": row.id, "decision": "replaced"}
    with pytest.raises(NotFound):
        conflicts.decide(house, actor=cast.coordinator(0), note="x", seen=row.seen, now=cast.now, **this)
    with pytest.raises(Invalid):
        conflicts.decide(house, actor=cast.lead, note="", seen=row.seen, now=cast.now, **this)
    cast.now += timedelta(minutes=1)
    conflicts.change(
        house,
        actor=cast.coordinator(0),
        review_id=cast.review_id,
        conflict_id=row.id,
        text="Nytt.",
        now=cast.now,
    )
    with pytest.raises(Conflict):
        conflicts.decide(house, actor=cast.lead, note="x", seen=row.seen, now=cast.now, **this)


def test_nothing_is_declared_of_others_or_in_a_review_that_is_over(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    for who, of in ((cast.coordinator(0), cast.member(1)), (cast.member(0), cast.coordinator(0))):
        with pytest.raises(Invalid):
            declare(house, cast, who, of=of)
    do(house, cast, cast.lead, "cancel", reason="Det blev inget.")
    with pytest.raises(Refused):
        declare(house, cast, cast.member(0))


# ---- leads


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


def test_conflicted_lead_gets_no_task_for_what_the_other_lead_holds_and_hears_why(house: House, led: Led) -> None:
    unlike(house, led.cast)
    title = "Accept unlike teams"
    assert title in tasks(house, led.cast, led.other)
    assert title not in tasks(house, led.cast, led.own)
    refusal = looked(house, led.cast, led.own).may(CONSENT)
    assert isinstance(refusal, No)
    assert "you have a conflict of interest here" in say(refusal.reason, "en")
    with house.db.read() as session:
        told = {
            row.person_id
            for row in session.scalars(select(Outgoing).where(Outgoing.kind == "stuck"))
        }
    assert led.other.person_id in told
    assert led.own.person_id not in told


def test_every_right_and_action_that_is_lost_is_refused_with_that_reason_and_no_other(house: House, led: Led) -> None:
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
        view = conflict_pages.review_conflicts(house, actor=who, **there)
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
    view = home.home(house, actor=led.own, now=led.cast.now, real_now=led.cast.now)
    assert ["all of them have a conflict of interest" in say(one.words, "en") for one in view.vacant] == [True]
    assert view.vacant[0].href == f"/reviews/{led.cast.review_id}/conflicts"
    assert "Accept unlike teams" not in tasks(house, led.cast, led.own)
    shown = board.board(house, actor=led.own, now=led.cast.now, real_now=led.cast.now)
    who = [say(words, "en") for row in shown.rows for ball in row.balls for words in ball.who]
    assert any("a project lead without a conflict of interest" in one for one in who)
    make_person(house, "Nina Ny", "nina@example.org", is_lead=True)
    assert not page(house, led.cast, led.own).head.vacant


def test_lead_declares_one_in_a_review_and_another_lead_may_find_it_no_hindrance(house: House, led: Led) -> None:
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
            conflicts.declare_towards(house, actor=led.other, organisation_id=organisation, text=text, **at)
    conflicts.declare_towards(house, actor=led.other, organisation_id=place, text=WHY, **at)
    assert looked(house, cast, led.other).actor.conflicted
    assert len(subjects(house, third)) == len(subjects(house, led.own)) == 1
    for who, why in ((led.other, WHY), (third, WHY)):
        [row] = conflict_pages.network_conflicts(house, actor=who, now=now).towards
        assert row.why == why
    assert "Decide on a declared conflict of interest" in tasks(house, cast, third)
    this: dict[str, Any] = {"conflict_id": row.id, **at}
    with pytest.raises(Refused):
        conflicts.decide_towards(house, actor=led.other, decision="no_hindrance", note="", **this)
    conflicts.take_back_towards(house, actor=led.other, **this)
    assert not looked(house, cast, led.other).actor.conflicted
    with pytest.raises(NotFound):
        conflict_pages.network_conflicts(house, actor=cast.coordinator(0), now=now)
    assert verifying.verify(house) == []


def test_review_with_the_own_employer_is_asked_back_and_the_others_are_told(house: House, led: Led) -> None:
    cast = led.cast
    chosen = [side.organisation for side in cast.sides]
    this: dict[str, Any] = {"organisations": chosen, "now": cast.now}
    with pytest.raises(Invalid) as error:
        reviews.begin_review(house, actor=led.own, **this)
    said = say(error.value.errors["organisations"], "en")
    assert "You have a conflict of interest towards" in said
    assert led.other.name in said
    token = dict(error.value.errors["meant"].params)["token"]
    review_id = reviews.begin_review(house, actor=led.own, meant=str(token), **this)
    [told] = subjects(house, led.other)
    assert led.own.name in told
    assert subjects(house, led.own) == []
    view = histories.history(house, actor=led.other, review_id=review_id, now=cast.now)
    assert any("A project lead has a conflict of interest" in say(line.title, "en") for line in view.lines)
    reviews.begin_review(house, actor=led.other, **this)


def test_new_function_of_a_lead_lets_the_reviews_look_at_once_at_whose_turn_it_is(house: House, led: Led) -> None:
    cast = led.cast
    people.add_membership(
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


