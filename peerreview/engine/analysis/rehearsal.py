"""A review played through on a clock of its own: who does what when, and every mail that would go (pure).

People write what there is to write and do what is theirs two working days before it is due; a meeting is held on
its day. Whoever holds the `late` role does nothing until three working days after the last reminder. All of it
goes through `fire`, `tick`, `plan` and `deed_mails`, as in a review that runs; from a running one, the same
plays what is still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from ..language.definition import Action, MailRule, Workflow
from ..running import joint
from ..running.beginning import first_standing
from ..running.case import ACTIVE, SHARED, Actor, Case, Do, FactKey, Facts, Place, Scope, Seat
from ..running.dates import Calendar
from ..running.decide import already_done, may
from ..running.flow import active, wake_at
from ..running.moves import Move, fire, tick
from ..running.timing import due_date
from ..turns.planning import MailKey, Planned, plan
from ..turns.telling import deed_mails
from ..turns.whose_turn import applies, recipients, whose_turn
from .possible_facts import Writing

LEAD = 9
BEFORE_DUE, AFTER_LAST_REMINDER = 2, 3
MOST_EVENTS = 5000
# Weeks after the agreement is filled in, where it asks for dates: materials, questions, ... in this order.
WEEKS = {"materials": 6, "questions": 10, "second_meeting": 12, "report": 16, "closing": 20}


@dataclass(frozen=True)
class Event:
    """Something that happens at `at`.

    `kind`: begins (a step, with its due date), does (an action), mail (of a deed), reminder, time (a step ends
    or opens by time alone), ends. `who` does it or gets it; `rule` holds a mail's own words; `reason` why a
    mail of a deed goes: begun, action, ended."""

    at: datetime
    kind: str
    place: Place = ("", SHARED)
    action: str = ""
    who: tuple[Seat, ...] = ()
    due: date | None = None
    late: bool = False
    rule: MailRule | None = None
    reason: str = ""


def made_up(workflow: Workflow, parties: int, calendar: Calendar) -> Case:
    """A review of parties that there are not: somebody for each role of a party, two members in each team."""
    seats: list[Seat] = []
    for party in range(parties):
        for key, role in workflow.roles.items():
            if role.of == "party":
                included = any(key in other.includes for other in workflow.roles.values())
                for _ in range(2 if included else 1):
                    number = len(seats) + 1
                    seats.append(Seat(number, 100 + number, party, key))
    return Case(workflow, first_standing(workflow, parties), Facts(), calendar, tuple(seats), (LEAD,))


def rehearse(case: Case, start: datetime, *, late: str = "") -> tuple[Event, ...]:
    """Play `case` from `start` to its end, or to where nobody can do anything more."""
    return tuple(_Rehearsal(case, start, late).play())


@dataclass
class _Rehearsal:
    case: Case
    now: datetime
    late: str
    sent: set[MailKey] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.writing = Writing(self.case.workflow)
        self.plans: tuple[Planned, ...] = ()

    def play(self) -> Iterator[Event]:
        # A review begins before anybody can have written anything.
        yield from self._moved(tick(self.case, self.now), None)
        for _ in range(MOST_EVENTS):
            if not self.case.standing.ended:
                self._write()
                yield from self._moved(tick(self.case, self.now), None)
            if self.case.standing.ended:
                return
            deed, mail, woken = self._next_deed(), self._next_mail(), wake_at(self.case, self.now)
            instants = [at for at in (deed and deed[0], mail, woken) if at is not None]
            if not instants:
                return
            self.now = max(self.now, min(instants))
            if mail == self.now or (mail is not None and mail <= self.now):
                yield from self._reminders()
            elif deed is not None and deed[0] <= self.now:
                yield from self._do(*deed[1:])
            else:
                yield from self._moved(tick(self.case, self.now), None)

    # ---- what people write

    def _write(self) -> None:
        """Everything that somebody may write is written; an agreement is filled in with its usual choices."""
        values: dict[FactKey, object] = {}
        if not self.case.facts.get(*self._agreed_key()):
            filled = next(self.writing.choices(self.case), None)
            values.update(self._dated(filled or {}))
        for artefact, fact, owner in self.writing.free(self.case):
            thing = self.case.workflow.artefacts[artefact]
            if fact in thing.kind.fields:
                continue
            owners = [s.person for s in self.case.seats] if thing.per == "person" else [owner]
            values.update({(artefact, fact, o): True for o in owners})
        self.case = self.case.with_(facts=self.case.facts.with_(values))

    def _agreed_key(self) -> FactKey:
        found = (a.key for a in self.case.workflow.artefacts.values() if a.kind.values)
        return (next(found, ""), "complete", None)

    def _dated(self, filled: Mapping[FactKey, object]) -> dict[FactKey, object]:
        calendar = self.case.calendar
        values = dict(filled)
        for artefact, fact, owner in filled:
            if fact.startswith("dates."):
                weeks = WEEKS.get(fact.removeprefix("dates."), 8)
                day = calendar.on_or_after(calendar.day(self.now) + timedelta(weeks=weeks))
                values[(artefact, fact, owner)] = day
                values[(artefact, "follow_up", None)] = 6
        return values

    # ---- deeds

    def _next_deed(self) -> tuple[datetime, Seat, Do] | None:
        """The deed that is done next: for each place the first action that somebody there can do."""
        self.plans = plan(self.case, self.now)
        found: list[tuple[datetime, int, Seat, Do]] = []
        for place in active(self.case):
            if self.case.standing.marks[place].state != ACTIVE or self.case.step(place).children:
                continue
            for seat in whose_turn(self.case, place):
                what = self._possible(place, seat)
                if what is not None:
                    found.append((self._when(place, seat), len(found), seat, what))
        if not found:
            return None
        at, _, seat, what = min(found)
        return max(at, self.now + timedelta(minutes=10)), seat, what

    def _possible(self, place: Place, seat: Seat) -> Do | None:
        actor = self._actor(seat)
        for action in self.case.step(place).actions.values():
            what = Do(action.key, place)
            if action.optional or not self._theirs(action, place, seat):
                continue
            if may(self.case, actor, what, self.now):
                return what
        return None

    def _theirs(self, action: Action, place: Place, seat: Seat) -> bool:
        scope = place[1] if place[1].party is not None else Scope(seat.party if seat.party >= 0 else None)
        people = recipients(self.case, action.by, place[1])
        of_party = any(s.party >= 0 for s in people)
        return (
            (seat.party >= 0 or not of_party)
            and applies(self.case, action, scope, place[0])
            and not already_done(self.case, action, scope)
        )

    def _actor(self, seat: Seat) -> Actor:
        if seat.party < 0:
            network = (k for k, role in self.case.workflow.roles.items() if role.of == "network")
            return Actor(seat.person, frozenset((key, None) for key in network))
        roles = (seat.role, *self.case.workflow.roles[seat.role].includes)
        return Actor(seat.person, frozenset((role, seat.party) for role in roles))

    def _when(self, place: Place, seat: Seat) -> datetime:
        """When somebody does what is theirs: in good time, a meeting on its day; or late."""
        calendar, mark = self.case.calendar, self.case.standing.marks[place]
        begun = calendar.day(mark.since)
        due = due_date(self.case, place) or calendar.add(begun, 5)
        if seat.role == self.late:
            reminders = [p.at for p in self.plans if p.place == place]
            last = calendar.day(max(reminders)) if reminders else due
            day = calendar.add(max(last, due), AFTER_LAST_REMINDER)
        elif place[1].party is None:
            day = due
        else:
            day = calendar.add(due, -BEFORE_DUE - place[1].party)
        day = max(day, calendar.add(begun, 1))
        return datetime.combine(day, time(10, 2 * (seat.id % 30)), calendar.zone).astimezone(UTC)

    def _do(self, seat: Seat, what: Do) -> Iterator[Event]:
        due = due_date(self.case, what.place)
        late = due is not None and self.case.calendar.day(self.now) > due
        move = fire(self.case, self._actor(seat), what, self.now, reason="-")
        yield Event(self.now, "does", what.place, what.action, (seat, *self._with(seat, what)), due, late)
        yield from self._moved(move, seat.person)

    def _with(self, seat: Seat, what: Do) -> Iterator[Seat]:
        """Those of the other sides who do it too: all approve the same version of a text that all share."""
        place = what.place
        action = self.case.step(place).actions[what.action]
        if text := joint.shared_text(self.case.workflow, action, place):
            for party in joint.awaited(self.case, text, seat.party):
                yield from islice((s for s in self.case.seats if (s.party, s.role) == (party, seat.role)), 1)

    def _moved(self, move: Move, actor: int | None) -> Iterator[Event]:
        self.case = move.case
        if move.action is None:
            for place in move.left:
                if not self.case.step(place).children:
                    yield Event(self.now, "time", place)
        yield from self._deed_mails(move, actor, ("action",))
        for place in move.entered:
            if not self.case.step(place).children:
                yield Event(self.now, "begins", place, due=due_date(self.case, place))
        yield from self._deed_mails(move, actor, ("begun", "ended"))
        if self.case.standing.ended:
            yield Event(self.now, "ends", action=self.case.standing.ended)

    # ---- mails

    def _deed_mails(self, move: Move, actor: int | None, reasons: tuple[str, ...]) -> Iterator[Event]:
        """Mails of one rule at one place are one event with several recipients."""
        together: dict[tuple[Place, MailRule, str], list[Seat]] = {}
        for mail in deed_mails(move, actor, self.now):
            if mail.reason in reasons:
                together.setdefault((mail.place, mail.rule, mail.reason), []).append(
                    self._seat(mail.person, mail.party)
                )
        for (place, rule, reason), seats in together.items():
            key = move.action.key if move.action is not None and reason == "action" else ""
            yield Event(self.now, "mail", place, key, tuple(seats), due_date(self.case, place) if place[0] else None,
                        rule=rule, reason=reason)  # fmt: skip

    def _seat(self, person: int, party: int | None) -> Seat:
        for seat in self.case.seats:
            if person in (seat.person, seat.reader(self.now)) and (party is None or seat.party == party):
                return seat
        network = (k for k, role in self.case.workflow.roles.items() if role.of == "network")
        return Seat(-person, person, -1, next(network, ""))

    def _next_mail(self) -> datetime | None:
        return min((p.at for p in self.plans if p.at >= self.now and p.key not in self.sent), default=None)

    def _reminders(self) -> Iterator[Event]:
        together: dict[tuple[Place, bool, date, bool], list[Seat]] = {}
        for planned in self.plans:
            if planned.at == self.now and planned.key not in self.sent:
                self.sent.add(planned.key)
                slot = (planned.place, planned.late, planned.due, planned.own_turn)
                together.setdefault(slot, []).append(self._seat(planned.person, planned.place[1].party))
        for (place, late, due, own), seats in together.items():
            reason = "turn" if own else "told"
            yield Event(self.now, "reminder", place, "", tuple(seats), due, late, reason=reason)
