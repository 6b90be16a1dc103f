"""What an action does to a standing: `fire`, and the lead's moves that hold in every step (engine.md 10-14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...errors import N_, Message, PartyName, Refused
from ..language.definition import Action, Effect, Workflow
from .case import (
    ACTIVE,
    DONE,
    OVER,
    SHARED,
    WAITING,
    WAIVED,
    Actor,
    Case,
    Do,
    FactKey,
    Mark,
    Place,
    Record,
    Scope,
    Standing,
)
from .changing import effect_owners
from .decide import No, acting_scope, action_at, may
from .flow import Run, settle
from .leaving import withdraw
from .refusing import asks_the_lead, could_go_on, refused_at


@dataclass(frozen=True)
class Choice:
    """What some moves ask for beside the reason.

    back: `step` (a path) and `party` (None = all). go_on: `place`. withdraw: `party`, and for a ring in
    which something has been opened `finish`, the parties that still finish their direction; `asks`: that is what those
    who withdraw suppose, and the lead has yet to say it. join: `party`, the number that the newcomer gets."""

    step: str = ""
    party: int | None = None
    place: Place | None = None
    finish: frozenset[int] = frozenset()
    asks: bool = False


@dataclass(frozen=True)
class Done:
    """An effect on one owner's artefact, for the archive to carry out."""

    artefact: str
    effect: str
    owner: int | None


@dataclass(frozen=True)
class Move:
    """What follows from an action or a tick; nothing has been done by it yet."""

    before: Case
    case: Case
    now: datetime
    action: Action | None = None
    place: Place | None = None
    scope: Scope = SHARED
    effects: tuple[Done, ...] = ()
    entered: tuple[Place, ...] = ()
    left: tuple[Place, ...] = ()
    choice: Choice = field(default_factory=Choice)

    @property
    def changed(self) -> bool:
        return bool(self.effects) or self.case.standing != self.before.standing


def tick(case: Case, now: datetime) -> Move:
    """What time and facts alone bring about."""
    return _settled(case, case, now, ())


def fire(
    case: Case, actor: Actor, what: Do, now: datetime, *, reason: str = "", choice: Choice | None = None
) -> Move:
    """Do an action; raises Refused with the reason where `may` says no, or a reason or choice is wanting."""
    answer = may(case, actor, what, now)
    if isinstance(answer, No):
        raise Refused(answer.reason)
    action = action_at(case, what)
    assert action is not None
    scope = acting_scope(case, actor, what, action) or Scope()
    if action.reason and not reason.strip():
        raise Refused(N_("a reason is needed"))
    choice = choice or Choice()
    # What a side has said no with has been done by that side: the lead who ends it does not do it again.
    does = () if refused_at(case, what.place) == action else action.does
    standing = _moved(case, action, what.place, scope, now, choice)
    effects = (*_effects(case, does, scope), *_undone(case, standing))
    moved = case.with_(facts=case.facts.with_(_facts_after(case, effects)), standing=standing)
    move = _settled(case, moved, now, effects)
    return replace(move, action=action, place=what.place, scope=scope, choice=choice)


def _settled(before: Case, case: Case, now: datetime, effects: tuple[Done, ...]) -> Move:
    run: Run = settle(case, now)
    opened = tuple(Done(artefact, "open", owner) for artefact, _, owner in run.opened)
    return Move(
        before,
        run.case,
        now,
        effects=(*effects, *opened),
        entered=tuple(run.entered),
        left=tuple(run.left),
    )


def _effects(case: Case, does: tuple[Effect, ...], scope: Scope) -> tuple[Done, ...]:
    return tuple(
        Done(effect.artefact, effect.effect, owner)
        for effect in does
        for owner in effect_owners(case, effect, scope)
    )


def _facts_after(case: Case, effects: tuple[Done, ...]) -> dict[FactKey, bool]:
    artefacts = case.workflow.artefacts
    return {
        (done.artefact, fact, done.owner): value
        for done in effects
        for fact, value in artefacts[done.artefact].kind.effects[done.effect].items()
    }


def _undone(case: Case, standing: Standing) -> tuple[Done, ...]:
    """What going back takes back: the reversible effects of the actions of every step that begins anew."""
    undone: dict[Done, None] = {}
    for place in case.standing.marks:
        if place in standing.marks:
            continue
        for action in case.workflow.by_path[place[0]].actions.values():
            for effect in action.does:
                undo = case.workflow.artefacts[effect.artefact].kind.undo.get(effect.effect)
                if undo is None:
                    continue
                for owner in undo_owners(case, effect, place[1]):
                    undone[Done(effect.artefact, undo, owner)] = None
    return tuple(undone)


