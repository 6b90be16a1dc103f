"""A review's first page: where it stands, this step, its people and dates, what is new; and the list of reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ...engine.running.case import Do
from ...engine.running.refusing import refused_at
from ...engine.turns.planning import next_due
from ...errors import IsRound, Message, Text
from ...store.case import cases as case_store
from ...store.lists import overview as store
from ...store.review import history as history_store
from ..base.house import Account, House
from ..case.done_days import done_by, held_on
from ..case.facts import MEETING_DATES, in_force
from ..case.opening import OpenCase, opened, opened_many
from ..frame.panels import Button, Panel, panels_of
from ..frame.review_head import ReviewHead, head_of
from ..frame.where_it_stands import where_of
from ..team.sides_panel import SideView, sides_of
from ..terms.agreed_days import days_of, given_otherwise, today_of_dates
from ..terms.agreement_summary import DATE_WORDS
from ..terms.agreement_versions import may_move
from ..turns import turns
from ..turns.decisions import Decision, decisions_of
from ..turns.lanes import LanesView, lanes_of
from ..turns.offers import action_path
from ..turns.task_lists import ComingView, WaitingView, coming_of, proposed_to, waiting_of
from ..turns.wording import title_of
from ..upkeep.troubles import by_the_way
from . import history_page
from .history_page import Line

PAGE = 50
NEWS = 10
# A visit is one sitting: what is new stays new as long as one goes to and fro.
SITTING = timedelta(hours=1)


@dataclass(frozen=True)
class DateView:
    """`day`: the planned one; `done`: when it was done; `past`: the planned day has been. `meeting`: the key of the
    meeting that is planned for the day, for its part in a calendar. `said`: a date that is no day ("under mars 2027"),
    in words; `day` is then its last. `otherwise`: for whom another day applies."""

    title: Message | Text
    day: date
    past: bool
    done: date | None = None
    meeting: str = ""
    said: Message | None = None
    otherwise: tuple[Message, ...] = ()


@dataclass(frozen=True)
class OverviewView:
    """`declined`: why a side declined, for the lead and that side. `since`: the last visit; `news`: what has
    happened after it, the newest first. `powers`: the actions that hold in every step. `may_move`: agreed dates;
    `asked`: another side's proposal waits for the reader's answer. `decisions`: what waits for the lead's."""

    head: ReviewHead
    where: tuple[Message, ...]
    lanes: LanesView
    panels: tuple[Panel, ...]
    coming: tuple[ComingView, ...]
    waiting: tuple[WaitingView, ...]
    sides: tuple[SideView, ...]
    dates: tuple[DateView, ...]
    declined: tuple[Line, ...]
    since: datetime | None
    news: tuple[Line, ...]
    powers: tuple[Button, ...]
    may_move: bool
    asked: bool
    decisions: tuple[Decision, ...]


def overview(house: House, *, actor: Account, review_id: int, now: datetime) -> OverviewView:
    """The page; it notes the visit. Raises NotFound for those who have no part in the review, IsRound for those
    of a round."""
    with house.db.read() as session:
        case = opened(house, session, review_id=review_id, account=actor, now=now)
        if case.workflow.apart:
            raise IsRound(review_id)
        since = store.last_visit(session, actor.person_id, review_id)
        view = _view(case, since)
    if since is None or now - since >= SITTING:
        with by_the_way("a visit"), house.db.write() as session:
            store.note_visit(session, actor.person_id, review_id, now)
    return view


def _view(case: OpenCase, since: datetime | None) -> OverviewView:
    rows = history_store.lines(case.session, case.review.id, since=since) if since else []
    news = [line for line in history_page.lines_of(case, rows) if not line.own]
    return OverviewView(
        head=head_of(case),
        where=where_of(case),
        lanes=lanes_of(case),
        panels=panels_of(case),
        coming=tuple(coming_of(case)),
        # The lead sees whose turn it is in the panels of the steps: they are of all sides.
        waiting=() if ("lead", None) in case.actor.roles else tuple(waiting_of(case)),
        sides=sides_of(case),
        dates=_dates(case),
        declined=_declined(case),
        since=since,
        news=tuple(news[::-1][:NEWS]),
        powers=_powers(case),
        may_move=may_move(case),
        asked=bool(proposed_to(case)),
        decisions=decisions_of(case),
    )


