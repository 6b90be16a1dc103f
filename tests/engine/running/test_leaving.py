"""A side that withdraws acts in nothing, and nobody waits for it; the lead says what is still finished (14, 55)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerreview.engine.analysis.exploring import explore
from peerreview.engine.running.case import ACTIVE, DONE, OVER, WAIVED, Case, Do, Scope, See, Standing, Time
from peerreview.engine.running.decide import No, may
from peerreview.engine.running.leaving import directions, finished_about, who_grants
from peerreview.engine.running.moves import back_targets
from peerreview.engine.turns.planning import plan, tasks, whose_turn
from peerreview.engine.turns.telling import deed_mails
from peerreview.errors import Refused

from ..play import LEAD, Play, actor_of, collegial
from .test_story import hand_in, to_closing, to_exchange, to_second_meeting

GONE = 1  # side 0 reviews it, it reviews side 2, which reviews side 0
BOTH = frozenset({0, 2})


def ring(*, opening: str = "each", report: str = "separate") -> Play:
    play = Play(3)
    to_exchange(play, opening=opening, report=report)
    return play


def opened_ring() -> Play:
    play = ring()
    for party in range(3):
        hand_in(play, party)
    return play


def test_a_ring_of_three_is_played_with_a_side_that_leaves_at_any_moment() -> None:
    explored = explore(collegial(), 3, times=0, leaves=1)
    assert explored.found is None
    assert explored.configurations > 1500


def left_everywhere() -> list[Case]:
    """A ring as it stands after side 1 has withdrawn, in each of its steps."""
    found = []
    for stage in range(5):
        play = Play(3)
        if stage > 0:
            to_exchange(play, opening="each")
        if stage == 2:
            hand_in(play, 1)
        if stage > 2:
            to_second_meeting(play)
        if stage > 3:
            to_closing(play)
        can = [p for p, why in directions(play.case, GONE).items() if why is None]
        play.fire_withdraw(GONE, frozenset(can))
        found.append(play.case)
    return found


def test_who_has_withdrawn_can_do_nothing_in_any_step() -> None:
    for case in left_everywhere():
        assert case.standing.ended is None
        for person in (200, 201, 203):
            actor = actor_of(case, person)
            assert tasks(case, actor) == ()
            for (path, scope), _ in case.standing.marks.items():
                for key in case.workflow.by_path[path].actions:
                    assert not may(case, actor, Do(key, (path, scope)), Play(2).now), (path, key)
                for grants in (True, False):
                    assert not may(case, actor, Time((path, scope), grants=grants), Play(2).now)
            for key in case.workflow.actions:
                assert not may(case, actor, Do(key), Play(2).now), key
            for artefact in case.workflow.artefacts.values():
                owners = (None,) if artefact.per == "review" else (0, 1, 2)
                for verb in artefact.kind.verbs - {"read", "notice"}:
                    for state in artefact.kind.states:
                        for owner in (*owners, person):
                            assert not may(case, actor, See(artefact.key, verb, owner, state), Play(2).now)


def test_the_refusal_says_that_the_side_has_withdrawn() -> None:
    case = left_everywhere()[3]
    refusal = may(case, actor_of(case, 200), Do("present", ("second_meeting", Scope())), Play(2).now)
    assert isinstance(refusal, No)
    assert refusal.reason.text == "%(party)s has withdrawn"


def test_nobody_of_it_is_reminded_or_has_the_turn() -> None:
    for case in left_everywhere():
        for place in case.standing.marks:
            assert all(seat.party != GONE for seat in whose_turn(case, place))
        assert not {planned.person for planned in plan(case, Play(2).now)} & {200, 201, 202, 203}


def test_others_finish_without_its_answer_and_its_receipt() -> None:
    play = opened_ring()
    play.fire_withdraw(GONE, BOTH)
    for party in (0, 2):
        play.know(**{f"questions__some__{party}": True, f"report__ready__{party}": True})
        play.do("send", "exchange/work/study", party=party)
        play.do("finish", "exchange/work/draft", party=party)
    play.do("present", "second_meeting", "lead")
    play.know(second_meeting__planned__None=True)
    play.do("held", "second_meeting")
    for party in (0, 2):
        play.do("finish", "final_report", party=party)
    play.know(closing_meeting__planned__None=True)
    told = play.do("hand_over", "closing_meeting", party=0)
    assert {mail.person for mail in deed_mails(told, 100, play.now)} >= {200, 201, 202, 203}
    play.do("hand_over", "closing_meeting", party=2)
    play.do("acknowledge", "closing_meeting", party=0)
    play.do("held", "closing_meeting")
    assert play.state("closing_meeting") == DONE


def test_nobody_can_acknowledge_or_is_asked_to_acknowledge_what_it_does_not_finish() -> None:
    play = opened_ring()
    to_second_meeting_of(play, (0, 1, 2))
    to_closing(play)
    play.fire_withdraw(GONE, BOTH)
    assert whose_turn(play.case, ("closing_meeting", Scope()))
    waits = {seat.party for seat in whose_turn(play.case, ("closing_meeting", Scope()))}
    assert waits == {0, 2}
    assert tasks(play.case, actor_of(play.case, 302)) == (), "nobody hands side 2 a report any more"


def to_second_meeting_of(play: Play, parties: tuple[int, ...]) -> None:
    for p in parties:
        play.know(**{f"questions__some__{p}": True, f"report__ready__{p}": True})
        play.do("send", "exchange/work/study", party=p)
        play.do("finish", "exchange/work/draft", party=p)


def test_what_was_not_opened_before_it_left_cannot_be_finished() -> None:
    play = ring()
    hand_in(play, 0)
    assert directions(play.case, GONE)[0] is not None
    assert directions(play.case, GONE)[2] is None
    with pytest.raises(Refused, match="never opened"):
        play.fire_withdraw(GONE, BOTH)
    play.fire_withdraw(GONE, frozenset({2}))
    assert play.state("exchange/collect", 2) == WAIVED, "nobody will read what side 2 compiles"
    assert play.state("exchange/collect", 0) in OVER
    assert play.state("exchange/work/study", 0) == WAIVED


def test_a_direction_given_up_asks_for_nothing_in_later_steps_either() -> None:
    play = opened_ring()
    play.fire_withdraw(GONE, frozenset({2}))
    play.know(questions__some__2=True, report__ready__2=True)
    play.do("send", "exchange/work/study", party=2)
    play.do("finish", "exchange/work/draft", party=2)
    assert play.state("second_meeting") == ACTIVE
    play.do("present", "second_meeting", "lead")
    assert play.case.facts.get("report", "presented", 2) is True
    assert play.case.facts.get("report", "presented", 0) is False, "a draft that nobody finishes is not shown"
    play.know(second_meeting__planned__None=True)
    play.do("held", "second_meeting")
    assert play.state("final_report", 0) == WAIVED
    play.do("finish", "final_report", party=2)
    play.know(report__ready__0=True)
    with pytest.raises(Refused, match="does not finish"):
        play.do("hand_over", "closing_meeting", party=0)


def test_nothing_is_opened_to_who_has_left() -> None:
    play = ring()
    hand_in(play, 1)
    hand_in(play, 0)
    play.fire_withdraw(GONE, BOTH)
    play.know(materials__handed_in__2=True)
    assert play.case.facts.get("materials", "opened", 2) is False


def test_going_back_leaves_what_it_has_done_as_it_is() -> None:
    play = opened_ring()
    play.fire_withdraw(GONE, BOTH)
    before = {place: mark for place, mark in play.case.standing.marks.items() if place[1].party == GONE}
    assert back_targets(play.case, GONE) == ()
    play.fire_back("exchange/collect", None)
    after = {place: mark for place, mark in play.case.standing.marks.items() if place[1].party == GONE}
    assert before == after
    assert play.case.facts.get("materials", "handed_in", GONE) is True
    with pytest.raises(Refused, match="has withdrawn"):
        play.fire_back("exchange/collect", GONE)


def test_the_lead_gives_more_time_where_those_who_would_have_left() -> None:
    play = opened_ring()
    play.fire_withdraw(GONE, BOTH)
    place = ("exchange/work/study", Scope(0))
    assert {ref.role for ref in who_grants(play.case, place)} == {"lead"}
    assert may(play.case, actor_of(play.case, LEAD), Time(place, grants=True), play.now)
    other = ("exchange/work/study", Scope(2))
    assert {ref.role for ref in who_grants(play.case, other)} == {"coordinator"}


def test_who_withdraws_gives_up_nobody_elses_work_and_the_lead_says_what_is_finished() -> None:
    play = opened_ring()
    play.fire("withdraw", "", play.actor("coordinator", GONE), GONE, party=GONE, finish=BOTH, asks=True)
    assert play.case.standing.undecided == {GONE}
    assert finished_about(play.case, GONE) == (0,)
    play.fire_withdraw(GONE, frozenset({2}))
    assert play.case.standing.undecided == frozenset()
    assert play.case.standing.given_up == {0, 1}
    assert finished_about(play.case, GONE) == ()
    play.fire_withdraw(GONE, frozenset())
    assert play.case.standing.ended == "cancelled"


def test_a_side_withdraws_once() -> None:
    play = ring()
    play.fire_withdraw(GONE)
    with pytest.raises(Refused, match="has already withdrawn"):
        play.fire_withdraw(GONE)


def test_a_report_that_was_handed_over_is_followed_up_also_when_its_makers_leave() -> None:
    play = opened_ring()
    to_second_meeting_of(play, (0, 1, 2))
    to_closing(play)
    play.know(closing_meeting__planned__None=True)
    for party in (0, 1, 2):
        play.do("hand_over", "closing_meeting", party=party)
    play.fire_withdraw(GONE, BOTH)
    for party in (0, 2):
        play.do("acknowledge", "closing_meeting", party=party)
    play.do("held", "closing_meeting")
    play.pass_time(timedelta(weeks=60))
    assert play.state("follow_up", 2) == ACTIVE
    assert play.state("follow_up", 0) == ACTIVE


def test_a_standing_with_one_who_has_left_is_kept_and_read() -> None:
    play = opened_ring()
    play.fire("withdraw", "", play.actor("coordinator", GONE), GONE, party=GONE, finish=BOTH, asks=True)
    standing = play.case.standing
    assert Standing.from_json(standing.to_json()) == standing
    assert "undecided" not in Standing.start(3).to_json()


# ---- who says no where the others could go on


def test_who_declines_in_a_ring_ends_nothing_and_the_lead_is_asked() -> None:
    play = Play(3)
    play.do("decline", "acceptance", party=GONE)
    assert play.case.standing.ended is None
    place = ("acceptance", Scope(GONE))
    assert {seat.person for seat in whose_turn(play.case, place)} == {LEAD}
    (task,) = tasks(play.case, actor_of(play.case, LEAD))
    assert (task.place, task.actions) == (place, ("decline",))
    assert tasks(play.case, actor_of(play.case, 200)) == ()
    for key in ("accept", "decline"):
        refusal = may(play.case, play.actor("coordinator", GONE), Do(key, place), play.now)
        assert isinstance(refusal, No)
        assert "the project lead decides" in refusal.reason.text
    reminded = {planned.person for planned in plan(play.case, play.now) if planned.place == place}
    assert reminded == {LEAD}


def test_the_lead_lets_the_others_go_on_as_a_pair() -> None:
    play = Play(3)
    play.do("decline", "acceptance", party=GONE)
    play.fire_withdraw(GONE)
    for party in (0, 2):
        play.do("accept", "acceptance", party=party)
    assert play.state("teams", 0) == ACTIVE
    assert play.case.standing.reviews == (2, 1, 0)


def test_or_the_lead_ends_it() -> None:
    play = Play(3)
    play.do("decline", "acceptance", party=GONE)
    play.do("decline", "acceptance", "lead", party=GONE)
    assert play.case.standing.ended == "declined"


def test_where_two_of_three_decline_it_ends() -> None:
    play = Play(3)
    play.do("decline", "acceptance", party=GONE)
    play.do("decline", "acceptance", party=0)
    assert play.case.standing.ended == "declined"


def test_where_another_withdraws_meanwhile_it_ends() -> None:
    play = Play(3)
    play.do("decline", "acceptance", party=GONE)
    play.fire_withdraw(0)
    assert play.case.standing.ended == "declined"


def test_in_a_pair_declining_ends_at_once() -> None:
    play = Play(2)
    play.do("decline", "acceptance", party=1)
    assert play.case.standing.ended == "declined"
