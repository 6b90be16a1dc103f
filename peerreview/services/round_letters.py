"""The lead's letters to all of a round: the invitation with its dates, and the synthesis that ends it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from ..engine.case import Scope
from ..engine.decide import No
from ..engine.definition import FactRef
from ..engine.timing import agreed_day
from ..errors import N_, Conflict, Message, NotFound
from ..store import reports as store
from ..store.case_rows import SHARED
from ..store.reports import TextVersion
from . import round_people, turns
from .cases import OpenCase
from .checks import Checks
from .deeds import fire
from .house import Account, House
from .odd_days import ask_day
from .round_facts import DATES
from .round_heads import RoundHead, changing_in, do_of, head_of_round, looking_in, place_of

MOST = 20_000
# By letter: the action that sends it.
SENDING = {"invitation": "invite", "synthesis": "publish"}


@dataclass(frozen=True)
class LetterView:
    """A letter as its writer sees it. `number`: the version shown, 0 where nothing has been saved. `why_not`: what
    keeps it from being sent. `receivers`: the organisations that get it, by name; `people`: how many."""

    head: RoundHead
    key: str
    title: Message
    body: str
    number: int
    sent: bool
    open: bool
    dates: dict[str, date | None]
    why_not: Message | None
    receivers: tuple[str, ...]
    people: int


TITLES = {"invitation": N_("Invitation"), "synthesis": N_("Synthesis")}


def letter(house: House, *, actor: Account, round_id: int, key: str, now: datetime) -> LetterView:
    """For the lead; NotFound for all others."""
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        if not actor.is_lead or key not in TITLES:
            raise NotFound(f"letter {key}")
        row = _newest(case, key)
        return LetterView(
            head=head_of_round(case),
            key=key,
            title=TITLES[key],
            body=row.body if row else "",
            number=row.number if row else 0,
            sent=case.state(key) == "sent",
            open=case.sees(key, "write"),
            dates=dates_of(case),
            why_not=_why_not(case, key),
            receivers=tuple(case.names[party] for party in case.standing.taking_part),
            people=len({seat.reader(now) for seat in case.case.seats}),
        )


def dates_of(case: OpenCase) -> dict[str, date | None]:
    """The dates as they are today: rests put them off, as they do those of an agreement."""
    return {name: agreed_day(case.case, FactRef("own", "timetable", name), Scope()) for name in DATES}


def body_of(case: OpenCase, key: str) -> str | None:
    """A letter as those who get it read it; None before it has been sent."""
    row = _newest(case, key) if case.sees(key, "read") else None
    return row.body if row else None


def save_letter(
    house: House, *, actor: Account, round_id: int, key: str, body: str, seen: int, now: datetime
) -> None:
    """Keep what was written as a new version. Raises Invalid (body), Conflict where another was saved since `seen`."""
    checks = Checks()
    body = checks.text("body", body, most=MOST)
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        if key not in TITLES:
            raise NotFound(f"letter {key}")
        case.require(key, "write")
        row = _newest(case, key)
        number = row.number if row else 0
        if row is not None and row.body == body:
            return
        if number != seen:
            raise Conflict(
                N_("another text was saved since you began"), theirs=row.body if row else "", mine=body
            )
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
        case.require("timetable", "write")
        if days == dates_of(case):
            return
        _check_days(case, checks, days)
        written = {name: day.isoformat() if day else None for name, day in days.items()}
        case.set_state("timetable", None, **written, set_at=dict.fromkeys(written, case.now.isoformat()))
        case.note(
            "dates_set", artefact="timetable", state="open", data={k: str(v) for k, v in days.items() if v}
        )


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
        row = _newest(case, key)
        if row is not None and row.number != seen:
            raise Conflict(N_("another text was saved since you began"), theirs=row.body)
        if key == "invitation":
            for party in case.standing.taking_part:
                round_people.follow(case, party)
            case.refresh()
        fire(case, do_of(case, SENDING[key]))


def _why_not(case: OpenCase, key: str) -> Message | None:
    found = place_of(case, SENDING[key])
    if found is None:
        return N_("the round is in another step by now; see where it stands")
    answer = case.may(do_of(case, SENDING[key]))
    return answer.reason if isinstance(answer, No) else None


def _newest(case: OpenCase, key: str) -> TextVersion | None:
    return store.newest(case.session, case.review.id, key, SHARED)


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
