"""A workflow played through before it starts, and what a running review would still bring (the lead's)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from config import Settings

from ...engine.analysis.rehearsal import Event, made_up, rehearse
from ...engine.language.definition import Workflow
from ...engine.running.case import Case, Seat
from ...engine.running.dates import Calendar
from ...errors import N_, Invalid, Message, NotFound, PartyName, Text
from ...rendering.words import say
from ..base.access import only_lead
from ..base.house import Account, House, swedish_holidays, weeks
from ..base.words import Words
from ..case.opening import looking
from ..frame.review_head import ReviewHead, head_of

KINDS: Mapping[str, Message] = {
    "begins": N_("Step begins"),
    "does": N_("Expected"),
    "mail": N_("Mail"),
    "reminder": N_("Reminder"),
    "time": N_("Time runs out"),
    "ends": N_("End"),
}


@dataclass(frozen=True)
class Line:
    """One thing that happens. `who`: who does it, or whom the mail goes to; `why`: in one sentence.
    `many`: how many they are, where they are not named."""

    at: datetime
    kind: str
    word: Message
    mark: str
    title: Words
    side: Words
    who: tuple[Words, ...]
    why: Words
    due: date | None
    late: bool
    many: int = 0

    @property
    def mails(self) -> int:
        return self.many or len(self.who)


@dataclass(frozen=True)
class RehearsalView:
    """`roles`: (key, title) of those who can be late; `mails`: how many go, each recipient counted."""

    name: str
    title: Text
    parties: int
    most: int
    least: int
    start: date
    late: str
    roles: tuple[tuple[str, Text], ...]
    lines: tuple[Line, ...]
    mails: int
    ends_on: date | None


@dataclass(frozen=True)
class ForecastView:
    head: ReviewHead
    lines: tuple[Line, ...]
    mails: int
    ends_on: date | None


def rehearsal(
    house: House,
    *,
    actor: Account,
    workflow: str,
    parties: int | None,
    start: date | None,
    late: str,
    now: datetime,
) -> RehearsalView:
    """The page of the lead. NotFound for others, and where there is no such workflow."""
    only_lead(actor)
    definition = house.workflows.get(workflow)
    if definition is None:
        raise NotFound(workflow)
    return played(
        definition, house.calendar, parties=parties, start=start or house.calendar.day(now), late=late
    )


def played(
    workflow: Workflow, calendar: Calendar, *, parties: int | None, start: date, late: str
) -> RehearsalView:
    """A review of made-up parties, from its first day to its end. Raises Invalid where that cannot be."""
    parties = workflow.min_parties if parties is None else parties
    if not workflow.min_parties <= parties <= workflow.max_parties:
        raise Invalid(
            parties=N_("from %(least)s to %(most)s", least=workflow.min_parties, most=workflow.max_parties)
        )
    if late and late not in workflow.roles:
        raise Invalid(late=N_("there are: %(roles)s", roles=", ".join(workflow.roles)))
    if not 2015 <= start.year <= 2055:
        raise Invalid(start=N_("a day between 2015 and 2055"))
    begun = datetime.combine(calendar.on_or_after(start), time(9), calendar.zone).astimezone(UTC)
    case = made_up(workflow, parties, calendar)
    events = rehearse(case, begun, late=late)
    lines = tuple(_line(case, event, {}, {}) for event in events)
    roles = tuple((key, role.title) for key, role in workflow.roles.items() if role.of == "party")
    return RehearsalView(
        name=workflow.name,
        title=workflow.title,
        parties=parties,
        most=workflow.max_parties,
        least=workflow.min_parties,
        start=calendar.day(begun),
        late=late,
        roles=roles,
        lines=lines,
        mails=_mails(lines),
        ends_on=_ends_on(calendar, lines),
    )


def forecast(house: House, *, actor: Account, review_id: int, now: datetime) -> ForecastView:
    """What a running review brings from today on, if everybody does theirs in good time. For the lead alone."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        if ("lead", None) not in case.actor.roles:
            raise NotFound(f"forecast of review {review_id}")
        people = {seat.person_id: seat.person.name for seat in case.rows.seats}
        events = () if case.standing.ended or case.standing.on_hold else rehearse(case.case, now)
        # A step that is under way has begun already; what is told is what comes.
        lines = _all_missing(case.case, [(e, _line(case.case, e, people, case.names)) for e in events])
        return ForecastView(head_of(case), lines, _mails(lines), _ends_on(house.calendar, lines))


