"""Likeness of teams is asked when all have confirmed (engine.md 12): in every order, for two sides and for three."""

from __future__ import annotations

from itertools import permutations

import pytest

from peerreview.engine.language.reader import read
from peerreview.engine.running.case import ACTIVE, DONE, Do, Mark, Record, Scope, See
from peerreview.engine.running.decide import may
from peerreview.engine.running.reopening import waiting_again
from peerreview.engine.turns.planning import stuck, tasks, whose_turn
from peerreview.engine.turns.telling import stuck_mails
from peerreview.errors import Refused

from ..play import LEAD, Play, collegial


def at_teams(parties: int = 2, *, alike: bool) -> Play:
    """All have accepted and appointed whole teams; `alike`: or not."""
    play = Play(parties)
    for party in range(parties):
        play.do("accept", "acceptance", party=party)
    for party in range(parties):
        play.know(**{f"team__complete__{party}": True, f"team__comparable__{party}": alike})
    return play


def stands(play: Play) -> list[str | None]:
    return [play.state("teams", party) for party in play.case.standing.parties]


def offered(play: Play, key: str, who: str = "coordinator", party: int = 0) -> bool:
    actor = play.actor(who, party)
    return bool(may(play.case, actor, play.what(key, "teams", actor, party), play.now))


@pytest.mark.parametrize("order", [*permutations(range(2)), *permutations(range(3))])
def test_a_side_confirms_whenever_it_likes_and_all_go_on_at_once(order: tuple[int, ...]) -> None:
    play = at_teams(len(order), alike=True)
    for number, party in enumerate(order):
        assert stands(play) == [ACTIVE] * len(order)
        play.do("confirm", "teams", party=party)
        waits = {seat.party for p in range(len(order)) for seat in whose_turn(play.case, ("teams", Scope(p)))}
        assert waits == set(order[number + 1 :])
    assert stands(play) == [DONE] * len(order)
    assert play.state("first_meeting") == ACTIVE


@pytest.mark.parametrize("order", [*permutations(range(2))])
def test_nobody_is_kept_from_confirming_by_how_the_others_are_by_then(order: tuple[int, ...]) -> None:
    play = at_teams(alike=False)
    for party in order:
        assert offered(play, "confirm", party=party)
        assert not stuck(play.case)
        play.do("confirm", "teams", party=party)
    assert stands(play) == [ACTIVE, ACTIVE]
    assert len(stuck(play.case)) == 2


@pytest.mark.parametrize("parties", [2, 3])
def test_where_they_are_unlike_each_side_and_the_lead_are_asked_and_told_once(parties: int) -> None:
    play = at_teams(parties, alike=False)
    for party in range(parties):
        before = play.case
        play.do("confirm", "teams", party=party)
    told = [mail.person for mail in stuck_mails(before, play.case, play.now)]
    assert sorted(told) == [*(100 * (p + 1) for p in range(parties)), LEAD]
    assert stuck_mails(play.case, play.case, play.now) == ()
    for party in range(parties):
        [task] = tasks(play.case, play.actor("coordinator", party))
        assert task.actions == ("reopen",)
        assert tasks(play.case, play.actor("medical", party)) == ()
    [task] = tasks(play.case, play.actor("lead"))
    assert task.actions == ("consent",)


def test_before_all_have_confirmed_there_is_nothing_to_consent_to_or_to_reopen() -> None:
    play = at_teams(alike=False)
    play.do("confirm", "teams", party=0)
    assert not offered(play, "consent", "lead")
    assert not offered(play, "reopen")
    assert tasks(play.case, play.actor("lead")) == ()
    with pytest.raises(Refused):
        play.do("confirm", "teams", party=0)


@pytest.mark.parametrize("at", [0, 1])
def test_the_leads_consent_counts_for_all_wherever_it_is_given(at: int) -> None:
    play = at_teams(alike=False)
    for party in (1, 0):
        play.do("confirm", "teams", party=party)
    assert not offered(play, "consent", "coordinator")
    play.do("consent", "teams", "lead", at)
    assert play.state("first_meeting") == ACTIVE
    assert stands(play) == [DONE, DONE]


def test_a_side_opens_its_own_team_changes_it_and_the_step_goes_on_by_itself() -> None:
    play = at_teams(alike=False)
    for party in (0, 1):
        play.do("confirm", "teams", party=party)
    assert not may(play.case, play.actor("coordinator", 1), Do("reopen", ("teams", Scope(0))), play.now)
    play.do("reopen", "teams", party=1)
    assert not play.case.facts.get("team", "confirmed", 1)
    assert play.case.facts.get("team", "confirmed", 0)
    assert {seat.party for p in (0, 1) for seat in whose_turn(play.case, ("teams", Scope(p)))} == {1}
    assert not offered(play, "consent", "lead")
    play.know(team__comparable__0=True, team__comparable__1=True)
    play.do("confirm", "teams", party=1)
    assert play.state("first_meeting") == ACTIVE


