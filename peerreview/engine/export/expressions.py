"""Conditions as expressions over named facts, as both ECMAScript and the oracles' own dialects read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..language.definition import Condition, FactRef
from ..language.kinds import GATHERED
from ..running.case import Case, FactKey, Scope
from ..running.conditions import answers_itself, owners
from .unfolding import Names


def all_of(parts: Iterable[str]) -> str:
    return _joined(parts, "&&", "true", "false")


def any_of(parts: Iterable[str]) -> str:
    return _joined(parts, "||", "false", "true")


def _joined(parts: Iterable[str], sign: str, empty: str, decided: str) -> str:
    found = [part for part in dict.fromkeys(parts) if part != empty]
    if decided in found:
        return decided
    if len(found) < 2:
        return found[0] if found else empty
    return "(" + f" {sign} ".join(found) + ")"


def no(part: str) -> str:
    # Not `!`: the one oracle does not read it, and both `0 == false` and `!0` are true.
    return {"true": "false", "false": "true"}.get(part, f"({part} == false)")


Excused = Callable[[int | None], str]


def NOBODY(party: int | None) -> str:
    return "false"


class Expressions:
    """The conditions of a review as it begins; `names` collects every fact that is asked for."""

    def __init__(self, case: Case, names: Names):
        self.case, self.names = case, names
        self.recorded = [
            (action.records.artefact, action.records.fact, step)
            for step, action in [
                *((s.path, a) for s in case.workflow.walk() for a in s.actions.values()),
                *(("", a) for a in case.workflow.actions.values()),
            ]
            if action.records is not None
        ]

    def of(self, condition: Condition | None, scope: Scope, excused: Excused = NOBODY) -> str:
        """`excused`: whether nobody waits for a side (see `conditions.awaiting`)."""
        if condition is None:
            return "true"
        if condition.op == "fact":
            assert condition.fact is not None
            return self._fact(condition.fact, condition.value, scope, excused)
        parts = [self.of(part, scope, excused) for part in condition.parts]
        if condition.op == "not":
            return no(parts[0])
        return any_of(parts) if condition.op == "any" else all_of(parts)

    def is_so(self, key: FactKey, wanted: object = True) -> str:
        name = self.names.fact(key)
        if wanted is True:
            return name
        if wanted is False:
            return no(name)
        return f"({name} == {wanted!r})"

    def _fact(self, ref: FactRef, wanted: object, scope: Scope, excused: Excused) -> str:
        if ref.artefact in self.case.workflow.roles:
            return any_of(
                self.names.record(role, fact, step, party)
                for role, fact, step in self.recorded
                if (role, fact) == (ref.artefact, ref.fact)
                for party in dict.fromkeys((None, scope.party, *self._of_anybody(ref)))
            )
        if ref.fact in GATHERED:
            ref = FactRef("all", ref.artefact, GATHERED[ref.fact])
        found = [
            (
                "true"
                if wanted is True and answers_itself(self.case, ref.artefact, ref.fact, owner)
                else self.is_so((ref.artefact, ref.fact, owner), wanted),
                self._excused(ref, owner, scope, excused),
            )
            for owner in owners(self.case, ref, scope)
        ]
        if not found:
            return "false"
        if ref.relation == "any":
            return any_of(all_of([so, no(free)]) for so, free in found)
        return all_of(any_of([so, free]) for so, free in found)

    def _of_anybody(self, ref: FactRef) -> tuple[int, ...]:
        return self.case.standing.parties if ref.relation == "any" else ()

    def _excused(self, ref: FactRef, owner: int | None, scope: Scope, excused: Excused) -> str:
        artefact = self.case.workflow.artefacts[ref.artefact]
        mine = owner is None or owner == scope.party or artefact.per == "person"
        return "false" if mine or ref.relation not in ("all", "any") else excused(owner)
