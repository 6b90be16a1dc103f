"""The meetings of a review as they are read: when and where, what was noted, and as a file for one's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...engine.language.definition import Artefact
from ...engine.running.case import Scope
from ...engine.running.timing import agreed_day
from ...engine.turns.redating import dues
from ...errors import NotFound, Text
from ...rendering.calendars import Event, calendar_file
from ...store.artefacts import reports as texts_store
from ...store.artefacts.reports import TextVersion
from ...store.case.case_rows import SHARED
from ...store.mail import planned
from ..base.house import Account, House
from ..case import review_pages
from ..case.meeting_times import Plan, plan_of
from ..case.opening import OpenCase, looking
from ..case.texts import token_of
from ..frame.review_head import ReviewHead, head_of
from ..mail import calendar_invitations
from ..turns.offers import Offer, offers


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


def meetings(house: House, *, actor: Account, review_id: int, now: datetime) -> MeetingsView:
    """All meetings of the review. Raises Refused for those who may see none, NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        review_pages.enter(case, "meetings")
        seen = [artefact for artefact in _artefacts(case) if case.sees(artefact.key, "read")]
        return MeetingsView(head_of(case), tuple(_view(case, artefact) for artefact in seen))


def meeting(house: House, *, actor: Account, review_id: int, key: str, now: datetime) -> MeetingPage:
    """One meeting, to plan it or to write its notes. Raises Refused for those who may not write."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = which(case, key)
        case.require(artefact.key, "write")
        return MeetingPage(head_of(case), _view(case, artefact), house.calendar.day(now))


def way_to_conclude(house: House, *, actor: Account, review_id: int, key: str, now: datetime) -> str:
    """The path of the page on which the meeting is concluded; "" where the actor may not do that, or not yet."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        found = offers(case, does=f"{which(case, key).key}.hold")
        return next((offer.href for offer in found if not offer.done and offer.why_not is None), "")


def calendar_part(
    house: House, *, actor: Account, review_id: int, key: str, now: datetime
) -> tuple[str, bytes]:
    """The meeting for a calendar: a file's name and its bytes. NotFound where there is no date yet."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        event = calendar_invitations.event_of(case, which(case, key), actor.language)
        if event is None or after_leaving(case, event):
            raise NotFound(f"no date for {key}")
        return f"{key.replace('_', '-')}-{review_id}.ics", calendar_file(event, house.calendar.zone.key)


def after_leaving(case: OpenCase, event: Event) -> bool:
    """A side that has withdrawn comes to no meeting any more."""
    return case.until is not None and event.day > case.house.calendar.day(case.until)


def _artefacts(case: OpenCase) -> tuple[Artefact, ...]:
    found = tuple(a for a in case.artefacts_of("meeting") if a.per == "review")
    if not found:
        raise NotFound("meetings")
    return found


def which(case: OpenCase, key: str) -> Artefact:
    """The meeting that an address names; NotFound where there is none, or it is not open to the reader."""
    for artefact in _artefacts(case):
        if artefact.key == key and case.sees(key, "read"):
            return artefact
    raise NotFound(f"meeting {key}")


def _view(case: OpenCase, artefact: Artefact) -> MeetingView:
    key = artefact.key
    data, state, plan = case.data(key), case.state(key), plan_of(case.data(key))
    notes = notes_of(case, key)
    writer = planned.people(case.session, [notes.saved_by])[notes.saved_by].name if notes else ""
    return MeetingView(
        key=key,
        title=artefact.title,
        state=state,
        plan=plan,
        agreed=_agreed(case, key),
        late=state == "planned" and plan.date is not None and plan.date < case.house.calendar.day(case.now),
        seen=int(data.get("sequence", 0)),
        may_write=case.sees(key, "write"),
        notes=notes.body if notes else "",
        notes_by=writer,
        notes_at=notes.saved_at if notes else None,
        token=token_of(notes),
        offers=tuple(offer for offer in offers(case, does=f"{key}.hold") if not offer.done),
    )


def notes_of(case: OpenCase, key: str) -> TextVersion | None:
    return texts_store.newest(case.session, case.review.id, key, SHARED, case.until)


def _agreed(case: OpenCase, key: str) -> date | None:
    """The day that the agreement says for the step of the meeting, or that was given for it since."""
    step = calendar_invitations.step_of(case.workflow, key)
    if step is None or step.due is None or step.due.fact is None:
        return None
    place = step.path, Scope()
    return dues(case.case, case.now).get(place) or agreed_day(case.case, step.due.fact, Scope())
