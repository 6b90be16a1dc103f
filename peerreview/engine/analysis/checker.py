"""Whether a definition that reads well also works: every step can end, somebody can end it, and has a date.

First what can be told of a line by itself: a step that nothing ends, a fact that nothing brings about, a wait
that leads back to itself, something that nobody uses. Where all that is well, every configuration that two
and three parties can come into is played (`exploring`), and a way into a dead end is told as a trace.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import N_, Message, Problem, all_of, in_order
from ..language.definition import Effect, FactRef, RoleRef, Step, Workflow
from .exploring import DeadEnd, explore
from .migrating import called
from .whole import cycles, leaf_steps, problem, sources, unused


def check(workflow: Workflow, *, played: bool = True) -> list[Problem]:
    """Every problem of a definition that has been read; [] where all is well.

    `played` False: what can be told without playing it, in a thousandth of the time."""
    rules = (
        _ends, _movers, _dates, _more_time,
        sources, unused, cycles, _relations, _apart, _withdrawing, _persons, _renamed,
    )  # fmt: skip
    found = in_order(problem for rule in rules for problem in rule(workflow))
    return found or (list(_dead_ends(workflow)) if played else [])


def _dead_ends(workflow: Workflow) -> Iterator[Problem]:
    """The smallest and the next number of parties; where they go back, with the smallest, where one leaves, with the
    next (see `exploring`)."""
    least = workflow.min_parties
    for parties, times, leaves in ((least, 1, 0), (min(max(least + 1, 3), workflow.max_parties), 0, 1)):
        found = explore(workflow, parties, times=times, leaves=leaves).found
        if isinstance(found, DeadEnd):
            waits = all_of(found.waits or (N_("nobody can do anything"),))
            end = next(iter(workflow.ends))
            yield problem(
                workflow,
                found.place,
                N_(
                    "with %(parties)s parties a review can come to where the end `%(end)s` cannot be reached: "
                    "%(trace)s. There: %(waits)s",
                    parties=parties,
                    end=end,
                    trace=_one_after_the_other(found.trace),
                    waits=waits,
                ),
                N_("let somebody do or write what is wanted there, or let the step end without it"),
            )
            return
        if found is not None:
            yield problem(
                workflow,
                "",
                N_("there are too many ways through it to prove it"),
                N_("make blocks of fewer branches"),
            )
            return


def _one_after_the_other(trace: tuple[Message, ...]) -> Message:
    told, *others = trace or (N_("at once"),)
    for one in others:
        told = N_("%(one)s, then %(other)s", one=told, other=one)
    return told


def _more_time(workflow: Workflow) -> Iterator[Problem]:
    """More time is for a date that a side has for itself."""
    for step in workflow.walk():
        if step.more_time is None:
            continue
        if step.due is None:
            yield problem(workflow, step.path, N_("there is `more_time` but no date"), N_("give it a `due`"))
        elif workflow.scope(step.path) != "party":
            yield problem(
                workflow,
                step.path,
                N_("there is `more_time`, but no side has the step for itself"),
                N_("take it out, or let the step be `each: party`"),
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
                yield problem(
                    workflow,
                    step.path,
                    N_(
                        "`%(relation)s.%(artefact)s.%(fact)s` has no meaning in `%(path)s`, a step of all sides "
                        "together",
                        relation=ref.relation,
                        artefact=ref.artefact,
                        fact=ref.fact,
                        path=step.path,
                    ),
                    N_(
                        "write `all.%(artefact)s.%(fact)s`, or make the step each party's",
                        artefact=ref.artefact,
                        fact=ref.fact,
                    ),
                )
    for action in workflow.actions.values():
        for ref in action.needs.facts():
            if ref.relation in ("reviews", "reviewed_by", "others") and {r.role for r in action.by} & network:
                yield problem(
                    workflow, "",
                    N_("`%(key)s` asks for `%(relation)s`, but the network has no neighbours",
                       key=action.key, relation=ref.relation),
                    N_("write `all.%(artefact)s.%(fact)s`", artefact=ref.artefact, fact=ref.fact),
                )  # fmt: skip


def _apart(workflow: Workflow) -> Iterator[Problem]:
    """Where parties stand apart, none of them has to do with another."""
    if not workflow.apart:
        if any(action.moves == "join" for action in workflow.actions.values()):
            yield problem(
                workflow, "", N_("nobody can join a ring: each of its parties has its place"),
                N_("take out the action with `moves: join`, or add `apart: true` to `parties`"),
            )  # fmt: skip
        return
    for where, ref in _refs(workflow):
        if ref.relation in ("reviews", "reviewed_by", "others"):
            yield problem(
                workflow,
                where,
                N_("`%(relation)s` has no meaning where the parties stand apart", relation=ref.relation),
                N_("take it out, or take `apart: true` out of `parties`"),
            )
    for artefact in workflow.artefacts.values():
        if artefact.concerns:
            yield problem(
                workflow,
                f"artefacts.{artefact.key}",
                N_("`%(key)s` concerns another party, but the parties stand apart", key=artefact.key),
                N_("take `concerns` out"),
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
        yield problem(
            workflow,
            "",
            N_("who withdraws from a pair ends it, but there is no end `cancelled`"),
            N_("add it to `ends`"),
        )
    if "hold" in moves and "resume" not in moves:
        yield problem(
            workflow, "", N_("what is on hold can never go on"), N_("add an action with `moves: resume`")
        )


def _persons(workflow: Workflow) -> Iterator[Problem]:
    """A person's own things are made in a person's own step."""
    for step in workflow.walk():
        if workflow.scope(step.path) == "person":
            continue
        for action in step.actions.values():
            for effect in action.does:
                if workflow.artefacts[effect.artefact].per == "person":
                    yield problem(
                        workflow,
                        step.path,
                        N_(
                            "`%(key)s` is to do something to each person's `%(artefact)s`, but whose?",
                            key=action.key,
                            artefact=effect.artefact,
                        ),
                        N_("make the step `each: person`"),
                    )


def _renamed(workflow: Workflow) -> Iterator[Problem]:
    """Two steps cannot both be what an older definition called so."""
    owners: dict[str, str] = {}
    for path, names in called(workflow).items():
        for name in names:
            other = owners.setdefault(name, path)
            if other != path:
                yield problem(
                    workflow,
                    path,
                    N_(
                        "a review that stands in `%(name)s` of an older definition would stand in `%(other)s` and "
                        "in `%(path)s`",
                        name=name,
                        other=other,
                        path=path,
                    ),
                    N_("let `was` name only what this step alone was called"),
                )


def _ends(workflow: Workflow) -> Iterator[Problem]:
    for step in leaf_steps(workflow):
        moves = any(action.to == "next" for action in step.actions.values())
        if not (moves or step.done_when is not None or step.ends_after is not None):
            yield problem(
                workflow,
                step.path,
                N_("the step `%(path)s` can never end", path=step.path),
                N_("give it an action `to: next`, a done_when or an ends_after"),
            )
        if step.each == "person" and not step.people:
            yield problem(
                workflow,
                step.path,
                N_("`%(path)s` is each person's, but whose?", path=step.path),
                N_("add `people: [role, ...]`"),
            )


def _movers(workflow: Workflow) -> Iterator[Problem]:
    for step in leaf_steps(workflow):
        if not step.actions and step.ends_after is None and not _by_children(workflow, step):
            yield problem(
                workflow,
                step.path,
                N_("nobody has anything to do in `%(path)s`", path=step.path),
                N_("give it an action, or let it end by time with ends_after"),
            )
    if not any(action.moves == "back" for action in workflow.actions.values()):
        yield problem(workflow, "", N_("nobody can send a side back"), N_("add an action with `moves: back`"))


def _by_children(workflow: Workflow, step: Step) -> bool:
    """Whether a step is over when the reviews of the round are: there others have something to do."""
    found = step.done_when.facts() if step.done_when else ()
    kinds = {
        workflow.artefacts[ref.artefact].kind.name for ref in found if ref.artefact in workflow.artefacts
    }
    return "reviews" in kinds


def _dates(workflow: Workflow) -> Iterator[Problem]:
    for step in leaf_steps(workflow):
        if step.no_due is not None:
            continue
        if step.due is None:
            yield problem(
                workflow,
                step.path,
                N_("`%(path)s` has no date by which it is due", path=step.path),
                N_("add `due:`, or say with `no_due: {sv: ..., en: ...}` why it needs none"),
            )
        elif not step.remind:
            yield problem(
                workflow,
                step.path,
                N_("`%(path)s` reminds nobody", path=step.path),
                N_("add `remind: [{working_days: -3}]`"),
            )
