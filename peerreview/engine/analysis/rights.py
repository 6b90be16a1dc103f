"""Who may what in which step, asked of `may` itself for every cell (pure).

A ring of three tells the relations apart: seen from the side whose thing it is, one other side is reviewed by
it and the other reviews it. Rights that hold in every step are told once, as "every step".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..language.definition import Action, FactRef, Right, RoleRef, Workflow
from ..running.beginning import T0, first_standing
from ..running.case import ACTIVE, DONE, SHARED, Actor, Case, Do, Facts, Mark, Place, Scope, See
from ..running.decide import acting_scope, may

EVERY = "every step"
OWNER, PERSON = 0, 100
RELATED = {"own": 0, "reviews": 1, "reviewed_by": 2}
APART = {"own": 0, "others": 1}


@dataclass(frozen=True)
class Row:
    """`what` is a right (`artefact.verb@state`) or an action's key; `who` the columns where the answer is yes."""

    where: str
    what: str
    kind: str
    who: frozenset[str]


def columns(workflow: Workflow) -> tuple[str, ...]:
    """Everybody who could ask: each role of the own side and of its neighbours, the network's, and whom a fact lets."""
    found = [f"{relation}.{role}" for relation in _related(workflow) for role in _party_roles(workflow)]
    found += [key for key, role in workflow.roles.items() if role.of == "network"]
    found += sorted({f"{ref.role} if {_name(ref.given)}" for ref in _given(workflow) if ref.given})
    return (*found, "self")


def table(workflow: Workflow) -> tuple[Row, ...]:
    """Every right and action somebody has: what holds in every step first, then by step, then by end."""
    steps = {
        step.path: _held(workflow, _at(workflow, step.path)) for step in workflow.walk() if not step.children
    }
    everywhere: set[tuple[str, str]] = set.intersection(*(_cells(held) for held in steps.values()))
    rows = [*_rows(EVERY, _of(everywhere), "right"), *_actions_everywhere(workflow)]
    for path, held in steps.items():
        more = {what: who - {c for w, c in everywhere if w == what} for what, who in held.items()}
        rows += _rows(path, more, "right")
        rows += _rows(path, dict(_actions(workflow, path)), "action")
    for key in workflow.ends:
        rows += _rows(f"end: {key}", _held(workflow, _ended(workflow, key)), "right")
    return tuple(rows)


def _rows(where: str, held: Mapping[str, frozenset[str] | set[str]], kind: str) -> Iterator[Row]:
    for what, who in sorted(held.items()) if kind == "right" else held.items():
        if who:
            yield Row(where, what, kind, frozenset(who))


def _cells(held: Mapping[str, frozenset[str]]) -> set[tuple[str, str]]:
    return {(what, column) for what, who in held.items() for column in who}


