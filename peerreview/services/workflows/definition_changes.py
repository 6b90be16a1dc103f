"""What is other in a newer definition, wherever a review stands: dates, reminders, rights, who does what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...engine.language.definition import Action, Allow, Right, RoleRef, Step, Workflow
from ...errors import N_, Message
from ..base.words import Words
from . import vocabulary_changes as words
from .right_words import fact_said, right_said

END = "end: "
RELATIONS: Mapping[str, Message] = {
    "own": N_("%(role)s of the side itself"),
    "reviews": N_("%(role)s of the side that is reviewed"),
    "reviewed_by": N_("%(role)s of the side that reviews"),
    "others": N_("%(role)s of the other sides"),
    "all": N_("%(role)s of all sides"),
    "any": N_("%(role)s of any side"),
}


def differences(old: Workflow, new: Workflow, names: Mapping[str, str]) -> Iterator[Words]:
    """What is other in the definition itself, wherever a review stands: words, things, dates, reminders, rights."""
    yield from words.differences(old, new)
    for path, target in names.items():
        one, other = old.by_path[path], new.by_path[target]
        if (one.due, one.opens, one.ends_after) != (other.due, other.opens, other.ends_after):
            yield N_("“%(step)s”: when it begins, is due or ends is reckoned otherwise.", step=other.title)
        if (one.remind, one.remind_late) != (other.remind, other.remind_late):
            yield N_("“%(step)s”: the reminders are others.", step=other.title)
        if _course(one) != _course(other):
            yield N_("“%(step)s”: whether it takes place, what it waits for or when it is over is asked otherwise.",
                     step=other.title)  # fmt: skip
        if (one.each, one.people) != (other.each, other.people):
            yield N_("“%(step)s”: whose copies there are of it is otherwise.", step=other.title)
        if one.more_time != other.more_time:
            yield N_(
                "“%(step)s”: who may ask for more time, and who gives it, is otherwise.", step=other.title
            )
        yield from _deeds(one, other, names)
    # As it is written: to ask the enforced decision for every cell (engine.analysis.rights) takes a second.
    before, after = set(_granted(old, names)), set(_granted(new, {}))
    for granted, text, workflow in (
        *((one, N_("%(where)s: %(what)s, now for %(who)s too."), new) for one in _in_order(after - before)),
        *((one, N_("%(where)s: %(what)s, no longer for %(who)s."), old) for one in _in_order(before - after)),
    ):
        where, what, ref = granted
        gaps = {"what": _what(workflow, where, what), "who": who(workflow, ref)}
        told = (("where", _place(old, new, where)), *gaps.items())
        yield Message(text.text, told)


def _course(step: Step) -> tuple[object, ...]:
    return step.condition, step.starts_when, step.done_when, step.page


def _deeds(one: Step, other: Step, names: Mapping[str, str]) -> Iterator[Words]:
    """Actions that both have and that do something else now. (Those that come or go are told with the rights.)"""
    for key in one.actions.keys() & other.actions.keys():
        before, after = one.actions[key], other.actions[key]
        to = names.get(before.to or "", before.to)
        if (before.needs, before.reason, before.does, before.records, before.declares, to) != (
            after.needs, after.reason, after.does, after.records, after.declares, after.to
        ):  # fmt: skip
            yield N_(
                "“%(step)s”: “%(action)s” needs or does something else.", step=other.title, action=after.title
            )


Granted = tuple[str, str, RoleRef]


def _in_order(granted: Iterable[Granted]) -> list[Granted]:
    return sorted(granted, key=str)


def _granted(workflow: Workflow, names: Mapping[str, str]) -> Iterator[Granted]:
    """Every right and action: where it holds ("" everywhere), what it is called, and whose it is."""
    places: list[tuple[str, Allow, Mapping[str, Action]]] = [("", workflow.allow, workflow.actions)]
    places += [(names.get(step.path, step.path), step.allow, step.actions) for step in workflow.walk()]
    places += [(f"{END}{key}", end.allow, {}) for key, end in workflow.ends.items()]
    for where, allow, actions in places:
        for ref, rights in allow.items():
            yield from ((where, name_of(right), ref) for right in rights)
        for key, action in actions.items():
            yield from ((where, key, ref) for ref in action.by)


def _what(workflow: Workflow, where: str, what: str) -> Words:
    """A right, or an action by its key, as it is called."""
    artefact, dot, _ = what.partition(".")
    if dot:
        return N_("%(thing)s, %(right)s", thing=workflow.artefacts[artefact].title, right=right_said(what))
    if not where:
        return workflow.actions[what].title
    # A step may be called otherwise in the older definition.
    steps = sorted(workflow.walk(), key=lambda step: step.path != where)
    return next(step.actions[what].title for step in steps if what in step.actions)


def name_of(right: Right) -> str:
    return f"{right.artefact}.{right.verb}" + (f"@{right.state}" if right.state else "")


def _place(old: Workflow, new: Workflow, where: str) -> Words:
    if not where:
        return N_("In every step")
    if where.startswith(END):
        end = new.ends.get(where.removeprefix(END)) or old.ends[where.removeprefix(END)]
        return N_("When it has ended: %(how)s", how=end.title)
    step = new.step(where) or old.step(where)
    return step.title if step else where


def who(workflow: Workflow, ref: RoleRef) -> Words:
    """A role as it is seen from the side whose thing it is."""
    if ref.role == "self":
        return N_("the person concerned")
    role = workflow.roles[ref.role]
    if ref.given is not None:
        fact = fact_said(workflow, f"{ref.given.artefact}.{ref.given.fact}")
        return N_("%(role)s, if the agreement says so: %(fact)s", role=role.title, fact=fact)
    if role.of == "network":
        return role.title
    return Message(RELATIONS[ref.relation].text, (("role", role.title),))
