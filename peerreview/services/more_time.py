"""More time for what a side hands in: asked for with a reason and a day by the side, granted, granted otherwise or
declined by those whom it keeps waiting, as the definition says. The date moves, and the mails, when it is granted.

The reason is read by the side, by those who are asked, and by the lead; that more time was asked for and given, by all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..engine.case import Place, Scope
from ..engine.decide import No, Time
from ..engine.timing import due_date
from ..errors import N_, Conflict, Message, NotFound, Refused, Text
from ..store.history import of_deed
from .asked_time import (
    ASKED,
    DECLINED,
    GRANTED,
    WITHDRAWN,
    Entry,
    answered,
    entries,
    kept,
    open_askings,
    open_of,
)
from .cases import OpenCase, looking
from .checks import Checks
from .deeds import changing
from .heads import ReviewHead, head_of
from .house import Account, House
from .odd_days import ask_day
from .redating import Foresight, with_more_time
from .round_heads import RoundHead, head_of_round
from .time_mails import asked_of, granters, tell_answered, tell_asked
from .todo import Words

MOST = 2000
DEEDS = {ASKED: "time_asked", GRANTED: "time_granted", DECLINED: "time_declined", WITHDRAWN: "time_withdrawn"}
GONE = N_("This has been answered or taken back meanwhile. See where it stands now.")


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
        place = _place(case, step, party)
        asks, answers = case.may(Time(place)), case.may(Time(place, grants=True))
        if isinstance(asks, No) and isinstance(answers, No):
            raise Refused((answers if _answers(case, place) else asks).reason)
        waits = open_of(_entries(case), place, _visit(case, place))
        foresees = bool(answers) or not case.workflow.apart
        looked = _checked(case, place, day, meant) if day and foresees else None
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


def ask(
    house: House,
    *,
    actor: Account,
    review_id: int,
    step: str,
    party: int | None,
    day: str,
    reason: str,
    meant: str = "",
    now: datetime,
) -> None:
    """Ask for more time; a newer asking stands for an older. Raises Invalid (day, reason), Refused."""
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="all") as case:
        place = _place(case, step, party)
        _require(case, Time(place))
        wished, words = _typed(case, place, day, reason, meant, N_("Write why you need more time."))
        found = _entries(case)
        waits = open_of(found, place, _visit(case, place))
        if waits is not None:
            found = answered(found, waits.number, state=WITHDRAWN)
        entry = _added(case, found, place, ASKED, wished=wished.isoformat())
        _note(case, entry, wished, words)
        tell_asked(case, place, wished)


def withdraw(house: House, *, actor: Account, review_id: int, number: int, now: datetime) -> None:
    """Take the asking back, as long as it is not answered. Raises Conflict, Refused."""
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="all") as case:
        entry = _open(case, number)
        _require(case, Time(entry.place))
        _keep(case, answered(_entries(case), number, state=WITHDRAWN))
        _note(case, replace(entry, state=WITHDRAWN), None, "")


def answer(
    house: House,
    *,
    actor: Account,
    review_id: int,
    number: int,
    yes: bool,
    day: str,
    reason: str,
    meant: str = "",
    now: datetime,
) -> date | None:
    """Give the time asked for, or another day; or (`yes` False) decline. Whoever does not give what was asked for
    says why. Returns the day granted. Raises Invalid (day, reason), Conflict, Refused."""
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="all") as case:
        entry = _open(case, number)
        _require(case, Time(entry.place, grants=True))
        missing = None
        if not yes:
            missing = N_("Write why you decline.")
        elif day != entry.wished:
            missing = N_("Write why you give another day than the one asked for.")
        if not yes:
            checks = Checks()
            words = checks.text("reason", reason, most=MOST, missing=missing)
            checks.stop()
            _keep(case, answered(_entries(case), number, state=DECLINED))
            _note(case, replace(entry, state=DECLINED), None, words)
            tell_answered(case, entry.place, None)
            return None
        until, words = _typed(case, entry.place, day, reason, meant, missing, known=entry.wished)
        _grant(case, entry, until, words)
        return until


def give(
    house: House,
    *,
    actor: Account,
    review_id: int,
    step: str,
    party: int | None,
    day: str,
    reason: str,
    meant: str = "",
    now: datetime,
) -> date:
    """Give a side more time that has not asked for it. Raises Invalid (day, reason), Refused."""
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="all") as case:
        place = _place(case, step, party)
        _require(case, Time(place, grants=True))
        if open_of(_entries(case), place, _visit(case, place)) is not None:
            raise Conflict(N_("More time has been asked for meanwhile. Answer that."))
        until, words = _typed(case, place, day, reason, meant, N_("Write why you give more time."))
        _grant(case, _added(case, _entries(case), place, ASKED), until, words)
        return until


def grant(case: OpenCase, place: Place, day: str, reason: str, meant: str = "") -> None:
    """Within a deed of those who may give it: a day of a side's own; nobody gets a mail. Raises Invalid (day)."""
    until = _checked(case, place, day, meant)
    assert until is not None
    entry = _added(case, _entries(case), place, ASKED)
    _kept_until(case, entry, until, reason)


