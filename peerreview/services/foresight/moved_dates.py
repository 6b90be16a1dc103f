"""What moving an agreed date means, before it is done: every due date and every reminder that moves with it, and
what it clashes with. (Moving is in `moving`; what hangs on a date the engine says, in its own `redating`.)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ...engine.running.case import Case, FactKey, Granted, Place
from ...engine.running.dates import when
from ...engine.turns.redating import MailShift, counted, dues, follows, moved_dues, moved_mails
from ...errors import N_, Message, Text
from ...store.mail import planned as store
from ..base.free_days import stop_between, stop_said, why_free, working_days
from ..base.words import Words
from ..case.facts import DATES, MEETING_DATES
from ..case.opening import OpenCase
from ..mail import plan
from ..mail.lead_wishes import key_of
from ..terms.agreement_terms import LABELS
from ..turns.wording import by_side

# Fewer working days than these between two agreed dates are said.
FEW = 5
# Where there are more, the summer stop between them does no harm.
ROOMY = 40


@dataclass(frozen=True)
class DueView:
    """A step's due date before and after; `side` "" where all share the step or all sides' dates move alike."""

    step: Text
    side: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class MailView:
    """Reminders of one step that go in the same hour. `before` None: they appear; `after` None: they disappear.
    `names`: of the recipients, for the lead alone."""

    what: Message
    to: tuple[Words, ...]
    names: tuple[str, ...]
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class Foresight:
    dues: tuple[DueView, ...]
    mails: tuple[MailView, ...]
    clashes: tuple[Message, ...]


def foresight(case: OpenCase, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Foresight:
    """What it would mean that the agreement's dates, which are `before`, became `after`."""
    old, new = _with_dates(case, key, before), _with_dates(case, key, after)
    more = (*_short_of_time(case, before, after), *_meetings_elsewhere(case, before, after))
    return compared(case, old, new, more)


def with_more_time(case: OpenCase, place: Place, until: date) -> Foresight:
    """What it would mean that a side had until then for its step."""
    visit = case.standing.marks[place].visit
    granted = {**case.case.granted, (place, visit): Granted(until, case.house.calendar.day(case.now))}
    new = case.case.with_(granted=granted)
    return compared(case, case.case, new, tuple(_waiting_for(case, new, place, until)))


def compared(case: OpenCase, old: Case, new: Case, more: tuple[Message, ...]) -> Foresight:
    kept = {key_of(row): plan.kept_of(row) for row in store.planned_of(case.session, case.review.id)}
    shifts = moved_mails(old, new, kept, case.now)
    return Foresight(
        dues=_dues(case, old, new),
        mails=tuple(_mails(case, shifts)),
        clashes=tuple(dict.fromkeys((*_clashes(case, old, new), *more))),
    )


def _with_dates(case: OpenCase, key: str, dates: Mapping[str, Any]) -> Case:
    """The case as if these dates were written now."""
    values: dict[FactKey, Any] = {
        (key, f"dates.{name}", None): when(dates[name]) if dates.get(name) else False for name in DATES
    }
    facts = case.case.facts
    since = {**facts.since, **dict.fromkeys(values, case.now)}
    return case.case.with_(facts=replace(facts.with_(values), since=since))


def _dues(case: OpenCase, old: Case, new: Case) -> tuple[DueView, ...]:
    """A line a step where the sides' dates move alike, else a line a side."""
    by_step: dict[str, dict[tuple[date | None, date | None], list[int | None]]] = {}
    for shift in moved_dues(old, new, case.now):
        path, scope = shift.place
        by_step.setdefault(path, {}).setdefault((shift.before, shift.after), []).append(scope.party)
    found = []
    for step in case.workflow.walk():
        for (before, after), parties in by_step.get(step.path, {}).items():
            alike = len(parties) == len(case.standing.taking_part)
            names = [case.names[party] for party in parties if party is not None]
            found.append(DueView(step.title, "" if alike else ", ".join(names), before, after))
    return tuple(found)


# ---- mails


def _mails(case: OpenCase, shifts: tuple[MailShift, ...]) -> Iterator[MailView]:
    seats = {seat.id: seat for seat in case.case.seats}
    names = _names(case, shifts)
    groups: dict[tuple[str, str, datetime | None, datetime | None], list[MailShift]] = {}
    for shift in shifts:
        rule = shift.planned.key
        groups.setdefault((rule.step, rule.rule, shift.before, shift.after), []).append(shift)
    for (path, _, before, after), several in groups.items():
        told: dict[tuple[int | None, str], None] = {}
        for shift in several:
            seat = seats.get(shift.planned.key.seat)
            told[(seat.party, seat.role) if seat else (None, "lead")] = None
        people = dict.fromkeys(names[s.planned.person] for s in several if s.planned.person in names)
        yield MailView(
            what=_what(case.workflow.by_path[path].title, several[0]),
            to=by_side(case, told),
            names=tuple(people),
            before=before,
            after=after,
        )


def _what(step: Text, shift: MailShift) -> Message:
    if shift.planned.late:
        return N_("Reminder that this is late: %(step)s", step=step)
    return N_("Reminder: %(step)s", step=step)


