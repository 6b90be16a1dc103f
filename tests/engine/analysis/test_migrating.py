"""A standing carried to a newer definition (engine.md 24): step by step, or refused with the reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.engine.analysis.checker import check
from peerreview.engine.analysis.migrating import Carried, become, carried, fits, misplaced
from peerreview.engine.analysis.reaching import can_end, dead_end
from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.reader import read
from peerreview.engine.running.case import ACTIVE, DONE, OVER, WAIVED, Case, Scope
from peerreview.engine.running.flow import settle
from peerreview.engine.running.moves import tick
from peerreview.errors import in_english

from ..play import Play, collegial
from ..running.test_properties import deeds, help_along, random_deed

AN_ADDED = """  {key}:
    {each}title: {{sv: Nytt, en: New}}
    due: {{after: begin, weeks: 1}}
    remind: [{{working_days: -3}}]
    actions:
      done: {{title: {{sv: Klart, en: Done}}, by: coordinator, to: next}}

"""


def newer(*changes: tuple[str, str]) -> Workflow:
    """The shipped definition with these changes, each of the first such place among the steps if there is one."""
    text = collegial().text
    for old, new in changes:
        before, steps = text.split("\nsteps:", 1)
        if old in steps:
            text = f"{before}\nsteps:{steps.replace(old, new, 1)}"
        else:
            assert old in text, old
            text = text.replace(old, new, 1)
    return read(text, "newer.yaml")


def added(before: str, key: str = "added", each: str = "each: party\n    ") -> tuple[str, str]:
    """A new step before the top-level step `before`."""
    return f"\n  {before}:\n", "\n" + AN_ADDED.format(key=key, each=each) + f"  {before}:\n"


# Handing in asks for a consent that is given in a step which whoever hands in has gone past.
A_DEAD_END = (
    ("by: coordinator\n            needs: materials.all_accounted_for", "by: coordinator\n            "
     "needs: [materials.all_accounted_for, lead.asked]"),
    added("exchange", each=""),
    ("done: {title: {sv: Klart, en: Done}, by: coordinator, to: next}\n\n  exchange:",
     "done: {title: {sv: Klart, en: Done}, by: lead, records: lead.asked, to: next}\n\n  exchange:"),
)  # fmt: skip


def moved(play: Play, new: Workflow) -> Carried:
    return carried(play.case.standing, collegial(), new, become(collegial(), new), play.now)


def said(result: Carried) -> list[str]:
    return [in_english(message) for message in result.why]


def at_collect(parties: int = 2) -> Play:
    """Side 1 collects; side 2 too."""
    play = Play(parties)
    help_along(play)
    for step, key in (("acceptance", "accept"), ("teams", "confirm")):
        for party in range(parties):
            play.do(key, step, party=party)
    play.do("held", "first_meeting")
    for party in range(parties):
        play.do("confirm", "first_meeting", party=party)
    assert play.state("exchange/collect", 0) == ACTIVE
    return play


# ---- nothing has changed


@settings(max_examples=60, deadline=None)
@given(parties=st.sampled_from([2, 3]), far=st.booleans(), deeds=deeds)
def test_a_move_to_the_same_definition_leaves_all_as_it_is(
    parties: int, far: bool, deeds: list[tuple[int, int, bool]]
) -> None:
    play = at_collect(parties) if far else Play(parties)
    for deed in deeds:
        if play.case.standing.ended or random_deed(play, deed) is None:
            continue
        assert list(misplaced(collegial(), play.case.standing)) == [], "whatever is come into can be"
    result = moved(play, collegial())
    assert result == Carried(play.case.standing)
    assert fits(play.case, collegial()) == ()


@settings(max_examples=15, deadline=None)
@given(parties=st.sampled_from([2, 3]), far=st.booleans(), deeds=deeds)
def test_what_was_moved_settles_and_goes_on(
    parties: int, far: bool, deeds: list[tuple[int, int, bool]]
) -> None:
    """Steps are added, renamed, put into a block, taken away: wherever a review stands, it goes on or is refused."""
    new = newer(
        added("first_meeting", "shared_one", each=""),
        added("final_report", "own_one"),
        ("\n  teams:\n    each: party\n", "\n  appoint:\n    was: teams\n    each: party\n"),
        ("\n      work:\n", "\n      study_block:\n        was: exchange/work\n"),
    )
    assert check(new, played=False) == []
    play = at_collect(parties) if far else Play(parties)
    for deed in deeds:
        if not play.case.standing.ended:
            random_deed(play, deed)
    if play.case.standing.ended:
        return
    result = moved(play, new)
    assert said(result) == []
    case = play.case.with_(workflow=new, standing=result.standing)
    after = tick(case, play.now).case
    assert list(misplaced(new, after.standing)) == []
    assert settle(after, play.now).standing == after.standing
    for place, mark in play.case.standing.marks.items():
        now = result.standing.marks[(become(collegial(), new)[place[0]], place[1])]
        assert now == mark, "what has been passed stays passed, and what is under way goes on"
    assert can_end(after) or not can_end(play.case)


# ---- steps that come, go, and are called otherwise


def test_a_step_that_is_gone_and_was_passed_is_forgotten() -> None:
    play = at_collect()
    text = collegial().text
    teams = text[text.index("\n  teams:\n") : text.index("\n  first_meeting:\n    title")]
    new = newer((teams, "\n"), ("loses_actions: [consent]", "loses_actions: []"))
    result = moved(play, new)
    assert (said(result), {path for path, _ in result.gone}) == ([], {"teams"})
    assert result.standing.state("exchange/collect", 0) == ACTIVE
    assert result.standing.state("teams", 0) is None


def test_a_side_that_stands_in_what_is_gone_has_no_place() -> None:
    play = at_collect()
    new = newer(("\n      collect:\n", "\n      gather:\n"))
    assert said(moved(play, new)) == [
        "side 1 stands in `exchange/collect`, which the new definition does not have; "
        "if a step has taken its place, write `was: exchange/collect` there",
        "side 2 stands in `exchange/collect`, which the new definition does not have; "
        "if a step has taken its place, write `was: exchange/collect` there",
    ]


def test_a_renamed_step_is_found_by_what_it_was() -> None:
    play = at_collect()
    new = newer(
        ("\n  exchange:\n", "\n  trade:\n    was: exchange\n"),
        ("\n      collect:\n", "\n      gather:\n        was: exchange/collect\n"),
    )
    result = moved(play, new)
    assert result.why == ()
    assert become(collegial(), new)["exchange/work/study"] == "trade/work/study"
    mark = play.case.standing.marks[("exchange/collect", Scope(0))]
    assert result.standing.marks[("trade/gather", Scope(0))] == mark
    assert result.standing.visits.keys() == result.standing.marks.keys()


@pytest.mark.parametrize("before", ["teams", "first_meeting", "exchange"])
def test_a_new_step_before_is_gone_on_without(before: str) -> None:
    play = at_collect()
    new = newer(added(before))
    result = moved(play, new)
    assert result.waived == (("added", Scope(0)), ("added", Scope(1)))
    after = settle(play.case.with_(workflow=new, standing=result.standing), play.now)
    assert not after.entered
    assert after.standing.state("added", 0) == WAIVED


def test_a_new_step_after_takes_place() -> None:
    play = at_collect()
    new = newer(added("second_meeting"))
    result = moved(play, new)
    assert (result.waived, result.standing.marks) == ((), play.case.standing.marks)


def test_a_new_step_beside_what_is_under_way_begins() -> None:
    play = at_collect()
    play.know(materials__handed_in__0=True, materials__handed_in__1=True)
    assert play.state("exchange/work/study", 0) == ACTIVE
    step = AN_ADDED.format(key="added", each="").replace("\n", "\n        ").rstrip()
    new = newer(("\n          study:\n", f"\n        {step}\n          study:\n"))
    after = settle(play.case.with_(workflow=new, standing=moved(play, new).standing), play.now)
    assert after.standing.state("exchange/work/added", 0) == ACTIVE


def test_sides_at_different_places_are_each_asked_for_themselves() -> None:
    play = Play(2)
    help_along(play)
    play.do("accept", "acceptance", party=0)
    new = newer(added("teams"))
    result = moved(play, new)
    # Teams begin when all have accepted: nobody is past the new step yet.
    assert (result.why, result.waived) == ((), ())


def test_a_step_moved_before_where_a_side_stands_is_refused() -> None:
    play = at_collect()
    text = collegial().text
    start, end = text.index("\n  second_meeting:\n    title"), text.index("\n  final_report:\n")
    block, rest = text[start:end], text[:start] + text[end:]
    new = read(rest.replace("\n  exchange:\n", block + "\n  exchange:\n", 1), "newer.yaml")
    assert said(moved(play, new))[0] == (
        "`exchange` is under way, but `second_meeting` comes before it and is not over"
    )


def test_a_step_that_becomes_shared_is_over_where_all_are_done() -> None:
    new = newer(("\n  teams:\n    each: party\n", "\n  teams:\n"))
    done = moved(at_collect(), new)
    assert (said(done), done.standing.state("teams")) == ([], DONE)
    play = Play(2)
    help_along(play)
    for party in (0, 1):
        play.do("accept", "acceptance", party=party)
    assert "shared by all sides" in said(moved(play, new))[0]


def test_a_step_that_becomes_each_sides_own() -> None:
    new = newer(("\n  first_meeting:\n    title", "\n  first_meeting:\n    each: party\n    title"))
    result = moved(at_collect(3), new)
    assert [result.standing.state("first_meeting", p) for p in range(3)] == [DONE] * 3


def test_a_block_put_around_steps_is_as_they_are() -> None:
    play = at_collect()
    text = collegial().text
    start, end = text.index("\n  acceptance:\n    each"), text.index("\n  first_meeting:\n    title")
    inner = text[start:end].replace("\n", "\n    ")
    inner = inner.replace("\n      acceptance:", "\n      acceptance:\n        was: acceptance", 1)
    inner = inner.replace("\n      teams:", "\n      teams:\n        was: teams", 1)
    block = "\n  before:\n    title: {sv: Innan, en: Before}\n    steps:" + inner.rstrip(" ")
    new = read(text[:start] + block + text[end:], "newer.yaml")
    done = moved(play, new)
    assert (said(done), done.standing.state("before")) == ([], DONE)
    beginning = moved(Play(2), new)
    assert beginning.standing.state("before") == ACTIVE


# ---- what else has no place


def test_roles_things_and_sides_that_are_no_longer_there() -> None:
    play = at_collect(3)
    pair = newer(("parties: {min: 2, max: 3}", "parties: {min: 2, max: 2}"))
    assert [in_english(m) for m in fits(play.case, pair)] == ["the new definition is for 2 to 2 sides"]
    text = collegial().text.replace("second_meeting", "other_meeting").replace("dates.other", "dates.second")
    play.know(second_meeting__planned__None=True)
    assert "`second_meeting`, which the new" in next(in_english(m) for m in fits(play.case, read(text)))
    function = newer(("\n  hr: {sv: HR, en: Human resources}\n", "\n"))
    assert "function `hr`" in in_english(fits(play.case, function)[0])


def test_can_end_tells_a_dead_end() -> None:
    """The agreement's choice is gone on without, and nothing later brings it about."""
    play = at_collect()
    assert can_end(play.case)
    stuck = newer(*A_DEAD_END)
    assert check(stuck, played=False) == []
    result = moved(play, stuck)
    assert result.why == ()
    found = dead_end(play.case.with_(workflow=stuck, standing=result.standing))
    told = {(path, scope.party): [in_english(m) for m in wanted] for (path, scope), wanted in found}
    assert told.keys() == {("exchange/collect", 0), ("exchange/collect", 1)}
    assert all(wanted[-1] == "the project lead has not consented" for wanted in told.values())


