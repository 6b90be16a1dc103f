"""A side that withdraws: what of the review is still finished, and what nobody waits for any longer (engine.md 14, 55).

Where nothing has been opened yet the ring closes without it. Else each side that stays may still finish what it makes
about the side that it reviews (its *direction*), where it has been given what it needs for that; the lead chooses.
What a direction that is given up would have brought about is waived, also what is made for it: nobody compiles
materials that nobody will read.
"""

from __future__ import annotations

from datetime import datetime

from ...errors import N_, Message, PartyName, Refused
from ..language.definition import Action, Condition, Effect, FactRef, RoleRef, Step, Workflow
from .case import OVER, WAIVED, Case, FactKey, Mark, Place, Scope, Standing
from .conditions import holds, owners, still_concerns


def withdraw(case: Case, now: datetime, party: int | None, finish: frozenset[int], *, asks: bool) -> Standing:
    """The standing without `party`, of whose neighbours those in `finish` still finish their direction. `asks`: the
    lead has yet to say which. Of a side that has withdrawn already the lead says it now, or gives up one more.

    Raises Refused where there is no such side, or where one that would finish cannot."""
    standing = case.standing
    if party is None or party not in standing.parties:
        raise Refused(N_("choose the side that withdraws"))
    if party in standing.withdrawn:
        return _decided(case, now, party, finish)
    left = [p for p in standing.taking_part if p != party]
    gone = standing.with_(withdrawn=standing.withdrawn | {party})
    if len(left) < case.workflow.min_parties:
        return gone.with_(ended="cancelled", ended_at=now)
    marks = {
        place: Mark(WAIVED, now, mark.visit) if place[1].party == party and mark.state not in OVER else mark
        for place, mark in standing.marks.items()
    }
    gone = gone.with_(marks=marks)
    if not anything_opened(case):
        return gone.with_(reviews=_closed_ring(standing, party))
    if asks:
        gone = gone.with_(undecided=gone.undecided | {party})
    return _finishing(case.with_(standing=gone), now, party, finish)


def _decided(case: Case, now: datetime, party: int, finish: frozenset[int]) -> Standing:
    standing = case.standing
    if not anything_opened(case) or case.workflow.apart or party not in standing.given_up:
        raise Refused(N_("%(party)s has already withdrawn", party=PartyName(party)))
    case = case.with_(standing=standing.with_(undecided=standing.undecided - {party}))
    return _finishing(case, now, party, finish)


def _finishing(case: Case, now: datetime, party: int, finish: frozenset[int]) -> Standing:
    standing = case.standing
    for one in sorted(finish):
        refusal = why_unfinished(case, one)
        if refusal is not None:
            raise Refused(refusal)
    given_up = standing.given_up | {p for p in standing.parties if p not in finish or p == party}
    if set(standing.taking_part) <= given_up:
        return standing.with_(given_up=given_up, ended="cancelled", ended_at=now)
    return _give_up(case.with_(standing=standing.with_(given_up=given_up)), now)


def _closed_ring(standing: Standing, party: int) -> tuple[int, ...]:
    """The ring without `party`: who reviewed it reviews whom it reviewed; it is beside itself alone."""
    return tuple(
        party if p == party else standing.reviews[party] if target == party else target
        for p, target in enumerate(standing.reviews)
    )


def _give_up(case: Case, now: datetime) -> Standing:
    marks = {
        place: Mark(WAIVED, now, mark.visit)
        if mark.state not in OVER and pointless(case, case.step(place), place[1].party)
        else mark
        for place, mark in case.standing.marks.items()
    }
    return case.standing.with_(marks=marks)


def anything_opened(case: Case) -> bool:
    """True once any set has been opened: from then on a ring cannot simply close."""
    return any(value and key[1] == "opened" for key, value in case.facts.values.items())


# ---- which directions can still be finished


def why_unfinished(case: Case, party: int) -> Message | None:
    """Why `party` cannot finish its review of the side that it reviews any more; None where it can."""
    standing, other = case.standing, case.standing.reviews[party]
    if party not in standing.taking_part or party in standing.given_up:
        return N_("%(party)s no longer makes a review", party=PartyName(party))
    if other not in standing.withdrawn or all(
        case.facts.get(key, "opened", other) for key in given(case.workflow)
    ):
        return None
    return N_(
        "%(party)s cannot finish its review of %(other)s: the materials of %(other)s were never opened",
        party=PartyName(party),
        other=PartyName(other),
    )


def given(workflow: Workflow) -> tuple[str, ...]:
    """The artefacts that a side needs of the one that it reviews: sets that are opened to it."""
    return tuple(
        a.key
        for a in workflow.artefacts.values()
        if a.per == "party" and a.concerns == "reviewed_by" and "opened" in a.kind.facts
    )


