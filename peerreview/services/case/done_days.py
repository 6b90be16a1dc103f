"""The day on which something was done, beside the one for which it was planned: the two are told apart everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from ...engine.language.definition import Span
from ...engine.running.case import OVER, SKIPPED, WAIVED
from .facts import MEETING_DATES
from .opening import OpenCase


def done_on(case: OpenCase, path: str, party: int | None = None) -> date | None:
    """When a step was over, for a side or (None) for the last of all; None where it is not, or nobody waited for it.
    What was over with the word that a meeting had been held was over on the day of the meeting, however late the
    word was given."""
    marks = [
        mark
        for place, mark in case.standing.marks.items()
        if place[0] == path and (party is None or place[1].party in (None, party)) and mark.state != SKIPPED
    ]
    if not marks or any(mark.state not in OVER or mark.state == WAIVED for mark in marks):
        return None
    last = max(mark.since for mark in marks)
    days = [held for key, at in _said_to_be_held(case, path) if at == last and (held := held_on(case, key))]
    return max(days, default=case.house.calendar.day(last))


def _said_to_be_held(case: OpenCase, path: str) -> Iterator[tuple[str, datetime]]:
    """The meetings that are held in a step, and when each was said to have been."""
    for action in case.workflow.by_path[path].actions.values():
        for effect in action.does:
            at = case.data(effect.artefact).get("held", {}).get("at") if effect.effect == "hold" else None
            if at:
                yield effect.artefact, datetime.fromisoformat(at)


def done_by(case: OpenCase, name: str) -> date | None:
    """When what an agreed date is for was done: the meeting held, or the last step over that is due by it."""
    for artefact in case.artefacts_of("meeting"):
        if MEETING_DATES.get(artefact.key, artefact.key) == name:
            return held_on(case, artefact.key)
    days = []
    for step in case.workflow.walk():
        fact = step.due.fact if step.due is not None and step.due.span == Span() else None
        if fact is None or fact.fact != f"dates.{name}" or _is_skipped(case, step.path):
            continue
        day = done_on(case, step.path)
        if day is None:
            return None
        days.append(day)
    return max(days, default=None)


def held_on(case: OpenCase, meeting: str) -> date | None:
    """The day of a meeting that has been held; nobody concludes one whose day lies ahead."""
    text = case.data(meeting).get("date")
    return date.fromisoformat(text) if text and case.state(meeting) == "held" else None


def _is_skipped(case: OpenCase, path: str) -> bool:
    marks = [mark for place, mark in case.standing.marks.items() if place[0] == path]
    return bool(marks) and all(mark.state == SKIPPED for mark in marks)
