"""Meetings in the calendars of those who are to come: asked, moved and called off by mail (iTIP, RFC 5546).

By difference, as planned mail is: after every deed each meeting as it now stands is laid beside what each person's
calendar has been told of it, and whoever's is wrong gets one message. So nobody has to remember, at any of the
deeds that touch a meeting, a team or a review, that there are calendars. What has been told is kept with the meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from ..engine.case import OVER, Actor, Scope
from ..engine.decide import See, may
from ..engine.definition import Artefact, Step, Workflow
from ..engine.whose import recipients
from ..errors import N_, Message
from ..rendering.calendars import Event, Method, invitation_file
from ..rendering.mails import MailWords
from ..rendering.words import say
from ..store import cases as cases_store
from ..store import outbox as outbox_store
from ..store import planned as store
from ..store.case_rows import SHARED
from ..store.outbox import Outgoing
from ..store.people import Person
from ..store.rows import StateRow
from . import posting, wording
from .cases import OpenCase, roles_of
from .mailing import carried, enqueue
from .plans import Plan, clock_of, plan_of, when_of

OVERTAKEN = N_("A newer mail about the meeting has gone instead.")
KIND = "meeting"


class Told(NamedTuple):
    """What a person's calendar was last told of a meeting: which of its plans, under which SEQUENCE, by which message
    of the outbox. `on`: that it takes place; `known`: something before this message may have arrived there."""

    plan: int
    sequence: int
    mail: int
    on: bool
    known: bool


@dataclass
class _Meeting:
    """A meeting and what its calendars were told. `wanted`: who is to have it in theirs, each with their side."""

    artefact: Artefact
    row: StateRow
    told: Mapping[int, Told]
    wanted: Mapping[int, int]


def bring_up_to_date(case: OpenCase) -> None:
    """Put into the outbox what the calendars lack, in the transaction of the deed that has changed it."""
    for artefact in case.artefacts_of("meeting"):
        row = case.rows.states.get((artefact.key, SHARED))
        if artefact.per == "review" and row is not None and (row.data.get("date") or row.data.get("invited")):
            _compare(case, _meeting(case, artefact, row))


def still_true(case: OpenCase, row: Outgoing, person: Person) -> MailWords | None:
    """The words of a message that is to be tried again; None where a newer one has gone, or its day has been."""
    for artefact in case.artefacts_of("meeting"):
        state = case.rows.states.get((artefact.key, SHARED))
        meeting = _meeting(case, artefact, state) if state is not None else None
        told = meeting.told.get(person.id) if meeting else None
        if meeting is not None and told is not None and told.mail == row.id:
            plan = _told_plan(meeting) if not told.on else plan_of(meeting.row.data)
            if plan.date is None or plan.date < case.house.calendar.day(case.now):
                return None
            return _words(case, meeting, person, told.sequence, on=told.on, moved=told.on and told.known)
    return None


def takes_place(case: OpenCase, artefact: Artefact) -> bool:
    """Whether the meeting lies ahead: it has a day, and neither does the review rest nor has its course passed by."""
    data, standing = case.data(artefact.key), case.standing
    plan = plan_of(data)
    ahead = plan.date is not None and plan.date >= case.house.calendar.day(case.now)
    if not ahead or standing.ended or standing.on_hold or data.get("recorded"):
        return False
    if case.state(artefact.key) != "planned":
        return False
    step = step_of(case.workflow, artefact.key)
    marks = [mark.state for (path, _), mark in standing.marks.items() if step and path == step.path]
    return not marks or any(state not in OVER for state in marks)


def event_of(case: OpenCase, artefact: Artefact, language: str) -> Event | None:
    """The meeting as calendars know it, under the same UID wherever they get it from; None without a day."""
    data, plan = case.data(artefact.key), plan_of(case.data(artefact.key))
    if plan.date is None:
        return None
    planned_at = data.get("planned_at")
    return _event(
        case,
        artefact,
        plan,
        language,
        sequence=_sequence(data),
        stamp=datetime.fromisoformat(planned_at) if planned_at else case.review.created_at,
    )


def step_of(workflow: Workflow, key: str) -> Step | None:
    """The step in which the meeting is held: the one whose action says that it has been."""
    for step in workflow.walk():
        for action in step.actions.values():
            if any((effect.artefact, effect.effect) == (key, "hold") for effect in action.does):
                return step
    return None


# ---- what is so, and what was told


def _meeting(case: OpenCase, artefact: Artefact, row: StateRow) -> _Meeting:
    told = {int(person): Told(*values) for person, values in row.data.get("invited", {}).items()}
    wanted = _attendees(case, artefact) if takes_place(case, artefact) else {}
    return _Meeting(artefact, row, told, wanted)


def _attendees(case: OpenCase, artefact: Artefact) -> dict[int, int]:
    """Whom the meeting's step concerns, and who may know of the meeting; whoever sits in on the day comes too."""
    step, plan = step_of(case.workflow, artefact.key), plan_of(case.data(artefact.key))
    assert plan.date is not None
    at = datetime.combine(plan.date, clock_of(plan.time) or time(12), case.house.calendar.zone)
    refs = tuple(ref for rule in (step.mail if step else ()) for ref in rule.to)
    found: dict[int, int] = {}
    for seat in recipients(case.case, refs, Scope()):
        for person in (seat.person, seat.reader(at)):
            if person not in found and _may_know(case, artefact, person, at):
                found[person] = seat.party
    return found