def _all_missing(case: Case, told: Iterable[tuple[Event, Line]]) -> tuple[Line, ...]:
    """The lines, where what single persons do with their own forms, or are reminded of, is one line without names: who
    has not answered is nobody's to know (engine.md 48)."""
    found: list[Line] = []
    at: dict[tuple[date, str, str, bool], int] = {}
    for event, line in told:
        if event.place[1].person is None:
            found.append(line)
            continue
        slot = (case.calendar.day(event.at), event.kind, event.place[0], event.late)
        if slot not in at:
            at[slot] = len(found)
            found.append(replace(line, side="", who=()))
        many = found[at[slot]].many + len(line.who)
        found[at[slot]] = replace(
            found[at[slot]], many=many, who=(N_("all who have not answered"),) if many else ()
        )
    return tuple(found)


def usual_calendar() -> Calendar:
    """Sweden's working days with the usual summer stop, for where there are no settings."""
    stop = Settings.model_fields["summer_stop"].default
    return Calendar(swedish_holidays(), weeks(stop))


def _mails(lines: tuple[Line, ...]) -> int:
    return sum(line.mails for line in lines if line.kind in ("mail", "reminder"))


def _ends_on(calendar: Calendar, lines: tuple[Line, ...]) -> date | None:
    return calendar.day(lines[-1].at) if lines and lines[-1].kind == "ends" else None


def _line(case: Case, event: Event, people: Mapping[int, str], names: Mapping[int, str]) -> Line:
    party = event.place[1].party
    return Line(
        at=event.at,
        kind=event.kind,
        word=KINDS[event.kind],
        # Nothing of it has happened: the word says what it is, the mark that it lies ahead.
        mark="late" if event.late else "todo",
        title=_title(case, event, names),
        side=PartyName(party) if party is not None else "",
        who=tuple(_person(case, seat, people) for seat in event.who),
        why=_why(case, event),
        due=event.due,
        late=event.late,
    )


def _person(case: Case, seat: Seat, people: Mapping[int, str]) -> Words:
    role = case.workflow.roles[seat.role].title if seat.role in case.workflow.roles else ""
    name = people.get(seat.person)
    if seat.party < 0:
        return role or N_("Project lead")
    if name:
        return N_("%(name)s (%(role)s, %(party)s)", name=name, role=role, party=PartyName(seat.party))
    return N_("%(role)s, %(party)s", role=role, party=PartyName(seat.party))


def _title(case: Case, event: Event, names: Mapping[int, str]) -> Words:
    workflow, step = case.workflow, case.workflow.step(event.place[0])
    if event.kind == "ends":
        return workflow.ends[event.action].title
    if event.kind == "does" and step is not None:
        return step.actions[event.action].title
    if event.rule is not None and event.rule.subject is not None:
        return _filled(case, event, event.rule.subject, names)
    if event.kind in ("mail", "reminder") and step is not None and event.reason != "told":
        return step.ask or step.title
    if event.kind == "mail" and event.reason == "ended":
        return N_("The review has ended")
    return step.title if step is not None else ""


def _filled(case: Case, event: Event, text: Text, names: Mapping[int, str]) -> Text:
    """A subject of the definition; without the review's name, which a made-up one has not."""
    party, step = event.place[1].party, case.workflow.step(event.place[0])
    filled = {}
    for language, words in text.translations:
        words = words.replace(" – {review}", "").replace("{review}", "")
        if step is not None:
            words = words.replace("{step}", step.title.get(language))
        for relation in ("own", "reviews", "reviewed_by"):
            sides = [] if party is None else [PartyName(p) for p in case.standing.related(relation, party)]
            if sides:
                words = words.replace(f"{{{relation}}}", say(sides, language, names))
        filled[language] = words.replace("{", "").replace("}", "")
    return Text.of(filled)


def _why(case: Case, event: Event) -> Words:
    step = case.workflow.step(event.place[0])
    title = step.title if step is not None else ""
    if event.kind == "mail" and event.reason == "action":
        action = step.actions.get(event.action) if step else None
        return N_("because somebody did this: %(action)s", action=action.title if action else event.action)
    if event.kind == "mail":
        return (
            N_("because the review ended")
            if event.reason == "ended"
            else N_("because this step began: %(step)s", step=title)
        )
    if event.kind == "reminder":
        if event.reason == "told":
            gone = N_("to know: others should have been done %(due)s", due=event.due)
            return gone if event.late else N_("to know: it is due %(due)s", due=event.due)
        late = N_("their turn, and it should have been done %(due)s", due=event.due)
        return late if event.late else N_("their turn, due %(due)s", due=event.due)
    if event.due is not None:
        return N_("due %(due)s", due=event.due)
    return ""
