"""Meetings in the calendars of those who are to come: asked, moved and called off by mail (iTIP, RFC 5546).

By difference, as planned mail is: after every deed each meeting as it now stands is laid beside what each person's
calendar has been told of it, and whoever's is wrong gets one message. So nobody has to remember, at any of the
deeds that touch a meeting, a team or a review, that there are calendars. What has been told is kept with the meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from ...engine.language.definition import Artefact, Step, Workflow
from ...engine.running.case import OVER, Actor, Scope, See
from ...engine.running.decide import may
from ...engine.turns.whose_turn import recipients
from ...errors import N_
from ...rendering.calendars import Event, Method, invitation_file
from ...rendering.mails import MailWords
from ...rendering.words import say
from ...store.case import cases as cases_store
from ...store.case.case_rows import SHARED
from ...store.mail import outbox as outbox_store
from ...store.mail import planned as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ...store.review.rows import StateRow
from ..base import clock
from ..case.meeting_times import Plan, clock_of, plan_of
from ..case.opening import OpenCase, roles_of
from ..turns import wording
from .calendar_words import Meeting, Told, kept_plan, plan_known, told_plan, words_of
from .put_in_outbox import carried, enqueue

OVERTAKEN = N_("A newer mail about the meeting has gone instead.")
KIND = "meeting"


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
            plan = told_plan(meeting) if not told.on else plan_of(meeting.row.data)
            if plan.date is None or plan.date < case.house.calendar.day(case.now):
                return None
            return _words(case, meeting, person, told)
    return None


def takes_place(case: OpenCase, artefact: Artefact) -> bool:
    """Whether the meeting lies ahead: it has a day, and neither does the review rest nor has its course passed by."""
    data, standing = case.data(artefact.key), case.standing
    plan = plan_of(data)
    ahead = plan.date is not None and plan.date >= case.house.calendar.day(case.now)
    if not ahead or standing.ended or standing.on_hold or data.get("recorded") or case.until is not None:
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


def _meeting(case: OpenCase, artefact: Artefact, row: StateRow) -> Meeting:
    told = {int(person): Told(*values) for person, values in row.data.get("invited", {}).items()}
    wanted = _attendees(case, artefact) if takes_place(case, artefact) else {}
    return Meeting(artefact, row, told, wanted)


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
    actor = Actor(person, frozenset(roles_of(case.case, person, at)), person in case.case.conflicted)
    return bool(may(case.case, actor, See(artefact.key, "read", None, case.state(artefact.key)), at))


def _sequence(data: Mapping[str, Any]) -> int:
    """Grows with every plan, and with everything else that calendars are told anew (`recalls`)."""
    return max(int(data.get("sequence", 1)) - 1, 0) + int(data.get("recalls", 0))


def _compare(case: OpenCase, meeting: Meeting) -> None:
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
    kept = kept_plan(plan_of(meeting.row.data))
    plan = {"told": kept} if ask else {}
    invited = {str(person): list(values) for person, values in news.items()}
    # The plans that stand in somebody's calendar, so that a later mail says what has changed.
    stand = {str(number) for told in news.values() for number in (told.plan, told.knows)}
    plans = {**meeting.row.data.get("plans", {}), str(number): kept}
    plans = {number: one for number, one in plans.items() if number in stand}
    _keep(case, meeting, {**plan, "uid": _uid(case, meeting.artefact), "invited": invited, "plans": plans})


def _can_be_called_off(case: OpenCase, meeting: Meeting) -> bool:
    """What has been, or is held on its day, stays in the calendars as it was."""
    day, today = told_plan(meeting).date, case.house.calendar.day(case.now)
    return day is not None and (day > today or (day == today and case.state(meeting.artefact.key) != "held"))


def _conflicted(case: OpenCase, person: Person) -> bool:
    """A lead who works for one of the sides is told nothing of its meetings, if the definition says so."""
    if not person.is_lead or person.id not in case.case.conflicted:
        return False
    actor = Actor(person.id, frozenset({("lead", None)}), conflicted=True)
    return not any(
        may(case.case, actor, See(a.key, "read", None, case.state(a.key)), case.now)
        for a in case.artefacts_of("meeting")
    )


def _count(case: OpenCase, meeting: Meeting, people: Iterable[int]) -> None:
    """Let the SEQUENCE be greater than any that one of these has been told."""
    data = meeting.row.data
    least = max((meeting.told[p].sequence + 1 for p in people if p in meeting.told), default=0)
    missing = max(0, least - _sequence(data))
    _keep(case, meeting, {"recalls": int(data.get("recalls", 0)) + missing})


def _keep(case: OpenCase, meeting: Meeting, more: Mapping[str, Any]) -> None:
    data = {**meeting.row.data, **more}
    meeting.row = cases_store.put_data(case.session, case.rows, meeting.row, data)


# ---- telling


def _tell(case: OpenCase, meeting: Meeting, person: Person, *, on: bool, number: int) -> Told:
    before, sequence = meeting.told.get(person.id), _sequence(meeting.row.data)
    goes = _taken_back(case, before.mail) if before else None
    gone = before is not None and goes is None
    known = before is not None and (before.known or gone)
    knows = before.knows if before else 0
    if before is not None and gone:
        knows = before.plan if before.on else 0
    nothing = Told(number, sequence, 0, on=on, known=known, knows=knows)
    if not on and (not known or person.closed_at is not None):
        # Nobody hears that something is called off of which they have not heard.
        return nothing
    if on and knows and plan_known(meeting, knows) == plan_of(kept_plan(plan_of(meeting.row.data))):
        # Changed and changed back before anybody was told.
        return nothing
    real_now = clock.real_time(case.session, case.now)
    told = Told(number, sequence, 0, on=on, known=known, knows=knows)
    sent = enqueue(
        case.session,
        case.house,
        person=person,
        kind=KIND,
        words=_words(case, meeting, person, told),
        review_id=case.review.id,
        now=case.now,
        real_now=real_now,
        wait=_wait(case, meeting, before, goes, real_now, on=on, number=number),
    )
    return told._replace(mail=sent.id)


def _wait(
    case: OpenCase,
    meeting: Meeting,
    before: Told | None,
    goes: datetime | None,
    real_now: datetime,
    *,
    on: bool,
    number: int,
) -> timedelta:
    """Saves of one meeting gather for some minutes from the first; that the review ends or rests goes at once, and
    what the clock brings about from the morning of a working day (engine.md 28)."""
    if case.account is None:
        return case.house.calendar.opens(case.now) - case.now
    saved = (before is None or before.plan != number) if on else not plan_of(meeting.row.data).date
    if not saved:
        return timedelta(0)
    gathered = timedelta(seconds=case.house.settings.mail_gather)
    if goes is not None and before is not None and before.mail:
        return max(timedelta(0), min(gathered, goes - real_now))
    return gathered


def _taken_back(case: OpenCase, mail: int) -> datetime | None:
    """Take back a message that has certainly not gone, and return when it was to go; None where it may have arrived."""
    if not mail:
        return case.now
    row = outbox_store.outgoing_by_id(case.session, mail, lock=True)
    if row is not None and row.state in ("waiting", "failed") and not row.unclear:
        row.state, row.last_answer = "void", OVERTAKEN.text
        return row.next_at
    return row.next_at if row is not None and row.state == "void" else None


def _words(case: OpenCase, meeting: Meeting, person: Person, told: Told) -> MailWords:
    plan = plan_of(meeting.row.data) if told.on else told_plan(meeting)
    file = _file(case, meeting, person, plan, told.sequence, "REQUEST" if told.on else "CANCEL")
    return words_of(case, meeting, person, told, file, there=takes_place(case, meeting.artefact))


# ---- the file


def _file(
    case: OpenCase, meeting: Meeting, person: Person, plan: Plan, sequence: int, method: Method
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
