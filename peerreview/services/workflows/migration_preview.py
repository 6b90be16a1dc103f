"""What moving running reviews to the newest definition would mean for each, before anything is written: the standing
step by step, steps that come and go, rights and dates that change, mails that go or come, what begins at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...engine.language.definition import Right, RoleRef, Step, Workflow
from ...engine.running.case import ACTIVE, OVER, SKIPPED, WAITING, WAIVED, Case, Place, Scope
from ...engine.running.decide import allowances
from ...engine.running.flow import active
from ...engine.running.timing import due_date
from ...engine.turns.planning import MailKey, Planned, plan
from ...engine.turns.telling import deed_mails
from ...errors import N_, Message, NotFound, PartyName, Text
from ...store.case import migrating as store
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase, opened_many
from ..foresight.outlook import Shift
from ..turns.wording import title_of
from . import migrate_reviews
from .definition_changes import differences, name_of, who
from .migrate_reviews import Thought, said_of, thought_through
from .right_words import right_said

STATES: Mapping[str, tuple[str, Message]] = {
    WAITING: ("locked", N_("Waiting")),
    ACTIVE: ("doing", N_("Under way")),
    "done": ("done", N_("Done")),
    SKIPPED: ("done", N_("Left out")),
    WAIVED: ("done", N_("Gone on without")),
}


@dataclass(frozen=True)
class Stop:
    """Where a side is with a step: what it is called now and then (None: it is no longer there)."""

    side: Words
    before: Text
    after: Text | None
    mark: str
    word: Message


@dataclass(frozen=True)
class MailLine:
    at: datetime
    step: Text
    to: Words


@dataclass(frozen=True)
class Preview:
    """One review. `why` it has no place (then nothing else is told but where it stands)."""

    review_id: int
    title: str
    version: int
    why: tuple[Words, ...]
    stops: tuple[Stop, ...]
    steps: tuple[Words, ...] = ()
    at_once: tuple[Words, ...] = ()
    rights_come: tuple[Words, ...] = ()
    rights_go: tuple[Words, ...] = ()
    shifts: tuple[Shift, ...] = ()
    mails_come: tuple[MailLine, ...] = ()
    mails_go: tuple[MailLine, ...] = ()
    differences: tuple[Words, ...] = ()


@dataclass(frozen=True)
class VersionsView:
    """`older`: the running reviews (id, title) that have an older definition; `previews`: of those chosen."""

    name: str
    title: Text
    newest: str
    older: tuple[tuple[int, str], ...]
    on_newest: int
    previews: tuple[Preview, ...]


def versions(
    house: House, *, actor: Account | None, name: str, chosen: Iterable[int] | None = (), now: datetime
) -> VersionsView:
    """`chosen` None: all. NotFound for anybody but the lead (None: whoever runs the program), and where something
    is chosen that is no running review with an older definition of this workflow."""
    new = migrate_reviews.newest(house, actor, name)
    with house.db.read() as session:
        running = store.running(session, name)
        older = [id for id, hash in running if hash != new.hash]
        wanted = older if chosen is None else sorted(set(chosen))
        if set(wanted) - set(older):
            raise NotFound(f"reviews {wanted} of {name}")
        cases = {c.review.id: c for c in opened_many(house, session, older, account=actor, now=now)}
        return VersionsView(
            name=new.name,
            title=new.title,
            newest=new.hash,
            older=tuple((id, title_of(cases[id])) for id in older),
            on_newest=len(running) - len(older),
            previews=tuple(_named_preview(thought_through(cases[id], new), actor) for id in wanted),
        )


def _named_preview(thought: Thought, actor: Account | None) -> Preview:
    """On a page about several reviews sides are called by their organisations; on the command line by number."""
    preview = _preview(thought, actor)
    if actor is None:
        return preview
    return Preview(**{key: _named(value, thought.case.names) for key, value in vars(preview).items()})


def _preview(thought: Thought, actor: Account | None) -> Preview:
    case = thought.case
    review, title = case.review, title_of(case)
    stops = tuple(_stops(thought))
    if thought.why:
        return Preview(review.id, title, review.version, thought.why, stops)
    come, go = _rights(thought)
    mails_come, mails_go = _mails(thought)
    return Preview(
        review_id=review.id,
        title=title,
        version=review.version,
        why=(),
        stops=stops,
        steps=tuple(_steps(thought)),
        at_once=tuple(_at_once(thought, actor)),
        rights_come=come,
        rights_go=go,
        shifts=tuple(_shifts(thought)),
        mails_come=mails_come,
        mails_go=mails_go,
        differences=tuple(differences(case.workflow, thought.new, thought.names)),
    )


# ---- steps


def _side(scope: Scope) -> Words:
    return PartyName(scope.party) if scope.party is not None else N_("all sides")


def _stops(thought: Thought) -> Iterator[Stop]:
    """Each step that has begun, side by side; a single person's is their side's, under way while anybody's is."""
    old, new = thought.case.workflow, thought.new
    marks = thought.case.standing.marks
    for step in old.walk():
        found: dict[Scope, str] = {}
        for (path, scope), mark in sorted(marks.items(), key=lambda item: str(item[0])):
            side = Scope(scope.party)
            if path == step.path and not step.children and found.get(side) not in (ACTIVE, WAITING):
                found[side] = mark.state
        after = new.step(thought.names.get(step.path, ""))
        for side, state in found.items():
            mark_of, word = STATES[state]
            yield Stop(_side(side), step.title, after.title if after else None, mark_of, word)