def _dates(case: OpenCase) -> tuple[DateView, ...]:
    """The agreed days and the planned meetings, as far as the reader may see them, in order."""
    today, found = turns.today_of(case), {}
    for artefact in case.artefacts_of("agreement"):
        agreement = in_force(case.rows, case.standing)
        if agreement is not None and case.sees(artefact.key, "read"):
            for name, one in days_of(case, agreement).items():
                found[name] = DateView(
                    DATE_WORDS[name],
                    one.day,
                    one.day < today_of_dates(case),
                    done_by(case, name),
                    said=one.said if isinstance(one.said, Message) else None,
                    otherwise=given_otherwise(case, artefact.key, name, one.day),
                )
    for artefact in case.artefacts_of("meeting"):
        text = case.data(artefact.key).get("date")
        if text and case.sees(artefact.key, "read"):
            # A meeting's own day is surer than the agreed one.
            day = date.fromisoformat(text)
            slot = MEETING_DATES.get(artefact.key, artefact.key)
            # Where it is to be held anew, the new day is the one that counts.
            waits = slot in found and day < today and case.state(artefact.key) == "planned"
            otherwise = found[slot].otherwise if waits else ()
            held = held_on(case, artefact.key)
            if held and slot in found:
                found[slot] = replace(found[slot], title=artefact.title, done=held)
                continue
            found[slot] = DateView(artefact.title, day, day < today, held, artefact.key, otherwise=otherwise)
    return tuple(sorted(found.values(), key=lambda view: view.day))


def _declined(case: OpenCase) -> tuple[Line, ...]:
    said_no = [action for place in case.standing.marks if (action := refused_at(case.case, place))]
    ends = {case.standing.ended, *(action.to for action in said_no)} - {None}
    if not ends:
        return ()
    rows = history_store.of_deed(case.session, case.review.id, "action")[::-1]
    declines = [row for row in rows if (a := history_page.action_of(case, row)) and a.to in ends]
    return tuple(line for line in history_page.lines_of(case, declines) if line.text)


def _powers(case: OpenCase) -> tuple[Button, ...]:
    """What the reader may do in every step: the lead's moves, and withdrawing."""
    return tuple(
        Button(action.title, action_path(case.review.id, key, "", None))
        for key, action in case.workflow.actions.items()
        if case.may(Do(key))
    )


# ---- the list


@dataclass(frozen=True)
class ListedReview:
    """`where`: a sentence, or one a side. `due`: what is due first."""

    id: int
    title: str
    where: tuple[Message, ...]
    names: Mapping[int, str]
    due: date | None
    late: bool
    ended: Text | None
    on_hold: bool


@dataclass(frozen=True)
class ReviewsView:
    rows: tuple[ListedReview, ...]
    total: int
    page: int
    pages: int


def reviews(
    house: House, *, actor: Account, search: str = "", state: str = "running", page: int = 1, now: datetime
) -> ReviewsView:
    """The reviews that the actor has a part in (the lead: all), a page of them in Swedish order."""
    with house.db.read() as session:
        ids = None if actor.is_lead else case_store.reviews_of(session, actor.person_id, now)
        total = store.count_listed(session, ids, search=search, state=state)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 1), pages)
        asked = store.listed(session, ids, search=search, state=state, limit=PAGE, offset=(page - 1) * PAGE)
        return ReviewsView(_rows(house, session, asked, actor, now), total, page, pages)


def _rows(
    house: House, session: Session, ids: list[int], actor: Account, now: datetime
) -> tuple[ListedReview, ...]:
    cases = {case.review.id: case for case in opened_many(house, session, ids, account=actor, now=now)}
    return tuple(_listed(cases[id]) for id in ids if id in cases)


def _listed(case: OpenCase) -> ListedReview:
    ended = case.standing.ended
    due = next_due(case.case) if case.until is None else None
    return ListedReview(
        id=case.review.id,
        title=title_of(case),
        where=tuple(turns.named(words, case.names) for words in where_of(case)),  # type: ignore[misc]
        names=case.names,
        due=due,
        late=any(turns.is_late_for(case, turn) for turn in turns.turns(case)),
        ended=case.workflow.ends[ended].title if ended else None,
        on_hold=case.standing.on_hold and case.until is None,
    )
