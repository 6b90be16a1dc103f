"""My page: what is mine to do now, what comes next, what I am waiting for and from whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from ...errors import N_
from ...store.case import cases as case_store
from ...store.lists import overview as store
from ...store.review import rounds
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase, opened_many
from ..conflicts import conflicts_page
from ..lead import outbox
from ..lead.outbox import MailStatus
from ..team import seat_request_page
from ..turns import turns
from ..turns.task_lists import (
    ComingView,
    TaskView,
    WaitingView,
    coming_of,
    tasks_of,
    waiting_of,
    waiting_view,
)
from ..turns.vacancies import VacancyView, to_look_at, vacant_among
from ..turns.wording import short, title_of

# Of all the network's reviews the lead's page looks at those that are due first; the board has them all.
SOONEST, MOST = 20, 200
View = TypeVar("View", TaskView, WaitingView)


@dataclass(frozen=True)
class ReviewLink:
    id: int
    title: str
    how: Words | None = None


@dataclass(frozen=True)
class HomeView:
    """`still`: for the lead, the turns that are late, all reviews; `late_reviews` counts those reviews;
    `mail`: how the mail is doing; `vacant`: what nobody could do."""

    today: date
    tasks: tuple[TaskView, ...]
    coming: tuple[ComingView, ...]
    waiting: tuple[WaitingView, ...]
    resting: tuple[ReviewLink, ...]
    ended: tuple[ReviewLink, ...]
    running: int
    is_lead: bool
    still: tuple[WaitingView, ...] = ()
    late_reviews: int = 0
    mail: MailStatus | None = None
    vacant: tuple[VacancyView, ...] = ()

    @property
    def own(self) -> int:
        """How many of the tasks wait for the reader, and not for others in whose work they take part."""
        return sum(1 for task in self.tasks if not task.helps)


def home(house: House, *, actor: Account, now: datetime, real_now: datetime) -> HomeView:
    """The page; a constant number of queries, however many reviews. `real_now` is the worker's clock."""
    today = house.calendar.day(now)
    mail = outbox.mail_status(house, actor=actor, real_now=real_now) if actor.is_lead else None
    with house.db.read() as session:
        ids = case_store.reviews_of(session, actor.person_id, now)
        own = store.running(session, ids)
        soon = store.due_first(session, limit=SOONEST) if actor.is_lead else []
        led_rounds = rounds.running(session) if actor.is_lead else []
        # What is the lead's to do, and what nobody could, is told wherever it is.
        theirs = store.of_lead(session, limit=MOST) if actor.is_lead else []
        wanting = to_look_at(session) if actor.is_lead else []
        cases = opened_many(
            house, session, {*own, *soon, *led_rounds, *theirs, *wanting}, account=actor, now=now
        )
        asked = [
            *seat_request_page.tasks_for(house, session, actor, now),
            *conflicts_page.tasks_for(house, session, actor, now),
        ]
        mine = [case for case in cases if case.review.id in own and case.until is None]
        left = [case for case in cases if case.review.id in own and case.until is not None]
        led = [case for case in cases if case.review.id in soon]
        return HomeView(
            today=today,
            tasks=in_time([*asked, *(task for case in cases for task in tasks_of(case))]),
            coming=tuple(view for case in mine for view in coming_of(case)),
            waiting=in_time([view for case in mine for view in waiting_of(case)]),
            resting=tuple(_link(case) for case in mine if case.standing.on_hold),
            ended=(*map(_left, left), *(_ended(house, row) for row in store.ended(session, ids))),
            running=store.count_running(session) if actor.is_lead else len(own) - len(left),
            is_lead=actor.is_lead,
            still=in_time([view for case in led for view in _standing_still(case)]),
            late_reviews=store.count_overdue(session, today) if actor.is_lead else 0,
            mail=mail,
            vacant=vacant_among(case for case in cases if case.review.id in wanting),
        )


def in_time(views: Iterable[View]) -> tuple[View, ...]:
    """By date; what has none comes last."""
    return tuple(sorted(views, key=lambda view: (view.due is None, view.due or date.max)))


def _link(case: OpenCase) -> ReviewLink:
    return ReviewLink(case.review.id, title_of(case))


def _left(case: OpenCase) -> ReviewLink:
    return ReviewLink(case.review.id, title_of(case), N_("You have withdrawn"))


def _ended(house: House, row: store.Ended) -> ReviewLink:
    known = {workflow.hash: workflow for workflow in house.workflows.values()}.get(row.workflow)
    end = known.ends.get(row.end) if known else None
    title = row.round if row.round is not None else " – ".join(short(name) for name in row.names)
    return ReviewLink(row.id, title, end.title if end else None)


def _standing_still(case: OpenCase) -> list[WaitingView]:
    return [waiting_view(case, turn) for turn in turns.turns(case) if turn.late]
