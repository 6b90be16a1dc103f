"""The one decision on rights and actions (engine.md 21): yes, or no with the reason in words.

Deny by default. Pages, lists, counts, downloads, mails and actions ask here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from ...errors import N_, Message, PartyName
from ..language.definition import Action, Allow, Artefact, RoleRef
from . import conflicts, joint
from .case import ACTIVE, OVER, SHARED, WAITING, Actor, Case, Do, Place, Scope, See, Time
from .changing import already_done as already_done
from .changing import changes as changes
from .conditions import awaiting, holds, missing, value_of
from .leaving import for_nobody, who_grants
from .refusing import is_asked, refused_at


@dataclass(frozen=True)
class Yes:
    def __bool__(self) -> bool:
        return True


Words = tuple[Message, ...]


class No:
    """A refusal; `missing` holds every fact that is wanting, `reason` the first of them or another ground.

    `words` may be a function that finds them: it is asked when somebody wants to hear them. Most refusals are a button
    that is not there, and finding the words is more work than the decision; what it looks at is frozen, so that it
    finds the same then. `facts`: the words are of facts that are wanting."""

    __slots__ = ("_facts", "_words")

    def __init__(self, words: Message | Callable[[], Words], *, facts: bool = False):
        self._words: Words | Callable[[], Words] = (words,) if isinstance(words, Message) else words
        self._facts = facts

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"No({self.reason!r})"

    @property
    def reason(self) -> Message:
        return self._said()[0]

    @property
    def missing(self) -> Words:
        return self._said() if self._facts else ()

    def _said(self) -> Words:
        if callable(self._words):
            self._words = self._words()
        return self._words


YES = Yes()
# The verbs with which nothing is done.
LOOKING = frozenset(("read", "notice"))
Answer = Yes | No


def may(case: Case, actor: Actor, what: See | Do | Time, now: datetime) -> Answer:
    """The decision. `now` is the method's time."""
    if isinstance(what, See):
        return _may_see(case, actor, what)
    if isinstance(what, Time):
        return _may_have_time(case, actor, what)
    return _may_do(case, actor, what)


def action_at(case: Case, what: Do) -> Action | None:
    """The action that `what` names: the step's own, or one that holds everywhere."""
    path = what.place[0]
    if not path:
        return case.workflow.actions.get(what.action)
    step = case.workflow.step(path)
    return step.actions.get(what.action) if step else None


def acting_scope(case: Case, actor: Actor, what: Do, action: Action) -> Scope | None:
    """For whom the actor would act: the copy's own scope, or the actor's party in a shared step.

    None: the actor holds none of the action's roles here, or only those of a side that has withdrawn (engine.md 55)."""
    scope, gone = what.place[1], case.standing.withdrawn
    if action.to in case.workflow.ends and is_asked(case, actor, action, what.place):
        return scope
    for ref in action.by:
        if ref.role == "self":
            if scope.person == actor.person and scope.party not in gone:
                return scope
        elif case.workflow.roles[ref.role].of == "network":
            if (ref.role, None) in actor.roles:
                return scope
        elif scope.party is not None:
            related = case.standing.related(ref.relation, scope.party)
            if actor.has(ref.role, (p for p in related if p not in gone)):
                return scope
        else:
            own = [p for p in sorted(actor.parties()) if actor.has(ref.role, (p,)) and p not in gone]
            if what.party is not None:
                own = [p for p in own if p == what.party]
            if own:
                return Scope(own[0])
    return None


def _may_do(case: Case, actor: Actor, what: Do) -> Answer:
    action = action_at(case, what)
    if action is None:
        return No(N_("there is no such action in this step"))
    scope = acting_scope(case, actor, what, action)
    if scope is None:
        return _not_theirs(case, actor, what, action)
    if conflicts.takes_action(case, actor, action):
        return No(conflicts.why(case))
    refusal = _standing_allows(case, what, action)
    if refusal is not None:
        return refusal
    said_no = refused_at(case, what.place) if what.place[0] else None
    if said_no is not None:
        asked = said_no == action and is_asked(case, actor, action, what.place)
        return YES if asked else No(_lead_is_asked(what.place))
    answer = _needs_met(_asked_in(case, action, what.place), action, scope)
    if answer and (words := joint.others_word(case, action, what.place, scope)):
        return No(lambda: words, facts=True)
    return answer


