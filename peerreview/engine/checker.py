"""Whether a definition that reads well also works: every step can end, somebody can end it, and has a date.

First what can be told of a line by itself: a step that nothing ends, a fact that nothing brings about, a wait
that leads back to itself, something that nobody uses. Where all that is well, every configuration that two
and three parties can come into is played (`exploring`), and a way into a dead end is told as a trace.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from ..errors import Problem
from .definition import Condition, Effect, FactRef, Right, RoleRef, Step, Workflow
from .exploring import DeadEnd, explore
from .kinds import GATHERED, WRITTEN
from .migrating import called


def check(workflow: Workflow, *, played: bool = True) -> list[Problem]:
    """Every problem of a definition that has been read; [] where all is well.

    `played` False: what can be told without playing it, in a thousandth of the time."""
    rules = (
        _ends, _movers, _dates, _more_time,
        _sources, _unused, _cycles, _relations, _apart, _withdrawing, _persons, _renamed,
    )  # fmt: skip
    found = sorted({problem for rule in rules for problem in rule(workflow)})
    return found or (list(_dead_ends(workflow)) if played else [])


def _dead_ends(workflow: Workflow) -> Iterator[Problem]:
    """The smallest and the next number of parties; where they go back, with the smallest, where one leaves, with the
    next (see `exploring`)."""
    least = workflow.min_parties
    for parties, times, leaves in ((least, 1, 0), (min(max(least + 1, 3), workflow.max_parties), 0, 1)):
        found = explore(workflow, parties, times=times, leaves=leaves).found
        if isinstance(found, DeadEnd):
            trace = ", then ".join(found.trace) or "at once"
            waits = "; ".join(found.waits) or "nobody can do anything"
            end = next(iter(workflow.ends))
            yield _problem(
                workflow,
                found.place,
                f"with {parties} parties a review can come to where the end `{end}` cannot be reached: {trace}. "
                f"There {waits}",
                "let somebody do or write what is wanted there, or let the step end without it",
            )
            return
        if found is not None:
            yield _problem(
                workflow,
                "",
                "there are too many ways through it to prove it",
                "make blocks of fewer branches",
            )
            return


def _more_time(workflow: Workflow) -> Iterator[Problem]:
    """More time is for a date that a side has for itself."""
    for step in workflow.walk():
        if step.more_time is None:
            continue
        if step.due is None:
            yield _problem(workflow, step.path, "there is `more_time` but no date", "give it a `due`")
        elif workflow.scope(step.path) != "party":
            yield _problem(
                workflow,
                step.path,
                "there is `more_time`, but no side has the step for itself",
                "take it out, or let the step be `each: party`",
            )


def _relations(workflow: Workflow) -> Iterator[Problem]:
    """Neighbours are somebody's: in a step of all together there is nobody whose they would be."""
    network = {key for key, role in workflow.roles.items() if role.of == "network"}
    for step in workflow.walk():
        conditions = [step.done_when, step.starts_when, step.condition]
        conditions += [a.needs for a in step.actions.values() if {r.role for r in a.by} & network]
        if workflow.scope(step.path):
            continue
        for ref in (r for c in conditions if c is not None for r in c.facts()):
            if ref.relation in ("reviews", "reviewed_by", "others"):
                yield _problem(
                    workflow,
                    step.path,
                    f"`{ref.relation}.{ref.artefact}.{ref.fact}` has no meaning in `{step.path}`, "
                    "a step of all sides together",
                    f"write `all.{ref.artefact}.{ref.fact}`, or make the step each party's",
                )
    for action in workflow.actions.values():
        for ref in action.needs.facts():
            if ref.relation in ("reviews", "reviewed_by", "others") and {r.role for r in action.by} & network:
                yield _problem(
                    workflow, "", f"`{action.key}` asks for `{ref.relation}`, but the network has no neighbours",
                    f"write `all.{ref.artefact}.{ref.fact}`",
                )  # fmt: skip


def _apart(workflow: Workflow) -> Iterator[Problem]:
    """Where parties stand apart, none of them has to do with another."""
    if not workflow.apart:
        if any(action.moves == "join" for action in workflow.actions.values()):
            yield _problem(
                workflow, "", "nobody can join a ring: each of its parties has its place",
                "take out the action with `moves: join`, or add `apart: true` to `parties`",
            )  # fmt: skip
        return
    for where, ref in _refs(workflow):
        if ref.relation in ("reviews", "reviewed_by", "others"):
            yield _problem(
                workflow,
                where,
                f"`{ref.relation}` has no meaning where the parties stand apart",
                "take it out, or take `apart: true` out of `parties`",
            )
    for artefact in workflow.artefacts.values():
        if artefact.concerns:
            yield _problem(
                workflow,
                f"artefacts.{artefact.key}",
                f"`{artefact.key}` concerns another party, but the parties stand apart",
                "take `concerns` out",
            )


