"""The drawing of a running review: it says what the lanes say, to all who take part and to nobody else."""

from __future__ import annotations

from itertools import product

import pytest

from peerreview.errors import NotFound
from peerreview.rendering.pictures.drawn import Group, Plan, Step, Stop, spoken, steps_of
from peerreview.rendering.pictures.picture import NARROW, WIDE
from peerreview.rendering.pictures.placing import place
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.turns.lanes import lanes_of
from peerreview.services.workflows.drawing import drawing
from tests.rendering.test_drawing import faults, loose_ends
from tests.services.review_fixtures import Cast, advance, do, make_review


def plan_of(house: House, cast: Cast, who: Account, language: str = "en") -> Plan:
    view = drawing(house, actor=who, review_id=cast.review_id, now=cast.now)
    said: Plan = spoken(view.plan, lambda value: say(value, language, view.head.names))
    return said


def steps(plan: Plan) -> dict[str, Step]:
    return {step.key: step for step, _ in steps_of(Group(plan.parts))}


def waits(plan: Plan, key: str) -> list[str]:
    found = {step.key: before for step, before in steps_of(Group(plan.parts))}
    return [str(word) for wait in found[key] for word in wait.words]


def states(stops: tuple[Stop, ...]) -> list[tuple[str, bool]]:
    return [(stop.state, stop.now) for stop in stops]


@pytest.mark.parametrize(("parties", "to"), [(2, "work"), (3, "collect")])
def test_it_says_what_the_lanes_say(house: House, parties: int, to: str) -> None:
    cast = advance(house, make_review(house, parties), to)
    plan = plan_of(house, cast, cast.coordinator(0))
    with looking(house, review_id=cast.review_id, actor=cast.coordinator(0), now=cast.now) as case:
        lanes = lanes_of(case)
    assert list(steps(plan)) == [column.path for column in lanes.columns]
    for number, column in enumerate(lanes.columns):
        wanted = [(lane.stops[number].state, lane.stops[number].now) for lane in lanes.lanes]
        assert states(steps(plan)[column.path].stops) == wanted
    for look, language in product((WIDE, NARROW), ("sv", "en")):
        picture = place(plan_of(house, cast, cast.lead, language), look)
        assert [*faults(picture), *loose_ends(picture)] == []


def test_a_side_that_waits_is_told_for_what(house: House) -> None:
    cast = advance(house, make_review(house), "collect")
    plan = plan_of(house, cast, cast.coordinator(0))
    assert steps(plan)["exchange/collect"].stops[0].word == "Now: In progress"
    first, second = waits(plan, "exchange/work/study")
    assert "Waits: the materials of" in first
    assert first != second


def test_what_has_come_is_waited_for_no_more(house: House) -> None:
    cast = advance(house, make_review(house), "work")
    plan = plan_of(house, cast, cast.coordinator(0))
    assert [word for word in waits(plan, "exchange/work/study") if word] == []
    assert states(steps(plan)["exchange/collect"].stops) == [("done", False), ("done", False)]


def test_only_ones_own_turn_is_yours(house: House) -> None:
    cast = advance(house, make_review(house), "teams")
    yours = {
        who.name: [stop.yours for stop in steps(plan_of(house, cast, who))["teams"].stops]
        for who in (cast.coordinator(0), cast.coordinator(1), cast.lead)
    }
    assert list(yours.values()) == [[True, False], [False, True], [False, False]]


def test_all_who_take_part_see_it_and_nobody_else(house: House) -> None:
    cast = advance(house, make_review(house), "teams")
    for who in (cast.lead, cast.contact(1), cast.member(0, 0)):
        assert len(plan_of(house, cast, who).lanes) == 2
    with pytest.raises(NotFound):
        plan_of(house, cast, cast.outsider)


def test_an_ended_review_stands_nowhere(house: House) -> None:
    cast = advance(house, make_review(house), "teams")
    do(house, cast, cast.lead, "cancel", reason="Ett skäl")
    plan = plan_of(house, cast, cast.coordinator(0))
    assert (plan.ended, plan.end) == (True, "Cancelled")
    stops = [stop for step in steps(plan).values() for stop in step.stops]
    assert not any(stop.now or stop.yours or (stop.due and stop.state != "done") for stop in stops)
    assert {stop.word for stop in steps(plan)["teams"].stops} == {"Stopped here"}


def test_on_hold_is_a_word_and_a_mark(house: House) -> None:
    cast = advance(house, make_review(house), "teams")
    do(house, cast, cast.lead, "hold", reason="Ett skäl")
    stops = steps(plan_of(house, cast, cast.coordinator(0)))["teams"].stops
    assert [(stop.state, stop.word, stop.yours) for stop in stops] == [("locked", "Now: On hold", False)] * 2


def test_a_side_that_has_withdrawn_keeps_its_lane(house: House) -> None:
    cast = advance(house, make_review(house, 3), "collect")
    do(house, cast, cast.coordinator(1), "withdraw", reason="Ett skäl", party=1)
    plan = plan_of(house, cast, cast.coordinator(0))
    assert [str(lane.under) for lane in plan.lanes].count("Takes no part") == 1
    assert steps(plan)["exchange/collect"].stops[1].word == "Takes no part"
    for look in (WIDE, NARROW):
        assert [*faults(place(plan, look)), *loose_ends(place(plan, look))] == []


def test_the_way_that_was_not_chosen_is_not_drawn(house: House) -> None:
    cast = advance(house, make_review(house), "collect", agreement={"report": "joint"})
    drawn = steps(plan_of(house, cast, cast.coordinator(0)))
    assert "joint_report" in drawn
    assert {"final_report", "exchange/work/draft"} & set(drawn) == set()
