"""What holds whatever people do: random deeds by random people, on the real definition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.engine.running.case import ACTIVE, OVER, WAITING, Actor, Case, Do, Scope, Standing
from peerreview.engine.running.decide import No, changes, may
from peerreview.engine.running.flow import active, settle, wake_at
from peerreview.engine.running.moves import Choice, fire, tick
from peerreview.engine.turns.planning import plan, tasks
from peerreview.engine.turns.whose_turn import whose_turn
from peerreview.errors import Refused

from ..play import LEAD, Play, actor_of

WHO = ("coordinator", "medical", "hr", "contact", "lead")
STATES = {ACTIVE, WAITING, *OVER}

deeds = st.lists(
    st.tuples(
        st.integers(0, 10_000),  # which of the possible deeds
        st.integers(0, 30),  # days that pass first
        st.booleans(),  # whether the facts that it needs are brought about
    ),
    max_size=40,
)


def possible(play: Play) -> list[tuple[str, str, str, int, dict[str, Any]]]:
    """Every deed that somebody might try now: (who, action, step, party, choice)."""
    found: list[tuple[str, str, str, int, dict[str, Any]]] = []
    for (path, scope), mark in sorted(play.case.standing.marks.items(), key=str):
        if mark.state == ACTIVE:
            for key in play.workflow.by_path[path].actions:
                for who in WHO:
                    found.append((who, key, path, scope.party or 0, {}))
    places = list(active(play.case))
    steps = [step.path for step in play.workflow.walk()]
    for party in (*play.case.standing.parties, None):
        found += [("lead", "back", "", 0, {"step": step, "party": party}) for step in steps]
    found += [("lead", "go_on", "", 0, {"place": place}) for place in places]
    found += [("lead", key, "", 0, {}) for key in ("hold", "resume")]
    for party in play.case.standing.taking_part if len(play.case.standing.taking_part) > 2 else ():
        left = [p for p in play.case.standing.taking_part if p != party]
        for finish in ((), *((p,) for p in left), tuple(left)):
            choice = {"party": party, "finish": frozenset(finish)}
            found += [(who, "withdraw", "", party, choice) for who in ("lead", "coordinator")]
    return found


@dataclass(frozen=True)
class Tried:
    """A deed that somebody tried: on what it was decided, and whether it was refused."""

    before: Case
    at: datetime
    actor: Actor
    what: Do
    choice: dict[str, Any]
    refused: Refused | None = None


def random_deed(play: Play, deed: tuple[int, int, bool]) -> Tried | None:
    """Time passes, then one of all possible deeds is tried; None where nothing can be done any more."""
    number, days, helped = deed
    play.pass_time(timedelta(days=days))
    if helped:
        help_along(play)
    choices = possible(play)
    if play.case.standing.ended or not choices:
        return None
    who, key, path, party, choice = choices[number % len(choices)]
    actor = play.actor(who, party)
    tried = Tried(play.case, play.now, actor, play.what(key, path, actor, party), choice)
    try:
        play.fire(key, path, actor, party, **choice)
    except Refused as refused:
        return replace(tried, refused=refused)
    return tried


def help_along(play: Play) -> None:
    """Make true what people would write, so that actions are not refused for want of work."""
    values: dict[Any, Any] = {
        ("agreement", "report", None): "separate",
        ("agreement", "opening", None): "all",
        ("agreement", "follow_up", None): 6,
        ("agreement", "complete", None): True,
    }
    for p in play.case.standing.parties:
        values.update(
            {
                ("team", "complete", p): True,
                ("team", "comparable", p): True,
                ("materials", "all_accounted_for", p): True,
                ("questions", "some", p): True,
                ("report", "ready", p): True,
                ("follow_up", "some", p): True,
            }
        )
    for meeting in ("first_meeting", "second_meeting", "closing_meeting"):
        values[(meeting, "planned", None)] = True
    for seat in play.case.seats:
        values[("evaluation", "some", seat.person)] = True
    play.case = play.case.with_(facts=play.case.facts.with_(values))


def sound(case: Case) -> None:
    """What must be true of any standing."""
    standing = case.standing
    for (path, scope), mark in standing.marks.items():
        step = case.workflow.by_path[path]
        assert mark.state in STATES
        assert (scope.party is None) == (case.workflow.scope(path) == "")
        parent = case.workflow.parent(path)
        if mark.state == ACTIVE and parent is not None and scope.party in standing.taking_part:
            above = standing.state(parent.path, scope.party)
            assert above == ACTIVE, f"{path} is under way inside {parent.path}, which is {above}"
        if step.children and mark.state == "done":
            for child in step.children:
                assert standing.state(child.path, scope.party) in OVER, "a block is over when all of it is"
    assert Standing.from_json(standing.to_json()) == standing
    assert (
        settle(case, max(m.since for m in standing.marks.values())).standing.marks.keys()
        >= standing.marks.keys()
    )


def joins_wait(case: Case) -> None:
    """No shared step is under way while a side has yet to reach it (rule 5)."""
    order = list(case.workflow.steps)
    for n, step in enumerate(order):
        if case.standing.state(step.path) != ACTIVE or step.each:
            continue
        for earlier in order[:n]:
            if earlier.each == "party":
                for party in case.standing.taking_part:
                    assert case.standing.state(earlier.path, party) in OVER, (step.path, earlier.path, party)


@settings(max_examples=60, deadline=None)
@given(parties=st.sampled_from([2, 3]), deeds=deeds)
def test_whatever_people_do_the_standing_is_sound(parties: int, deeds: list[tuple[int, int, bool]]) -> None:
    play = Play(parties)
    log: list[tuple[Any, ...]] = []
    for deed in deeds:
        if play.case.standing.ended:
            break
        start = play.case.facts
        tried = random_deed(play, deed)
        if tried is None:
            log.append(("tick", play.now, start))
            break
        log.append(("tick", tried.at, start))
        allowed = may(tried.before, tried.actor, tried.what, tried.at)
        if tried.refused is not None:
            assert play.case is tried.before, "a refused deed changes nothing"
            if isinstance(allowed, No):
                assert tried.refused.reason == allowed.reason
            continue
        assert allowed, "nothing is done that `may` refuses"
        log.append(("fire", tried.at, tried.before.facts, tried.actor, tried.what, tried.choice))
        sound(play.case)
        joins_wait(play.case)
        _everybody_can_be_asked(play)
    assert replayed(play, log) == play.case.standing, "replay of the deeds gives the same standing"


def replayed(play: Play, log: list[tuple[Any, ...]]) -> Standing:
    case = Play(play.parties).case
    for kind, now, facts, *deed in log:
        case = case.with_(facts=facts)
        if kind == "tick":
            case = tick(case, now).case
        else:
            actor, what, choice = deed
            case = fire(case, actor, what, now, reason="skäl", choice=Choice(**choice)).case
    return case.standing


def _everybody_can_be_asked(play: Play) -> None:
    """Plans, tasks and turns can be told in any standing, and nobody is reminded who has nothing left to do."""
    for planned in plan(play.case, play.now):
        if planned.own_turn:
            assert planned.key.seat in {seat.id for seat in whose_turn(play.case, planned.place)}
    for person in (LEAD, 100, 101, 103, 200):
        tasks(play.case, actor_of(play.case, person))
    if not play.case.standing.ended:
        instant = wake_at(play.case, play.now)
        assert instant is None or instant >= play.now


@settings(max_examples=40, deadline=None)
@given(parties=st.sampled_from([2, 3]), deeds=deeds)
def test_no_action_is_applied_twice(parties: int, deeds: list[tuple[int, int, bool]]) -> None:
    play = Play(parties)
    for number, _, _ in deeds:
        help_along(play)
        choices = [c for c in possible(play) if c[2]]
        if not choices:
            break
        who, key, path, party, _ = choices[number % len(choices)]
        actor = play.actor(who, party)
        what = play.what(key, path, actor, party)
        try:
            move = play.fire(key, path, actor, party)
        except Refused:
            continue
        assert move.action is not None
        if move.action.to or changes(move.before, move.action.does, move.scope):
            again = may(play.case, actor, what, play.now)
            assert not again or move.action.optional, f"{key} could be done twice"


def test_an_unknown_place_is_refused_not_met_with_an_error() -> None:
    play = Play(2)
    for place in (
        ("nowhere", Scope()),
        ("acceptance", Scope(9)),
        ("acceptance", Scope()),
        ("exchange", Scope(0)),
    ):
        assert not may(play.case, play.actor("coordinator"), Do("accept", place), play.now)