def _of(cells: set[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for what, column in cells:
        found.setdefault(what, set()).add(column)
    return found


# ---- the standing in which a step is under way, and who asks


def _at(workflow: Workflow, path: str) -> Case:
    """A review in which every side is at `path`: all before it over, itself and what it stands in under way."""
    marks: dict[Place, Mark] = {}
    for step in workflow.walk():
        inside = path == step.path or path.startswith(step.path + "/")
        for scope in _scopes(workflow, step.path):
            if inside:
                marks[(step.path, scope)] = Mark(ACTIVE, T0)
            elif not any(step.path.startswith(p + "/") or step.path == p for p in _after(workflow, path)):
                marks[(step.path, scope)] = Mark(DONE, T0)
    return Case(workflow, replace(first_standing(workflow, 3), marks=marks), Facts())


def _after(workflow: Workflow, path: str) -> set[str]:
    order = [step.path for step in workflow.walk()]
    return set(order[order.index(path) + 1 :])


def _scopes(workflow: Workflow, path: str) -> tuple[Scope, ...]:
    scope = workflow.scope(path)
    if scope == "person":
        return tuple(Scope(p, PERSON + p) for p in RELATED.values())
    return tuple(Scope(p) for p in RELATED.values()) if scope == "party" else (SHARED,)


def _ended(workflow: Workflow, key: str) -> Case:
    return Case(workflow, replace(first_standing(workflow, 3), ended=key, ended_at=T0), Facts())


def _related(workflow: Workflow) -> Mapping[str, int]:
    return APART if workflow.apart else RELATED


def _party_roles(workflow: Workflow) -> list[str]:
    return [key for key, role in workflow.roles.items() if role.of == "party"]


def _given(workflow: Workflow) -> Iterator[RoleRef]:
    for allow in (
        workflow.allow,
        *(s.allow for s in workflow.walk()),
        *(e.allow for e in workflow.ends.values()),
    ):
        yield from (ref for ref in allow if ref.given is not None)


def _name(ref: FactRef | None) -> str:
    return f"{ref.artefact}.{ref.fact}" if ref else ""


def _askers(workflow: Workflow, case: Case) -> Iterator[tuple[str, Case, Actor]]:
    """Each column with the review and the actor that it stands for."""
    for relation, party in _related(workflow).items():
        for key in _party_roles(workflow):
            roles = {(key, party), *((role, party) for role in workflow.roles[key].includes)}
            # Somebody else than the person whose own thing it is: that is the column `self`.
            yield f"{relation}.{key}", case, Actor(PERSON + 50 + party, frozenset(roles))
    for key, role in workflow.roles.items():
        if role.of == "network":
            yield key, case, Actor(1, frozenset({(key, None)}))
    for ref in _given(workflow):
        if ref.given is not None:
            facts = case.facts.with_({(ref.given.artefact, ref.given.fact, None): True})
            of_network = workflow.roles[ref.role].of == "network"
            actor = Actor(1, frozenset({(ref.role, None if of_network else OWNER)}))
            yield f"{ref.role} if {_name(ref.given)}", case.with_(facts=facts), actor
    own = frozenset((key, OWNER) for key in _party_roles(workflow)[-1:])
    yield "self", case, Actor(PERSON + OWNER, own)


# ---- what is asked


def _questions(workflow: Workflow) -> Iterator[tuple[Right, See]]:
    for artefact in workflow.artefacts.values():
        owner = {"party": OWNER, "person": PERSON + OWNER, "review": None}[artefact.per]
        for verb in sorted(artefact.kind.verbs):
            for state in artefact.kind.states:
                yield Right(artefact.key, verb, state), See(artefact.key, verb, owner, state)


def _held(workflow: Workflow, case: Case) -> dict[str, frozenset[str]]:
    askers = list(_askers(workflow, case))
    plain = {column for column, _, _ in askers if " if " not in column}
    found: dict[str, frozenset[str]] = {}
    for right, see in _questions(workflow):
        who = {
            column
            for column, asked, actor in askers
            if (column != "self" or workflow.artefacts[right.artefact].per == "person")
            and may(asked, actor, see, T0)
        }
        # "lead if ..." says something only where the lead alone may not.
        who -= {column for column in who - plain if column.split(" if ")[0] in who}
        found[f"{right.artefact}.{right.verb}@{right.state}"] = frozenset(who)
    return found


def _actions(workflow: Workflow, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    case = _at(workflow, path)
    scope = _scopes(workflow, path)[0]
    for action in workflow.by_path[path].actions.values():
        yield action.key, _doers(workflow, case, action, (path, scope))


def _actions_everywhere(workflow: Workflow) -> Iterator[Row]:
    case = _at(workflow, next(s.path for s in workflow.walk() if not s.children))
    for action in workflow.actions.values():
        yield Row(EVERY, action.key, "action", _doers(workflow, case, action, ("", SHARED)))


def _doers(workflow: Workflow, case: Case, action: Action, place: Place) -> frozenset[str]:
    """Those for whom the roles of an action are asked after, as `may` does first; what it needs is another question."""
    return frozenset(
        column
        for column, asked, actor in _askers(workflow, case)
        if " if " not in column
        and (column != "self" or any(ref.role == "self" for ref in action.by))
        and acting_scope(asked, actor, Do(action.key, place), action) is not None
    )
