"""The workflows of the house for its lead: which there are, what they consist of, and who may what in them."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.analysis.rights import EVERY, columns, table
from ...engine.language.definition import Step, Workflow
from ...errors import N_, Message, NotFound, Text
from ...rendering.pictures.drawn import Plan
from ..base.access import only_lead
from ..base.house import Account, House
from ..base.words import Words
from .drawing import blank
from .right_words import fact_said, right_said

RELATIONS = {
    "own": N_("own side"),
    "reviews": N_("the side that is reviewed by it"),
    "reviewed_by": N_("the side that reviews it"),
    "others": N_("another side"),
}


@dataclass(frozen=True)
class StepView:
    """`shared`: all take it together. `who`: the roles that move it. `beside`: it runs beside the one before."""

    title: Text
    help: Text | None
    shared: bool
    beside: bool
    actions: tuple[Text, ...]
    who: tuple[Text, ...]


@dataclass(frozen=True)
class WorkflowView:
    name: str
    title: Text
    least: int
    most: int
    steps: tuple[StepView, ...]
    ends: tuple[Text, ...]


@dataclass(frozen=True)
class RightsRow:
    """`what`: a right as it is written (materials.read@opened) or an action; `thing`: its title; `right`: what may be
    done with the thing, None where the row is an action."""

    what: str
    thing: Words
    right: Message | None
    cells: tuple[bool, ...]


@dataclass(frozen=True)
class RightsView:
    """`columns`: (whose side, role); `groups`: by step, its rows."""

    name: str
    title: Text
    columns: tuple[tuple[Words, Words], ...]
    groups: tuple[tuple[Words, tuple[RightsRow, ...]], ...]


def every(house: House, *, actor: Account) -> tuple[WorkflowView, ...]:
    """All of them, by name. NotFound for anybody but the lead."""
    only_lead(actor)
    return tuple(_view(workflow) for _, workflow in sorted(house.workflows.items()))


def one(house: House, *, actor: Account, name: str) -> WorkflowView:
    return _view(_found(house, actor, name))


def drawing(house: House, *, actor: Account, name: str, parties: int | None = None) -> Plan:
    """The drawing of no review, with so many sides: as few as may take part where nothing else can be."""
    workflow = _found(house, actor, name)
    sides = range(workflow.min_parties, workflow.max_parties + 1)
    return blank(workflow, parties if parties in sides else None)


def rights(house: House, *, actor: Account, name: str) -> RightsView:
    """Step, right, role: each cell asked of the engine's one decision."""
    workflow = _found(house, actor, name)
    heads = columns(workflow)
    groups: dict[str, list[RightsRow]] = {}
    for row in table(workflow):
        key = row.what.partition(".")[0]
        thing: Words = (
            workflow.artefacts[key].title if row.kind == "right" else _action(workflow, row.where, key)
        )
        cells = tuple(head in row.who for head in heads)
        right = right_said(row.what) if row.kind == "right" else None
        groups.setdefault(row.where, []).append(RightsRow(row.what, thing, right, cells))
    return RightsView(
        name=workflow.name,
        title=workflow.title,
        columns=tuple(_column(workflow, head) for head in heads),
        groups=tuple((_where(workflow, where), tuple(rows)) for where, rows in groups.items()),
    )


def _found(house: House, actor: Account, name: str) -> Workflow:
    only_lead(actor)
    workflow = house.workflows.get(name)
    if workflow is None:
        raise NotFound(name)
    return workflow


def _view(workflow: Workflow) -> WorkflowView:
    leaves = [step for step in workflow.walk() if not step.children]
    return WorkflowView(
        name=workflow.name,
        title=workflow.title,
        least=workflow.min_parties,
        most=workflow.max_parties,
        steps=tuple(_step(workflow, step) for step in leaves),
        ends=tuple(end.title for end in workflow.ends.values()),
    )


def _step(workflow: Workflow, step: Step) -> StepView:
    scope = workflow.scope(step.path)
    parent = workflow.parent(step.path)
    roles = {ref.role: None for a in step.actions.values() for ref in a.by if ref.role != "self"}
    return StepView(
        title=step.title,
        help=step.help,
        shared=not scope,
        beside=parent is not None and step in parent.together[1:],
        actions=tuple(action.title for action in step.actions.values()),
        who=tuple(workflow.roles[role].title for role in roles),
    )


def _action(workflow: Workflow, where: str, key: str) -> Words:
    actions = workflow.actions if where == EVERY else workflow.by_path[where].actions
    return actions[key].title


def _where(workflow: Workflow, where: str) -> Words:
    if where == EVERY:
        return N_("In every step")
    if where.startswith("end: "):
        return N_("When it has ended: %(how)s", how=workflow.ends[where.removeprefix("end: ")].title)
    return workflow.by_path[where].title


def _column(workflow: Workflow, head: str) -> tuple[Words, Words]:
    if head == "self":
        return N_("own side"), N_("the person concerned")
    role, _, given = head.partition(" if ")
    if given:
        return N_("the network"), N_("%(role)s, if the agreement says so: %(fact)s",
                                     role=workflow.roles[role].title, fact=fact_said(workflow, given))  # fmt: skip
    relation, dot, key = role.rpartition(".")
    return (RELATIONS[relation] if dot else N_("the network")), workflow.roles[key].title
