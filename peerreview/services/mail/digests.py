"""Mails of deeds, to those who do not want them at once: kept as words, and said when their digest goes.

At that moment each is asked about again, as a reminder is: what has been done, or is about a review that has ended or
that the person has left, is not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...engine.running.case import ACTIVE, Place, Scope
from ...engine.running.timing import due_date
from ...engine.turns.whose_turn import whose_turn
from ...errors import N_
from ...rendering.keeping import from_json, to_json
from ...rendering.mails import MailWords
from ...store.mail import gathered_mail as store
from ...store.mail.gathered_mail import Gathered
from ...store.mail.outbox import PlannedMail
from ...store.people.people import Person
from ...store.review import conflicts
from ...store.review.rows import PlannedRow
from ..base.house import House
from ..case.opening import OpenCase
from .lead_wishes import HELD, added_to, wish_of
from .mail_choices import ALL, DECLINED, LATE, NEWS, Choices, choices_of, goes_at
from .put_in_outbox import enqueue

DONE = N_("it had already been done, or the person no longer takes part").text
ENDED = N_("the review had ended").text
ROUND_ENDED = N_("the round had ended").text
# The kind of mail that says that a case has ended: it holds from then on.
ENDS = "ended"
REMINDED = N_("a reminder of the same step went instead").text


def tell(
    case: OpenCase,
    person: Person,
    *,
    kind: str,
    words: MailWords,
    real_now: datetime,
    asks: Place | None = None,
    begun: Place | None = None,
    at: datetime | None = None,
    whole: bool = False,
    gathers: bool = False,
    needed: bool = False,
    decides: int | None = None,
) -> None:
    """A mail about what has just been done in a review: at once, or with the person's digest. `asks`: the step that
    it is the person's turn at; without one it is news, which may be declined. `begun`: the step that has begun.
    `at`: not before then. `whole`: that the case ends, rests or goes back, which everybody hears and no choice puts
    off. `gathers`: it tells of something saved (mailing.enqueue). `needed`: it asks something of the person that is no
    step, and cannot be declined. `decides`: the conflict of interest that it asks to be decided on."""
    choices = choices_of(person)
    last_day = due_date(case.case, asks) if asks else None
    earliest = at or case.now
    then = earliest if whole else goes_at(choices, case.house.calendar, earliest, last_day)
    news = asks is None and not whole and not needed
    declined = news and NEWS in choices.declined
    if then > case.now or declined:
        row = Gathered(
            person_id=person.id,
            review_id=case.review.id,
            kind=kind,
            news=news,
            words=to_json(words),
            asks={"conflict": decides} if decides is not None else asked_of(case, asks or begun),
            nameless=any(place is not None and place[1].person is not None for place in (asks, begun)),
            last_day=last_day.isoformat() if last_day else "",
            at=earliest,
            due_at=then,
        )
        if declined:
            row.state, row.why_not = "void", DECLINED
        case.session.add(row)
        return
    enqueue(
        case.session,
        case.house,
        person=person,
        kind=kind,
        words=words,
        review_id=case.review.id,
        now=case.now,
        real_now=real_now,
        may_decline=NEWS if asks is None and not needed else "",
        asks=asked_of(case, asks),
        gathers=gathers,
    )


def asked_of(case: OpenCase, place: Place | None) -> dict[str, Any]:
    """A step's instance, and which visit of it, as it is kept."""
    if place is None:
        return {}
    path, scope = place
    mark = case.standing.marks.get(place)
    visit = mark.visit if mark else 0
    return {"step": path, "party": scope.party, "person": scope.person, "visit": visit}


def still_asks(case: OpenCase, asked: Mapping[str, Any], person_id: int, *, news: bool = False) -> bool:
    """Whether what a mail asks for is still to be done: it is the person's turn at the step (as `news`: the step is
    still under way), or nobody has decided on what is declared; True where it asks for nothing."""
    if not asked:
        return True
    if "conflict" in asked:
        declared = conflicts.by_id(case.session, asked["conflict"])
        return declared is not None and declared.ended_at is None and not declared.decision
    place = (asked["step"], Scope(asked["party"], asked["person"]))
    mark = case.standing.marks.get(place)
    if mark is None or mark.state != ACTIVE or mark.visit != asked["visit"]:
        return False
    if news:
        return True
    seats = whose_turn(case.case, place)
    return any(person_id in (seat.reader(case.now), seat.person) for seat in seats)