def test_a_team_that_becomes_alike_without_being_opened_goes_on_too() -> None:
    play = at_teams(alike=False)
    for party in (0, 1):
        play.do("confirm", "teams", party=party)
    play.know(team__comparable__0=True, team__comparable__1=True)
    assert play.state("first_meeting") == ACTIVE


@pytest.mark.parametrize("parties", [2, 3])
def test_who_is_gone_on_without_is_waited_for_by_nobody(parties: int) -> None:
    play = at_teams(parties, alike=parties == 2)
    for party in range(1, parties):
        play.do("confirm", "teams", party=party)
    assert play.state("teams", 1) == ACTIVE
    play.fire("go_on", "", play.actor("lead"), 0, place=("teams", Scope(0)))
    if parties == 3:
        assert {place[1].party for place in stuck(play.case)} == {1, 2}
        assert offered(play, "reopen", party=2)
        play.do("consent", "teams", "lead", 2)
    assert play.state("first_meeting") == ACTIVE


def test_a_side_that_is_sent_back_is_asked_again_and_the_others_keep_their_standing() -> None:
    play = at_teams(alike=True)
    for party in (0, 1):
        play.do("confirm", "teams", party=party)
    play.fire_back("teams", 0)
    assert stands(play) == [ACTIVE, DONE]
    play.know(team__comparable__0=False, team__comparable__1=False)
    play.do("confirm", "teams", party=0)
    assert stands(play) == [ACTIVE, DONE]
    assert offered(play, "reopen", party=0)
    assert not offered(play, "reopen", party=1)
    play.do("consent", "teams", "lead", 0)
    assert stands(play) == [DONE, DONE]


def test_the_others_notice_a_team_before_it_is_confirmed_and_read_it_after() -> None:
    play = at_teams(3, alike=True)
    for who in ("medical", "contact", "coordinator"):
        for party in (1, 2):
            actor = play.actor(who, party)
            for verb, state, seen in (
                ("notice", "open", True),
                ("read", "open", False),
                ("read", "confirmed", True),
            ):
                assert bool(may(play.case, actor, See("team", verb, 0, state), play.now)) is seen
    outsider = play.actor("coordinator", 7)
    assert not may(play.case, outsider, See("team", "notice", 0, "open"), play.now)


def test_the_reading_changes_neither_text_nor_hash_and_the_first_one_is_still_to_be_had() -> None:
    now = collegial()
    then = read(now.text, reading=1)
    assert (then.hash, then.text) == (now.hash, now.text)
    confirm = then.by_path["teams"].actions["confirm"]
    assert confirm.to == "next"
    assert [ref.fact for ref in confirm.needs.facts()] == ["complete", "comparable", "consented"]
    assert "reopen" not in then.by_path["teams"].actions
    # Nothing else is read otherwise.
    assert {p: s for p, s in then.by_path.items() if p != "teams"} == {
        p: s for p, s in now.by_path.items() if p != "teams"
    }


def test_who_had_confirmed_by_the_first_reading_waits_for_the_others_by_this_one() -> None:
    old = Play(workflow=read(collegial().text, reading=1))
    for party in (0, 1):
        old.do("accept", "acceptance", party=party)
        old.know(**{f"team__complete__{party}": True, f"team__comparable__{party}": True})
    assert waiting_again(collegial(), old.case.standing) is old.case.standing
    old.do("confirm", "teams", party=0)
    assert stands(old) == [DONE, ACTIVE]
    standing = waiting_again(collegial(), old.case.standing)
    assert standing.state("teams", 0) == ACTIVE
    assert waiting_again(collegial(), standing) is standing
    # Sent back and done again it is another visit: nobody else is called back with it.
    visited = dict(old.case.standing.marks)
    place = ("teams", Scope(1))
    visited[place] = Mark(ACTIVE, visited[place].since, 2)
    back = old.case.standing.with_(marks=visited)
    assert waiting_again(collegial(), back) is back
    old.do("confirm", "teams", party=1)
    assert waiting_again(collegial(), old.case.standing) is old.case.standing


def test_a_consent_that_was_given_to_one_side_by_the_first_reading_counts() -> None:
    play = at_teams(alike=False)
    record = Record("lead", "consented", 1, "teams")
    play.case = play.case.with_(standing=play.case.standing.with_(records=frozenset((record,))))
    for party in (0, 1):
        play.do("confirm", "teams", party=party)
    assert play.state("first_meeting") == ACTIVE
