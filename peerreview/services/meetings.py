"""Meetings: when and where the sides meet, what was noted, and who is told when a date moves.

A meeting's plan is kept with its state; `sequence` counts the plans, so that a calendar takes a moved meeting
for the same one (RFC 5545). The notes are a text of versions, as reports are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..engine.case import Scope
from ..engine.conditions import date_of
from ..engine.definition import Artefact, Step
from ..engine.planning import recipients
from ..errors import N_, Conflict, NotFound, Text
from ..rendering.calendars import Event, calendar_file
from ..rendering.mails import MailWords
from ..store import planned
from ..store import reports as texts_store
from ..store.cases import SHARED
from ..store.reports import TextVersion
from . import drafting, posting, wording
from .cases import OpenCase, looking
from .checks import Checks
from .deeds import changing
from .heads import ReviewHead, head_of
from .house import Account, House
from .mailing import enqueue
from .offers import Offer, offers
from .plans import Plan, checked_plan, clock_of, plan_of, when_of
from .texts import Which, token_of


@dataclass(frozen=True)
class MeetingView:
    """`agreed`: the day that the agreement says, where it says one; `late`: the day has passed and nobody has
    said that it was held. `seen`: what a new plan must carry; `token`: what a save of the notes must carry."""

    key: str
    title: Text
    state: str
    plan: Plan
    agreed: date | None
    late: bool
    seen: int
    held_at: datetime | None
    may_write: bool
    notes: str
    notes_by: str
    notes_at: datetime | None
    token: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class MeetingsView:
    head: ReviewHead
    meetings: tuple[MeetingView, ...]


@dataclass(frozen=True)
class MeetingPage:
    head: ReviewHead
    meeting: MeetingView
    today: date


class PlanClash(Conflict):
    """Somebody has planned the meeting otherwise meanwhile: `stands` is what they wrote, `seen` its number."""

    def __init__(self, stands: Plan, seen: int):
        super().__init__(N_("Somebody else has planned this meeting meanwhile. Nothing of yours is lost."))
        self.stands, self.seen = stands, seen


def meetings(house: House, *, actor: Account, review_id: int, now: datetime) -> MeetingsView:
    """All meetings of the review. Raises Refused for those who may see none, NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        artefacts = _artefacts(case)
        seen = [a for a in artefacts if case.sees(a.key, "read")]
        if not seen:
            case.require(artefacts[0].key, "read")
        return MeetingsView(head_of(case), tuple(_view(case, artefact) for artefact in seen))


def meeting(house: House, *, actor: Account, review_id: int, key: str, now: datetime) -> MeetingPage:
    """One meeting, to plan it or to write its notes. Raises Refused for those who may not write."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = _which(case, key)
        case.require(artefact.key, "write")
        return MeetingPage(head_of(case), _view(case, artefact), house.calendar.day(now))


def plan_meeting(
    house: House,
    *,
    actor: Account,
    review_id: int,
    key: str,
    day: str,
    start: str,
    until: str,
    place: str,
    link: str,
    already_held: bool,
    seen: int,
    now: datetime,
) -> Plan:
    """Say when and where a meeting is, or where it was. Those concerned are told by mail where anything moves.

    Raises Invalid (date, time, until, place, link), Refused, and Conflict where somebody has planned it since
    the version `seen`."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = _which(case, key)
        case.require(artefact.key, "write")
        plan = checked_plan(case, key, day, start, until, place, link, already_held)
        before, sequence = plan_of(case.data(key)), int(case.data(key).get("sequence", 0))
        if plan == before:
            return plan
        if sequence != seen:
            raise PlanClash(before, sequence)
        _keep(case, key, plan, before, sequence + 1)
        assert plan.date is not None
        if plan.date >= house.calendar.day(now) and not already_held:
            _tell(case, artefact, plan, moved=before.date is not None)
        return plan


def _keep(case: OpenCase, key: str, plan: Plan, before: Plan, sequence: int) -> None:
    assert plan.date is not None
    case.set_state(
        key,
        None,
        "planned" if case.state(key) == "unplanned" else None,
        date=plan.date.isoformat(),
        time=plan.time,
        until=plan.until,
        place=plan.place,
        link=plan.link,
        sequence=sequence,
        planned_at=case.now.isoformat(),
    )
    case.note(
        "meeting_moved" if before.date else "meeting_planned",
        artefact=key,
        state=case.state(key),
        data={
            "date": plan.date.isoformat(),
            "time": plan.time,
            "before": before.date.isoformat() if before.date else "",
        },
    )


def save_notes(
    house: House,
    *,
    actor: Account,
    review_id: int,
    key: str,
    body: str,
    started_from: str,
    quietly: bool = False,
    now: datetime,
) -> drafting.Saved:
    """Save the meeting's notes. `quietly`: by itself, while somebody writes. Raises drafting.Clash with both texts."""
    body = drafting.cleaned(body)
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = _which(case, key)
        case.require(artefact.key, "write")
        checks = Checks()
        checks.text("notes", body, most=drafting.MAX_TEXT)
        checks.stop()
        newest = _notes(case, key)
        saved = drafting.save_text(case, Which(artefact, None), body, started_from, quietly)
        if not quietly and saved.token != token_of(newest):
            case.note("notes_saved", artefact=key, state=case.state(key), data={"version": saved.token})
        return saved


