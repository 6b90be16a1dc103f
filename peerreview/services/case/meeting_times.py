"""When and where a meeting is: as it is typed, checked and kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import N_, Message
from ..base.checks import Checks
from ..base.odd_days import ask_day, check_hours
from .opening import OpenCase

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])")


@dataclass(frozen=True)
class Plan:
    """When and where. `time` and `until` are "09:30" or ""; all is as somebody planned it, or typed it."""

    date: date | None
    time: str = ""
    until: str = ""
    place: str = ""
    link: str = ""


def plan_of(data: Mapping[str, Any]) -> Plan:
    text = data.get("date")
    words = {name: str(data.get(name) or "") for name in ("time", "until", "place", "link")}
    return Plan(date=date.fromisoformat(text) if text else None, **words)


def clock_of(text: str) -> time | None:
    """ "9.30" and "09:30" as a time of day; None where it is none."""
    found = _CLOCK.fullmatch(text.strip())
    return time(int(found[1]), int(found[2])) if found else None


def checked_plan(
    case: OpenCase,
    key: str,
    day: str,
    start: str,
    until: str,
    place: str,
    link: str,
    already_held: bool,
    meant: str,
) -> Plan:
    """What was typed, checked. Raises Invalid (date, time, until, place, link; meant, where something is odd)."""
    checks = Checks(meant)
    found = checks.day("date", day, missing=N_("Write the day of the meeting."))
    _check_time_of_day(checks, start, until)
    plan = Plan(
        date=found,
        time=_written(start),
        until=_written(until),
        place=checks.line("place", place, most=300),
        link=checks.web_address("link", link),
    )
    if found is not None:
        held = case.state(key) == "held"
        fault = _fault_of(found, case.house.calendar.day(case.now), already_held or held, held)
        if fault:
            checks.faults["date"] = fault
        else:
            _ask_about(case, checks, key, plan, ahead=not (already_held or held))
    checks.stop()
    return plan


def _ask_about(case: OpenCase, checks: Checks, key: str, plan: Plan, *, ahead: bool) -> None:
    """What is odd about when it is, where that is new."""
    before, calendar = plan_of(case.data(key)), case.house.calendar
    assert plan.date is not None
    if plan.date != before.date:
        ask_day(checks, "date", plan.date, calendar, calendar.day(case.now))
        _ask_about_the_others(case, checks, key, plan.date)
    if (plan.date, plan.time, plan.until) != (before.date, before.time, before.until):
        hours = clock_of(plan.time), clock_of(plan.until)
        check_hours(checks, plan.date, *hours, calendar.zone, now=case.now if ahead else None)


def _ask_about_the_others(case: OpenCase, checks: Checks, key: str, day: date) -> None:
    """Meetings come in the order of the definition."""
    before = True
    for artefact in case.artefacts_of("meeting"):
        other = plan_of(case.data(artefact.key)).date
        if artefact.key == key:
            before = False
        elif other is not None and (day < other if before else day > other):
            gaps = {"meeting": artefact.title.in_a_row(), "day": other}
            words = N_("After this meeting comes the %(meeting)s, which is planned for %(day)s.", **gaps)
            if before:
                words = N_("Before this meeting comes the %(meeting)s, which is planned for %(day)s.", **gaps)
            checks.doubt("date", words, day.isoformat())


def _fault_of(day: date, today: date, already_held: bool, held: bool) -> Message | None:
    """engine.md 26: a meeting already held can be recorded; a date that should lie ahead and does not is refused."""
    if day < today and not already_held:
        return N_(
            "This day has been. Write a day that lies ahead, or tick that the meeting has already been held."
        )
    if day > today and held:
        return N_("The meeting has been held, so its day cannot lie ahead.")
    if day > today and already_held:
        return N_("You have ticked that the meeting has already been held, but this day lies ahead.")
    return None


def _check_time_of_day(checks: Checks, start: str, until: str) -> None:
    wrong = N_("Write a time of day, such as 09:30.")
    for field, text in (("time", start), ("until", until)):
        if text.strip() and clock_of(text) is None:
            checks.faults[field] = wrong
    first, last = clock_of(start), clock_of(until)
    if until.strip() and not start.strip():
        checks.faults["time"] = N_("Write when the meeting begins too.")
    elif first and last and last <= first:
        checks.faults["until"] = N_("The meeting ends before it begins.")


def _written(text: str) -> str:
    found = clock_of(text)
    return f"{found:%H:%M}" if found else ""


def when_of(plan: Plan, zone: ZoneInfo) -> date | datetime:
    """As it is said: the day, with the time of day where there is one."""
    assert plan.date is not None
    start = clock_of(plan.time)
    return datetime.combine(plan.date, start, zone) if start else plan.date
