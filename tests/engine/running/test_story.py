"""The whole method, played through the engine alone, for a pair and for a ring of three."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from peerreview.engine.running.case import ACTIVE, DONE, SKIPPED, WAITING, Standing

from ..play import Play


def to_exchange(play: Play, *, opening: str = "all", report: str = "separate") -> None:
    for p in range(play.parties):
        play.do("accept", "acceptance", party=p)
    for p in range(play.parties):
        play.know(**{f"team__complete__{p}": True, f"team__comparable__{p}": True})
        play.do("confirm", "teams", party=p)
    play.know(
        first_meeting__planned__None=True,
        agreement__complete__None=True,
        agreement__opening__None=opening,
        agreement__report__None=report,
        agreement__follow_up__None=6,
        agreement__dates_D_second_meeting__None=date(2026, 4, 21),
    )
    play.do("held", "first_meeting")
    for p in range(play.parties):
        play.do("confirm", "first_meeting", party=p)


def hand_in(play: Play, party: int) -> None:
    play.know(**{f"materials__all_accounted_for__{party}": True})
    play.do("hand_in", "exchange/collect", party=party)


def to_second_meeting(play: Play) -> None:
    for p in range(play.parties):
        hand_in(play, p)
    for p in range(play.parties):
        play.know(**{f"questions__some__{p}": True, f"report__ready__{p}": True})
        play.do("send", "exchange/work/study", party=p)
        if play.state("exchange/work/draft", p) == ACTIVE:
            play.do("finish", "exchange/work/draft", party=p)


def to_closing(play: Play) -> None:
    play.do("present", "second_meeting", "lead")
    play.know(second_meeting__planned__None=True)
    play.do("held", "second_meeting")
    for p in range(play.parties):
        play.do("finish", "final_report", party=p)


@pytest.mark.parametrize("parties", [2, 3])
def test_method_runs_from_acceptance_to_closed(parties: int) -> None:
    play = Play(parties)
    to_exchange(play)
    assert play.state("exchange/collect", 0) == ACTIVE
    to_second_meeting(play)
    assert play.state("second_meeting") == ACTIVE
    to_closing(play)
    assert play.state("joint_report") == SKIPPED
    for p in range(parties):
        play.do("hand_over", "closing_meeting", party=p)
    for p in range(parties):
        play.do("acknowledge", "closing_meeting", "contact", party=p)
    play.know(closing_meeting__planned__None=True)
    play.do("held", "closing_meeting")
    assert {s.person for (path, s) in play.case.standing.marks if path == "evaluation"} == {
        seat.person for seat in play.case.seats
    }
    play.know(evaluation__some__100=True)
    play.do("submit", "evaluation")
    assert play.state("evaluation", 0, 100) == DONE
    play.pass_time(timedelta(weeks=4))
    assert play.state("evaluation", 1, 200) == DONE, "it ends by time, not by the last straggler"
    assert play.state("follow_up", 0) == WAITING
    play.pass_time(timedelta(days=200))
    for p in range(parties):
        play.know(**{f"follow_up__some__{p}": True})
        play.do("report_back", "follow_up", party=p)
    assert play.case.standing.ended == "closed"
    assert Standing.from_json(play.case.standing.to_json()) == play.case.standing


def test_sets_open_all_at_once_when_the_last_is_in() -> None:
    play = Play(3)
    to_exchange(play, opening="all")
    hand_in(play, 0)
    hand_in(play, 1)
    assert play.state("exchange/collect", 0) == ACTIVE
    assert not play.case.facts.get("materials", "opened", 0)
    hand_in(play, 2)
    assert [play.case.facts.get("materials", "opened", p) for p in range(3)] == [True] * 3
    assert play.state("exchange/work/study", 0) == ACTIVE


def test_each_set_opens_as_it_comes() -> None:
    play = Play(3)
    to_exchange(play, opening="each")
    hand_in(play, 1)
    assert play.case.facts.get("materials", "opened", 1)
    assert play.state("exchange/collect", 1) == DONE
    assert play.state("exchange/work/study", 1) == WAITING, "party 2, whom it reviews, has not handed in"
    hand_in(play, 0)
    assert play.state("exchange/work/study", 0) == ACTIVE, "party 0 reviews party 1 in the ring"


def test_joint_report_has_no_secret_draft() -> None:
    play = Play(2)
    to_exchange(play, report="joint")
    to_second_meeting(play)
    assert play.state("exchange/work/draft", 0) == SKIPPED
    play.know(second_meeting__planned__None=True, joint_report__ready__None=True)
    play.do("held", "second_meeting")
    assert play.state("final_report", 0) == SKIPPED
    play.do("finish", "joint_report", party=1)
    play.do("hand_over_joint", "closing_meeting")
    for p in range(2):
        play.do("acknowledge_joint", "closing_meeting", party=p)
    play.know(closing_meeting__planned__None=True)
    play.do("held", "closing_meeting", "lead")
    assert play.state("closing_meeting") == DONE


def test_one_side_goes_back_and_the_other_keeps_its_standing() -> None:
    play = Play(2)
    to_exchange(play)
    to_second_meeting(play)
    play.do("present", "second_meeting", "lead")
    play.know(second_meeting__planned__None=True)
    play.do("held", "second_meeting")
    move = play.fire_back("exchange/collect", 0)
    assert play.state("exchange/collect", 0) == ACTIVE
    assert play.state("final_report", 0) is None
    assert play.state("final_report", 1) == ACTIVE, "the other side goes on writing"
    assert ("materials", "take_back", 0) in [tuple(vars(e).values()) for e in move.effects]
    assert play.case.facts.get("materials", "opened", 0), "what was opened stays open"
    play.do("finish", "final_report", party=1)
    assert play.state("closing_meeting") is None, "the join waits for the side that went back"
    hand_in(play, 0)
    play.do("send", "exchange/work/study", party=0)
    play.do("finish", "exchange/work/draft", party=0)
    assert play.state("final_report", 0) == ACTIVE
    play.do("finish", "final_report", party=0)
    assert play.state("closing_meeting") == ACTIVE


def test_shared_step_waits_while_one_side_is_back() -> None:
    play = Play(2)
    to_exchange(play)
    to_second_meeting(play)
    play.fire_back("exchange/work/study", 1)
    assert play.state("second_meeting") == WAITING
    assert play.state("exchange/work/study", 1) == ACTIVE
    assert play.state("exchange/work/draft", 1) == DONE, "the branch beside it keeps its standing"
    play.do("send", "exchange/work/study", party=1)
    assert play.state("second_meeting") == ACTIVE


def test_withdrawing_closes_a_young_ring_to_a_pair() -> None:
    play = Play(3)
    to_exchange(play)
    play.fire_withdraw(1)
    assert play.case.standing.ended is None
    assert play.case.standing.related("reviews", 0) == (2,)
    assert play.case.standing.related("reviews", 2) == (0,)
    hand_in(play, 0)
    hand_in(play, 2)
    assert play.state("exchange/work/study", 2) == ACTIVE


def test_withdrawing_ends_a_pair() -> None:
    play = Play(2)
    to_exchange(play)
    play.fire_withdraw(0)
    assert play.case.standing.ended == "cancelled"
