"""Meetings: when and where the sides meet, what was noted, and who is told when a date moves.

A meeting's plan is kept with its state; `sequence` counts the plans, so that a calendar takes a moved meeting
for the same one (RFC 5545). The notes are a text of versions, as reports are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..engine.case import Scope
from ..engine.definition import Artefact
from ..engine.redating import dues
from ..engine.timing import agreed_day
from ..errors import N_, Conflict, NotFound, Refused, Text
from ..rendering.calendars import Event, calendar_file
from ..store import planned
from ..store import reports as texts_store
from ..store.case_rows import SHARED
from ..store.reports import TextVersion
from . import drafting, invitations, ways
from .cases import OpenCase, looking
from .checks import Checks
from .deeds import changing
from .heads import ReviewHead, head_of
from .house import Account, House
from .offers import Offer, offers
from .plans import Plan, checked_plan, plan_of
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
        ways.enter(case, "meetings")
        seen = [artefact for artefact in _artefacts(case) if case.sees(artefact.key, "read")]
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
    meant: str = "",
    now: datetime,
) -> Plan:
    """Say when and where a meeting is, or where it was. Those concerned are told by mail where anything moves.
    `meant`: what is odd about it, as the form's tick has it.

    Raises Invalid (date, time, until, place, link, meant), Refused, and Conflict where somebody has planned it since
    the version `seen`."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = _which(case, key)
        case.require(artefact.key, "write")
        plan = checked_plan(case, key, day, start, until, place, link, already_held, meant)
        before, sequence = plan_of(case.data(key)), int(case.data(key).get("sequence", 0))
        if plan == before:
            return plan
        if sequence != seen:
            raise PlanClash(before, sequence)
        _keep(case, key, plan, before, sequence + 1, recorded=already_held)
        return plan


def way_to_conclude(house: House, *, actor: Account, review_id: int, key: str, now: datetime) -> str:
    """The path of the page on which the meeting is concluded; "" where the actor may not do that, or not yet."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        found = offers(case, does=f"{_which(case, key).key}.hold")
        return next((offer.href for offer in found if not offer.done and offer.why_not is None), "")


def take_date_away(
    house: House, *, actor: Account, review_id: int, key: str, seen: int, now: datetime
) -> None:
    """The meeting does not take place on its day, and another one is not known yet. It leaves the calendars of those
    who were invited. Raises Refused where it has been held, and Conflict as plan_meeting does."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        _which(case, key)
        case.require(key, "write")
        before, sequence = plan_of(case.data(key)), int(case.data(key).get("sequence", 0))
        if case.state(key) == "held":
            raise Refused(N_("the meeting has been held"))
        if before.date is None:
            return
        if sequence != seen:
            raise PlanClash(before, sequence)
        case.set_state(key, None, "unplanned", date="", time="", until="", sequence=sequence + 1)
        case.note(
            "meeting_unplanned",
            artefact=key,
            state="unplanned",
            data={"before": before.date.isoformat()},
        )


def _keep(case: OpenCase, key: str, plan: Plan, before: Plan, sequence: int, *, recorded: bool) -> None:
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
        recorded=recorded,
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
        event = invitations.event_of(case, _which(case, key), actor.language)
        if event is None or _after_leaving(case, event):
            raise NotFound(f"no date for {key}")
        return f"{key.replace('_', '-')}-{review_id}.ics", calendar_file(event, house.calendar.zone.key)


def events_of(case: OpenCase, language: str) -> list[Event]:
    """The meetings that have a date and that the actor may know of; while the review rests, those that have been."""
    today = case.house.calendar.day(case.now)
    kept = [a for a in case.artefacts_of("meeting") if a.per == "review" and case.sees(a.key, "read")]
    found = ((artefact, invitations.event_of(case, artefact, language)) for artefact in kept)
    there = [(a, e) for a, e in found if e is not None and not _after_leaving(case, e)]
    return [e for a, e in there if e.day < today or not _called_off(case, a)]


def _after_leaving(case: OpenCase, event: Event) -> bool:
    """A side that has withdrawn comes to no meeting any more."""
    return case.until is not None and event.day > case.house.calendar.day(case.until)


def _called_off(case: OpenCase, artefact: Artefact) -> bool:
    return case.state(artefact.key) == "planned" and not invitations.takes_place(case, artefact)


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
    return texts_store.newest(case.session, case.review.id, key, SHARED, case.until)


def _agreed(case: OpenCase, key: str) -> date | None:
    """The day that the agreement says for the step of the meeting, or that was given for it since."""
    step = invitations.step_of(case.workflow, key)
    if step is None or step.due is None or step.due.fact is None:
        return None
    place = step.path, Scope()
    return dues(case.case, case.now).get(place) or agreed_day(case.case, step.due.fact, Scope())
