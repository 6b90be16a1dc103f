"""Being asked to sit for another organisation: the page, the task on My page, and whom a side has asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import N_, Message, NotFound, Text
from ...store.people.people import person_by_id
from ...store.review import seat_requests as store
from ...store.review.seat_requests import SeatAnswer, SeatRequest
from ..base.house import Account, House
from ..base.words import Words
from ..case import opening
from ..case.opening import OpenCase, opened
from ..turns import wording
from ..turns.task_lists import TaskView
from .ask_for_seat import answerable, is_open, is_pointless
from .seat_request_mails import last_day, path_of

# How long the side's page tells how a question ended.
SHOWN = timedelta(days=30)
STATES: dict[str, tuple[str, Message]] = {
    "waiting": ("doing", N_("Waits for answers")),
    "accepted": ("done", N_("All have said yes")),
    "declined": ("locked", N_("Somebody has said no")),
    "expired": ("locked", N_("Not answered in time")),
    "withdrawn": ("locked", N_("Taken back")),
    "void": ("locked", N_("No longer possible")),
}


@dataclass(frozen=True)
class AskedView:
    """A question, as the side that asked it sees it. `waits_for`: those who have not answered."""

    id: int
    name: str
    what: Text
    mark: str
    state: Message
    until: date
    waits_for: tuple[Words, ...]
    may_withdraw: bool


@dataclass(frozen=True)
class AnswerView:
    """One of those who are asked. `mine`: the reader answers here; `said`: None before an answer."""

    who: Words
    said: bool | None
    mine: bool


@dataclass(frozen=True)
class RequestView:
    """The page of a question. `may_answer`: the reader is asked and has not said; `chooses`: the person has a seat on
    another side, which they would give up."""

    id: int
    review: str
    party: str
    person: str
    own: bool
    role: Text
    function: Text | None
    asked_by: str
    asked_by_email: str
    until: date
    mark: str
    state: Message
    answers: tuple[AnswerView, ...]
    may_answer: bool
    chooses: bool


def request(house: House, *, actor: Account, request_id: int, now: datetime) -> RequestView:
    """The page, for those who are asked, the side that asks, and the lead; NotFound for everybody else."""
    with house.db.read() as session:
        found = store.request_by_id(session, request_id)
        if found is None:
            raise NotFound(f"request {request_id}")
        case = opened(house, session, review_id=found.review_id, account=None, now=now)
        mine = answerable(case, found, actor)
        side = ("coordinator", found.party) in opening.roles_of(case.case, actor.person_id, now)
        if not (mine or side or actor.is_lead or found.person_id == actor.person_id):
            raise NotFound(f"request {request_id}")
        asker = person_by_id(session, found.asked_by)
        assert asker is not None
        mark, state = _state(case, found)
        return RequestView(
            id=found.id,
            review=wording.title_of(case),
            party=case.rows.parties[found.party].name,
            person=found.person.name,
            own=found.person_id == actor.person_id,
            role=case.workflow.roles[found.role].title,
            function=case.workflow.functions.get(found.function),
            asked_by=asker.name,
            asked_by_email=asker.email,
            until=last_day(case, found),
            mark=mark,
            state=state,
            answers=tuple(AnswerView(_who(found, one), one.said, one in mine) for one in found.answers),
            may_answer=_is_asked(case, found) and any(one.said is None for one in mine),
            chooses=all(one.organisation_id is None for one in found.answers),
        )


def asked_by(case: OpenCase, parties: tuple[int, ...], *, may_write: bool) -> tuple[AskedView, ...]:
    """Whom these sides have asked: those who have not answered, and lately those who were not seated."""
    found = []
    for one in store.of_review(case.session, case.review.id, parties):
        ended = one.ended_at or one.expires_at
        lately = ended + SHOWN > case.now and one.state not in ("accepted", "withdrawn")
        open_still = _is_asked(case, one)
        if not open_still and not lately:
            continue
        mark, state = _state(case, one)
        title = case.workflow.functions.get(one.function) or case.workflow.roles[one.role].title
        waits = tuple(_who(one, answer) for answer in one.answers if answer.said is None)
        found.append(
            AskedView(
                id=one.id,
                name=one.person.name,
                what=title,
                mark=mark,
                state=state,
                until=last_day(case, one),
                waits_for=waits if open_still else (),
                may_withdraw=may_write and open_still,
            )
        )
    return tuple(found)


def tasks_for(house: House, session: Session, actor: Account, now: datetime) -> list[TaskView]:
    """The questions that wait for this person's answer, as My page lists them."""
    waiting = store.waiting_for(session, actor.person_id, lead=actor.is_lead, now=now)
    titles = _titles(session, {one.review_id for one, _ in waiting})
    return [
        TaskView(
            review_id=one.review_id,
            review=titles[one.review_id],
            title=N_("Say whether you sit on a review team")
            if own
            else N_("Say whether %(name)s may sit on another team", name=one.person.name),
            due=house.calendar.day(one.expires_at - timedelta(seconds=1)),
            late=False,
            helps=False,
            note=None,
            href=path_of(one),
            button=N_("Read and answer"),
        )
        for one, own in waiting
    ]


def _titles(session: Session, reviews: set[int]) -> dict[int, str]:
    names = store.sides_of(session, reviews)
    return {review: wording.review_title(sides) for review, sides in names.items()}


def _is_asked(case: OpenCase, one: SeatRequest) -> bool:
    """Whether it waits for answers, at this very moment: that it is over is noted at the next tick."""
    return is_open(one, case.now) and not is_pointless(case, one)


def _state(case: OpenCase, one: SeatRequest) -> tuple[str, Message]:
    if one.state != store.WAITING or _is_asked(case, one):
        return STATES[one.state]
    return STATES["void" if is_pointless(case, one) else "expired"]


def _who(request: SeatRequest, answer: SeatAnswer) -> Words:
    if answer.organisation is None:
        return request.person.name
    return answer.organisation.name
