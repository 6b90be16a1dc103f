"""Planned mails as rows, rewritten by difference in the transaction that moves anything; and the mails of deeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from ...engine.running.case import ACTIVE, Place
from ...engine.running.moves import Move
from ...engine.running.timing import due_date
from ...engine.turns.planning import Planned, plan
from ...engine.turns.redating import DROP, MISSED, PLAN, Kept, fate
from ...engine.turns.telling import DeedMail, deed_mails, stuck_mails
from ...engine.turns.whose_turn import whose_turn
from ...errors import N_, RoughDay
from ...rendering.mails import MailWords, digest, order_of
from ...store.mail import planned as store
from ...store.mail.outbox import PlannedMail
from ...store.people.people import Person
from ...store.review.rows import PlannedRow
from ..base.clock import real_time
from ..case.opening import OpenCase
from ..turns import wording
from . import digests
from .lead_wishes import key_of
from .mail_choices import NEWS, PLAIN, Choices, choices_of
from .put_in_outbox import enqueue

GONE = N_("the step has been left, or the date has moved").text
PASSED = N_("the date was moved so near that the day of this reminder has been").text


def send_deed_mails(case: OpenCase, move: Move) -> set[int]:
    """Send the mails of a move: to each person one, however many reasons there are, or with their digest. Returns to
    whom."""
    actor = case.account.person_id if case.account else None
    mails = deed_mails(move, actor, case.now)
    _send(case, mails)
    return {mail.person for mail in mails}


def send_stuck_mails(case: OpenCase) -> None:
    """Tell those who can help where the deed has left a step in which all have done theirs and which is not over."""
    if case.moves:
        _send(case, stuck_mails(case.moves[0].before, case.case, case.now))


def _send(case: OpenCase, all_mails: Iterable[DeedMail]) -> None:
    mails: dict[int, list[DeedMail]] = defaultdict(list)
    for mail in all_mails:
        mails[mail.person].append(mail)
    if not mails:
        return
    people = store.people(case.session, mails)
    real_now = real_time(case.session, case.now)
    # What nobody has done, but the clock, wakes nobody on a Sunday (engine.md 28).
    opens = case.now if case.account else case.house.calendar.opens(case.now)
    for person_id, several in mails.items():
        person = people.get(person_id)
        if person is None or person.closed_at is not None:
            continue
        if opens <= case.now and (choices_of(person) == PLAIN or any(map(_of_the_whole, several))):
            _send_at_once(case, person, several, real_now)
            continue
        for mail in several:
            words = _words(case, mail)
            digests.tell(
                case,
                person,
                kind=mail.reason,
                words=words,
                real_now=real_now,
                asks=_asked(case, mail),
                begun=mail.place if mail.reason == "begun" else None,
                at=opens,
                whole=_of_the_whole(mail),
            )


def _send_at_once(case: OpenCase, person: Person, several: list[DeedMail], real_now: datetime) -> None:
    asked = [place for mail in several if (place := _asked(case, mail)) is not None]
    ended = any(mail.reason == "ended" for mail in several)
    needed = bool(asked) or any(map(_of_the_whole, several))
    enqueue(
        case.session,
        case.house,
        person=person,
        kind="ended" if ended else several[0].reason,
        words=digest([_words(case, mail) for mail in several]),
        review_id=case.review.id,
        now=case.now,
        real_now=real_now,
        may_decline="" if needed else NEWS,
        asks=digests.asked_of(case, asked[0]) if len(asked) == len(several) == 1 else None,
    )


def _words(case: OpenCase, mail: DeedMail) -> MailWords:
    place = _asked(case, mail)
    order = order_of(own=True, due=due_date(case.case, place)) if place is not None else ""
    words = wording.deed_words(case, mail)
    return replace(words, order=order) if order else words


def _of_the_whole(mail: DeedMail) -> bool:
    """That the review ends, rests, goes on or goes back belongs to no step: everybody hears it, and at once."""
    return mail.reason == "ended" or not mail.place[0]


def _asked(case: OpenCase, mail: DeedMail) -> Place | None:
    """The step that a mail asks its reader for; None where others have done something, and nothing is asked."""
    mark = case.standing.marks.get(mail.place)
    if mail.reason == "ended" or mark is None or mark.state != ACTIVE:
        return None
    seats = whose_turn(case.case, mail.place)
    return mail.place if any(mail.person in (s.person, s.reader(case.now)) for s in seats) else None


def replan(case: OpenCase) -> None:
    """Make the rows of planned mail what `plan` says (engine.md 27)."""
    wanted = {planned.key: planned for planned in plan(case.case, case.now)}
    steps = {key.step for key in wanted}
    plans = store.plans_of(case.session, case.review.id, sorted(steps))
    rows = {key_of(row): row for row in plans.planned}
    choices = {person.id: choices_of(person) for person in plans.otherwise}
    for key in {**wanted, **rows}:
        row, planned = rows.get(key), wanted.get(key)
        becomes = fate(kept_of(row) if row else None, planned, case.now)
        if becomes == PLAN and planned is not None:
            if row is None:
                row = rows[key] = _row(planned)
            _plan(case, row, planned, choices.get(planned.person, PLAIN))
        elif row is not None and becomes in (DROP, MISSED):
            row.state, row.why_not = "void", GONE if becomes == DROP else PASSED
    store.keep(case.session, case.review.id, rows.values())
    if plans.waiting:
        digests.replan(case)


def _plan(case: OpenCase, row: PlannedRow, planned: Planned, choices: Choices) -> None:
    if row.state == "sent":
        # It goes again for its new date; what went for the old one stays in the outbox.
        row.outgoing_id = None
    row.state, row.why_not, row.due_at = "planned", "", planned.at
    row.person_id = planned.person
    row.data = _data(planned)
    digests.settle(row, choices, case.house, case.now)


def kept_of(row: PlannedMail | PlannedRow) -> Kept:
    """A row of planned mail as the engine takes it."""
    due = row.data.get("due")
    return Kept(row.state, date.fromisoformat(due) if due else None, digests.planned_at(row))


def _row(planned: Planned) -> PlannedRow:
    key = planned.key
    return PlannedRow(
        id=None,
        party=key.party,
        step=key.step,
        visit=key.visit,
        rule=key.rule,
        occurrence=key.occurrence,
        seat_id=key.seat,
        person_id=planned.person,
        data=_data(planned),
        state="planned",
        why_not="",
        outgoing_id=None,
        nameless=planned.place[1].person is not None,
        due_at=planned.at,
    )


def _data(planned: Planned) -> dict[str, object]:
    return {
        "due": planned.due.isoformat(),
        **({"roughly": planned.due.kept} if isinstance(planned.due, RoughDay) else {}),
        "late": planned.late,
        "own_turn": planned.own_turn,
        "at": planned.at.isoformat(),
    }
