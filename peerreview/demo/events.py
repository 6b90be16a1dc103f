"""The demo's history as events in order of time: each is somebody's deed through the same offices as a page uses.

Nothing is written straight into the archive: what the demo shows could have been done by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from ..services.base.house import Account, House
from . import content, rounds
from .doing import Doing, Who
from .plans import PLANS, TODAY, YOUNG, Plan, Young

ZONE = ZoneInfo("Europe/Stockholm")
Deed = Callable[[Doing], None]
PARTICIPANTS: tuple[Who, ...] = ("coordinator", "contact", 0, 1, 2)
P = ParamSpec("P")


@dataclass(order=True)
class Event:
    at: datetime
    order: int
    deed: Deed = field(compare=False)
    story: int = field(compare=False)


def events(
    house: House, accounts: dict[str, Account], organisations: dict[str, int]
) -> Iterator[tuple[Event, Doing]]:
    """Every event up to TODAY, in order of time, with the review's hand to do it."""
    found: list[Event] = []
    doings: list[Doing] = []
    for plan in PLANS:
        doings.append(Doing(house, accounts, organisations, plan.codes, content.reviews()[plan.key], plan))
        found += _numbered(_whole(plan), len(doings) - 1, len(found))
    for young in YOUNG:
        doings.append(Doing(house, accounts, organisations, young.codes, None, None))
        found += _numbered(_young(young), len(doings) - 1, len(found))
    doings.append(Doing(house, accounts, organisations, (), None, None))
    course = ((at(day, hour), deed) for day, hour, deed in rounds.course())
    found += _numbered(course, len(doings) - 1, len(found))
    for event in sorted(found):
        if event.at.date() <= TODAY:
            yield event, doings[event.story]


def _deed(method: Callable[Concatenate[Doing, P], None], *args: P.args, **kwargs: P.kwargs) -> Deed:
    def deed(doing: Doing) -> None:
        method(doing, *args, **kwargs)

    return deed


def _numbered(pairs: Iterator[tuple[datetime, Deed]], story: int, first: int) -> list[Event]:
    return [Event(at, first + n, deed, story) for n, (at, deed) in enumerate(pairs)]


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    # Nobody here works at weekends.
    day -= timedelta(days=max(0, day.weekday() - 4))
    return datetime.combine(day, time(hour, minute), ZONE)


def _days(plan: Plan | Young, what: str, day: date, side: int) -> date:
    """The day on which a side did something, its own delay added."""
    late = plan.late.get(what, ())
    delay = late[side] if side < len(late) else 0
    return min(date(2200, 1, 1), day + timedelta(days=delay)) if day.year < 2100 else day


def _young(plan: Young) -> Iterator[tuple[datetime, Deed]]:
    yield at(plan.begun, 10), Doing.begin
    for side, _ in enumerate(plan.codes):
        yield at(_days(plan, "accepted", plan.accepted, side), 11 + side), _deed(Doing.accept, side)
        if plan.teams.year < 2100:
            yield at(plan.teams - timedelta(days=3), 13 + side), _deed(Doing.team, side)
        yield at(_days(plan, "teams", plan.teams, side), 13 + side, 20), _deed(Doing.confirm_team, side)
    if plan.meeting.year < 2100:
        day = max(_days(plan, "teams", plan.teams, side) for side in range(len(plan.codes))) + timedelta(
            days=2
        )
        yield at(day, 15), _deed(Doing.plan_meeting, "first_meeting", plan.meeting)


def _whole(plan: Plan) -> Iterator[tuple[datetime, Deed]]:
    yield from _young(Young(plan.codes, plan.begun, plan.accepted, plan.teams, plan.first_meeting, plan.late))
    sides = range(len(plan.codes))
    meeting = plan.first_meeting
    yield at(meeting, 13), Doing.write_agreement
    yield at(meeting, 15), _deed(Doing.act, 0, "held", "first_meeting")
    for side in sides:
        yield at(meeting + timedelta(days=side), 16), _deed(Doing.confirm_agreement, side)
    for side in sides:
        yield from _exchange(plan, side)
    yield from _second_meeting(plan)
    yield from _closing(plan)