def _steps(thought: Thought) -> Iterator[Words]:
    old, new, names = thought.case.workflow, thought.new, thought.names
    for step in old.walk():
        target = new.step(names.get(step.path, ""))
        where = _where(thought, step.path)
        if target is None:
            yield N_("Gone: “%(step)s” (%(where)s).", step=step.title, where=where)
        elif target.path != step.path:
            yield N_("“%(step)s” was called `%(old)s` and is called `%(new)s` now (%(where)s).",
                     step=target.title, old=step.path, new=target.path, where=where)  # fmt: skip
    known = set(names.values())
    entered = {path for path, _ in thought.move.entered}
    for step in new.walk():
        if step.path in known:
            continue
        sides = [scope for path, scope in thought.carried.waived if path == step.path]
        if sides:
            yield N_("New: “%(step)s”. It comes before where the review stands and is gone on without (%(sides)s).",
                     step=step.title, sides=tuple(_side(s) for s in sides))  # fmt: skip
        elif step.path in entered:
            yield N_("New: “%(step)s”. It begins at once.", step=step.title)
        elif not any(step.path.startswith(f"{path}/") for path, _ in thought.carried.waived):
            yield N_("New: “%(step)s”. It comes later.", step=step.title)


def _where(thought: Thought, path: str) -> Message:
    states = {m.state for (p, _), m in thought.case.standing.marks.items() if p == path}
    if ACTIVE in states:
        return N_("under way")
    return N_("passed") if states & OVER else N_("still to come")


def _at_once(thought: Thought, actor: Account | None) -> Iterator[Words]:
    move, new = thought.move, thought.new
    for word, places in ((N_("Begins at once: “%(step)s” (%(side)s)."), move.entered),
                         (N_("Over at once: “%(step)s” (%(side)s)."), move.left)):  # fmt: skip
        shown = {(p, Scope(s.party)): None for p, s in places if not new.by_path[p].children}
        for path, scope in shown:
            yield Message(word.text, (("step", new.by_path[path].title), ("side", _side(scope))))
    for done in move.effects:
        if done.effect == "open":
            whose = PartyName(done.owner) if done.owner is not None else N_("all sides")
            yield N_("Opened at once, and this cannot be undone: %(thing)s of %(side)s.",
                     thing=new.artefacts[done.artefact].title, side=whose)  # fmt: skip
    if move.case.standing.ended:
        yield N_("The review ends at once: %(how)s.", how=new.ends[move.case.standing.ended].title)
    told = {mail.person for mail in deed_mails(move, actor.person_id if actor else None, thought.case.now)}
    if told:
        yield N_("People who get a mail at once: %(count)s.", count=len(told))


# ---- rights


Held = tuple[int | None, RoleRef, Right]