def undo_owners(case: Case, effect: Effect, scope: Scope) -> tuple[int | None, ...]:
    artefact = case.workflow.artefacts[effect.artefact]
    facts = artefact.kind.effects[effect.effect]
    if artefact.per == "review" and scope.party is None and any(f in artefact.kind.by_party for f in facts):
        return case.standing.taking_part
    return effect_owners(case, effect, scope)


def _moved(case: Case, action: Action, place: Place, scope: Scope, now: datetime, choice: Choice) -> Standing:
    standing = case.standing
    if action.moves:
        return MOVES[action.moves](case, now, choice)
    if action.records is not None:
        record = Record(action.records.artefact, action.records.fact, scope.party, place[0])
        standing = standing.with_(records=standing.records | {record})
    if action.to is None:
        return standing
    if action.to in case.workflow.ends:
        if asks_the_lead(case, action, place):
            return standing
        return standing.with_(ended=action.to, ended_at=now)
    if action.to == "next":
        return _marked(standing, place, DONE, now)
    return _back(case, action.to, scope.party, now)


def _marked(standing: Standing, place: Place, state: str, now: datetime) -> Standing:
    """`place` gets `state`; what was under way inside it gets it too."""
    path, scope = place
    marks = dict(standing.marks)
    for (other, inner), mark in standing.marks.items():
        theirs = scope.party in (None, inner.party) and scope.person in (None, inner.person)
        inside = other.startswith(path + "/") and theirs
        if (other, inner) == place or (inside and mark.state not in OVER):
            marks[(other, inner)] = Mark(state, now, mark.visit)
    return standing.with_(marks=marks)


# ---- the lead's moves


def _hold(case: Case, now: datetime, choice: Choice) -> Standing:
    return case.standing.with_(holds=(*case.standing.holds, (now, None)))


def _resume(case: Case, now: datetime, choice: Choice) -> Standing:
    *earlier, (begun, _) = case.standing.holds
    return case.standing.with_(holds=(*earlier, (begun, now)))


def back_targets(case: Case, party: int | None) -> tuple[str, ...]:
    """The steps to which `party` (None = all) can be sent back: begun, and earlier in an enclosing block."""
    return tuple(s.path for s in case.workflow.walk() if _back_refusal(case, s.path, party) is None)


def _back_refusal(case: Case, path: str, party: int | None) -> Message | None:
    step = case.workflow.step(path)
    if step is None:
        return N_("there is no such step")
    shared = case.workflow.scope(path) != "party"
    if party is not None and shared:
        return N_("the step %(step)s is one of all sides together: choose all sides", step=step.title)
    if party in case.standing.withdrawn:
        return N_("%(party)s has withdrawn", party=PartyName(party))
    if step.each == "person" or case.workflow.scope(path) == "person":
        return N_("a person's form is reopened, not gone back to")
    mine = [
        mark
        for (p, scope), mark in case.standing.marks.items()
        if p == path
        and (party is None or scope.party == party)
        and scope.party not in case.standing.withdrawn
    ]
    if not any(m.state in (DONE, WAIVED) for m in mine):
        return N_("the step %(step)s has not been passed", step=step.title)
    return None


def _back(case: Case, path: str, party: int | None, now: datetime) -> Standing:
    """Send one side or all back to `path`: it and what follows it in its blocks begins anew (engine.md 13)."""
    refusal = _back_refusal(case, path, party)
    if refusal:
        raise Refused(refusal)
    marks = dict(case.standing.marks)
    gone: set[str] = set()
    at = path
    while at:
        siblings = [s.path for s in case.workflow.siblings(at)]
        parent = case.workflow.parent(at)
        later = [] if parent and parent.together else siblings[siblings.index(at) + 1 :]
        for (other, scope), mark in list(marks.items()):
            top = next((s for s in [*later, *([path] if at == path else [])] if _within(other, s)), None)
            if top is None or scope.party in case.standing.withdrawn:
                # What a side that has withdrawn has done stays as it left it.
                continue
            if party is None or scope.party == party:
                del marks[(other, scope)]
                gone.add(other)
            elif scope.party is None and mark.state == ACTIVE:
                # The whole stood here: it waits until the side that went back is there again.
                marks[(other, scope)] = Mark(WAITING, now, mark.visit)
        at = at.rpartition("/")[0]
        for (other, scope), mark in list(marks.items()):
            if scope.party in case.standing.withdrawn:
                continue
            if other == at and mark.state in OVER and (party is None or scope.party in (None, party)):
                marks[(other, scope)] = Mark(ACTIVE, now, mark.visit)
    records = frozenset(
        r for r in case.standing.records if not (r.step in gone and (party is None or r.party == party))
    )
    return case.standing.with_(marks=marks, records=records)