def _refs(workflow: Workflow) -> Iterator[tuple[str, FactRef | RoleRef | Effect]]:
    """Every reference that has a relation, with the step or end where it stands."""
    blocks = [
        ("", workflow.allow, workflow.actions, ()),
        *((step.path, step.allow, step.actions, step.mail) for step in workflow.walk()),
        *((f"ends.{end.key}", end.allow, {}, end.mail) for end in workflow.ends.values()),
    ]
    for where, allow, actions, mails in blocks:
        found: list[FactRef | RoleRef | Effect] = [*allow, *(ref for mail in mails for ref in mail.to)]
        for action in actions.values():
            found += [*action.by, *action.needs.facts(), *action.does]
            found += [ref for mail in action.mail for ref in mail.to]
        yield from ((where, ref) for ref in found)
    for step in workflow.walk():
        for condition in (step.done_when, step.starts_when, step.condition):
            yield from ((step.path, ref) for ref in (condition.facts() if condition else ()))
        yield from ((step.path, ref) for reminder in step.remind for ref in reminder.to)
        yield from ((step.path, ref) for ref in (step.more_time.granted_by if step.more_time else ()))


def _withdrawing(workflow: Workflow) -> Iterator[Problem]:
    moves = {action.moves for action in workflow.actions.values()}
    if "withdraw" in moves and "cancelled" not in workflow.ends:
        yield _problem(
            workflow,
            "",
            "who withdraws from a pair ends it, but there is no end `cancelled`",
            "add it to `ends`",
        )
    if "hold" in moves and "resume" not in moves:
        yield _problem(workflow, "", "what is on hold can never go on", "add an action with `moves: resume`")


def _persons(workflow: Workflow) -> Iterator[Problem]:
    """A person's own things are made in a person's own step."""
    for step in workflow.walk():
        if workflow.scope(step.path) == "person":
            continue
        for action in step.actions.values():
            for effect in action.does:
                if workflow.artefacts[effect.artefact].per == "person":
                    yield _problem(
                        workflow,
                        step.path,
                        f"`{action.key}` is to do something to each person's `{effect.artefact}`, but whose?",
                        "make the step `each: person`",
                    )


def _renamed(workflow: Workflow) -> Iterator[Problem]:
    """Two steps cannot both be what an older definition called so."""
    owners: dict[str, str] = {}
    for path, names in called(workflow).items():
        for name in names:
            other = owners.setdefault(name, path)
            if other != path:
                yield _problem(
                    workflow,
                    path,
                    f"a review that stands in `{name}` of an older definition would stand in `{other}` and in `{path}`",
                    "let `was` name only what this step alone was called",
                )


def _problem(workflow: Workflow, where: str, wrong: str, right: str) -> Problem:
    line, column = workflow.lines.get(where, (1, 1))
    return Problem(workflow.file, line, column, wrong, right)


def _leaves(workflow: Workflow) -> Iterator[Step]:
    return (step for step in workflow.walk() if not step.children)


def _ends(workflow: Workflow) -> Iterator[Problem]:
    for step in _leaves(workflow):
        moves = any(action.to == "next" for action in step.actions.values())
        if not (moves or step.done_when is not None or step.ends_after is not None):
            yield _problem(
                workflow,
                step.path,
                f"the step `{step.path}` can never end",
                "give it an action `to: next`, a done_when or an ends_after",
            )
        if step.each == "person" and not step.people:
            yield _problem(
                workflow,
                step.path,
                f"`{step.path}` is each person's, but whose?",
                "add `people: [role, ...]`",
            )


def _movers(workflow: Workflow) -> Iterator[Problem]:
    for step in _leaves(workflow):
        if not step.actions and step.ends_after is None and not _by_children(workflow, step):
            yield _problem(
                workflow,
                step.path,
                f"nobody has anything to do in `{step.path}`",
                "give it an action, or let it end by time with ends_after",
            )
    if not any(action.moves == "back" for action in workflow.actions.values()):
        yield _problem(workflow, "", "nobody can send a side back", "add an action with `moves: back`")


def _by_children(workflow: Workflow, step: Step) -> bool:
    """Whether a step is over when the reviews of the round are: there others have something to do."""
    found = step.done_when.facts() if step.done_when else ()
    kinds = {
        workflow.artefacts[ref.artefact].kind.name for ref in found if ref.artefact in workflow.artefacts
    }
    return "reviews" in kinds