def takes_part(case: OpenCase, person_id: int) -> bool:
    seats = [seat for seat in case.case.seats if seat.party not in case.standing.withdrawn]
    return person_id in case.case.leads or any(
        person_id in (seat.person, seat.reader(case.now)) for seat in seats
    )


def still_true(
    case: OpenCase, rows: Iterable[Gathered], reminded: set[tuple[str, int | None]]
) -> list[Gathered]:
    """Of a person's rows about one review those that still hold; the others become void, or wait for the review to
    go on. `reminded`: (step, party) of the reminders in the same digest, which say the same better."""
    kept = []
    for row in rows:
        if why := why_not(case, row):
            _void(row, why)
        elif case.standing.on_hold and row.kind != ENDS:
            row.state, row.outgoing_id = "planned", None
            row.due_at = case.house.calendar.mail_at(_tomorrow(case))
        elif row.held:
            _void(row, HELD)
        elif "step" in row.asks and not row.line and (row.asks["step"], row.asks["party"]) in reminded:
            _void(row, REMINDED)
        else:
            kept.append(row)
    return kept


def replan(case: OpenCase) -> None:
    """Let what waits and no longer holds say so, in the transaction that has made it so."""
    for row in store.waiting_in(case.session, case.review.id):
        if why := why_not(case, row):
            _void(row, why)


def why_not(case: OpenCase, row: Gathered) -> str:
    """Why what it says no longer holds; "" where it does."""
    if row.kind == ENDS:
        return ""
    if case.standing.ended:
        return ROUND_ENDED if case.workflow.apart else ENDED
    held = takes_part(case, row.person_id) and still_asks(case, row.asks, row.person_id, news=row.news)
    return "" if held else DONE


def together(rows: Iterable[PlannedMail | Gathered]) -> str:
    """Which mails the reader of these in one message may turn off by it; "" where one of them is asked of them."""
    kinds = {_kind(row) for row in rows}
    if "" in kinds or not kinds:
        return ""
    return kinds.pop() if len(kinds) == 1 else ALL


def _kind(row: PlannedMail | Gathered) -> str:
    if isinstance(row, Gathered):
        return NEWS if row.news else ""
    return "" if row.data.get("own_turn") else LATE


def words_of(row: Gathered) -> MailWords:
    """The words, with what the lead has added."""
    return added_to(from_json(row.words), wish_of(row))


def reschedule(session: Session, house: House, person: Person, now: datetime) -> None:
    """Let what is still to come to the person come as they want it from now on."""
    choices = choices_of(person)
    for planned in store.planned_for(session, person.id, DECLINED):
        settle(planned, choices, house, now)
    for row in store.waiting_for(session, person.id):
        last_day = date.fromisoformat(row.last_day) if row.last_day else None
        row.due_at = goes_at(choices, house.calendar, max(row.at, now), last_day)
        if row.news and NEWS in choices.declined:
            _void(row, DECLINED)


def settle(row: PlannedMail | PlannedRow, choices: Choices, house: House, now: datetime) -> None:
    """Give a planned mail its hour by the choices of whoever gets it; declined, it is void and says so."""
    at = planned_at(row)
    own = bool(row.data.get("own_turn"))
    if not own and LATE in choices.declined:
        if row.state == "planned":
            row.state, row.why_not = "void", DECLINED
        return
    if row.state == "void":
        if row.why_not != DECLINED or at < now:
            return
        row.state, row.why_not = "planned", ""
    last_day = date.fromisoformat(row.data["due"]) if own else None
    row.due_at = goes_at(choices, house.calendar, at, last_day)
    gathered = waits(choices, house, at, row.due_at)
    if gathered != row.data.get("with", ""):
        row.data = {**row.data, "with": gathered}


def waits(choices: Choices, house: House, at: datetime, then: datetime) -> str:
    """What a mail goes with: the digest, or the person's return (a key of choices.WITH); "" for nothing."""
    if choices.rhythm == "at_once":
        return "away" if then > at else ""
    alone = goes_at(choices, house.calendar, then, None) != then
    return "" if alone else choices.rhythm


def planned_at(row: PlannedMail | PlannedRow) -> datetime:
    """When the plan has it, whatever its reader has chosen."""
    at = row.data.get("at")
    return datetime.fromisoformat(at) if at else row.due_at


def _tomorrow(case: OpenCase) -> date:
    return date.fromordinal(case.house.calendar.day(case.now).toordinal() + 1)


def _void(row: Gathered, why: str) -> None:
    row.state, row.why_not = "void", why