def _gone(case: Case, actor: Actor) -> int:
    return min(actor.parties() & case.standing.withdrawn)


def _lead_is_asked(place: Place) -> Message:
    return N_(
        "%(party)s has declined, and the project lead decides how it goes on",
        party=PartyName(place[1].party or 0),
    )


def _not_theirs(case: Case, actor: Actor, what: Do, action: Action) -> No:
    """It is others'; or it would be the actor's, if their side had not withdrawn."""
    if (
        case.standing.withdrawn
        and acting_scope(case.with_(standing=case.standing.with_(withdrawn=frozenset())), actor, what, action)
        is not None
    ):
        return No(N_("%(party)s has withdrawn", party=PartyName(_gone(case, actor))))
    return No(partial(_only_for, case, action))


def _may_have_time(case: Case, actor: Actor, what: Time) -> Answer:
    path, scope = what.place
    step = case.workflow.step(path)
    if step is None or step.more_time is None or scope.party not in case.standing.taking_part:
        return No(N_("more time cannot be asked for here"))
    action = Action("", step.title, who_grants(case, what.place) if what.grants else step.more_time.by)
    if acting_scope(case, actor, Do("", what.place), action) is None:
        return _not_theirs(case, actor, Do("", what.place), action)
    if what.grants and actor.conflicted and ("lead", None) in actor.roles:
        return No(conflicts.why(case))
    if refused_at(case, what.place) is not None:
        return No(_lead_is_asked(what.place))
    refusal = _standing_allows(case, Do("", what.place), action)
    return YES if refusal is None else refusal


def _has_ended(case: Case) -> Message:
    return N_("the round has ended") if case.workflow.apart else N_("the review has ended")


def _on_hold(case: Case) -> Message:
    return N_("the round is on hold") if case.workflow.apart else N_("the review is on hold")


def _standing_allows(case: Case, what: Do, action: Action) -> No | None:
    standing = case.standing
    if standing.ended:
        return No(_has_ended(case))
    if (
        standing.on_hold
        and action.moves not in ("resume", "withdraw")
        and action.to not in case.workflow.ends
    ):
        return No(_on_hold(case))
    if action.moves == "resume" and not standing.on_hold:
        return No(N_("the round is not on hold") if case.workflow.apart else N_("the review is not on hold"))
    if not what.place[0]:
        return None
    mark = standing.marks.get(what.place)
    title = case.workflow.by_path[what.place[0]].title
    if mark is None or mark.state == WAITING:
        return No(N_("the step %(step)s has not begun", step=title))
    if mark.state in OVER:
        return No(N_("the step %(step)s is over", step=title))
    return None


def _asked_in(case: Case, action: Action, place: Place) -> Case:
    """A way out of where all have done theirs waits for whom the step itself waits for."""
    return awaiting(case, place) if action.remedy else case


def _needs_met(case: Case, action: Action, scope: Scope) -> Answer:
    if case.standing.given_up and for_nobody(case, action, scope):
        other = case.standing.reviews[scope.party or 0]
        return No(
            N_(
                "%(party)s does not finish its review of %(other)s",
                party=PartyName(scope.party or 0),
                other=PartyName(other),
            )
        )
    if already_done(case, action, scope):
        return No(N_("this has already been done"))
    if holds(case, action.needs, scope):
        return YES
    return No(partial(_wanting, case, action, scope), facts=True)


def _wanting(case: Case, action: Action, scope: Scope) -> Words:
    # Not every condition has words of its own (that one of several has done something); it counts all the same.
    return missing(case, action.needs, scope) or (N_("what this waits for has not happened"),)


