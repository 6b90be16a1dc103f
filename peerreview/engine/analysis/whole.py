"""What nothing brings about, what waits for itself, what nobody uses: rules of the checker on a whole definition."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from ...errors import N_, Message, Problem
from ..language.definition import Condition, Right, Step, Workflow
from ..language.kinds import GATHERED, WRITTEN


def problem(workflow: Workflow, where: str, wrong: Message, right: Message) -> Problem:
    line, column = workflow.lines.get(where, (1, 1))
    return Problem(workflow.file, line, column, wrong, right)


def leaf_steps(workflow: Workflow) -> Iterator[Step]:
    return (step for step in workflow.walk() if not step.children)


def conditions(step: Step) -> Iterator[Condition]:
    """What must come true for a step to begin or to end."""
    for condition in (step.starts_when, step.done_when):
        if condition is not None:
            yield condition
    for action in step.actions.values():
        if not action.optional:
            yield action.needs


def makers_of(workflow: Workflow, artefact: str, fact: str) -> list[str]:
    """The steps in which a fact can come true; "" where it can in every step."""
    fact = GATHERED.get(fact, fact)
    kind = workflow.artefacts[artefact].kind
    found = [
        step.path
        for step in workflow.walk()
        for action in step.actions.values()
        for effect in action.does
        if effect.artefact == artefact and kind.effects[effect.effect].get(fact)
    ]
    for verb, facts in WRITTEN.get(kind.name, ()):
        if fact in facts or (fact in kind.fields and verb == "write"):
            found += [step.path for step in workflow.walk() if grants(step.allow.values(), artefact, verb)]
            if grants(workflow.allow.values(), artefact, verb):
                found.append("")
    opening = workflow.artefacts[artefact].opens_when
    if fact == "opened" and opening is not None:
        found += makers_of(workflow, artefact, "handed_in")
    return found


def grants(allowances: Iterable[frozenset[Right]], artefact: str, verb: str) -> bool:
    return any(r.artefact == artefact and r.verb == verb for rights in allowances for r in rights)


def sources(workflow: Workflow) -> Iterator[Problem]:
    """Facts that a step needs, and that nothing can ever make true."""
    for step in workflow.walk():
        for condition in conditions(step):
            for ref in condition.facts():
                if ref.artefact in workflow.roles:
                    recorded = {
                        f"{a.records.artefact}.{a.records.fact}"
                        for s in workflow.walk()
                        for a in s.actions.values()
                        if a.records
                    }
                    if f"{ref.artefact}.{ref.fact}" not in recorded:
                        yield _never(workflow, step, f"{ref.artefact}.{ref.fact}", recorded)
                elif not makers_of(workflow, ref.artefact, ref.fact):
                    yield _never(workflow, step, f"{ref.artefact}.{ref.fact}")


def _never(workflow: Workflow, step: Step, fact: str, known: Iterable[str] = ()) -> Problem:
    near = difflib.get_close_matches(fact, sorted(known), 1)
    return problem(
        workflow,
        step.path,
        N_("`%(path)s` waits for `%(fact)s`, which nothing brings about", path=step.path, fact=fact),
        N_("did you mean `%(near)s`?", near=near[0])
        if near
        else N_("let an action `does:` or `records:` it, or allow somebody to write it"),
    )


def cycles(workflow: Workflow) -> Iterator[Problem]:
    """Waits that lead back to where they began (engine.md 6)."""
    order = {step.path: n for n, step in enumerate(workflow.walk())}
    waits: dict[str, set[str]] = {}
    for step in workflow.walk():
        for ref in step.starts_when.facts() if step.starts_when else ():
            if ref.artefact in workflow.artefacts:
                makers = makers_of(workflow, ref.artefact, ref.fact)
                if "" not in makers:
                    waits.setdefault(step.path, set()).update(makers)
    for path, wanted in waits.items():
        # Whatever comes after a step in its own block waits for the step itself.
        if wanted and all(_waits_for(workflow, maker, path, order) for maker in wanted):
            chain = " -> ".join([path, min(wanted), path])
            yield problem(
                workflow,
                path,
                N_("`%(path)s` waits for what can only come after it (%(chain)s)", path=path, chain=chain),
                N_("let it wait for a step before it, or beside it"),
            )


def _waits_for(workflow: Workflow, maker: str, path: str, order: dict[str, int]) -> bool:
    if maker == path or maker.startswith(path + "/"):
        return True
    top, other = maker.split("/"), path.split("/")
    depth = next((n for n, (a, b) in enumerate(zip(top, other, strict=False)) if a != b), None)
    if depth is None:
        return False
    parent = workflow.by_path.get("/".join(other[:depth]))
    side_by_side = parent is not None and bool(parent.together)
    if not side_by_side:
        return order[maker] > order[path]
    step = workflow.by_path[maker]
    return step.starts_when is not None and any(
        path in makers_of(workflow, ref.artefact, ref.fact)
        for ref in step.starts_when.facts()
        if ref.artefact in workflow.artefacts
    )


def unused(workflow: Workflow) -> Iterator[Problem]:
    allowances = [
        workflow.allow,
        *(s.allow for s in workflow.walk()),
        *(e.allow for e in workflow.ends.values()),
    ]
    named = {right.artefact for allow in allowances for rights in allow.values() for right in rights}
    roles = {ref.role for allow in allowances for ref in allow}
    roles |= {ref.role for s in workflow.walk() for a in s.actions.values() for ref in a.by}
    roles |= {ref.role for a in workflow.actions.values() for ref in a.by}
    actions = [a for s in workflow.walk() for a in s.actions.values()] + list(workflow.actions.values())
    reached = {a.to for a in actions} | {next(iter(workflow.ends))}
    if any(a.moves == "withdraw" for a in actions):
        reached.add("cancelled")
    mend_artefact, mend_role = N_("allow it, or take it out"), N_("give it rights, or take it out")
    mend_end = N_("take it out, or lead to it")
    for kind, keys, used, what, mend in (
        ("artefacts", workflow.artefacts, named, N_("nobody may see the artefact `%(key)s`"), mend_artefact),
        ("roles", workflow.roles, roles, N_("the role `%(key)s` may nothing"), mend_role),
        ("ends", workflow.ends, reached, N_("nothing leads to the end `%(key)s`"), mend_end),
    ):
        for key in keys:
            if key not in used:
                yield problem(workflow, f"{kind}.{key}", Message(what.text, (("key", key),)), mend)
