"""Meetings: when and where the sides meet, what was noted, and who is told when a date moves.

A meeting's plan is kept with its state; `sequence` counts the plans, so that a calendar takes a moved meeting
for the same one (RFC 5545). The notes are a text of versions, as reports are.
"""

from __future__ import annotations

from datetime import datetime

from ...engine.language.definition import Artefact
from ...errors import N_, Conflict, Refused
from ...rendering.calendars import Event
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.meeting_times import Plan, checked_plan, plan_of
from ..case.opening import OpenCase
from ..case.texts import Which, token_of
from ..deeds.change import changing
from ..mail import calendar_invitations
from ..report import edit_report
from .meetings_page import after_leaving, notes_of, which


class PlanClash(Conflict):
    """Somebody has planned the meeting otherwise meanwhile: `stands` is what they wrote, `seen` its number."""

    def __init__(self, stands: Plan, seen: int):
        super().__init__(N_("Somebody else has planned this meeting meanwhile. Nothing of yours is lost."))
        self.stands, self.seen = stands, seen


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
        artefact = which(case, key)
        case.require(artefact.key, "write")
        plan = checked_plan(case, key, day, start, until, place, link, already_held, meant)
        before, sequence = plan_of(case.data(key)), int(case.data(key).get("sequence", 0))
        if plan == before:
            return plan
        if sequence != seen:
            raise PlanClash(before, sequence)
        _keep(case, key, plan, before, sequence + 1, recorded=already_held)
        return plan


def take_date_away(
    house: House, *, actor: Account, review_id: int, key: str, seen: int, now: datetime
) -> None:
    """The meeting does not take place on its day, and another one is not known yet. It leaves the calendars of those
    who were invited. Raises Refused where it has been held, and Conflict as plan_meeting does."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        which(case, key)
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
) -> edit_report.Saved:
    """Save the meeting's notes. `quietly`: by itself, while somebody writes. Raises drafting.Clash with both texts."""
    body = edit_report.cleaned(body)
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        artefact = which(case, key)
        case.require(artefact.key, "write")
        checks = Checks()
        checks.text("notes", body, most=edit_report.MAX_TEXT)
        checks.stop()
        newest = notes_of(case, key)
        saved = edit_report.save_text(case, Which(artefact, None), body, started_from, quietly)
        if not quietly and saved.token != token_of(newest):
            case.note("notes_saved", artefact=key, state=case.state(key), data={"version": saved.token})
        return saved


def events_of(case: OpenCase, language: str) -> list[Event]:
    """The meetings that have a date and that the actor may know of; while the review rests, those that have been."""
    today = case.house.calendar.day(case.now)
    kept = [a for a in case.artefacts_of("meeting") if a.per == "review" and case.sees(a.key, "read")]
    found = ((artefact, calendar_invitations.event_of(case, artefact, language)) for artefact in kept)
    there = [(a, e) for a, e in found if e is not None and not after_leaving(case, e)]
    return [e for a, e in there if e.day < today or not _called_off(case, a)]


def _called_off(case: OpenCase, artefact: Artefact) -> bool:
    return case.state(artefact.key) == "planned" and not calendar_invitations.takes_place(case, artefact)


# ---- which, and how it looks