def _may_know(case: OpenCase, artefact: Artefact, person: int, at: datetime) -> bool:
    actor = Actor(person, frozenset(roles_of(case.case, person, at)))
    return bool(may(case.case, actor, See(artefact.key, "read", None, case.state(artefact.key)), at))


def _sequence(data: Mapping[str, Any]) -> int:
    """Grows with every plan, and with everything else that calendars are told anew (`recalls`)."""
    return max(int(data.get("sequence", 1)) - 1, 0) + int(data.get("recalls", 0))


def _compare(case: OpenCase, meeting: _Meeting) -> None:
    number = int(meeting.row.data.get("sequence", 1))
    ask = [
        p
        for p in meeting.wanted
        if (told := meeting.told.get(p)) is None or not told.on or told.plan != number
    ]
    off = [p for p, told in meeting.told.items() if told.on and p not in meeting.wanted]
    if not _can_be_called_off(case, meeting):
        off = []
    if not ask and not off:
        return
    people = store.people(case.session, (*ask, *off))
    ask = [p for p in ask if people[p].closed_at is None and not _conflicted(case, people[p])]
    if not ask and not off:
        return
    _count(case, meeting, (*ask, *off))
    news = {**meeting.told}
    for person in sorted((*ask, *off)):
        news[person] = _tell(case, meeting, people[person], on=person in ask, number=number)
    plan = {"told": _kept(plan_of(meeting.row.data))} if ask else {}
    invited = {str(person): list(values) for person, values in news.items()}
    _keep(case, meeting, {**plan, "uid": _uid(case, meeting.artefact), "invited": invited})


def _can_be_called_off(case: OpenCase, meeting: _Meeting) -> bool:
    """What has been, or is held on its day, stays in the calendars as it was."""
    day, today = _told_plan(meeting).date, case.house.calendar.day(case.now)
    return day is not None and (day > today or (day == today and case.state(meeting.artefact.key) != "held"))


def _conflicted(case: OpenCase, person: Person) -> bool:
    """A lead who works for one of the sides is told nothing of its meetings, if the definition says so."""
    if not person.is_lead:
        return False
    theirs = cases_store.employers(case.session, person.id)
    if not theirs & {party.organisation_id for party in case.rows.parties}:
        return False
    actor = Actor(person.id, frozenset({("lead", None)}), conflicted=True)
    return not any(
        may(case.case, actor, See(a.key, "read", None, case.state(a.key)), case.now)
        for a in case.artefacts_of("meeting")
    )


def _count(case: OpenCase, meeting: _Meeting, people: Iterable[int]) -> None:
    """Let the SEQUENCE be greater than any that one of these has been told."""
    data = meeting.row.data
    least = max((meeting.told[p].sequence + 1 for p in people if p in meeting.told), default=0)
    missing = max(0, least - _sequence(data))
    _keep(case, meeting, {"recalls": int(data.get("recalls", 0)) + missing})


def _keep(case: OpenCase, meeting: _Meeting, more: Mapping[str, Any]) -> None:
    data = {**meeting.row.data, **more}
    meeting.row = cases_store.put_data(case.session, case.rows, meeting.row, data)