# ---- the checker


def test_two_steps_cannot_both_have_been_the_same() -> None:
    new = newer(("\n  teams:\n", "\n  teams:\n    was: acceptance\n"))
    (problem,) = check(new, played=False)
    assert "a review that stands in `acceptance` of an older definition" in in_english(problem.wrong)
    assert new.lines["teams"] == (problem.line, problem.column)


def test_what_a_step_was_decides_nothing() -> None:
    assert newer(("\n  teams:\n", "\n  teams:\n    was: [squads, crews]\n")).hash == collegial().hash


def test_a_step_may_be_called_by_a_word_of_the_language() -> None:
    """`text` is what mails say, but also a fine name of a step: then it decides."""
    changed = (
        newer(("\n  teams:\n", "\n  text:\n")),
        newer(("\n  teams:\n    each: party\n", "\n  text:\n    each: party\n    ends_after: {weeks: 9}\n")),
    )
    assert changed[0].hash != changed[1].hash


def test_no_more_is_asked_of_a_withdrawn_side() -> None:
    play = at_collect(3)
    play.know(materials__opened__1=True)
    play.fire_withdraw(1, frozenset({0, 2}))
    result = moved(play, newer(added("exchange")))
    assert {scope.party for _, scope in result.waived} == {0, 2}
    assert all(mark.state in OVER for (_, s), mark in result.standing.marks.items() if s.party == 1)


def test_time_that_has_passed_moves_it_afterwards() -> None:
    play = at_collect()
    new = newer(
        ("\n        page: materials\n", "\n        ends_after: {weeks: 1}\n        page: materials\n")
    )
    result = moved(play, new)
    case: Case = play.case.with_(workflow=new, standing=result.standing)
    assert tick(case, play.now + timedelta(weeks=2)).case.standing.state("exchange/collect", 0) == DONE