def _within(path: str, top: str) -> bool:
    return path == top or path.startswith(top + "/")


def _go_back(case: Case, now: datetime, choice: Choice) -> Standing:
    return _back(case, choice.step, choice.party, now)


def _go_on(case: Case, now: datetime, choice: Choice) -> Standing:
    """Overrule: the chosen instance counts as over without its being done (engine.md 14). Of a step that is each
    person's `choice.place` may name nobody: then all who are missing are meant (engine.md 48)."""
    standing = case.standing
    places = [choice.place] if choice.place in standing.marks else _each_persons(case, choice.place)
    waiting = [place for place in places if place and standing.marks[place].state not in OVER]
    if not waiting:
        raise Refused(N_("choose a step that is under way"))
    for place in waiting:
        standing = _marked(standing, place, WAIVED, now)
    return standing


def _each_persons(case: Case, place: Place | None) -> list[Place]:
    if place is None or case.workflow.step(place[0]) is None or case.workflow.scope(place[0]) != "person":
        return []
    path, (party, person) = place
    return [
        other
        for other in case.standing.marks
        if other[0] == path and party in (None, other[1].party) and person in (None, other[1].person)
    ]


def _withdraw(case: Case, now: datetime, choice: Choice) -> Standing:
    standing = withdraw(case, now, choice.party, choice.finish, asks=choice.asks)
    for place in case.standing.marks:
        said_no = refused_at(case, place)
        left = place[1].party in standing.taking_part
        if said_no and left and not standing.ended and not could_go_on(case.with_(standing=standing), place):
            # Who is left has said no too: there is nobody who could go on without it.
            return standing.with_(ended=said_no.to, ended_at=now)
    return standing


def _join(case: Case, now: datetime, choice: Choice) -> Standing:
    """One more party, where they stand apart: it begins the steps that are each party's, and what the whole has come
    to after them waits, as for a side that was sent back to the first of them."""
    standing, newcomer = case.standing, len(case.standing.reviews)
    if choice.party is None:
        raise Refused(N_("say who is to join: on the round's own page"))
    if choice.party != newcomer:
        raise Refused(N_("somebody else has moved this review meanwhile; see where it stands now"))
    if newcomer >= case.workflow.max_parties:
        raise Refused(N_("there are as many organisations as there can be"))
    standing = standing.with_(reviews=(*standing.reviews, newcomer))
    own = [step.path for step in case.workflow.walk() if step.each == "party"]
    return _awaited(case.workflow, standing, own, now) if own else standing


def _awaited(workflow: Workflow, standing: Standing, own: list[str], now: datetime) -> Standing:
    """`standing` where what is shared and comes after the first of the steps `own` waits for it to be over again."""
    marks, at = dict(standing.marks), own[0]
    while at:
        parent = workflow.parent(at)
        siblings = [s.path for s in workflow.siblings(at)]
        later = [] if parent and parent.together else siblings[siblings.index(at) + 1 :]
        for place, mark in standing.marks.items():
            path, scope = place
            over = mark.state in (DONE, WAIVED)
            if parent is not None and path == parent.path and over:
                marks[place] = Mark(ACTIVE, now, mark.visit)
            elif scope == SHARED and any(_within(path, s) for s in later):
                anew = over and any(_within(step, path) for step in own)
                marks[place] = Mark(WAITING, now, mark.visit) if anew or mark.state == ACTIVE else mark
        at = at.rpartition("/")[0]
    return standing.with_(marks=marks)


MOVES: dict[str, Callable[[Case, datetime, Choice], Standing]] = {
    "hold": _hold,
    "resume": _resume,
    "back": _go_back,
    "go_on": _go_on,
    "withdraw": _withdraw,
    "join": _join,
}
