"""New days for steps whose own has been when they begin again: asked for in the form of the deed that brings them back.

Whoever goes back to a step, or goes on after a rest, would else leave people late on arrival, with a mail that names a
day that has been and no reminder. The new day is kept as more time for that visit of the step: the agreement stays as
it was confirmed, and pages that tell of its dates tell of this one too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ...engine.language.definition import Action
from ...engine.running.case import ACTIVE, Place, Standing
from ...engine.running.moves import Move
from ...engine.turns.redating import dues, follows
from ...errors import N_, Text
from ..base.checks import Checks
from ..base.odd_days import ask_day
from ..case.extensions import GRANTED, Entry, entries, kept
from ..case.opening import OpenCase

# So many working days the form proposes for the first step; the later ones keep their distance to it.
ROOM = 10
APART = 5


@dataclass(frozen=True)
class NewDay:
    """A step for which a day is asked. `sides`: whose, () for all; `was`: the day that has been, or that comes before
    what it follows; `field`: of the form."""

    field: str
    path: str
    step: Text
    sides: tuple[str, ...]
    was: date
    proposed: date
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Given:
    """A day that was typed for a step."""

    of: NewDay
    day: date


def asked(case: OpenCase, move: Move) -> tuple[NewDay, ...]:
    """The steps that `move` brings back, or lets go on, whose day has been, in the definition's order."""
    if move.action is None or not asks(case, move.action):
        return ()
    today, calendar = case.house.calendar.day(case.now), case.house.calendar
    found: list[NewDay] = []
    shift = timedelta()
    for path, days in _by_step(case, move).items():
        was = min(days.values())
        before = [one.proposed for one in found if follows(case.case, path, one.path)]
        if was > today and not any(was < day for day in before):
            continue
        shift = shift or calendar.add(today, ROOM) - was
        proposed = max(was + shift, *(calendar.add(day, APART) for day in before), calendar.add(today, 1))
        parties = [scope.party for _, scope in days]
        some = None not in parties and set(parties) < set(move.case.standing.taking_part)
        found.append(
            NewDay(
                field=f"day_{case.workflow.order[path]}",
                path=path,
                step=case.workflow.by_path[path].title,
                sides=tuple(case.names[party] for party in parties if party is not None) if some else (),
                was=was,
                proposed=calendar.on_or_after(proposed),
                places=tuple(days),
            )
        )
    return tuple(found)


def asks(case: OpenCase, action: Action) -> bool:
    """Whether an action can bring steps back, or let go on what stood still."""
    to = action.to
    goes_back = to is not None and to != "next" and to not in case.workflow.ends
    return goes_back or _reopens(action) or action.moves in ("back", "go_on", "resume")


def _reopens(action: Action) -> bool:
    """Whether it opens again what the step had closed, in the step itself: a team that is unlike the others."""
    return any(effect.effect == "reopen" for effect in action.does)


def _by_step(case: OpenCase, move: Move) -> dict[str, dict[Place, date]]:
    """By step, the days of what the move lets begin, or what may still begin after it; with `resume` of all that goes
    on too."""
    before, after = move.before.standing.marks, move.case.standing.marks
    found: dict[str, dict[Place, date]] = {}
    for place, day in dues(move.case, case.now).items():
        mark, old = after.get(place), before.get(place)
        goes_on = mark is not None and old is not None and (mark.state, mark.visit) == (ACTIVE, old.visit)
        stays = goes_on and old is not None and old.state == ACTIVE
        if (stays and not _resumes(move) and not _opens_again(move, place)) or _concerns_one(move, place):
            continue
        # What is due today has a day yet, unless it begins only now.
        late = day < move.case.calendar.day(case.now) or not goes_on
        if late and _is_of(move, place) and not _is_agreed_anew(case, move, place):
            found.setdefault(place[0], {})[place] = day
    return found


def _resumes(move: Move) -> bool:
    return move.action is not None and move.action.moves == "resume"


def _opens_again(move: Move, place: Place) -> bool:
    return move.action is not None and _reopens(move.action) and place == move.place


def _concerns_one(move: Move, place: Place) -> bool:
    """A side that opens its own again gives others no days."""
    return move.action is not None and _reopens(move.action) and place != move.place


def _is_of(move: Move, place: Place) -> bool:
    """Whether it is of the side that the move is about, or of all."""
    choice = move.choice
    party = choice.place[1].party if choice.place is not None else choice.party
    party = move.scope.party if party is None else party
    return party is None or place[1].party in (None, party)


def _is_agreed_anew(case: OpenCase, move: Move, place: Place) -> bool:
    """An agreement that all confirm anew gets its new days in itself."""
    due = case.case.step(place).due
    anew = {
        done.artefact
        for done in move.effects
        if done.effect == "reopen" and case.artefact(done.artefact).kind.name == "agreement"
    }
    return due is not None and due.fact is not None and due.fact.artefact in anew


# ---- what was typed


def checked(case: OpenCase, move: Move, typed: Mapping[str, str], meant: str) -> tuple[Given, ...]:
    """The days that were typed for what is asked. Raises Invalid (day_…, meant)."""
    checks, calendar = Checks(meant), case.house.calendar
    today = calendar.day(case.now)
    found: list[Given] = []
    for one in asked(case, move):
        day = checks.day(one.field, typed.get(one.field, ""), missing=N_("Write a new day for this step."))
        if day is None:
            continue
        if day <= today:
            checks.faults[one.field] = N_("Write a day that lies ahead.")
        elif day < one.was:
            checks.faults[one.field] = N_("It is due %(due)s. Write a later day.", due=one.was)
        else:
            ask_day(checks, one.field, day, calendar, today, soon=True, later=True)
            _ask_about_the_order(case, checks, one, day, found)
            found.append(Given(one, day))
    checks.stop()
    return tuple(found)


def _ask_about_the_order(
    case: OpenCase, checks: Checks, one: NewDay, day: date, before: Sequence[Given]
) -> None:
    for earlier in before:
        if day < earlier.day and follows(case.case, one.path, earlier.of.path):
            words = N_(
                "The day must lie after this one: %(other)s, %(day)s. Write a later day.",
                other=earlier.of.step,
                day=earlier.day,
            )
            checks.doubt(one.field, words, day.isoformat())


def give(case: OpenCase, days: Sequence[Given]) -> None:
    """Keep the days, after the move: as more time for the visits of the steps that are to come, or under way."""
    if not days:
        return
    found = entries(case.review.more_time)
    last = max((entry.number for entry in found), default=0)
    case.review.more_time = kept((*found, *_entries(case, case.standing, days, last)))
    for given in days:
        _note(case, given)
    case.refresh()


def _entries(case: OpenCase, standing: Standing, days: Sequence[Given], last: int = 0) -> Iterator[Entry]:
    today = case.house.calendar.day(case.now).isoformat()
    places = [(place, given.day.isoformat()) for given in days for place in given.of.places]
    for number, (place, day) in enumerate(places, start=last + 1):
        path, scope = place
        mark = standing.marks.get(place)
        visit = mark.visit if mark else standing.visits.get(place, 0) + 1
        yield Entry(number, path, scope.party, visit, GRANTED, until=day, on=today)


def _note(case: OpenCase, given: Given) -> None:
    parties = [scope.party for _, scope in given.of.places] if given.of.sides else [None]
    for party in parties:
        deed = "day_set" if party is None else "day_set_for"
        case.note(deed, step=given.of.path, party=party, data={"date": given.day.isoformat()})
