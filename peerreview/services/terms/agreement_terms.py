"""An agreement's terms as they are typed, checked and kept. (What the fields are: store/artefacts/agreements.py.)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from ...engine.running.dates import Calendar, Fuzzy, add_months, when
from ...errors import N_, Message
from ..base.checks import Checks
from ..base.odd_days import ask_day, nearest_worked
from ..case.facts import DATES as DATES

REPORTS = ("separate", "joint")
OPENINGS = ("each", "all")
FOLLOW_UPS = ("6", "12")
READS = ("lead_reads_materials", "lead_reads_reports")
MOST_WISHES = 50
MOST_TITLE, MOST_NOTE = 200, 1000

# Weeks from the second meeting (domain.md A2): the habit of the method, as a proposal.
HABIT = {"materials": -6, "questions": -2, "second_meeting": 0, "report": 4, "closing": 8}
FIRST_PROPOSAL = timedelta(weeks=12)

LABELS: Mapping[str, Message] = {
    "period_from": N_("The period begins"),
    "period_to": N_("The period ends"),
    "report": N_("Report"),
    "opening": N_("The materials open"),
    "follow_up": N_("Follow-up"),
    "lead_reads_materials": N_("The project lead reads opened materials"),
    "lead_reads_reports": N_("The project lead reads handed-over reports"),
    "dates.materials": N_("The materials are handed in"),
    "dates.questions": N_("The questions are to be sent"),
    "dates.second_meeting": N_("Second meeting"),
    "dates.report": N_("The reports are done"),
    "dates.closing": N_("Closing meeting"),
}


PAST = N_("This day has been. Write a day that lies ahead.")


@dataclass(frozen=True)
class TypedWish:
    """A row of the form: `party` is the side whose document is wished for; `id` "" for a new one."""

    party: int
    title: str = ""
    note: str = ""
    id: str = ""

    @property
    def blank(self) -> bool:
        return not self.title.strip() and not self.note.strip()


@dataclass(frozen=True)
class Typed:
    """The form as it stands on the page: words, not yet checked. `dates` by key of facts.DATES."""

    period_from: str = ""
    period_to: str = ""
    report: str = ""
    opening: str = ""
    follow_up: str = ""
    lead_reads_materials: bool = False
    lead_reads_reports: bool = False
    dates: Mapping[str, str] = field(default_factory=dict)
    wishes: tuple[TypedWish, ...] = ()
    meant: str = ""

    def wishes_of(self, party: int) -> tuple[TypedWish, ...]:
        return tuple(wish for wish in self.wishes if wish.party == party)


# ---- from what is kept to the form, and to a beginning


def typed_of(fields: Mapping[str, Any]) -> Typed:
    return Typed(
        **{key: str(fields.get(key) or "") for key in ("period_from", "period_to", "report", "opening")},
        follow_up=str(fields.get("follow_up") or ""),
        lead_reads_materials=bool(fields.get("lead_reads_materials")),
        lead_reads_reports=bool(fields.get("lead_reads_reports")),
        dates={key: fields.get("dates", {}).get(key) or "" for key in DATES},
        wishes=tuple(
            TypedWish(wish["party"], wish["title"], wish.get("note", ""), wish["id"])
            for wish in fields.get("wishes", [])
        ),
    )


def beginning(calendar: Calendar, today: date) -> Typed:
    """What the form proposes where nothing has been written: last year, and the method's usual pace."""
    year = today.year - 1
    second_meeting = calendar.on_or_after(today + FIRST_PROPOSAL)
    return Typed(
        period_from=date(year, 1, 1).isoformat(),
        period_to=date(year, 12, 31).isoformat(),
        report="separate",
        opening="all",
        follow_up="12",
        dates=_iso(habit(calendar, today, second_meeting)),
    )


