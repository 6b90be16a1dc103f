"""More time for what a side hands in: asked for with a reason and a day by the side, granted, granted otherwise or
declined by those whom it keeps waiting, as the definition says. The date moves, and the mails, when it is granted.

The reason is read by the side, by those who are asked, and by the lead; that more time was asked for and given, by all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from ...engine.running.case import Place, Time
from ...engine.running.decide import No
from ...errors import N_, Conflict, Message, NotFound, Refused
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.extensions import ASKED, DECLINED, GRANTED, WITHDRAWN, Entry, answered, kept, open_of
from ..case.opening import OpenCase
from ..deeds.change import changing
from ..turns.askings import open_askings
from .more_time_mails import granters, tell_answered, tell_asked
from .more_time_page import DEEDS, checked, day_of, entries_of, knows, place_of, visit

MOST = 2000
GONE = N_("This has been answered or taken back meanwhile. See where it stands now.")


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
        place = place_of(case, step, party)
        _require(case, Time(place))
        wished, words = _typed(case, place, day, reason, meant, N_("Write why you need more time."))
        found = entries_of(case)
        waits = open_of(found, place, visit(case, place))
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
        _keep(case, answered(entries_of(case), number, state=WITHDRAWN))
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
            _keep(case, answered(entries_of(case), number, state=DECLINED))
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
        place = place_of(case, step, party)
        _require(case, Time(place, grants=True))
        if open_of(entries_of(case), place, visit(case, place)) is not None:
            raise Conflict(N_("More time has been asked for meanwhile. Answer that."))
        until, words = _typed(case, place, day, reason, meant, N_("Write why you give more time."))
        _grant(case, _added(case, entries_of(case), place, ASKED), until, words)
        return until


def grant(case: OpenCase, place: Place, day: str, reason: str, meant: str = "") -> None:
    """Within a deed of those who may give it: a day of a side's own; nobody gets a mail. Raises Invalid (day)."""
    until = checked(case, place, day, meant)
    assert until is not None
    entry = _added(case, entries_of(case), place, ASKED)
    _kept_until(case, entry, until, reason)


# ---- what is asked of a case


def _open(case: OpenCase, number: int) -> Entry:
    """The asking of this number, where it waits for an answer. Raises Conflict, NotFound."""
    found = next((entry for entry in entries_of(case) if entry.number == number), None)
    if number == 0 and not case.sees_all_parties:
        # Of its own there is one at most; a number would say how many others there are.
        found = next((entry for entry in open_askings(case) if entry.party == case.own_party()), None)
    if found is None or found.party is None or not knows(case, found.party):
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
    found = day_of(case, place, day, checks, known)
    words = checks.text("reason", reason, most=MOST, missing=missing)
    checks.stop()
    assert found is not None
    return found, words


# ---- the parts of the deeds


def _keep(case: OpenCase, found: Iterable[Entry]) -> None:
    # A new list: what is changed within one is not seen to have changed.
    case.review.more_time = kept(found)


def _added(case: OpenCase, found: list[Entry], place: Place, state: str, *, wished: str = "") -> Entry:
    number = max((entry.number for entry in found), default=0) + 1
    party = place[1].party
    assert party is not None
    entry = Entry(number, place[0], party, visit(case, place), state, wished)
    _keep(case, [*found, entry])
    return entry


def _grant(case: OpenCase, entry: Entry, until: date, reason: str) -> None:
    _kept_until(case, entry, until, reason)
    tell_answered(case, entry.place, until)


def _kept_until(case: OpenCase, entry: Entry, until: date, reason: str) -> None:
    today = case.house.calendar.day(case.now).isoformat()
    found = answered(entries_of(case), entry.number, state=GRANTED, until=until.isoformat(), on=today)
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
