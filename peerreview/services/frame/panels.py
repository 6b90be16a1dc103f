"""*This step*: for each step under way that concerns the reader, what it is for, who does what, what is done and what
is missing, the one main button, or why it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...engine.language.definition import Action
from ...engine.running.case import Do, Place, Scope, Time
from ...engine.running.conditions import awaiting, missing
from ...engine.running.decide import No, acting_scope, already_done, changes
from ...engine.turns.planning import stuck
from ...engine.turns.whose_turn import applies
from ...errors import N_, Message, PartyName, Text
from ..base.words import Words
from ..case.opening import OpenCase
from ..turns import turns
from ..turns.askings import href_of, open_askings
from ..turns.decisions import is_decided_by_lead
from ..turns.left_undone import lies_ahead
from ..turns.offers import action_path
from ..turns.task_lists import OPEN, who_of
from ..turns.turns import Turn
from ..turns.wording import way_to


@dataclass(frozen=True)
class Button:
    title: Words
    href: str


@dataclass(frozen=True)
class Part:
    """One of the things a step is made of. `side`: whose it is, where each side does it; `by`: by function;
    `missing`: what keeps the reader from it, where it is theirs."""

    title: Text
    side: str
    by: tuple[Text, ...]
    done: bool
    missing: tuple[Message, ...] = ()


@dataclass(frozen=True)
class PanelSide:
    """A side's copy of a step, or (`name` "") the step that all share. `can_be_reminded`: somebody with an open account
    has it."""

    party: int | None
    name: str
    due: date | None
    late: bool
    who: tuple[Words, ...]
    reminder: datetime | None
    parts: tuple[Part, ...]
    time: Message | None = None
    waits: Message | None = None
    can_be_reminded: bool = True


@dataclass(frozen=True)
class Panel:
    """A step under way. `yours`: the reader has something to do in it; `due` is said once where it is the same
    for all the sides shown. `stuck`: what can be done where all have done theirs and it is still not over."""

    path: str
    title: Text
    help: Text | None
    due: date | None
    late: bool
    yours: bool
    sides: tuple[PanelSide, ...]
    main: Button | None
    others: tuple[Button, ...]
    stuck: Text | None = None


def panels_of(case: OpenCase) -> tuple[Panel, ...]:
    """Of the reader's own side and of what all share; for the lead, of all sides together."""
    own, lead = case.actor.parties(), ("lead", None) in case.actor.roles
    mine = {mine.task.place[0] for mine in turns.mine(case) if not mine.waits_for}
    steps: dict[str, list[Turn]] = {}
    for turn in turns.turns(case):
        if is_decided_by_lead(case, turn.place):
            continue  # It is said above all else (`deciding`).
        if turn.party is None or turn.party in own or lead:
            steps.setdefault(turn.step.path, []).append(turn)
    return tuple(_panel(case, of_step, path in mine) for path, of_step in steps.items())


def _panel(case: OpenCase, of_step: list[Turn], yours: bool) -> Panel:
    step = of_step[0].step
    found = [_buttons(case, turn, yours, first=turn is of_step[0]) for turn in of_step]
    main = next((main for main, _ in found if main is not None), None)
    others = {button: None for _, several in found for button in several if button != main}
    dues = {_told(case, turn) for turn in of_step}
    return Panel(
        path=step.path,
        title=step.title,
        help=step.help,
        due=dues.pop() if len(dues) == 1 else None,
        late=any(turns.is_late_for(case, turn) for turn in of_step),
        yours=yours,
        sides=tuple(_side(case, turn) for turn in of_step),
        main=main,
        others=tuple(others),
        stuck=_stuck(case, of_step),
    )


def _told(case: OpenCase, turn: Turn) -> date | None:
    """The day as it is told: once it has passed, only where somebody has something left to do."""
    gone = turn.due is not None and turn.due < turns.today_of(case)
    return None if gone and not turn.late else turn.due


def _stuck(case: OpenCase, of_step: list[Turn]) -> Text | None:
    places = stuck(case.case)
    rules = of_step[0].step.stuck if any(turn.place in places for turn in of_step) else ()
    return rules[0].text if rules else None


def _side(case: OpenCase, turn: Turn) -> PanelSide:
    return PanelSide(
        party=turn.party,
        name=case.names[turn.party] if turn.party is not None else "",
        due=_told(case, turn),
        late=turn.late,
        who=who_of(case, turn),
        reminder=turn.reminder,
        parts=_parts(case, turn),
        time=_time(case, turn),
        waits=_waits(case, turn),
        can_be_reminded=bool(turn.holders),
    )


def _waits(case: OpenCase, turn: Turn) -> Message | None:
    """The other sides that a side waits for which has done its own part."""
    if turn.party is None or turn.holders:
        return None
    seen = awaiting(case.case, turn.place)
    wanting = missing(seen, turn.step.done_when, turn.place[1])
    sides = {value for message in wanting for _, value in message.params if isinstance(value, PartyName)}
    others = tuple(sorted(side for side in sides if side.party != turn.party))
    return N_("Waiting for %(sides)s.", sides=others) if others else None


def _time(case: OpenCase, turn: Turn) -> Message | None:
    """That more time is asked for, or was given; not why."""
    waits = next((entry for entry in open_askings(case) if entry.place == turn.place), None)
    if waits is not None:
        return N_("More time is asked for, until %(day)s.", day=date.fromisoformat(waits.wished))
    granted = case.case.granted.get((turn.place, case.standing.marks[turn.place].visit))
    return N_("More time was given, until %(day)s.", day=granted.until) if granted else None


