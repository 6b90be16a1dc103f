"""Hours as they are read: the team sees its rows, the lead sums by step and function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ...engine.language.definition import Artefact
from ...engine.running.case import SKIPPED, Scope, See
from ...engine.running.conditions import holds
from ...engine.running.decide import No
from ...errors import N_, Message, NotFound, Text
from ...store.artefacts import evaluations as store
from ...store.artefacts.evaluations import Spent
from ..base.house import Account, House
from ..case import review_pages
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of
from .anonymity import Part, parts

WHOLE = N_("The review as a whole")


TOGETHER = N_("Several functions together")


@dataclass(frozen=True)
class HoursRow:
    id: int
    day: date | None
    step: Text | Message
    name: str
    hours: float
    mine: bool


@dataclass(frozen=True)
class HoursSums:
    """`rows`: by step, the hours of each of `functions` and of all. `waits`: there are more, of fewer than three
    people, which wait for others."""

    functions: tuple[Text | Message, ...]
    rows: tuple[tuple[Text | Message, tuple[float, ...], float], ...]
    totals: tuple[float, ...]
    total: float
    waits: bool


@dataclass(frozen=True)
class HoursView:
    """`rows` and `total` of the actor's own side; `sums` for the lead. `steps`: what hours can be put down to."""

    head: ReviewHead
    reads: bool
    rows: tuple[HoursRow, ...]
    total: float
    mine: float
    may_write: bool
    why_not: Message | None
    steps: tuple[tuple[str, Text | Message], ...]
    sums: HoursSums | None


def hours(house: House, *, review_id: int, actor: Account, now: datetime) -> HoursView:
    """The actor's own side's hours, or the lead's sums. Raises Refused for whoever may see neither."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "hours")
        key, own = artefact_of(case).key, case.own_party()
        reads = own is not None and case.sees(key, "read", own)
        sums = case.sees(key, "notice", None)
        rows = _rows(case, own, actor.person_id) if reads and own is not None else ()
        answer = case.may(See(key, "write", own, case.state(key, own)))
        return HoursView(
            head=head_of(case),
            reads=reads,
            rows=rows,
            total=sum(row.hours for row in rows),
            mine=sum(row.hours for row in rows if row.mine),
            may_write=bool(answer),
            why_not=answer.reason if isinstance(answer, No) else None,
            steps=steps_of(case),
            sums=_sums(case) if sums else None,
        )


def artefact_of(case: OpenCase) -> Artefact:
    """The form on which a side keeps its time: of a party, and concerning nobody else."""
    for artefact in case.artefacts_of("form"):
        if artefact.per == "party" and not artefact.concerns:
            return artefact
    raise NotFound("hours")


def steps_of(case: OpenCase) -> tuple[tuple[str, Text | Message], ...]:
    """The steps that take place in this review, and the review as a whole."""
    skipped = {path for (path, _), mark in case.standing.marks.items() if mark.state == SKIPPED}
    begun = {path for path, _ in case.standing.marks}
    found: list[tuple[str, Text | Message]] = [("", WHOLE)]
    for step in case.workflow.steps:
        expected = step.path in begun or holds(case.case, step.condition, Scope())
        if expected and step.path not in skipped:
            found.append((step.path, step.title))
    return tuple(found)


def _rows(case: OpenCase, own: int, person_id: int) -> tuple[HoursRow, ...]:
    return tuple(
        HoursRow(
            row.id, row.day, step_title(case, row.step), name, float(row.hours), row.person_id == person_id
        )
        for row, name in store.hours_of(case.session, case.review.id, own)
    )


def step_title(case: OpenCase, path: str) -> Text | Message:
    step = case.workflow.step(path)
    return step.title if step else WHOLE


def function_title(case: OpenCase, function: str) -> Text | Message:
    return case.workflow.functions.get(function) or N_("Without a function")


def _by_step(case: OpenCase) -> dict[str, list[Spent]]:
    """What others than the reader have put down."""
    reader = case.account.person_id if case.account else None
    found: dict[str, list[Spent]] = {}
    for spent in store.hours_in_order(case.session, case.review.id):
        if spent.person != reader:
            found.setdefault(spent.step, []).append(spent)
    return found


def _parts(several: list[Spent]) -> Sequence[Part[Spent]]:
    return parts(
        several, person=lambda one: one.person, group=lambda one: one.function, row=lambda one: one.row
    )


def people_told_of(case: OpenCase) -> list[frozenset[int]]:
    """Whose hours each sum over all steps is of that the reader sees on the page of hours: of a function, of all."""
    found: dict[str | None, set[int]] = {}
    for several in _by_step(case).values():
        for part in _parts(several):
            found.setdefault(part.group, set()).update(one.person for one in part.of)
    return [frozenset(people) for people in (*found.values(), set().union(*found.values())) if people]


def _sums(case: OpenCase) -> HoursSums:
    """Over all sides together: which side spent what is not the lead's to see. What is shown is about three people
    and more, and so is what one look adds to another: see `anonymity`."""
    by_step = _by_step(case)
    found: dict[tuple[str, str | None], float] = {}
    shown = 0
    for path, several in by_step.items():
        for part in _parts(several):
            shown += len(part.of)
            slot = path, part.group
            found[slot] = found.get(slot, 0.0) + sum(one.hours for one in part.of)
    used = {function for _, function in found}
    functions: list[str | None] = [f for f in (*case.workflow.functions, "") if f in used]
    functions += sorted(f for f in used - set(functions) if f is not None)
    functions += [None] if None in used else []
    steps = [
        path for path in ("", *(s.path for s in case.workflow.steps)) if any(s == path for s, _ in found)
    ]
    rows = []
    for path in steps:
        by_function = tuple(found.get((path, function), 0.0) for function in functions)
        rows.append((step_title(case, path), by_function, sum(by_function)))
    totals = tuple(sum(found.get((path, f), 0.0) for path in steps) for f in functions)
    titles = tuple(TOGETHER if f is None else function_title(case, f) for f in functions)
    waits = shown < sum(map(len, by_step.values()))
    return HoursSums(titles, tuple(rows), totals, sum(totals), waits)
