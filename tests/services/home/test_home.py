"""My page: mine now, mine later, others'; and the lead's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.base.words import Words
from peerreview.services.home.my_page import HomeView, home
from peerreview.store.review.reviews import Seat
from tests.counting import asked
from tests.services.review_fixtures import Cast, advance, do, make_review, put_materials, put_report


def page(house: House, cast: Cast, who: Account, days: int = 0) -> HomeView:
    return home(house, actor=who, now=cast.now + timedelta(days=days), real_now=cast.now)


def said(words: Words | None) -> str:
    return say(words, "en")


def test_coordinator_is_asked_to_answer_and_waits_for_the_other_side(house: House) -> None:
    cast = make_review(house)
    view = page(house, cast, cast.coordinator(0))
    (task,) = view.tasks
    assert said(task.title) == "Answer the proposal of a review"
    assert task.href == f"/reviews/{cast.review_id}#now"
    assert (task.late, task.helps, task.due is not None) == (False, False, True)
    (waiting,) = view.waiting
    assert [said(who) for who in waiting.who] == ["Region Gävleborg (coordinator)"]
    assert waiting.reminder is not None
    (coming,) = view.coming
    assert (said(coming.title), said(coming.when)) == (
        "Appoint the team",
        "begins when the step Answer the proposal is done",
    )


def test_what_is_done_is_no_longer_a_task(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    assert page(house, cast, cast.coordinator(0)).tasks == ()


def test_late_task_says_so_and_the_lead_sees_who_has_the_ball(house: House) -> None:
    cast = make_review(house)
    view = page(house, cast, cast.coordinator(0), days=30)
    assert [task.late for task in view.tasks] == [True]
    lead = page(house, cast, cast.lead, days=30)
    assert lead.late_reviews == 1
    assert [said(who) for view in lead.still for who in view.who] == [
        "Region Kalmar län (coordinator)",
        "Region Gävleborg (coordinator)",
    ]
    assert page(house, cast, cast.lead).still == ()


def test_member_helps_where_the_coordinator_completes(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    view = page(house, cast, cast.member(0))
    (task,) = view.tasks
    assert task.helps
    assert view.own == 0, "what others complete does not wait for the reader"
    assert page(house, cast, cast.coordinator(0)).own == 1
    assert said(task.note) == "You take part. It is completed by: coordinator"
    assert task.href == f"/reviews/{cast.review_id}/materials"


def test_contact_has_nothing_to_do_and_is_told_what_comes(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    view = page(house, cast, cast.contact(0))
    assert view.tasks == ()
    assert said(view.coming[0].title) == "Write review questions"


def test_what_cannot_be_done_before_the_other_side_has_is_waited_for(house: House) -> None:
    cast = advance(house, make_review(house), to="closing_meeting")
    view = page(house, cast, cast.contact(0))
    assert view.tasks == ()
    (waiting,) = view.waiting
    assert said(waiting.title) == "Acknowledge receipt of the report"
    assert waiting.who == ("Region Gävleborg",)
    assert said(waiting.note) == "the report of Region Gävleborg has not been handed over"
    do(house, cast, cast.coordinator(1), "hand_over", "closing_meeting")
    (task,) = page(house, cast, cast.contact(0)).tasks
    assert said(task.title) == "Acknowledge receipt of the report"
    assert task.href == f"/reviews/{cast.review_id}/report"


def test_handing_over_a_joint_report_is_nobodys_task_where_reports_are_separate(house: House) -> None:
    cast = advance(house, make_review(house), to="closing_meeting")
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "hand_over", "closing_meeting")
    for party in cast.parties:
        do(house, cast, cast.contact(party), "acknowledge", "closing_meeting")
    (task,) = page(house, cast, cast.coordinator(0)).tasks
    assert said(task.title) == "Hold the closing meeting"


def test_lead_is_asked_to_consent_where_nothing_else_is_missing(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    assert page(house, cast, cast.lead).tasks == ()
    with house.db.write() as session:
        seat = session.query(Seat).filter_by(party=1, function="hr").one()
        seat.function = "manager"
    do(house, cast, cast.coordinator(0), "confirm", "teams")
    assert page(house, cast, cast.lead).tasks == ()
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    (task,) = page(house, cast, cast.lead).tasks
    assert said(task.title) == "Accept unlike teams"
    do(house, cast, cast.lead, "consent", "teams", party=0, reason="De känner varandra.")
    assert said(task.title) not in {said(one.title) for one in page(house, cast, cast.lead).tasks}


def test_review_on_hold_asks_nothing_of_anybody(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    do(house, cast, cast.lead, "hold", reason="Sommar.")
    view = page(house, cast, cast.coordinator(0))
    assert (view.tasks, view.waiting) == ((), ())
    assert [one.id for one in view.resting] == [cast.review_id]


def test_ended_review_is_listed_shortly(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Ont om tid.")
    view = page(house, cast, cast.coordinator(1))
    assert (view.tasks, view.coming, view.waiting, view.running) == ((), (), (), 0)
    (one,) = view.ended
    assert (one.id, one.title, said(one.how)) == (
        cast.review_id,
        "Kalmar län – Gävleborg",
        "Declined",
    )


def test_outsider_has_an_empty_page(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    view = page(house, cast, cast.outsider)
    assert (view.tasks, view.coming, view.waiting, view.ended, view.running) == ((), (), (), (), 0)


def test_the_other_sides_progress_inside_a_step_does_not_show(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    before = page(house, cast, cast.coordinator(0))
    put_materials(house, cast, 1)
    assert page(house, cast, cast.coordinator(0)) == before


@pytest.mark.parametrize("who", ["coordinator", "lead"])
def test_three_reviews_take_as_many_queries_as_one(house: House, who: str) -> None:
    cast = make_review(house)
    advance(house, cast, to="work")
    actor = cast.lead if who == "lead" else cast.coordinator(0)
    with asked(house) as one:
        page(house, cast, actor)
    for step in ("second_meeting", "closing_meeting"):
        other = advance(house, make_review(house, lead=cast.lead), to=step)
        put_report(house, other, 0)
        with house.db.write() as session:
            seat = session.query(Seat).filter_by(review_id=other.review_id, role="coordinator", party=0).one()
            seat.person_id = cast.coordinator(0).person_id
    with asked(house) as three:
        view = page(house, cast, actor)
    assert view.running == 3
    assert len(three) == len(one)


@pytest.mark.parametrize("appointed", [False, True])
def test_team_is_asked_for_from_its_first_member_on(house: House, appointed: bool) -> None:
    """Confirming it is the one action of the step, and not the first thing to be done."""
    cast = advance(house, make_review(house), to="teams")
    if not appointed:
        with house.db.write() as session:
            session.query(Seat).filter(Seat.role == "member").delete()
    (task,) = page(house, cast, cast.coordinator(0)).tasks
    assert said(task.title) == "Appoint your team and confirm it"
    assert (task.href, said(task.button)) == (f"/reviews/{cast.review_id}/team", "Open the team")