def _dates(workflow: Workflow) -> Iterator[Problem]:
    for step in _leaves(workflow):
        if step.no_due is not None:
            continue
        if step.due is None:
            yield _problem(
                workflow,
                step.path,
                f"`{step.path}` has no date by which it is due",
                "add `due:`, or say with `no_due: {sv: ..., en: ...}` why it needs none",
            )
        elif not step.remind:
            yield _problem(
                workflow, step.path, f"`{step.path}` reminds nobody", "add `remind: [{working_days: -3}]`"
            )


def _conditions(step: Step) -> Iterator[Condition]:
    """What must come true for a step to begin or to end."""
    for condition in (step.starts_when, step.done_when):
        if condition is not None:
            yield condition
    for action in step.actions.values():
        if not action.optional:
            yield action.needs


def _makers(workflow: Workflow, artefact: str, fact: str) -> list[str]:
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
            found += [step.path for step in workflow.walk() if _grants(step.allow.values(), artefact, verb)]
            if _grants(workflow.allow.values(), artefact, verb):
                found.append("")
    opening = workflow.artefacts[artefact].opens_when
    if fact == "opened" and opening is not None:
        found += _makers(workflow, artefact, "handed_in")
    return found


def _grants(allowances: Iterable[frozenset[Right]], artefact: str, verb: str) -> bool:
    return any(r.artefact == artefact and r.verb == verb for rights in allowances for r in rights)


def _sources(workflow: Workflow) -> Iterator[Problem]:
    """Facts that a step needs, and that nothing can ever make true."""
    for step in workflow.walk():
        for condition in _conditions(step):
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
                elif not _makers(workflow, ref.artefact, ref.fact):
                    yield _never(workflow, step, f"{ref.artefact}.{ref.fact}")


def _never(workflow: Workflow, step: Step, fact: str, known: Iterable[str] = ()) -> Problem:
    near = difflib.get_close_matches(fact, sorted(known), 1)
    return _problem(
        workflow,
        step.path,
        f"`{step.path}` waits for `{fact}`, which nothing brings about",
        f"did you mean `{near[0]}`?"
        if near
        else "let an action `does:` or `records:` it, or allow somebody to write it",
    )


def _cycles(workflow: Workflow) -> Iterator[Problem]:
    """Waits that lead back to where they began (engine.md 6)."""
    order = {step.path: n for n, step in enumerate(workflow.walk())}
    waits: dict[str, set[str]] = {}
    for step in workflow.walk():
        for ref in step.starts_when.facts() if step.starts_when else ():
            if ref.artefact in workflow.artefacts:
                makers = _makers(workflow, ref.artefact, ref.fact)
                if "" not in makers:
                    waits.setdefault(step.path, set()).update(makers)
    for path, wanted in waits.items():
        # Whatever comes after a step in its own block waits for the step itself.
        if wanted and all(_waits_for(workflow, maker, path, order) for maker in wanted):
            chain = " -> ".join([path, min(wanted), path])
            yield _problem(
                workflow,
                path,
                f"`{path}` waits for what can only come after it ({chain})",
                "let it wait for a step before it, or beside it",
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
        path in _makers(workflow, ref.artefact, ref.fact)
        for ref in step.starts_when.facts()
        if ref.artefact in workflow.artefacts
    )


def _unused(workflow: Workflow) -> Iterator[Problem]:
    allowances = [
        workflow.allow,
        *(s.allow for s in workflow.walk()),
        *(e.allow for e in workflow.ends.values()),
    ]
    named = {right.artefact for allow in allowances for rights in allow.values() for right in rights}
    for key in workflow.artefacts:
        if key not in named:
            yield _problem(
                workflow,
                f"artefacts.{key}",
                f"nobody may see the artefact `{key}`",
                "allow it, or take it out",
            )
    roles = {ref.role for allow in allowances for ref in allow}
    roles |= {ref.role for s in workflow.walk() for a in s.actions.values() for ref in a.by}
    roles |= {ref.role for a in workflow.actions.values() for ref in a.by}
    for key in workflow.roles:
        if key not in roles:
            yield _problem(
                workflow, f"roles.{key}", f"the role `{key}` may nothing", "give it rights, or take it out"
            )
    actions = [a for s in workflow.walk() for a in s.actions.values()] + list(workflow.actions.values())
    reached = {a.to for a in actions} | {next(iter(workflow.ends))}
    if any(a.moves == "withdraw" for a in actions):
        reached.add("cancelled")
    for key in workflow.ends:
        if key not in reached:
            yield _problem(
                workflow, f"ends.{key}", f"nothing leads to the end `{key}`", "take it out, or lead to it"
            )
