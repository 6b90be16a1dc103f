"""What people can write in a configuration, and which of it matters: for `exploring`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

from ..language.definition import Artefact, Condition, FactRef, Right, RoleRef, Step, Workflow
from ..language.kinds import GATHERED, WRITTEN
from ..running.beginning import T0
from ..running.case import ACTIVE, OVER, SHARED, Case, FactKey, Facts, Mark, Place, state_of

A_DATE = T0.date() + timedelta(weeks=8)
LEAD, PERSON = 1, 100


class Grant(NamedTuple):
    """A right that makes facts true, and whose things it is about."""

    right: Right
    facts: tuple[str, ...]
    per: str


# What can be written in any state of a thing, and what in one alone: by (artefact, owner), then by state.
Writable = tuple[set[FactKey], dict[tuple[str, int | None], dict[str, set[FactKey]]]]


class Writing:
    """Facts that come of writing: when they can be written, which matter, what an agreement can choose."""

    def __init__(self, workflow: Workflow):
        self.workflow = workflow
        self.by_step = {step.path: self._grants(step.allow) for step in workflow.walk()}
        self.anywhere = self._grants(workflow.allow)
        conditions = [c for s in workflow.walk() for c in (s.done_when, s.starts_when, s.condition) if c]
        conditions += [a.opens_when for a in workflow.artefacts.values() if a.opens_when]
        self.by_itself = {(r.artefact, GATHERED.get(r.fact, r.fact)) for c in conditions for r in c.facts()}
        self.used = self._used()
        needs = [a.needs for s in workflow.walk() for a in s.actions.values()]
        self.named = self.by_itself | {
            (r.artefact, GATHERED.get(r.fact, r.fact)) for c in needs for r in c.facts()
        }
        self.named |= {(r.artefact, r.fact) for r in self._dated()}
        kinds = {a.kind.name: a.kind for a in workflow.artefacts.values()}.values()
        # What no going back takes away.
        self.lasting = {
            fact
            for kind in kinds
            for effect, facts in kind.effects.items()
            for fact, value in facts.items()
            if value and effect not in kind.undo
        }
        self.sets = {
            step.path: {
                (e.artefact, fact)
                for a in step.actions.values()
                for e in a.does
                for fact in workflow.artefacts[e.artefact].kind.effects[e.effect]
            }
            for step in workflow.walk()
        }
        self.asked_elsewhere = self._asked_elsewhere()
        self.asked_in = dict(self._asked_in())
        # Of a side that has withdrawn: what it has opened and finished, and what its neighbours are asked for.
        self.of_neighbours = {
            (a.key, fact)
            for a in workflow.artefacts.values()
            for fact in ("opened", a.kind.final)
            if fact in a.kind.facts
        } | {
            (r.artefact, GATHERED.get(r.fact, r.fact))
            for c in (*conditions, *needs)
            for r in c.facts()
            if r.relation not in ("own", "all", "any")
        }
        opening = [a.opens_when for a in workflow.artefacts.values() if a.opens_when is not None]
        steps = [c for s in workflow.walk() for c in (s.done_when, s.starts_when, s.condition) if c]
        self.of_opening = {(r.artefact, r.fact) for c in opening for r in c.facts()} & {
            (r.artefact, r.fact) for r in self.used
        }
        self.of_opening -= {(r.artefact, r.fact) for c in (*needs, *steps) for r in c.facts()}
        self._live: dict[Any, frozenset[tuple[str, str]]] = {}
        self._open: dict[Any, Writable] = {}
        self._setting: dict[Any, set[tuple[str, str]]] = {}

    def _grants(self, allow: Mapping[RoleRef, frozenset[Right]]) -> tuple[tuple[Grant, bool], ...]:
        """The rights that make facts true; whether they are to the own thing alone."""
        found = {
            (Grant(right, facts, self.workflow.artefacts[right.artefact].per), ref.relation == "own")
            for ref, rights in allow.items()
            for right in rights
            if (facts := self._written(right))
        }
        return tuple(sorted(found, key=str))

    def _written(self, right: Right) -> tuple[str, ...]:
        kind = self.workflow.artefacts[right.artefact].kind
        if kind.values:
            return ()  # An agreement is filled in as a whole: see `choices`.
        return tuple(f for verb, facts in WRITTEN.get(kind.name, ()) if verb == right.verb for f in facts)

    def _used(self) -> frozenset[FactRef]:
        """The fields of an agreement on which something hangs."""
        workflow = self.workflow
        conditions = [c for s in workflow.walk() for c in (s.done_when, s.starts_when, s.condition)]
        conditions += [a.needs for s in workflow.walk() for a in s.actions.values()]
        conditions += [a.opens_when for a in workflow.artefacts.values()]
        return frozenset(
            _own(r)
            for c in conditions
            if c is not None
            for r in c.facts()
            if r.artefact in workflow.artefacts and r.fact in workflow.artefacts[r.artefact].kind.values
        )

    def _asked_elsewhere(self) -> set[tuple[str, str]]:
        """Consents that another step than the one they are given in asks for."""
        given = {
            (a.records.artefact, a.records.fact): s.path
            for s in self.workflow.walk()
            for a in s.actions.values()
            if a.records is not None
        }
        return {
            (ref.artefact, ref.fact)
            for step in self.workflow.walk()
            for c in (
                step.done_when,
                step.starts_when,
                step.condition,
                *(a.needs for a in step.actions.values()),
            )
            if c is not None
            for ref in c.facts()
            if given.get((ref.artefact, ref.fact), step.path) != step.path
        }

    def _asked_in(self) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
        """What somebody may write in every step, in any state of the thing: the steps that ask for it."""
        opening = {
            (r.artefact, r.fact) for a in self.workflow.artefacts.values() for r in _facts(a.opens_when)
        }
        for grant, _ in self.anywhere:
            for fact in grant.facts:
                key = (grant.right.artefact, fact)
                if grant.right.state is None and key not in opening:
                    yield key, frozenset(s.path for s in self.workflow.walk() if key in _asked_by(s))

    def _dated(self) -> Iterator[FactRef]:
        """Facts that are dates by which a step opens."""
        for step in self.workflow.walk():
            due = step.opens
            while due is not None:
                if due.fact is not None:
                    yield due.fact
                if due.span.months_from is not None:
                    yield due.span.months_from
                due = due.otherwise

    def automatic(self, key: FactKey) -> bool:
        """Whether something begins, ends or opens by itself when this is written."""
        return (key[0], key[1]) in self.by_itself

    def at_any_time(self, key: FactKey) -> bool:
        """Whether this can be written in every step, in any state of the thing, and no opening asks for it."""
        return (key[0], key[1]) in self.asked_in

    def value(self, key: FactKey) -> Any:
        return A_DATE if key[1] in self.workflow.artefacts[key[0]].kind.fields else True

    def free(self, case: Case) -> frozenset[FactKey]:
        """The facts that somebody could make true by writing, here and now."""
        standing = case.standing
        if standing.ended:
            return frozenset()
        under_way = tuple(place for place, mark in standing.marks.items() if mark.state == ACTIVE)
        key = (standing.taking_part, under_way)
        writable = self._open.get(key)
        if writable is None:
            writable = self._open[key] = self._writable(*key)
        always, in_state = writable
        found = set(always)
        for (artefact, owner), states in in_state.items():
            found.update(states.get(state_of(case, artefact, owner), ()))
        return frozenset(found)

    def _writable(self, everybody: tuple[int, ...], under_way: tuple[Place, ...]) -> Writable:
        """What the steps under way let be written: in any state of the thing, and in one alone."""
        always: set[FactKey] = set()
        in_state: dict[tuple[str, int | None], dict[str, set[FactKey]]] = {}
        held = [(grant, SHARED, False) for grant, _ in self.anywhere]
        held += [(grant, scope, own) for path, scope in under_way for grant, own in self.by_step[path]]
        for (right, facts, per), scope, own in held:
            parties = everybody if scope.party is None or not own else (scope.party,)
            for owner in self._owners(per, parties):
                keys = {(right.artefact, fact, owner) for fact in facts}
                if right.state is None:
                    always |= keys
                    continue
                states = in_state.setdefault((right.artefact, owner), {})
                states.setdefault(right.state, set()).update(keys)
        return always, in_state

    def _owners(self, per: str, parties: tuple[int, ...]) -> tuple[int | None, ...]:
        if per == "review":
            return (None,)
        return tuple(PERSON + p for p in parties) if per == "person" else parties

    def choices(self, case: Case) -> Iterator[dict[FactKey, Any]]:
        """Each way in which an agreement that can be written now can be filled in."""
        for artefact in self.workflow.artefacts.values():
            if not artefact.kind.values or state_of(case, artefact.key, None) != artefact.kind.states[0]:
                continue
            under_way = (p[0] for p, mark in case.standing.marks.items() if mark.state == ACTIVE)
            steps = (case.workflow.by_path[path].allow for path in under_way)
            allowed = [s for a in (case.workflow.allow, *steps) for _, s in a.of(artefact.key, "write")]
            if not any(None in states or artefact.kind.states[0] in states for states in allowed):
                continue
            fields = sorted(r.fact for r in self.used if r.artefact == artefact.key)
            for values in product(*(artefact.kind.values[f] for f in fields)):
                yield self._filled(case, artefact, dict(zip(fields, values, strict=True)))

    def _filled(self, case: Case, artefact: Artefact, chosen: Mapping[str, str]) -> dict[FactKey, Any]:
        """An agreement as it is filled in; a confirmation was of what stood there before."""
        key = artefact.key
        dates: dict[FactKey, Any] = {
            (key, f, None): A_DATE for f in artefact.kind.fields if f.startswith("dates.")
        }
        voided: dict[FactKey, Any] = {
            (key, fact, p): False for fact in artefact.kind.by_party for p in case.standing.parties
        }
        changed = any(case.facts.get(key, f) != value for f, value in chosen.items())
        return {
            **{(key, f, None): value for f, value in chosen.items()},
            (key, "complete", None): True,
            **dates,
            **(voided if changed else {}),
        }

    def trimmed(self, case: Case) -> Case:
        """Without what nothing can hang on any more: facts that no condition names and no action under way
        sets, consents of a step that is over, an opening that has taken place; and what can be written again at
        any time, where the steps that ask for it are over (whoever goes back there finds it as it may be written)."""
        standing = case.standing
        if standing.ended:
            return case
        under_way = frozenset(p[0] for p, mark in standing.marks.items() if mark.state not in OVER)
        begun = frozenset(path for path, _ in standing.marks)
        setting = self._sets_in(under_way, begun)
        gone = self._opened(case) | self._asked_no_more(under_way, begun)
        values = {
            key: value
            for key, value in case.facts.values.items()
            if value
            and ((key[0], key[1]) in self.named or (key[0], key[1]) in setting or key[1] in self.lasting)
            and (key[0], key[1]) not in gone
        }
        records = frozenset(
            r for r in standing.records if r.step in under_way or r[:2] in self.asked_elsewhere
        )
        return case.with_(facts=Facts(values), standing=standing.with_(records=records))

    def _sets_in(self, under_way: frozenset[str], begun: frozenset[str]) -> set[tuple[str, str]]:
        """What the actions under way set. A later step may do the same once more: it finds it done already."""
        found = self._setting.get((under_way, begun))
        if found is None:
            steps = (sets for path, sets in self.sets.items() if path in under_way or path not in begun)
            found = self._setting[(under_way, begun)] = {fact for sets in steps for fact in sets}
        return found

    def _asked_no_more(self, under_way: frozenset[str], begun: frozenset[str]) -> set[tuple[str, str]]:
        return {
            fact
            for fact, steps in self.asked_in.items()
            if steps and steps <= begun and not steps & under_way
        }

    def _opened(self, case: Case) -> set[tuple[str, str]]:
        """Choices that only the opening of sets asks for, where all are open."""
        if not self.of_opening:
            return set()
        waits = any(
            not case.facts.get(a.key, "opened", p)
            for a in case.workflow.artefacts.values()
            if a.opens_when is not None
            for p in case.standing.taking_part
        )
        return set() if waits else self.of_opening

    def live(self, case: Case) -> frozenset[tuple[str, str]]:
        """The facts that something may hang on where they cannot be written, as the choices now are."""
        chosen = tuple(case.facts.get(r.artefact, r.fact) for r in sorted(self.used))
        found = self._live.get(chosen)
        if found is None:
            found = self._live[chosen] = frozenset(self._asked_for(case))
        return found

    def _asked_for(self, case: Case) -> Iterator[tuple[str, str]]:
        for step in self.workflow.walk():
            if step.condition is not None and self._refuted(case, step.condition):
                continue
            conditions = [step.done_when, step.starts_when, step.condition]
            conditions += [a.needs for a in step.actions.values()]
            # Whoever may write in one state of the thing alone may find it in another.
            here = {
                (grant.right.artefact, fact)
                for grant, _ in (*self.by_step[step.path], *self.anywhere)
                if grant.right.state is None
                for fact in grant.facts
            }
            for condition in conditions:
                if condition is not None:
                    yield from (asked for asked in self._of(case, condition) if asked not in here)

    def _of(self, case: Case, condition: Condition) -> Iterator[tuple[str, str]]:
        if condition.op == "all" and any(self._refuted(case, part) for part in condition.parts):
            return
        if condition.fact is not None:
            yield condition.fact.artefact, GATHERED.get(condition.fact.fact, condition.fact.fact)
        for part in condition.parts:
            yield from self._of(case, part)

    def _refuted(self, case: Case, condition: Condition) -> bool:
        """A choice that has been made otherwise."""
        ref = condition.fact
        if condition.op == "all":
            return any(self._refuted(case, part) for part in condition.parts)
        if ref is None or _own(ref) not in self.used:
            return False
        value = case.facts.get(ref.artefact, ref.fact)
        return value is not False and value != condition.value


def _facts(condition: Condition | None) -> Iterator[FactRef]:
    return condition.facts() if condition is not None else iter(())


def _asked_by(step: Step) -> set[tuple[str, str]]:
    conditions = (step.done_when, step.starts_when, step.condition, *(a.needs for a in step.actions.values()))
    return {(r.artefact, GATHERED.get(r.fact, r.fact)) for c in conditions for r in _facts(c)}


def _own(ref: FactRef) -> FactRef:
    return FactRef("own", ref.artefact, ref.fact)


def timeless(case: Case) -> Case:
    """A configuration without its instants and without what is false; of what was begun before, only whose copies
    a going back took away (`flow.copies` asks for that)."""
    standing = case.standing
    marks = {
        place: mark if mark.since is T0 and mark.visit == 1 else Mark(mark.state, T0)
        for place, mark in standing.marks.items()
    }
    values = {key: value for key, value in case.facts.values.items() if value}
    visits = {place: 1 for place in standing.visits if place[1].person is not None and place not in marks}
    standing = standing.with_(marks=marks, visits=visits, holds=())
    return case.with_(standing=standing, facts=Facts(values))


def party_of(case: Case, artefact: str, owner: int | None) -> int | None:
    if owner is None or artefact not in case.workflow.artefacts:
        return None
    return owner - PERSON if case.workflow.artefacts[artefact].per == "person" else owner