# ---- what is asked of a case


def _entries(case: OpenCase) -> list[Entry]:
    return entries(case.review.more_time)


def _place(case: OpenCase, step: str, party: int | None) -> Place:
    """`party` None: the actor's own, which is not told its number where parties stand apart."""
    if party is None:
        party = case.own_party()
    if party is None:
        raise NotFound(step)
    place = step, Scope(party)
    if case.workflow.step(step) is None or place not in case.standing.marks or not _knows(case, party):
        raise NotFound(f"{step} of party {party}")
    return place


def _knows(case: OpenCase, party: int) -> bool:
    """Whether the party is there for the actor: where parties stand apart, none knows of another."""
    return case.sees_all_parties or party in case.actor.parties()


def _answers(case: OpenCase, place: Place) -> bool:
    """Whether the actor is of those who answer, should nothing else keep them from it."""
    return any(case.actor.person in (seat.person, seat.reader(case.now)) for seat in granters(case, place))


def _visit(case: OpenCase, place: Place) -> int:
    return case.standing.marks[place].visit


def _open(case: OpenCase, number: int) -> Entry:
    """The asking of this number, where it waits for an answer. Raises Conflict, NotFound."""
    found = next((entry for entry in _entries(case) if entry.number == number), None)
    if number == 0 and not case.sees_all_parties:
        # Of its own there is one at most; a number would say how many others there are.
        found = next((entry for entry in open_askings(case) if entry.party == case.own_party()), None)
    if found is None or found.party is None or not _knows(case, found.party):
        raise NotFound(f"asking {number}")
    if found not in open_askings(case):
        raise Conflict(GONE)
    return found


def _require(case: OpenCase, what: Time) -> None:
    found = case.may(what)
    if isinstance(found, No):
        raise Refused(found.reason)


def _typed(
    case: OpenCase, place: Place, day: str, reason: str, meant: str, missing: Message | None, known: str = ""
) -> tuple[date, str]:
    """`known`: a day that somebody has asked for, and meant."""
    checks = Checks(meant)
    found = _day(case, place, day, checks, known)
    words = checks.text("reason", reason, most=MOST, missing=missing)
    checks.stop()
    assert found is not None
    return found, words


def _checked(case: OpenCase, place: Place, day: str, meant: str) -> date | None:
    checks = Checks(meant)
    found = _day(case, place, day, checks)
    checks.stop()
    return found


def _day(case: OpenCase, place: Place, text: str, checks: Checks, known: str = "") -> date | None:
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
        for entry in _entries(case)
        if (entry.place, entry.visit) == (place, _visit(case, place)) and entry.state in (GRANTED, DECLINED)
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


# ---- the parts of the deeds


def _keep(case: OpenCase, found: Iterable[Entry]) -> None:
    # A new list: what is changed within one is not seen to have changed.
    case.review.more_time = kept(found)


def _added(case: OpenCase, found: list[Entry], place: Place, state: str, *, wished: str = "") -> Entry:
    number = max((entry.number for entry in found), default=0) + 1
    party = place[1].party
    assert party is not None
    entry = Entry(number, place[0], party, _visit(case, place), state, wished)
    _keep(case, [*found, entry])
    return entry


def _grant(case: OpenCase, entry: Entry, until: date, reason: str) -> None:
    _kept_until(case, entry, until, reason)
    tell_answered(case, entry.place, until)


def _kept_until(case: OpenCase, entry: Entry, until: date, reason: str) -> None:
    today = case.house.calendar.day(case.now).isoformat()
    found = answered(_entries(case), entry.number, state=GRANTED, until=until.isoformat(), on=today)
    _keep(case, found)
    _note(case, replace(entry, state=GRANTED), until, reason)


def _note(case: OpenCase, entry: Entry, day: date | None, reason: str) -> None:
    """`sides`: whose the reason is to read, besides the side itself and the lead."""
    sides = sorted({seat.party for seat in granters(case, entry.place) if seat.party >= 0})
    case.note(
        DEEDS[entry.state],
        text=reason or None,
        step=entry.step,
        party=entry.party,
        data={"number": entry.number, "date": day.isoformat() if day else "", "sides": sides},
    )