def _rights(thought: Thought) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The rights in force now that come and that go; what holds in every step holds in each."""
    before, after = _held(thought.case.case), _held(thought.move.case)
    come = [h for h in after - before if (None, *h[1:]) not in before]
    go = [h for h in before - after if (None, *h[1:]) not in after]
    actions = _actions(thought.case.case, thought.names), _actions(thought.move.case, {})
    new, old = thought.new, thought.case.workflow
    return (
        (
            *_said(come, new),
            *(actions[1][key] for key in sorted(actions[1].keys() - actions[0].keys(), key=str)),
        ),
        (
            *_said(go, old),
            *(actions[0][key] for key in sorted(actions[0].keys() - actions[1].keys(), key=str)),
        ),
    )


def _held(case: Case) -> set[Held]:
    return {
        (scope.party, ref, right)
        for allow, scope in allowances(case)
        for ref, rights in allow.items()
        for right in rights
    }


def _said(held: Iterable[Held], workflow: Workflow) -> Iterator[Words]:
    for party, ref, right in sorted(held, key=str):
        yield N_("%(side)s, %(who)s: %(thing)s, %(right)s", side=_side(Scope(party)), who=who(workflow, ref),
                 thing=workflow.artefacts[right.artefact].title, right=right_said(name_of(right)))  # fmt: skip


def _actions(case: Case, names: Mapping[str, str]) -> dict[Any, Words]:
    """What can be done in the steps that are under way, and by whom."""
    found: dict[Any, Words] = {}
    for path, scope in active(case):
        if case.standing.marks[(path, scope)].state != ACTIVE:
            continue
        for action in case.workflow.by_path[path].actions.values():
            by = tuple(who(case.workflow, ref) for ref in action.by)
            key = (names.get(path, path), scope.party, action.key, action.by)
            found[key] = N_("%(side)s, %(who)s: “%(action)s”", side=_side(scope), who=by, action=action.title)
    return found


# ---- dates and mails


def _shifts(thought: Thought) -> Iterator[Shift]:
    old, after, names = thought.case.case, thought.move.case, thought.case.names
    for place in active(old):
        path, scope = place
        then: Place = (thought.names.get(path, path), scope)
        if old.standing.marks[place].state != ACTIVE or then not in after.standing.marks or scope.person:
            continue
        before, now = due_date(old, place), due_date(after, then)
        if before != now:
            step: Step = thought.new.by_path[then[0]]
            yield Shift(
                step.title, names.get(scope.party, "") if scope.party is not None else "", before, now
            )


def _mails(thought: Thought) -> tuple[tuple[MailLine, ...], tuple[MailLine, ...]]:
    case, now = thought.case, thought.case.now
    before = {_renamed(p, thought.names): p for p in plan(case.case, now) if p.at >= now}
    after = {_renamed(p, {}): p for p in plan(thought.move.case, now) if p.at >= now}
    come = [p for key, p in after.items() if key not in before]
    go = [p for key, p in before.items() if key not in after]
    return tuple(_line(case, p, thought.new) for p in come), tuple(_line(case, p, case.workflow) for p in go)


def _renamed(planned: Planned, names: Mapping[str, str]) -> tuple[MailKey, datetime]:
    """The same mail, at the same time."""
    return planned.key._replace(step=names.get(planned.key.step, planned.key.step)), planned.at


def _line(case: OpenCase, planned: Planned, workflow: Workflow) -> MailLine:
    path, scope = planned.place
    seat = next((s for s in case.case.seats if s.id == planned.key.seat), None)
    to: Words
    if scope.person is not None:
        to = N_("the person concerned")
    elif seat is None:
        to = workflow.roles["lead"].title if "lead" in workflow.roles else N_("Project lead")
    else:
        title = workflow.functions.get(seat.function) or workflow.roles[seat.role].title
        to = N_("%(role)s, %(party)s", role=title, party=PartyName(seat.party))
    return MailLine(planned.at, workflow.by_path[path].title, to)


def _named(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, Stop):
        return Stop(said_of(value.side, names), value.before, value.after, value.mark, value.word)
    if isinstance(value, MailLine):
        return MailLine(value.at, value.step, said_of(value.to, names))
    if type(value) is tuple:
        return tuple(_named(one, names) for one in value)
    return said_of(value, names)
