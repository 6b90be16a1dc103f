"""What the mails say by which meetings come into calendars, and what each calendar was last told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...engine.language.definition import Artefact
from ...errors import N_, Message
from ...rendering.mails import MailWords
from ...store.people.people import Person
from ...store.review.rows import StateRow
from ..case.meeting_times import Plan, plan_of, when_of
from ..case.opening import OpenCase, roles_of
from ..turns import wording


class Told(NamedTuple):
    """What a person's calendar was last told of a meeting: which of its plans, under which SEQUENCE, by which message
    of the outbox. `on`: that it takes place; `known`: something before this message may have arrived there; `knows`:
    the plan that stood in the calendar before this message, 0 for none."""

    plan: int
    sequence: int
    mail: int
    on: bool
    known: bool
    knows: int = 0


@dataclass
class Meeting:
    """A meeting and what its calendars were told. `wanted`: who is to have it in theirs, each with their side."""

    artefact: Artefact
    row: StateRow
    told: Mapping[int, Told]
    wanted: Mapping[int, int]


def plan_known(meeting: Meeting, number: int) -> Plan:
    """The plan of that number, as calendars were told of it."""
    data = meeting.row.data
    return plan_of(data.get("plans", {}).get(str(number)) or data.get("told", {}))


def told_plan(meeting: Meeting) -> Plan:
    return plan_of(meeting.row.data.get("told", {}))


def kept_plan(plan: Plan) -> dict[str, str]:
    """All of it, so that whatever changes is seen to have changed."""
    day = plan.date.isoformat() if plan.date else ""
    return {"date": day, "time": plan.time, "until": plan.until, "place": plan.place, "link": plan.link}


def words_of(
    case: OpenCase, meeting: Meeting, person: Person, told: Told, file: bytes, *, there: bool
) -> MailWords:
    """The mail that brings `file` into the person's calendar, changes it there or takes it out. `there`: the meeting
    takes place, with or without this person."""
    on = told.on
    plan = plan_of(meeting.row.data) if on else told_plan(meeting)
    said, title = when_of(plan, case.house.calendar.zone), wording.review_title(case.names)
    gaps = {"meeting": meeting.artefact.title, "when": said, "review": title}
    if not on:
        return _called_off(case, person, gaps, file, there)
    if told.known and told.knows:
        subject = N_("Changed: %(meeting)s, %(when)s – %(review)s", **gaps)
        was = when_of(plan_known(meeting, told.knows), case.house.calendar.zone)
        ask = (
            N_("The meeting has been moved from %(was)s to %(when)s.", was=was, when=said)
            if was != said
            else N_("Where the meeting is has changed. It is %(when)s, as before.", when=said)
        )
    else:
        subject = N_("%(meeting)s, %(when)s – %(review)s", **gaps)
        ask = N_("The meeting is %(when)s.", when=said)
    party = meeting.wanted.get(person.id, -1)
    return MailWords(
        subject=subject,
        why=wording.why(case, person.id, party if party >= 0 else None),
        ask=(
            ask,
            N_("With this mail it comes into your calendar. Place and link are on the page of the meetings."),
            *_from(case, person),
        ),
        link=f"/reviews/{case.review.id}/meetings",
        button=N_("See the meeting"),
        names=case.names,
        invitation=("REQUEST", file),
    )


def _from(case: OpenCase, person: Person) -> tuple[Message, ...]:
    """Whoever is to sit in later finds the page closed until then."""
    if roles_of(case.case, person.id, case.now):
        return ()
    seats = [seat for seat in case.case.seats if seat.deputy is not None and seat.deputy.person == person.id]
    begins = min((seat.deputy.since for seat in seats if seat.deputy is not None), default=None)
    if begins is None:
        return ()
    day = case.house.calendar.day(begins)
    return (N_("You can open the page from %(day)s, when you stand in.", day=day),)


def _called_off(
    case: OpenCase, person: Person, gaps: Mapping[str, Any], file: bytes, there: bool
) -> MailWords:
    """To those who still take part with a link; to one who has left with what they knew already, and nothing else."""
    part = person.id in case.case.leads or any(person.id == seat.person for seat in case.case.seats)
    subject = N_("Cancelled: %(meeting)s, %(when)s – %(review)s", **gaps)
    if there:
        subject = N_("You are no longer invited: %(meeting)s, %(when)s – %(review)s", **gaps)
    return MailWords(
        subject=subject,
        why=N_("You had been invited to the meeting."),
        ask=(_why_off(case, there), N_("With this mail it is taken out of your calendar.")),
        link=f"/reviews/{case.review.id}" if part and not there else "",
        button=N_("Open the review") if part and not there else "",
        names=case.names,
        invitation=("CANCEL", file),
    )


def _why_off(case: OpenCase, there: bool) -> Message:
    if there:
        return N_("You no longer take part in this meeting.")
    if case.standing.ended:
        return N_("The review has ended, so the meeting does not take place.")
    if case.standing.on_hold:
        return N_("The review is on hold, so the meeting does not take place on that day.")
    return N_("The meeting does not take place on that day.")