def directions(case: Case, party: int) -> dict[int, Message | None]:
    """By side that would stay if `party` withdrew (or that has stayed): None, or why its direction cannot be
    finished. Empty where there is nothing to choose: the whole ends, or the ring closes."""
    standing = case.standing
    if case.workflow.apart or not anything_opened(case):
        return {}
    if party not in standing.withdrawn:
        if len(standing.taking_part) <= case.workflow.min_parties:
            return {}
        standing = standing.with_(withdrawn=standing.withdrawn | {party})
    case = case.with_(standing=standing)
    return {p: why_unfinished(case, p) for p in standing.taking_part if p not in standing.given_up}


def supposed(case: Case, party: int) -> frozenset[int]:
    """Whom it is supposed of, until the lead has said, that they still finish their direction if `party` withdraws: all
    who can. Nobody's work ends because another side leaves."""
    return frozenset(p for p, refusal in directions(case, party).items() if refusal is None)


def finished_about(case: Case, party: int) -> tuple[int, ...]:
    """The sides whose review of `party` is, or will be, finished."""
    standing = case.standing
    return tuple(
        p
        for p in standing.related("reviewed_by", party)
        if p != party and (finished(case, p) or (p not in standing.given_up and p not in standing.withdrawn))
    )


def finished(case: Case, party: int) -> bool:
    """Whether what `party` makes about the side that it reviews has been handed over."""
    final = finishing(case.workflow, party)
    return bool(final) and all(case.facts.get(*key) for key in final)


def finishing(workflow: Workflow, party: int) -> tuple[FactKey, ...]:
    """The facts with which what `party` makes about the side that it reviews is finished."""
    return tuple(
        (a.key, a.kind.final, party)
        for a in workflow.artefacts.values()
        if a.per == "party" and a.concerns == "reviews" and a.kind.final
    )


def who_grants(case: Case, place: Place) -> tuple[RoleRef, ...]:
    """Who gives a side more time: as the definition says; the network's roles where all of those have withdrawn."""
    path, scope = place
    more = case.workflow.by_path[path].more_time
    if more is None or scope.party is None:
        return ()
    roles = case.workflow.roles
    for ref in more.granted_by:
        around = case.standing.related(ref.relation, scope.party)
        if roles[ref.role].of == "network" or not set(around) <= case.standing.withdrawn:
            return more.granted_by
    return tuple(RoleRef("own", role.key) for role in roles.values() if role.of == "network")


# ---- what nobody waits for


def pointless(case: Case, step: Step, party: int | None) -> bool:
    """Whether all that `party` makes in a step is for a direction that has been given up."""
    if party is None or not case.standing.given_up:
        return False
    made = makes(case.workflow, step)
    return bool(made) and not any(_is_wanted(case, key, party) for key in made)


def _is_wanted(case: Case, key: str, party: int) -> bool:
    artefact, standing = case.workflow.artefacts[key], case.standing
    if artefact.per == "party" and artefact.concerns == "reviewed_by":
        around = standing.related("reviewed_by", party)
        return any(p not in standing.given_up or finished(case, p) for p in around)
    return artefact.per != "party" or still_concerns(standing, artefact.concerns, party)


def makes(workflow: Workflow, step: Step) -> frozenset[str]:
    """What is written or changed in a step."""
    changed = {e.artefact for action in step.actions.values() for e in action.does}
    return frozenset(
        changed | {r.artefact for rights in step.allow.values() for r in rights if r.verb == "write"}
    )


def never(case: Case, condition: Condition, scope: Scope) -> bool:
    """Whether `condition` waits for what a side that has withdrawn, or a direction given up, would have brought."""
    if not case.standing.withdrawn or holds(case, condition, scope):
        return False
    if condition.op == "fact":
        assert condition.fact is not None
        return _never_comes(case, condition.fact, scope)
    if condition.op == "not":
        return False
    found = [never(case, part, scope) for part in condition.parts]
    return any(found) if condition.op == "all" else bool(found) and all(found)


def _never_comes(case: Case, ref: FactRef, scope: Scope) -> bool:
    artefact = case.workflow.artefacts.get(ref.artefact)
    if artefact is None or artefact.per != "party" or ref.relation in ("all", "any"):
        return False
    standing = case.standing
    return any(
        not case.facts.get(ref.artefact, ref.fact, owner)
        and (owner in standing.withdrawn or not still_concerns(standing, artefact.concerns, owner or 0))
        for owner in owners(case, ref, scope)
    )


def for_nobody(case: Case, action: Action, scope: Scope) -> bool:
    """Whether all that an action does is about a direction that has been given up."""
    return bool(action.does) and all(_is_given_up(case, effect, scope) for effect in action.does)


def _is_given_up(case: Case, effect: Effect, scope: Scope) -> bool:
    if scope.party is None or effect.relation != "own":
        return False
    return not _is_wanted(case, effect.artefact, scope.party)