def _names(case: OpenCase, shifts: tuple[MailShift, ...]) -> Mapping[int, str]:
    if ("lead", None) not in case.actor.roles:
        return {}
    people = store.people(case.session, {shift.planned.person for shift in shifts})
    return {id: person.name for id, person in people.items()}


# ---- clashes


def _clashes(case: OpenCase, old: Case, new: Case) -> Iterator[Message]:
    was, becomes = dues(old, case.now), dues(new, case.now)
    changed = {place for place in becomes if was.get(place) != becomes[place]}
    yield from _behind_us(case, becomes, changed)
    yield from _on_free_days(case, new, changed)
    yield from _out_of_order(case, becomes, changed)


def _behind_us(case: OpenCase, becomes: Mapping[Place, date], changed: set[Place]) -> Iterator[Message]:
    today = case.house.calendar.day(case.now)
    for place in changed:
        if becomes[place] < today:
            step = case.case.step(place).title
            yield N_("%(step)s: would be due %(day)s, which has been.", step=step, day=becomes[place])


def _on_free_days(case: OpenCase, new: Case, changed: set[Place]) -> Iterator[Message]:
    """Days that are counted from a date and fall where nobody works: they are taken earlier."""
    calendar = case.house.calendar
    for place, day in counted(new, case.now).items():
        if place in changed and not calendar.works(day):
            why = why_free(calendar, day) or N_("%(day)s is not a working day", day=day)
            yield N_(
                "%(step)s: %(why)s. It is due the working day before, %(due)s.",
                step=case.case.step(place).title,
                why=why,
                due=calendar.on_or_before(day),
            )


def _out_of_order(case: OpenCase, becomes: Mapping[Place, date], changed: set[Place]) -> Iterator[Message]:
    for later, day in becomes.items():
        for earlier, other in becomes.items():
            same_side = None in (later[1].party, earlier[1].party) or later[1].party == earlier[1].party
            wrong = day < other and same_side and changed & {later, earlier}
            if wrong and follows(case.case, later[0], earlier[0]):
                yield N_(
                    "%(step)s: would be due %(day)s, before this: %(other)s, %(other_day)s.",
                    step=case.case.step(later).title,
                    day=day,
                    other=case.case.step(earlier).title,
                    other_day=other,
                )


def _short_of_time(case: OpenCase, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Message]:
    calendar, today = case.house.calendar, case.house.calendar.day(case.now)
    days = [(name, calendar.due(when(after[name]))) for name in DATES if after.get(name)]
    ahead = [(name, day) for name, day in days if day >= today]
    for (one, first), (other, last) in zip([("", today), *ahead], ahead, strict=False):
        if all(before.get(name) == after.get(name) for name in (one, other)):
            continue
        left = working_days(calendar, first, last)
        gaps = {"first": LABELS[f"dates.{one}"] if one else N_("Today"), "last": LABELS[f"dates.{other}"]}
        if left < ROOMY and stop_between(calendar, first, last):
            weeks = stop_said(calendar)
            yield N_(
                "The summer stop, %(weeks)s, lies between these; %(left)s working days are left: %(first)s – %(last)s.",
                **gaps,
                weeks=weeks,
                left=left,
            )
        elif left == 1:
            yield N_("Between these two lies only one working day: %(first)s – %(last)s.", **gaps)
        elif left < FEW:
            yield N_(
                "Between these two lie only %(left)s working days: %(first)s – %(last)s.", **gaps, left=left
            )


def _waiting_for(case: OpenCase, new: Case, place: Place, until: date) -> Iterator[Message]:
    """How long the steps of all sides that come after this one would have left, and which would have none."""
    calendar = case.house.calendar
    later = {
        (other[0], day)
        for other, day in dues(new, case.now).items()
        if follows(case.case, other[0], place[0]) and _concerned(case, other, place)
    }
    for path, day in sorted(later, key=lambda one: (one[1], one[0]))[:3]:
        step = case.workflow.by_path[path].title
        left = working_days(calendar, until, day) if day > until else 0
        if left == 0:
            yield N_("%(step)s: due %(day)s, and no working day would be left for it.", step=step, day=day)
        else:
            yield N_(
                "%(step)s: due %(day)s, and %(left)s working days would be left for it.",
                step=step,
                day=day,
                left=left,
            )


def _concerned(case: OpenCase, other: Place, place: Place) -> bool:
    """Where parties stand apart, none waits for another."""
    return not case.workflow.apart or other[1].party in (None, place[1].party)


def _meetings_elsewhere(
    case: OpenCase, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Message]:
    """A meeting that somebody has planned stays where it is: it must be planned anew."""
    for artefact in case.artefacts_of("meeting"):
        name = MEETING_DATES.get(artefact.key, artefact.key)
        planned = case.data(artefact.key).get("date")
        moves = name in DATES and before.get(name) != after.get(name)
        if moves and planned and planned != after.get(name) and case.state(artefact.key) == "planned":
            yield N_(
                "The day of the %(meeting)s, %(day)s, is not moved by this. Plan it anew under Meetings.",
                meeting=artefact.title.in_a_row(),
                day=date.fromisoformat(planned),
            )
