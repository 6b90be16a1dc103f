"""The lead's letters to all of a round: the invitation with its dates, and the synthesis that ends it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from ...errors import N_, Conflict, NotFound
from ...store.artefacts.reports import TextVersion
from ...store.case.case_rows import SHARED
from ..base.checks import Checks
from ..base.house import Account, House
from ..base.odd_days import ask_day
from ..case.opening import OpenCase
from ..case.round_facts import DATES
from ..deeds.change import fire
from ..frame.round_head import do_of
from ..terms.round_days import dates_of
from ..turns import turns
from . import round_people
from .round_case import changing_in
from .round_letters_page import SENDING, TITLES, newest

MOST = 20_000


def body_of(case: OpenCase, key: str) -> str | None:
    """A letter as those who get it read it; None before it has been sent."""
    row = newest(case, key) if case.sees(key, "read") else None
    return row.body if row else None


def save_letter(
    house: House,
    *,
    actor: Account,
    round_id: int,
    key: str,
    body: str,
    seen: int,
    dates: Mapping[str, str] | None = None,
    meant: str = "",
    now: datetime,
) -> None:
    """Keep what was written as a new version, and the round's `dates` where they were typed beside it: all or nothing.
    Raises Invalid (body, answers, pairing, meant), Conflict where another text was saved since `seen`."""
    checks = Checks(meant)
    body = checks.text("body", body, most=MOST)
    days = None if dates is None else {name: checks.day(name, dates[name]) for name in DATES}
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if key not in TITLES:
            raise NotFound(f"letter {key}")
        if days is not None:
            _keep_dates(case, checks, days)
        _keep_letter(case, key, body, seen)


def _keep_letter(case: OpenCase, key: str, body: str, seen: int) -> None:
    case.require(key, "write")
    row = newest(case, key)
    number = row.number if row else 0
    if row is not None and row.body == body:
        return
    if number != seen:
        theirs = row.body if row else ""
        raise Conflict(N_("another text was saved since you began"), theirs=theirs, mine=body)
    case.session.add(_version(case, key, number + 1, body))
    case.set_state(key, None)
    case.note("wrote_letter", artefact=key, state="draft")


def set_dates(
    house: House,
    *,
    actor: Account,
    round_id: int,
    answers: str,
    pairing: str,
    meant: str = "",
    now: datetime,
) -> None:
    """By when answers are wanted, and the pairing. Raises Invalid (answers, pairing, meant); an empty one is
    counted from the step's begin."""
    checks = Checks(meant)
    days = {"answers": checks.day("answers", answers), "pairing": checks.day("pairing", pairing)}
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        _keep_dates(case, checks, days)


def _keep_dates(case: OpenCase, checks: Checks, days: dict[str, date | None]) -> None:
    case.require("timetable", "write")
    if days == dates_of(case):
        return
    _check_days(case, checks, days)
    written = {name: day.isoformat() if day else None for name, day in days.items()}
    case.set_state("timetable", None, **written, set_at=dict.fromkeys(written, case.now.isoformat()))
    told = {name: str(day) for name, day in days.items() if day}
    case.note("dates_set", artefact="timetable", state="open", data=told)


def _check_days(case: OpenCase, checks: Checks, days: dict[str, date | None]) -> None:
    now_set, today = dates_of(case), turns.today_of(case)
    for name, day in days.items():
        if day is None or day == now_set[name]:
            continue
        if day < today:
            checks.faults[name] = N_("Write a date that has not been.")
        else:
            ask_day(checks, name, day, case.house.calendar, today, soon=True)
    answers, pairing = days["answers"], days["pairing"]
    if not checks.faults and answers and pairing and pairing < answers:
        checks.faults["pairing"] = N_("The pairing comes after the answers.")
    checks.stop()


def send_letter(house: House, *, actor: Account, round_id: int, key: str, seen: int, now: datetime) -> None:
    """Send it to all who were invited. Raises Refused with the reason, Conflict where another text was saved since."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if key not in TITLES:
            raise NotFound(f"letter {key}")
        row = newest(case, key)
        if row is not None and row.number != seen:
            raise Conflict(N_("another text was saved since you began"), theirs=row.body)
        if key == "invitation":
            for party in case.standing.taking_part:
                round_people.follow(case, party)
            case.refresh()
        fire(case, do_of(case, SENDING[key]))


def _version(case: OpenCase, key: str, number: int, body: str) -> TextVersion:
    assert case.account is not None
    return TextVersion(
        review_id=case.review.id,
        artefact=key,
        party=SHARED,
        number=number,
        body=body,
        state="draft",
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        saved_at=case.now,
        saved_by=case.account.person_id,
    )
