"""The lead's board: what is wrong first, then a row a review, a column a step, a mark a side, late ones first; who has
the ball and how to reach them. And what is needed to propose a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ...engine.language.definition import Step
from ...engine.turns.planning import next_due
from ...errors import N_, Text
from ...store.lists import overview as store
from ..base.access import only_lead
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase, opened_many
from ..conflicts.conflicts_page import own_in
from ..foresight import acts
from ..terms.agreement_versions import may_move
from ..turns import reminders_by_hand, turns
from ..turns.lanes import StopView, board_of
from ..turns.task_lists import who_of
from ..turns.turns import Turn
from ..turns.vacancies import VacancyView, to_look_at, vacant_among
from ..turns.wording import short, title_of
from . import outbox
from .outbox import MailStatus

PAGE = 40
Marks = tuple[tuple[StopView, ...], ...]


@dataclass(frozen=True)
class Caller:
    """Somebody who can be called about it."""

    name: str
    role: Text
    phone: str
    email: str


@dataclass(frozen=True)
class Ball:
    """A turn, seen by the lead. `reminder`: when they are reminded next; `reminded`: by hand, today. `can_be_reminded`:
    somebody with an open account has it. `seal`: the fingerprint of those who would be reminded now."""

    path: str
    party: int | None
    title: Text
    who: tuple[Words, ...]
    people: tuple[Caller, ...]
    due: date | None
    late: bool
    reminder: datetime | None
    reminded: datetime | None
    can_be_reminded: bool = True
    seal: str = ""


@dataclass(frozen=True)
class Cell:
    """A side's mark at a step."""

    side: str
    stop: StopView


@dataclass(frozen=True)
class Row:
    """`cells`: by column, a mark a side; an empty one where the step has no place in this review."""

    id: int
    title: str
    cells: tuple[tuple[Cell, ...], ...]
    balls: tuple[Ball, ...]
    due: date | None
    late: bool
    on_hold: bool
    waits: tuple[Words, ...]
    may_move: bool = False
    conflicted: bool = False


@dataclass(frozen=True)
class BoardView:
    """`still`: how many reviews stand still because something is late. `vacant`: what nobody could do, in all."""

    mail: MailStatus
    vacant: tuple[VacancyView, ...]
    still: int
    running: int
    columns: tuple[Text, ...]
    rows: tuple[Row, ...]
    page: int
    pages: int


def board(house: House, *, actor: Account, page: int = 1, now: datetime, real_now: datetime) -> BoardView:
    """A page of the board. For the lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        running = store.count_running(session)
        pages = max(1, -(-running // PAGE))
        page = min(max(page, 1), pages)
        ids = store.due_first(session, limit=PAGE, offset=(page - 1) * PAGE)
        wanting = to_look_at(session)
        found = opened_many(house, session, {*ids, *wanting}, account=actor, now=now)
        cases = {case.review.id: case for case in found}
        shown = [cases[id] for id in ids if id in cases]
        vacant = vacant_among(cases[id] for id in wanting if id in cases)
        columns, rows = rows_of(shown)
        still = store.count_overdue(session, house.calendar.day(now))
    return BoardView(
        mail=outbox.mail_status(house, actor=actor, real_now=real_now),
        vacant=vacant,
        still=still,
        running=running,
        columns=columns,
        rows=rows,
        page=page,
        pages=pages,
    )


def rows_of(cases: list[OpenCase]) -> tuple[tuple[Text, ...], tuple[Row, ...]]:
    """The board's columns for these reviews, and a row for each."""
    marks = {case.review.id: board_of(case) for case in cases}
    steps = _columns(cases, marks)
    reminded = reminders_by_hand.reminded_today(cases)
    rows = tuple(_row(case, steps, marks[case.review.id], reminded) for case in cases)
    return tuple(step.short or step.title for step in steps), rows


def _columns(cases: list[OpenCase], marks: Mapping[int, Marks]) -> list[Step]:
    """The top steps of every definition on the page, in order, but for those that no review takes."""
    found: dict[str, Step] = {}
    for case in cases:
        for step, stops in zip(case.workflow.steps, marks[case.review.id], strict=True):
            if stops:
                found.setdefault(step.path, step)
    order = {step.path: n for case in cases for n, step in enumerate(case.workflow.steps)}
    return sorted(found.values(), key=lambda step: order[step.path])


def _row(
    case: OpenCase,
    steps: list[Step],
    marks: Marks,
    reminded: Mapping[tuple[int, str, int | None], datetime],
) -> Row:
    stops = dict(zip((step.path for step in case.workflow.steps), marks, strict=True))
    due = next_due(case.case)
    sides = [short(case.names[party]) for party in case.standing.parties]
    under_way = turns.turns(case)
    return Row(
        id=case.review.id,
        title=title_of(case),
        cells=tuple(
            tuple(Cell(side, stop) for side, stop in zip(sides, stops.get(step.path, ()), strict=False))
            for step in steps
        ),
        balls=tuple(
            _ball(case, turn, reminded.get((case.review.id, turn.step.path, turn.party)))
            for turn in under_way
            if turn.holders or turn.vacant
        ),
        due=due,
        late=any(turn.late for turn in under_way),
        on_hold=case.standing.on_hold,
        waits=() if under_way else _waits(case),
        may_move=may_move(case),
        conflicted=case.actor.conflicted,
    )


def _waits(case: OpenCase) -> tuple[Words, ...]:
    """What the whole review waits for, where nothing is under way."""
    for coming in turns.coming(case, None):
        return (N_("%(step)s: %(when)s", step=coming.step.title, when=turns.named(coming.when, case.names)),)
    return ()


def _ball(case: OpenCase, turn: Turn, reminded: datetime | None) -> Ball:
    return Ball(
        path=turn.step.path,
        party=turn.party,
        title=turn.step.title,
        who=who_of(case, turn),
        people=_callers(case, turn),
        due=turn.due,
        late=turn.late,
        reminder=turn.reminder,
        reminded=reminded,
        can_be_reminded=bool(turn.holders),
        seal="" if reminded else acts.seal_in(case, "lead.remind", step=turn.step.path, party=_side(turn)),
    )


def _side(turn: Turn) -> str:
    """As the form that reminds says it."""
    return "" if turn.party is None else str(turn.party)


def _callers(case: OpenCase, turn: Turn) -> tuple[Caller, ...]:
    """Those to call: named where they answer for a side, not where a form is each person's own."""
    if turn.place[1].person is not None:
        return ()
    seats = {seat.id: seat for seat in case.rows.seats}
    found: dict[Caller, None] = {}
    for holder in turn.holders:
        for seat in holder.seats:
            if row := seats.get(seat.id):
                found[Caller(row.person.name, holder.role, row.person.phone, row.person.email)] = None
    return tuple(found)


# ---- proposing


@dataclass(frozen=True)
class Choice:
    """An organisation to choose; `ready`: it has a coordinator; `conflicted`: the lead has a conflict of interest
    towards it."""

    id: int
    name: str
    ready: bool
    conflicted: bool


def choices(house: House, *, actor: Account) -> tuple[Choice, ...]:
    """The organisations that can be paired or ringed, in Swedish order. For the lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        found = store.organisations_with(session, "coordinator")
        own = own_in(session, actor, (row[0] for row in found))
        return tuple(Choice(*row, row[0] in own) for row in found)
