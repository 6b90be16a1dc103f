"""A review's first page, and the list of reviews."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerreview.engine.running.case import Scope
from peerreview.engine.running.moves import Choice
from peerreview.errors import NotFound
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.review.overview import OverviewView, overview, reviews
from tests.counting import asked
from tests.services.review_fixtures import (
    Cast,
    advance,
    do,
    make_review,
    plan_meeting,
    put_materials,
    put_questions,
)

COLLECT = "exchange/collect"


def page(house: House, cast: Cast, who: Account, hours: int = 0) -> OverviewView:
    return overview(house, actor=who, review_id=cast.review_id, now=cast.now + timedelta(hours=hours))


def where(view: OverviewView) -> list[str]:
    return [say(one, "en", view.head.names) for one in view.where]


def test_outsider_finds_nothing(house: House) -> None:
    cast = make_review(house)
    with pytest.raises(NotFound):
        page(house, cast, cast.outsider)


def test_where_it_stands_is_one_sentence_or_one_a_side(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    assert where(page(house, cast, cast.member(0))) == ["Now: compile the materials."]
    do(house, cast, cast.lead, "go_on", reason="Prov", choice=Choice(place=(COLLECT, Scope(1))))
    put_materials(house, cast, 0)
    do(house, cast, cast.coordinator(0), "hand_in", COLLECT)
    view = page(house, cast, cast.member(0))
    assert where(view)[0].startswith("Region Kalmar län: ")
    do(house, cast, cast.lead, "hold", reason="Sommar")
    assert where(page(house, cast, cast.member(0))) == ["On hold since Tue 3 March 2026."]


def test_lanes_have_a_stop_for_each_side_at_each_step_that_takes_place(house: House) -> None:
    cast = advance(house, make_review(house), to="work", agreement={"report": "joint"})
    lanes = page(house, cast, cast.coordinator(0)).lanes
    assert [column.path for column in lanes.columns] == [
        "acceptance",
        "teams",
        "first_meeting",
        "exchange/collect",
        "exchange/work/study",
        "second_meeting",
        "joint_report",
        "closing_meeting",
        "evaluation",
        "follow_up",
    ]
    assert [lane.own for lane in lanes.lanes] == [True, False]
    assert [stop.state for stop in lanes.lanes[0].stops] == ["done"] * 4 + ["doing"] + ["todo"] * 5


def test_panel_says_what_is_missing_and_has_the_button_when_nothing_is(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    (panel,) = page(house, cast, cast.coordinator(0)).panels
    (side,) = panel.sides
    (part,) = side.parts
    assert [say(one, "en", {0: "Kalmar"}) for one in part.missing] == [
        "2 of 2 agreed documents of Kalmar are missing"
    ]
    assert panel.main is not None
    assert panel.main.href == f"/reviews/{cast.review_id}/materials"
    put_materials(house, cast, 0)
    (panel,) = page(house, cast, cast.coordinator(0)).panels
    assert panel.main is not None
    assert say(panel.main.title, "en") == "Hand in the materials"


def test_member_of_a_side_sees_panels_of_that_side_alone_and_the_lead_of_all(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="collect")
    (own,) = page(house, cast, cast.member(1)).panels
    assert [side.name for side in own.sides] == ["Region Gävleborg"]
    (led,) = page(house, cast, cast.lead).panels
    assert [side.party for side in led.sides] == [0, 1, 2]
    assert led.main is None


def test_the_third_side_does_not_see_that_a_report_was_handed_over(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="closing_meeting")
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")

    def handed_over(who: Account) -> set[tuple[str, bool]]:
        (panel,) = page(house, cast, who).panels
        return {
            (part.side, part.done)
            for part in panel.sides[0].parts
            if say(part.title, "en") == "Hand over the report"
        }

    assert ("Region Kalmar län", True) in handed_over(cast.member(1))
    assert "Region Kalmar län" not in {side for side, _ in handed_over(cast.member(2))}


def test_the_other_sides_progress_inside_a_step_does_not_show(house: House) -> None:
    cast = advance(house, make_review(house), to="work")
    views = {who.person_id: page(house, cast, who) for who in (cast.coordinator(0), cast.contact(0))}
    put_questions(house, cast, 1)
    for who in (cast.coordinator(0), cast.contact(0)):
        before, after = views[who.person_id], page(house, cast, who)
        assert (after.panels, after.lanes, after.waiting) == (before.panels, before.lanes, before.waiting)


def test_people_of_the_other_side_are_shown_once_confirmed_with_the_opposite_number(house: House) -> None:
    cast = make_review(house)
    own, other = page(house, cast, cast.member(0)).sides
    assert own.own
    assert len(own.people) == 4
    assert other.people == ()
    assert other.why_not is not None
    advance(house, cast, to="first_meeting")
    _, other = page(house, cast, cast.member(0)).sides
    assert [person.name for person in other.people if person.opposite] == [cast.member(1).name]


def test_declared_conflict_is_known_to_the_other_side_once_it_has_accepted(house: House) -> None:
    cast = make_review(house)
    assert [side.conflicts for side in page(house, cast, cast.member(0)).sides] == [None, None]
    text = "En av oss var anställd där."
    do(house, cast, cast.coordinator(1), "accept", "acceptance", conflict="some", conflict_text=text)
    for who in (cast.member(0), cast.contact(0), cast.lead, cast.member(1)):
        sides = {side.party: side.conflicts for side in page(house, cast, who).sides}
        assert sides[0] is None
        assert [name for name, _ in sides[1] or ()] == [cast.sides[1].name]


def test_dates_are_the_agreed_ones_and_a_planned_meeting_instead_of_its_agreed_day(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    plan_meeting(house, cast, "closing_meeting")
    dates = page(house, cast, cast.contact(0)).dates
    titles = [say(one.title, "en") for one in dates]
    assert titles.count("Closing meeting") == 1
    assert [one.day for one in dates] == sorted(one.day for one in dates)


def test_what_is_new_is_what_others_did_since_the_last_visit(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    assert page(house, cast, cast.coordinator(0)).since is None
    cast.now += timedelta(hours=2)
    put_materials(house, cast, 0)
    put_materials(house, cast, 1)
    do(house, cast, cast.coordinator(0), "hand_in", COLLECT)
    cast.now += timedelta(minutes=1)
    do(house, cast, cast.coordinator(1), "hand_in", COLLECT)
    view = page(house, cast, cast.coordinator(0), hours=1)
    news = [say(line.title, "en") for line in view.news]
    assert "Handed in the materials" in news
    assert not any(line.own for line in view.news)
    assert page(house, cast, cast.coordinator(0), hours=2).news == ()


def test_decline_is_told_prominently_to_the_lead_alone_among_the_others(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Ont om tid.")
    assert [line.text for line in page(house, cast, cast.lead).declined] == ["Ont om tid."]
    assert [line.text for line in page(house, cast, cast.coordinator(0)).declined] == ["Ont om tid."]
    assert page(house, cast, cast.coordinator(1)).declined == ()


def test_review_page_takes_as_many_queries_for_a_ring_as_for_a_pair(house: House) -> None:
    pair = advance(house, make_review(house), to="work")
    ring = advance(house, make_review(house, parties=3, lead=pair.lead), to="work")
    counts = []
    for cast in (pair, ring):
        page(house, cast, cast.coordinator(0))
        with asked(house) as statements:
            page(house, cast, cast.coordinator(0))
        counts.append(len(statements))
    assert counts[0] == counts[1]


# ---- the list


def test_list_holds_ones_own_reviews_in_swedish_order_and_all_for_the_lead(house: House) -> None:
    first = make_review(house)
    second = make_review(house, parties=3, lead=first.lead)
    for party in (0, 1):
        do(house, second, second.coordinator(party), "decline", "acceptance", reason="Ont om tid.")

    def listed(who: Account, **asked_for: str) -> list[int]:
        return [row.id for row in reviews(house, actor=who, now=first.now, **asked_for).rows]  # type: ignore[arg-type]

    assert listed(first.lead) == [first.review_id]
    assert listed(first.lead, state="") == [first.review_id, second.review_id]
    assert listed(first.lead, state="ended") == [second.review_id]
    assert listed(first.lead, state="", search="dalarna") == [second.review_id]
    assert listed(first.lead, state="", search="nowhere") == []
    assert listed(second.member(1), state="") == [second.review_id]
    assert listed(first.outsider, state="") == []


def test_list_takes_as_many_queries_for_three_as_for_one(house: House) -> None:
    cast = make_review(house)
    with asked(house) as one:
        reviews(house, actor=cast.lead, now=cast.now)
    for step in ("collect", "work"):
        advance(house, make_review(house, lead=cast.lead), to=step)
    with asked(house) as three:
        assert reviews(house, actor=cast.lead, now=cast.now + timedelta(days=1)).total == 3
    assert len(three) == len(one)