def _only_for(case: Case, action: Action) -> Words:
    roles = tuple(
        N_("the person concerned") if ref.role == "self" else case.workflow.roles[ref.role].title.in_a_row()
        for ref in action.by
    )
    return (N_("this is done by: %(roles)s", roles=roles),)


def allowances(case: Case) -> Iterator[tuple[Allow, Scope]]:
    """What is allowed here and now: everywhere, and in each step that is active; or by the end alone."""
    standing = case.standing
    if standing.ended:
        yield case.workflow.ends[standing.ended].allow, SHARED
        return
    yield case.workflow.allow, SHARED
    for (path, scope), mark in standing.marks.items():
        if mark.state == ACTIVE:
            allow = case.workflow.by_path[path].allow
            if allow:
                yield allow, scope


def staying(case: Case, actor: Actor) -> Actor:
    """The actor without the roles of sides that have withdrawn: they act in nothing (engine.md 55)."""
    gone = case.standing.withdrawn
    if not gone or actor.parties().isdisjoint(gone):
        return actor
    return replace(actor, roles=frozenset(pair for pair in actor.roles if pair[1] not in gone))


def _may_see(case: Case, actor: Actor, what: See) -> Answer:
    if what.verb not in LOOKING and (stays := staying(case, actor)) is not actor:
        found = _may_see(case, stays, what)
        return found if found else No(N_("%(party)s has withdrawn", party=PartyName(_gone(case, actor))))
    taken = False
    for allow, scope in allowances(case):
        for ref, states in allow.of(what.artefact, what.verb):
            if (None in states or what.state in states) and concerns(case, actor, what, ref, scope):
                if conflicts.takes_right(case, actor, ref.role, what):
                    taken = True
                    continue
                if case.standing.on_hold and what.verb not in LOOKING:
                    return No(_on_hold(case))
                return YES
    if what.verb not in LOOKING and conflicts.never(case, actor, what):
        return No(conflicts.why(case))
    if taken:
        return No(conflicts.UNSEEN if what.verb in LOOKING else conflicts.why(case))
    return No(partial(_why_unseen, case, actor, what))


def concerns(case: Case, actor: Actor, what: See, ref: RoleRef, scope: Scope) -> bool:
    """Whether `ref`, in an allowance of `scope`, means this actor for this owner's thing."""
    if ref.given is not None and not value_of(case, ref.given, SHARED):
        return False
    if ref.role != "self" and case.workflow.roles[ref.role].of == "network":
        return (ref.role, None) in actor.roles
    per = case.workflow.artefacts[what.artefact].per
    if per == "person":
        if scope.person is not None and scope.person != what.owner:
            return False
        return actor.person == what.owner and (ref.role == "self" or bool(actor.parties()))
    if per == "review":
        parties = case.standing.parties if scope.party is None else (scope.party,)
        return actor.has(ref.role, parties)
    if what.owner is None or (scope.party is not None and scope.party != what.owner):
        return False
    return actor.has(ref.role, case.standing.related(ref.relation, what.owner))


def _why_unseen(case: Case, actor: Actor, what: See) -> Words:
    """The fact that would open the thing to this actor, if one would; else that it is not for them now."""
    artefact = case.workflow.artefacts.get(what.artefact)
    if artefact is None:
        return (N_("there is no such thing"),)
    for allow, scope in allowances(case):
        for ref, states in allow.of(what.artefact, what.verb):
            for state in artefact.kind.states:
                if state not in states or state not in artefact.kind.facts:
                    continue
                if case.facts.get(what.artefact, state, what.owner):
                    continue
                if concerns(case, actor, what, ref, scope):
                    return (_not_yet(artefact, state, what.owner),)
    if case.standing.ended:
        return (_has_ended(case),)
    return (N_("this is not open to you in this step"),)


def _not_yet(artefact: Artefact, state: str, owner: int | None) -> Message:
    kind = artefact.kind
    if owner is not None:
        return kind.facts[state].with_(party=PartyName(owner), thing=artefact.title)
    return kind.shared.get(state, kind.facts[state]).with_(thing=artefact.title)
