"""What every page of a round shows at its top, and the one way into a round: for its lead, or for a party's people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ...engine.language.definition import Action, Step
from ...engine.running.case import ACTIVE, Do, Place
from ...engine.running.timing import due_date
from ...errors import N_, Refused, Text
from ...store.review import rounds as store
from ..case.done_days import done_on
from ..case.opening import OpenCase
from ..turns import lanes, turns


@dataclass(frozen=True)
class Stage:
    """A step of the round; `state`: a mark's (rendering.pictures.marks); `done`: the day on which it was over."""

    path: str
    title: Text
    state: str
    due: date | None
    done: date | None = None


@dataclass(frozen=True)
class RoundHead:
    """`own`: the reader's party, None for the lead. `names`: by party, as far as the reader knows them."""

    id: int
    title: str
    year: int
    version: int
    is_lead: bool
    own: int | None
    names: Mapping[int, str]
    stages: tuple[Stage, ...]
    ended: Text | None
    on_hold: bool


def head_of_round(case: OpenCase) -> RoundHead:
    ended = case.standing.ended
    row = case.session.get_one(store.Round, case.review.id)
    return RoundHead(
        id=case.review.id,
        title=case.review.title,
        year=row.year,
        version=case.review.version,
        is_lead=("lead", None) in case.actor.roles,
        own=case.own_party(),
        names=dict(sorted(case.names.items())),
        stages=stages_of(case),
        ended=case.workflow.ends[ended].title if ended else None,
        on_hold=case.standing.on_hold,
    )


def stages_of(case: OpenCase) -> tuple[Stage, ...]:
    """The top steps in order; the lead's show where the whole stands, a party's where it stands itself."""
    own = case.own_party() if not case.sees_all_parties else None
    party = own if own is not None else min(case.standing.taking_part, default=0)
    under_way = {path for (path, _), mark in case.standing.marks.items() if mark.state == ACTIVE}
    stages = []
    for step, stop in zip(case.workflow.steps, lanes.tops_of(case, party), strict=True):
        # For the lead a step lasts until the last organisation is through it.
        state = "doing" if own is None and stop.state != "late" and step.path in under_way else stop.state
        if own is None and stop.state in ("doing", "late"):
            state = "late" if _is_late(case, step) else "doing"
        done = done_on(case, step.path, own) if state == "done" else None
        stages.append(Stage(step.path, step.short or step.title, state, _due(case, step, own), done))
    return tuple(stages)


def _is_late(case: OpenCase, step: Step) -> bool:
    top = step.path
    return any(turn.late for turn in turns.turns(case) if turn.step.path.split("/")[0] == top)


def _due(case: OpenCase, step: Step, own: int | None) -> date | None:
    """The day by which what is under way in a step is due, where it is one day for all that are shown."""
    inside = [leaf.path for leaf in step.walk() if not leaf.children]
    days = {
        due_date(case.case, place)
        for place, mark in case.standing.marks.items()
        if place[0] in inside and mark.state == ACTIVE and (own is None or place[1].party in (None, own))
    }
    if len(days) == 1:
        return days.pop()
    return turns.agreed_day(case, step) if not days and not step.children else None


def place_of(case: OpenCase, action: str, party: int | None = None) -> tuple[Place, Action] | None:
    """Where `action` is under way, for `party` or for all; None where it is not."""
    for place, mark in case.standing.marks.items():
        step = case.workflow.by_path[place[0]]
        if mark.state == ACTIVE and action in step.actions and place[1].party == party:
            return place, step.actions[action]
    return None


def do_of(case: OpenCase, action: str, party: int | None = None) -> Do:
    """The engine's question for an action that is under way. Raises Refused where its step is not."""
    found = place_of(case, action, party)
    if found is None:
        raise Refused(N_("the round is in another step by now; see where it stands"))
    return Do(action, found[0])