# ---- what there is to do, and whether it is done


def _parts(case: OpenCase, turn: Turn) -> tuple[Part, ...]:
    if turn.place[1].person is not None:
        return ()
    sides = case.standing.taking_part if turn.party is None else (turn.party,)
    parts: dict[Part, None] = {}
    wanting = _wanting(case, turn)
    for action in turn.step.actions.values():
        if action.optional or action.remedy:
            continue
        each = _done_by_each(case, action)
        for party in sides:
            scope = Scope(party)
            single = each and turn.party is None
            if applies(case.case, action, scope, turn.step.path) and (
                not single or _may_notice(case, action, scope)
            ):
                side = case.names[party] if single else ""
                done = already_done(case.case, action, scope)
                missing = wanting.get((action.key, party if each else None), ())
                parts[Part(action.title, side, _by(case, action), done, missing)] = None
    return tuple(parts)


def _done_by_each(case: OpenCase, action: Action) -> bool:
    """Whether the sides do it each for itself: what it changes is another thing for each of them."""
    sides = [changes(case.case, action.does, Scope(party)) for party in case.standing.taking_part]
    return len(sides) > 1 and sides[0] != sides[1]


def _may_notice(case: OpenCase, action: Action, scope: Scope) -> bool:
    """Nobody learns here that something has been done of which they may not even notice that it is there."""
    if scope.party in case.actor.parties():
        return True
    for name, _, owner in changes(case.case, action.does, scope):
        whose = None if case.artefact(name).per == "review" else owner
        if not (case.sees(name, "read", whose) or case.sees(name, "notice", whose)):
            return False
    return True


def _by(case: OpenCase, action: Action) -> tuple[Text, ...]:
    roles = case.workflow.roles
    return tuple({roles[ref.role].title: None for ref in action.by if ref.role in roles})


# ---- what the reader can do


def _buttons(
    case: OpenCase, turn: Turn, yours: bool, *, first: bool
) -> tuple[Button | None, tuple[Button, ...]]:
    """The main one: the deed if it can be done, else the page where one gets it ready. None for who only looks.
    `first`: of the turns of one step; what mends it for all sides is offered once."""
    page = turn.step.page
    there = Button(OPEN[page], way_to(case, page)) if page in OPEN and page else None
    required: list[Button] = []
    optional: list[Button] = []
    for action, scope in _theirs(case, turn):
        if action.remedy and not first and scope.party not in case.actor.parties():
            continue
        what = _do(turn.place, action, scope)
        button = Button(action.title, action_path(case.review.id, action.key, turn.step.path, scope.party))
        if case.may(what) and not lies_ahead(case, action) and not _is_idle_consent(case, turn, action):
            (optional if action.optional or not yours else required).append(button)
    ready = required[:1] if required and not _needs_reading(case, turn) else []
    main = ready[0] if ready else (there if yours else None)
    others = [
        b for b in (there, *required, *optional, *_more_time(case, turn)) if b is not None and b != main
    ]
    return main, tuple(others)


def _more_time(case: OpenCase, turn: Turn) -> tuple[Button, ...]:
    """To ask for it; for the lead, to give it unasked. (What was asked is answered from the to-do list.)"""
    if not turn.holders:
        return ()  # Nobody has anything left to do for which there could be more time.
    href = href_of(case, turn.place)
    if case.may(Time(turn.place)):
        return (Button(N_("Ask for more time"), href),)
    if ("lead", None) in case.actor.roles and case.may(Time(turn.place, grants=True)):
        return (Button(N_("Give %(side)s more time", side=case.names[turn.party or 0]), href),)
    return ()


def _needs_reading(case: OpenCase, turn: Turn) -> bool:
    """A step with several things to do is done on its page, not by the first of them."""
    mine = [action for action, _ in _theirs(case, turn) if not action.optional]
    return bool(turn.step.page) and len(mine) > 1


def _theirs(case: OpenCase, turn: Turn) -> list[tuple[Action, Scope]]:
    """The actions of the step that the reader's roles include, and for whom they would act."""
    found = []
    for action in turn.step.actions.values():
        place = _own_place(case, turn)
        scope = acting_scope(case.case, case.actor, Do(action.key, place), action)
        if scope is not None and applies(case.case, action, scope, turn.step.path):
            found.append((action, scope))
    return found


def _own_place(case: OpenCase, turn: Turn) -> Place:
    """Of the copies for single persons the reader's own."""
    path, scope = turn.place
    if scope.person is None:
        return turn.place
    return path, Scope(scope.party, case.actor.person)


def _do(place: Place, action: Action, scope: Scope) -> Do:
    path, own = place
    return Do(action.key, (path, scope if own.person is not None else own), scope.party)


def _is_idle_consent(case: OpenCase, turn: Turn, action: Action) -> bool:
    """A consent is offered where something waits for it; a remedy is asked of nobody else."""
    return action.records is not None and not action.remedy and turns.wanted_consent(case, turn) != action.key


def _wanting(case: OpenCase, turn: Turn) -> dict[tuple[str, int | None], tuple[Message, ...]]:
    """What is missing for the reader's own actions, by action and (where each side does it) party."""
    found = {}
    for action, scope in _theirs(case, turn):
        answer = case.may(_do(turn.place, action, scope))
        if isinstance(answer, No):
            party = scope.party if _done_by_each(case, action) else None
            found[(action.key, party)] = answer.missing
    return found