def calendar_part(
    house: House, *, actor: Account, review_id: int, key: str, now: datetime
) -> tuple[str, bytes]:
    """The meeting for a calendar: a file's name and its bytes. NotFound where there is no date yet."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        event = _event(case, _which(case, key), actor.language)
        if event is None:
            raise NotFound(f"no date for {key}")
        return f"{key.replace('_', '-')}-{review_id}.ics", calendar_file(event, house.calendar.zone.key)


def events_of(case: OpenCase, language: str) -> list[Event]:
    """The meetings that have a date and that the actor may know of."""
    kept = [a for a in case.artefacts_of("meeting") if a.per == "review" and case.sees(a.key, "read")]
    return [event for artefact in kept if (event := _event(case, artefact, language)) is not None]


def _event(case: OpenCase, artefact: Artefact, language: str) -> Event | None:
    data, plan = case.data(artefact.key), plan_of(case.data(artefact.key))
    if plan.date is None:
        return None
    settings, number = case.house.settings, case.review.id
    planned_at = data.get("planned_at")
    return Event(
        uid=f"review-{number}-{artefact.key}@{settings.mail_from.rpartition('@')[2]}",
        sequence=max(int(data.get("sequence", 1)) - 1, 0),
        stamp=datetime.fromisoformat(planned_at) if planned_at else case.review.created_at,
        title=f"{artefact.title.get(language)} – {wording.review_title(case.names)}",
        day=plan.date,
        start=clock_of(plan.time),
        until=clock_of(plan.until),
        place=plan.place,
        link=plan.link,
        page=settings.base_url.rstrip("/") + f"/reviews/{number}/meetings",
    )


# ---- which, and how it looks


def _artefacts(case: OpenCase) -> tuple[Artefact, ...]:
    found = tuple(a for a in case.artefacts_of("meeting") if a.per == "review")
    if not found:
        raise NotFound("meetings")
    return found


def _which(case: OpenCase, key: str) -> Artefact:
    """The meeting that an address names; NotFound where there is none, or it is not open to the reader."""
    for artefact in _artefacts(case):
        if artefact.key == key and case.sees(key, "read"):
            return artefact
    raise NotFound(f"meeting {key}")


def _view(case: OpenCase, artefact: Artefact) -> MeetingView:
    key = artefact.key
    data, state, plan = case.data(key), case.state(key), plan_of(case.data(key))
    notes = _notes(case, key)
    held = data.get("held", {}).get("at") if state == "held" else None
    writer = planned.people(case.session, [notes.saved_by])[notes.saved_by].name if notes else ""
    return MeetingView(
        key=key,
        title=artefact.title,
        state=state,
        plan=plan,
        agreed=_agreed(case, key),
        late=state == "planned" and plan.date is not None and plan.date < case.house.calendar.day(case.now),
        seen=int(data.get("sequence", 0)),
        held_at=datetime.fromisoformat(held) if held else None,
        may_write=case.sees(key, "write"),
        notes=notes.body if notes else "",
        notes_by=writer,
        notes_at=notes.saved_at if notes else None,
        token=token_of(notes),
        offers=tuple(offer for offer in offers(case, does=f"{key}.hold") if not offer.done),
    )


def _notes(case: OpenCase, key: str) -> TextVersion | None:
    return texts_store.newest(case.session, case.review.id, key, SHARED)


def _step_of(case: OpenCase, key: str) -> Step | None:
    """The step in which the meeting is held: the one whose action says that it has been."""
    for step in case.workflow.walk():
        for action in step.actions.values():
            if any((effect.artefact, effect.effect) == (key, "hold") for effect in action.does):
                return step
    return None


def _agreed(case: OpenCase, key: str) -> date | None:
    """The day that the agreement says for the step of the meeting."""
    step = _step_of(case, key)
    if step is None or step.due is None or step.due.fact is None:
        return None
    return date_of(case.case, step.due.fact, Scope())


# ---- telling


def _tell(case: OpenCase, artefact: Artefact, plan: Plan, *, moved: bool) -> None:
    """What, when and a link to the page, to everybody whom the meeting's step concerns, but not to the one who acts."""
    assert plan.date is not None
    acting = case.account.person_id if case.account else None
    step = _step_of(case, artefact.key)
    refs = tuple(ref for rule in (step.mail if step else ()) for ref in rule.to)
    told = {seat.person: seat.party for seat in recipients(case.case, refs, Scope())}
    people = planned.people(case.session, set(told) - {acting})
    for person in people.values():
        if person.closed_at is None:
            party = told[person.id]
            enqueue(
                case.session,
                case.house,
                person=person,
                kind="meeting",
                words=_words(case, artefact, plan, person.id, party if party >= 0 else None, moved),
                review_id=case.review.id,
                now=case.now,
                real_now=posting.real_time(case.session, case.now),
            )


def _words(
    case: OpenCase, artefact: Artefact, plan: Plan, person: int, party: int | None, moved: bool
) -> MailWords:
    said = when_of(plan, case.house.calendar.zone)
    gaps = {"meeting": artefact.title, "when": said, "review": wording.review_title(case.names)}
    if moved:
        subject = N_("Changed: %(meeting)s, %(when)s – %(review)s", **gaps)
        ask = N_("The meeting has been moved or changed. Now it is %(when)s.", when=said)
    else:
        subject = N_("%(meeting)s, %(when)s – %(review)s", **gaps)
        ask = N_("The meeting is %(when)s.", when=said)
    return MailWords(
        subject=subject,
        why=wording.why(case, person, party),
        ask=(ask, N_("Place, link and a file for your calendar are on the page of the meetings.")),
        link=f"/reviews/{case.review.id}/meetings",
        button=N_("See the meeting"),
        names=case.names,
    )