def _exchange(plan: Plan, side: int) -> Iterator[tuple[datetime, Deed]]:
    handed = _days(plan, "materials", plan.materials, side)
    for number in range(5):
        # A side that is late has brought most of its documents all the same.
        day = min(handed, plan.materials + timedelta(days=3)) - timedelta(days=9 - 2 * number)
        if handed > TODAY and number > 2:
            continue
        yield at(day, 10 + side, 10 * number), _deed(Doing.add_document, side, number)
    yield at(handed, 14, side), _deed(Doing.act, side, "hand_in", "exchange/collect")
    sent = _days(plan, "questions", plan.questions, side)
    for number in range(8):
        day = min(sent, plan.questions) - timedelta(days=16 - 2 * number)
        yield at(day, 9 + side, 5 * number), _deed(Doing.write_question, side, number)
    yield at(sent, 15, side), _deed(Doing.act, side, "send", "exchange/work/study")
    draft = plan.drafts if plan.drafts.year < 2100 else plan.questions + timedelta(days=1)
    yield at(draft - timedelta(days=6), 13, side), _deed(Doing.write_report, side, half=True)
    yield at(draft - timedelta(days=2), 13, side), _deed(Doing.write_report, side)
    if plan.drafts.year < 2100:
        finish = _days(plan, "drafts", plan.drafts, side)
        yield at(finish, 16, side), _deed(Doing.act, side, "finish", "exchange/work/draft")


def _second_meeting(plan: Plan) -> Iterator[tuple[datetime, Deed]]:
    if plan.second_meeting.year >= 2100:
        return
    day, sides = plan.second_meeting, range(len(plan.codes))
    planned = max(_days(plan, "questions", plan.questions, side) for side in sides) + timedelta(days=1)
    yield at(planned, 9), _deed(Doing.plan_meeting, "second_meeting", plan.second_meeting)
    for side in sides:
        for number in range(8):
            yield at(day, 10 + side, 5 * number), _deed(Doing.answer, side, number)
    yield at(day, 14), _deed(Doing.act, 0, "present", "second_meeting")
    for side in sides:
        yield at(day, 15, 10 * side), _deed(Doing.comment, side)
    yield at(day, 16), _deed(Doing.act, 0, "held", "second_meeting")


def _closing(plan: Plan) -> Iterator[tuple[datetime, Deed]]:
    sides = range(len(plan.codes))
    for side in sides:
        day = _days(plan, "report", plan.report, side)
        if day.year < 2100:
            yield at(day, 11, side), _deed(Doing.finish_report, side)
    if plan.closing.year >= 2100:
        return
    day = plan.closing
    yield (
        at(plan.report + timedelta(days=3), 9),
        _deed(Doing.plan_meeting, "closing_meeting", plan.closing),
    )
    for side in sides:
        yield at(day, 13, side), _deed(Doing.act, side, "hand_over", "closing_meeting")
    for side in sides:
        yield at(day, 14, side), _deed(Doing.act, side, "acknowledge", "closing_meeting", "contact")
    yield at(day, 15), _deed(Doing.act, 0, "held", "closing_meeting")
    for side in sides:
        for number, who in enumerate(PARTICIPANTS):
            # The contact of the second side and one member leave it: the evaluation ends by time.
            if side == 1 and who in ("contact", 2):
                continue
            answered = day + timedelta(days=2 + 2 * number + side)
            yield at(answered, 10 + side, number), _deed(Doing.evaluate, side, who)
    for side in sides:
        followed = _days(plan, "follow_up", plan.follow_up, side)
        if followed.year < 2100:
            yield (
                at(min(followed, TODAY) - timedelta(days=1), 9, side),
                _deed(Doing.write_follow_up, side),
            )
            yield at(followed, 15, side), _deed(Doing.act, side, "report_back", "follow_up")
    yield from _told(plan)


def _told(plan: Plan) -> Iterator[tuple[datetime, Deed]]:
    """What the sides tell the network, some weeks after the closing meeting."""
    found = content.reviews()[plan.key].sides
    for side, own in enumerate(found):
        if "example" in own.more:
            day = plan.closing + timedelta(days=42 + 14 * side)
            yield at(day, 10), _deed(Doing.write_example, side)
            if own.more["example"].get("about"):
                for other in range(len(found)):
                    if other != side:
                        yield at(day + timedelta(days=6), 14), _deed(Doing.consent_to_example, other)
