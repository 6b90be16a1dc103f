"""Whether a condition holds for a scope, and in which words it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...errors import N_, Message, PartyName
from ..language.definition import Condition, FactRef
from ..language.kinds import GATHERED
from .case import WAIVED, Case, Place, Scope, Standing
from .dates import Fuzzy


def holds(case: Case, condition: Condition | None, scope: Scope) -> bool:
    """True when `condition` holds, seen from `scope`; no condition always does."""
    if condition is None:
        return True
    if condition.op == "fact":
        assert condition.fact is not None
        return _fact_holds(case, condition.fact, condition.value, scope)
    if condition.op == "not":
        return not holds(case, condition.parts[0], scope)
    results = [holds(case, part, scope) for part in condition.parts]
    return any(results) if condition.op == "any" else all(results)


def missing(case: Case, condition: Condition | None, scope: Scope) -> tuple[Message, ...]:
    """What keeps `condition` from holding, one message for each missing fact; () when it holds."""
    if condition is None:
        return ()
    if condition.op == "all":
        # A part that holds has nothing to say: it need not be asked for all of them first.
        return tuple(m for part in condition.parts for m in missing(case, part, scope))
    if holds(case, condition, scope):
        return ()
    if condition.op == "fact":
        assert condition.fact is not None
        return _fact_missing(case, condition.fact, scope)
    if condition.op == "not":
        return (N_("it has already gone further"),)
    # The first way out is the usual one; the others (a consent) are somebody else's.
    return missing(case, condition.parts[0], scope)


def owners(case: Case, ref: FactRef, scope: Scope) -> tuple[int | None, ...]:
    """Whose fact is meant: parties, a person, or (None,) for what the review shares."""
    artefact = case.workflow.artefacts.get(ref.artefact)
    if artefact is None or ref.artefact in case.workflow.roles:
        return (scope.party, None) if scope.party is not None else (None,)
    if artefact.per == "person":
        if scope.person is not None:
            return (scope.person,)
        gone = case.standing.withdrawn
        return tuple(dict.fromkeys(seat.person for seat in case.seats if seat.party not in gone))
    by_party = artefact.per == "party" or ref.fact in artefact.kind.by_party
    if not by_party:
        return (None,)
    if ref.relation in ("all", "any") or (scope.party is None and ref.relation == "own"):
        return tuple(
            p for p in case.standing.taking_part if still_concerns(case.standing, artefact.concerns, p)
        )
    assert scope.party is not None
    return case.standing.related(ref.relation, scope.party)


def still_concerns(standing: Standing, relation: str, party: int) -> bool:
    """False where the direction was given up: nobody waits for a report that nobody will get."""
    if relation == "reviews":
        return party not in standing.given_up
    if relation == "reviewed_by":
        return any(p not in standing.given_up for p in standing.related(relation, party))
    return True


def awaiting(case: Case, place: Place) -> Case:
    """The case as a side's copy of a step looks at it: of all, it waits for nobody whose own copy the lead has gone on
    without (engine.md 14)."""
    path, scope = place
    if scope.party is None or scope.person is not None:
        return case
    standing = case.standing
    excused = [p for p in standing.taking_part if p != scope.party and gone_on_without(standing, path, p)]
    if not excused:
        return case
    return case.with_(standing=standing.with_(withdrawn=standing.withdrawn.union(excused)))


def gone_on_without(standing: Standing, path: str, party: int) -> bool:
    """Whether a side's copy of a step, or of a block that it stands in, has been overruled."""
    while path:
        mark = standing.marks.get((path, Scope(party)))
        if mark is not None and mark.state == WAIVED:
            return True
        path = path.rpartition("/")[0]
    return False


def answers_itself(case: Case, artefact: str, fact: str, owner: int | None) -> bool:
    """True of what the side concerned would bring about, where it has withdrawn: nobody waits for its receipt."""
    known, standing = case.workflow.artefacts[artefact], case.standing
    if owner is None or known.per != "party" or not known.concerns or fact not in known.kind.received:
        return False
    return set(standing.related(known.concerns, owner)) <= standing.withdrawn


def value_of(case: Case, ref: FactRef, scope: Scope) -> Any:
    """The value of a field such as agreement.follow_up; False where there is none."""
    for owner in owners(case, ref, scope):
        value = case.facts.get(ref.artefact, ref.fact, owner)
        if value not in (False, None, ""):
            return value
    return False


def date_of(case: Case, ref: FactRef, scope: Scope) -> date | None:
    value = value_of(case, ref, scope)
    return case.calendar.due(value) if isinstance(value, date | Fuzzy) else None


def _fact_holds(case: Case, ref: FactRef, wanted: Any, scope: Scope) -> bool:
    if ref.artefact in case.workflow.roles:
        return any(
            (r.role, r.fact) == (ref.artefact, ref.fact)
            and (ref.relation == "any" or r.party in (None, scope.party))
            for r in case.standing.records
        )
    if ref.fact in GATHERED:
        ref = FactRef("all", ref.artefact, GATHERED[ref.fact])
    found = [
        (wanted is True and answers_itself(case, ref.artefact, ref.fact, o))
        or _equals(case.facts.get(ref.artefact, ref.fact, o), wanted)
        for o in owners(case, ref, scope)
    ]
    if not found:
        return False
    return any(found) if ref.relation == "any" else all(found)


def _equals(value: Any, wanted: Any) -> bool:
    return bool(value) if wanted is True else value == wanted


def _fact_missing(case: Case, ref: FactRef, scope: Scope) -> tuple[Message, ...]:
    artefact = case.workflow.artefacts.get(ref.artefact)
    if artefact is None:
        return (N_("the project lead has not consented"),)
    fact = GATHERED.get(ref.fact, ref.fact)
    words = artefact.kind.facts.get(fact)
    if words is None:
        return (N_("the agreement says otherwise"),)
    relation = "all" if ref.fact in GATHERED else ref.relation
    if relation == "any":
        return (words,) if "%(party)s" not in words.text else ()
    found = []
    for owner in owners(case, FactRef(relation, ref.artefact, fact), scope):
        if case.facts.get(ref.artefact, fact, owner) or answers_itself(case, ref.artefact, fact, owner):
            continue
        said_of = artefact.kind.shared.get(fact, words) if owner is None else words
        numbers = case.facts.numbers.get((ref.artefact, fact, owner), {})
        params: dict[str, Any] = dict(numbers)
        if owner is not None and artefact.per != "person":
            params["party"] = PartyName(owner)
        params["thing"] = artefact.title
        if "%(missing)s" in said_of.text:
            params = {"missing": "?", "total": "?", **params}
        found.append(said_of.with_(**params))
    return tuple(dict.fromkeys(found))