# ---- telling


def _tell(case: OpenCase, meeting: _Meeting, person: Person, *, on: bool, number: int) -> Told:
    before, sequence = meeting.told.get(person.id), _sequence(meeting.row.data)
    known = before is not None and (before.known or not _withdrawn(case, before.mail))
    if not on and (not known or person.closed_at is not None):
        # Nobody hears that something is called off of which they have not heard.
        return Told(number, sequence, 0, on=False, known=known)
    moved = before is not None and before.on and known
    sent = enqueue(
        case.session,
        case.house,
        person=person,
        kind=KIND,
        words=_words(case, meeting, person, sequence, on=on, moved=moved),
        review_id=case.review.id,
        now=case.now,
        real_now=posting.real_time(case.session, case.now),
    )
    return Told(number, sequence, sent.id, on=on, known=known)


def _withdrawn(case: OpenCase, mail: int) -> bool:
    """Take back a message that has certainly not gone; False where it may have arrived."""
    if not mail:
        return True
    row = outbox_store.outgoing_by_id(case.session, mail, lock=True)
    if row is None or row.state not in ("waiting", "failed") or row.unclear:
        return row is not None and row.state == "void"
    row.state, row.last_answer = "void", OVERTAKEN.text
    return True


def _words(
    case: OpenCase, meeting: _Meeting, person: Person, sequence: int, *, on: bool, moved: bool
) -> MailWords:
    plan = plan_of(meeting.row.data) if on else _told_plan(meeting)
    said, title = when_of(plan, case.house.calendar.zone), wording.review_title(case.names)
    gaps = {"meeting": meeting.artefact.title, "when": said, "review": title}
    file = _file(case, meeting, person, plan, sequence, "REQUEST" if on else "CANCEL")
    if not on:
        return _called_off(case, meeting, person, gaps, file)
    if moved:
        subject = N_("Changed: %(meeting)s, %(when)s – %(review)s", **gaps)
        ask = N_("The meeting has been moved or changed. Now it is %(when)s.", when=said)
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
    case: OpenCase, meeting: _Meeting, person: Person, gaps: Mapping[str, Any], file: bytes
) -> MailWords:
    """To those who still take part with a link; to one who has left with what they knew already, and nothing else."""
    there = takes_place(case, meeting.artefact)
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


# ---- the file


def _file(
    case: OpenCase, meeting: _Meeting, person: Person, plan: Plan, sequence: int, method: Method
) -> bytes:
    settings = case.house.settings
    # Place and link are people's words: they stay behind the login (engine.md 30), and the page stands for them.
    bare = Plan(plan.date, plan.time, plan.until, place=_page(case))
    event = _event(case, meeting.artefact, bare, person.language, sequence=sequence, stamp=case.now)
    return invitation_file(
        event,
        case.house.calendar.zone.key,
        method=method,
        organizer=(say(settings.network_name, person.language), settings.mail_from),
        attendee=(person.name, carried(person.email)),
    )


def _event(
    case: OpenCase, artefact: Artefact, plan: Plan, language: str, *, sequence: int, stamp: datetime
) -> Event:
    assert plan.date is not None
    return Event(
        uid=_uid(case, artefact),
        sequence=sequence,
        stamp=stamp,
        title=f"{artefact.title.get(language)} – {wording.review_title(case.names)}",
        day=plan.date,
        start=clock_of(plan.time),
        until=clock_of(plan.until),
        place=plan.place,
        link=plan.link,
        page=_page(case),
    )


def _page(case: OpenCase) -> str:
    return case.house.settings.base_url.rstrip("/") + f"/reviews/{case.review.id}/meetings"


def _uid(case: OpenCase, artefact: Artefact) -> str:
    """Kept from the first invitation on: it must outlive another sender's address in the settings."""
    domain = case.house.settings.mail_from.rpartition("@")[2]
    return str(case.data(artefact.key).get("uid") or f"review-{case.review.id}-{artefact.key}@{domain}")


def _kept(plan: Plan) -> dict[str, str]:
    return {"date": plan.date.isoformat() if plan.date else "", "time": plan.time, "until": plan.until}


def _told_plan(meeting: _Meeting) -> Plan:
    return plan_of(meeting.row.data.get("told", {}))