def habit(calendar: Calendar, today: date, second_meeting: date) -> dict[str, date]:
    """The dates as the method usually has them, seen from the second meeting. Where there are not weeks enough
    before it, the materials and the questions share those there are."""
    days = {key: second_meeting + timedelta(weeks=weeks) for key, weeks in HABIT.items()}
    if days["materials"] < today:
        left = (second_meeting - today).days
        days["materials"] = today + timedelta(days=left * 2 // 5)
        days["questions"] = today + timedelta(days=left * 4 // 5)
    early = ("materials", "questions")
    return {
        key: calendar.on_or_after(day) if key not in early or calendar.on_or_before(day) < today
        else calendar.on_or_before(day)
        for key, day in days.items()
    }  # fmt: skip


def roomy_from(calendar: Calendar, today: date) -> date:
    """The first day of a second meeting that leaves the usual weeks before it."""
    return calendar.on_or_after(today - timedelta(weeks=HABIT["materials"]))


def with_habit(typed: Typed, calendar: Calendar, today: date) -> Typed:
    """The form with all dates proposed from its second meeting. Raises Invalid where that is no day ahead."""
    checks = Checks()
    day = checks.day(
        "date_second_meeting",
        typed.dates.get("second_meeting", ""),
        missing=N_("Write the day of the second meeting first."),
    )
    if day is not None and (fault := _fault_of(day, calendar, today)):
        checks.faults["date_second_meeting"] = fault
    checks.stop()
    assert day is not None
    return replace(typed, dates=_iso(habit(calendar, today, day)))


def _iso(days: Mapping[str, date]) -> dict[str, str]:
    return {key: day.isoformat() for key, day in days.items()}


# ---- from the form to what is kept


@dataclass(frozen=True)
class Rules:
    """What the terms are checked against. `force`: the fields in force, {} before there are any: what stands
    there already need not lie ahead, and nothing may be left out. `known`: the dates as somebody has written them
    before, which are not asked about again. `locked`: fields that can no longer change; `fuzzy`: dates that may be a
    month, a term or a year."""

    calendar: Calendar
    today: date
    parties: Sequence[int]
    force: Mapping[str, Any]
    locked: frozenset[str] = frozenset()
    fuzzy: frozenset[str] = frozenset()
    known: Mapping[str, str] = field(default_factory=dict)


def fields_of(typed: Typed, rules: Rules, ids: Iterable[str]) -> dict[str, Any]:
    """The terms as they are kept. `ids`: of the wishes that the form began from; a row with another is new and
    has the id "". Raises Invalid with every fault."""
    checks = Checks(typed.meant)
    fields: dict[str, Any] = {
        **_period(typed, rules, checks),
        "report": _one_of(checks, "report", typed.report, REPORTS),
        "opening": _one_of(checks, "opening", typed.opening, OPENINGS),
        "follow_up": int(_one_of(checks, "follow_up", typed.follow_up, FOLLOW_UPS) or 0),
        "lead_reads_materials": typed.lead_reads_materials,
        "lead_reads_reports": typed.lead_reads_reports,
        "dates": _dates(typed, rules, checks),
        "wishes": _wishes(typed, rules, checks, set(ids)),
    }
    _keep_locked(fields, rules, checks)
    if rules.force:
        _leave_nothing_out(fields, rules, checks)
    checks.stop()
    return fields


def _one_of(checks: Checks, name: str, value: str, values: tuple[str, ...]) -> str:
    return checks.one_of(name, value, values) if value else ""


def _period(typed: Typed, rules: Rules, checks: Checks) -> dict[str, str]:
    first, last = checks.day("period_from", typed.period_from), checks.day("period_to", typed.period_to)
    if first and last and last < first:
        checks.faults["period_to"] = N_("The period ends before it begins.")
    elif first and last and add_months(first, 120) < last:
        checks.faults["period_to"] = N_("A period has ten years at most.")
    for name, day in (("period_from", first), ("period_to", last)):
        if day is not None and rules.known.get(name) != day.isoformat():
            ask_day(checks, name, day, rules.calendar, rules.today, worked=False, long_ago=None)
    return {
        "period_from": first.isoformat() if first else "",
        "period_to": last.isoformat() if last else "",
    }


def _dates(typed: Typed, rules: Rules, checks: Checks) -> dict[str, str]:
    agreed = rules.force.get("dates", {})
    before: tuple[str, date] | None = None
    found: dict[str, str] = {}
    for key in DATES:
        at = _when(key, typed.dates.get(key, "").strip(), rules, checks)
        if at is None:
            found[key] = ""
            continue
        day, found[key] = rules.calendar.due(at), at.isoformat()
        new = rules.known.get(key) != found[key]
        if agreed.get(key) != found[key] and day < rules.today:
            checks.faults[f"date_{key}"] = PAST
        elif new:
            ask_day(checks, f"date_{key}", day, rules.calendar, rules.today, soon=True)
        moved = new or (before is not None and rules.known.get(before[0]) != found[before[0]])
        if moved and before and (day < before[1] or (day == before[1] and key != "closing")):
            why = N_(
                "The day must lie after this one: %(other)s, %(day)s. Write a later day.",
                other=LABELS[f"dates.{before[0]}"],
                day=before[1],
            )
            checks.doubt(f"date_{key}", why, found[key])
        before = key, day
    return found


def _when(key: str, text: str, rules: Rules, checks: Checks) -> date | Fuzzy | None:
    """A day; or, where the definition lets this date be one, a month, a term or a year."""
    if key in rules.fuzzy or (text and text == rules.force.get("dates", {}).get(key)):
        try:
            at = when(text)
        except ValueError:
            at = None
        if isinstance(at, Fuzzy) and 1990 <= at.year <= 2059:
            return at
    return checks.day(f"date_{key}", text)


def _fault_of(day: date, calendar: Calendar, today: date) -> Message | None:
    if day < today:
        return PAST
    return nearest_worked(day, calendar, today)


def _wishes(typed: Typed, rules: Rules, checks: Checks, ids: set[str]) -> list[dict[str, Any]]:
    found = []
    for party in rules.parties:
        for row, wish in enumerate(typed.wishes_of(party)):
            if wish.blank:
                continue
            name = f"wish-{party}-{row}"
            title = checks.line(
                f"{name}-title", wish.title, most=MOST_TITLE, missing=N_("Write which document you wish for.")
            )
            note = checks.text(f"{name}-note", wish.note, most=MOST_NOTE)
            known = wish.id if wish.id in ids else ""
            found.append({"id": known, "party": party, "title": title, "note": note})
        if sum(wish["party"] == party for wish in found) > MOST_WISHES:
            checks.faults[f"wish-{party}-0-title"] = N_(
                "Wish for at most %(most)s documents.", most=MOST_WISHES
            )
    return found


def _keep_locked(fields: Mapping[str, Any], rules: Rules, checks: Checks) -> None:
    for key in rules.locked:
        if key in fields and rules.force.get(key) and fields[key] != rules.force[key]:
            checks.faults.setdefault(
                key, N_("This can no longer be changed: the steps that hang on it have begun.")
            )


def _leave_nothing_out(fields: Mapping[str, Any], rules: Rules, checks: Checks) -> None:
    empty = N_("Fill this in: an agreement that is in force has no gaps.")
    for key in ("period_from", "period_to", "report", "opening", "follow_up"):
        if not fields[key]:
            checks.faults.setdefault(key, empty)
    for key in DATES:
        if not fields["dates"][key]:
            checks.faults.setdefault(f"date_{key}", empty)
    for party in rules.parties:
        if not any(wish["party"] == party for wish in fields["wishes"]):
            checks.faults.setdefault(
                f"wish-{party}-0-title", N_("Wish for at least one document of each side.")
            )


def numbered(fields: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """The fields with an id for each new wish: one that no wish of this review has ever had."""
    numbers = [int(id[1:]) for id in taken if id[:1] == "w" and id[1:].isdigit()]
    following = max(numbers, default=0) + 1
    wishes = []
    for wish in fields["wishes"]:
        if not wish["id"]:
            wish = {**wish, "id": f"w{following}"}
            following += 1
        wishes.append(wish)
    return {**fields, "wishes": wishes}
