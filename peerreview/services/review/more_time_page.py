"""The page of more time for a side's step: what has been asked, and what its reader can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...engine.running.case import Place, Scope, Time
from ...engine.running.decide import No
from ...engine.running.timing import due_date
from ...errors import N_, NotFound, Refused, Text
from ...store.review.history import of_deed
from ..base.checks import Checks
from ..base.house import Account, House
from ..base.odd_days import ask_day
from ..base.words import Words
from ..case.extensions import ASKED, DECLINED, GRANTED, WITHDRAWN, Entry, entries, open_of
from ..case.opening import OpenCase, looking
from ..foresight.moved_dates import Foresight, with_more_time
from ..frame.review_head import ReviewHead, head_of
from ..frame.round_head import RoundHead, head_of_round
from .more_time_mails import asked_of, granters

DEEDS = {ASKED: "time_asked", GRANTED: "time_granted", DECLINED: "time_declined", WITHDRAWN: "time_withdrawn"}


@dataclass(frozen=True)
class AskedView:
    """What was asked, or answered: `day` is the day wished for, or granted; `reason` None where it is not the
    reader's to read."""

    number: int
    state: str
    day: date | None
    at: datetime
    reason: str | None


@dataclass(frozen=True)
class TimePage:
    """`open`: an asking that waits for an answer; `last`: the newest answer. `asks`: those who would answer, by side.
    `foresight`: what the day looked at would mean. A round's head where the step is of a round."""

    head: ReviewHead | RoundHead
    of_round: bool
    step: str
    title: Text
    party: int
    side: str
    due: date | None
    open: AskedView | None
    last: AskedView | None
    may_ask: bool
    may_answer: bool
    asks: tuple[Words, ...]
    foresight: Foresight | None


def page(
    house: House,
    *,
    actor: Account,
    review_id: int,
    step: str,
    party: int | None,
    day: str = "",
    meant: str = "",
    now: datetime,
) -> TimePage:
    """The page on which more time is asked for and answered; `day`: one to look at. Raises Refused for those who can
    do neither, Invalid (day), NotFound where there is no such step."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="all") as case:
        place = place_of(case, step, party)
        asks, answers = case.may(Time(place)), case.may(Time(place, grants=True))
        if isinstance(asks, No) and isinstance(answers, No):
            raise Refused((answers if _answers(case, place) else asks).reason)
        waits = open_of(entries_of(case), place, visit(case, place))
        foresees = bool(answers) or not case.workflow.apart
        looked = checked(case, place, day, meant) if day and foresees else None
        if looked is None and waits is not None and answers:
            looked = date.fromisoformat(waits.wished)
        return TimePage(
            head=head_of_round(case) if case.workflow.apart else head_of(case),
            of_round=case.workflow.apart,
            step=step,
            title=case.case.step(place).title,
            party=place[1].party or 0,
            side=case.names[place[1].party or 0],
            due=due_date(case.case, place),
            open=_view(case, waits) if waits else None,
            last=_last(case, place),
            may_ask=bool(asks),
            may_answer=bool(answers),
            asks=asked_of(case, place),
            foresight=with_more_time(case, place, looked) if looked is not None else None,
        )


def entries_of(case: OpenCase) -> list[Entry]:
    return entries(case.review.more_time)


def place_of(case: OpenCase, step: str, party: int | None) -> Place:
    """`party` None: the actor's own, which is not told its number where parties stand apart."""
    if party is None:
        party = case.own_party()
    if party is None:
        raise NotFound(step)
    place = step, Scope(party)
    if case.workflow.step(step) is None or place not in case.standing.marks or not knows(case, party):
        raise NotFound(f"{step} of party {party}")
    return place


def knows(case: OpenCase, party: int) -> bool:
    """Whether the party is there for the actor: where parties stand apart, none knows of another."""
    return case.sees_all_parties or party in case.actor.parties()


def _answers(case: OpenCase, place: Place) -> bool:
    """Whether the actor is of those who answer, should nothing else keep them from it."""
    return any(case.actor.person in (seat.person, seat.reader(case.now)) for seat in granters(case, place))


def visit(case: OpenCase, place: Place) -> int:
    return case.standing.marks[place].visit


def checked(case: OpenCase, place: Place, day: str, meant: str) -> date | None:
    checks = Checks(meant)
    found = day_of(case, place, day, checks)
    checks.stop()
    return found


def day_of(case: OpenCase, place: Place, text: str, checks: Checks, known: str = "") -> date | None:
    """A day that lies ahead and is later than the step is due."""
    found = checks.day("day", text, missing=N_("Write until which day."))
    if found is None:
        return None
    calendar, due = case.house.calendar, due_date(case.case, place)
    today = calendar.day(case.now)
    if found <= today:
        checks.faults["day"] = N_("Write a day that lies ahead.")
    elif due is not None and found <= due:
        checks.faults["day"] = N_("It is due %(due)s. Write a later day.", due=due)
    elif text != known:
        ask_day(checks, "day", found, calendar, today, later=True)
    return found


def _last(case: OpenCase, place: Place) -> AskedView | None:
    done = [
        entry
        for entry in entries_of(case)
        if (entry.place, entry.visit) == (place, visit(case, place)) and entry.state in (GRANTED, DECLINED)
    ]
    return _view(case, done[-1]) if done else None


def _view(case: OpenCase, entry: Entry) -> AskedView | None:
    for row in reversed(of_deed(case.session, case.review.id, DEEDS[entry.state])):
        if row.data.get("number") == entry.number:
            day = entry.until or entry.wished
            return AskedView(
                entry.number, entry.state, date.fromisoformat(day) if day else None, row.at, row.text
            )
    return None
