"""Days and rests: a day that was set before a rest is put off by it, one that was set after it is that day, what is
counted from a day moves with it in both directions; and whoever asks is told the same day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.engine.language.definition import Due, FactRef, Span
from peerreview.engine.running.case import ACTIVE, SHARED, Granted, Mark, Scope
from peerreview.engine.running.dates import Calendar
from peerreview.engine.running.timing import agreed_day, due_date, resolve
from peerreview.engine.turns.planning import plan, tasks
from peerreview.engine.turns.redating import dues
from peerreview.errors import PutOffDay

from ..play import Play, actor_of
from ..turns.test_redating import COLLECT, DATES, collecting

MATERIALS, MEETING = (
    FactRef("own", "agreement", "dates.materials"),
    FactRef("own", "agreement", "dates.second_meeting"),
)
DRAFT = "exchange/work/draft"


def set_day(play: Play, name: str, day: date) -> None:
    """As a version of the agreement does it that is written now."""
    key = ("agreement", f"dates.{name}", None)
    facts = play.case.facts
    facts = replace(facts.with_({key: day}), since={**facts.since, key: play.now})
    play.case = play.case.with_(facts=facts)


def rest(play: Play, days: int) -> None:
    play.do("hold", who="lead")
    play.pass_time(timedelta(days=days))
    play.do("resume", who="lead")


def agreed(play: Play, name: str) -> date | None:
    return agreed_day(play.case, FactRef("own", "agreement", f"dates.{name}"), SHARED)


def test_a_day_set_after_a_rest_is_that_day_and_one_set_before_is_put_off() -> None:
    play = collecting()
    first = play.now.date()
    set_day(play, "materials", first + timedelta(weeks=6))
    set_day(play, "questions", first + timedelta(weeks=10))
    rest(play, 14)
    assert due_date(play.case, (COLLECT, Scope(0))) == agreed(play, "materials") == first + timedelta(weeks=8)
    day = agreed(play, "materials")
    assert isinstance(day, PutOffDay)
    assert day.was == first + timedelta(weeks=6)
    set_day(play, "materials", first + timedelta(weeks=6))
    assert due_date(play.case, (COLLECT, Scope(0))) == agreed(play, "materials") == first + timedelta(weeks=6)
    assert not isinstance(due_date(play.case, (COLLECT, Scope(0))), PutOffDay)
    assert agreed(play, "questions") == first + timedelta(weeks=12)


def test_what_is_counted_back_from_a_day_moves_with_it() -> None:
    play = collecting()
    day = play.now.date() + timedelta(weeks=14)
    set_day(play, "second_meeting", day)
    place = DRAFT, Scope(0)
    before = dues(play.case, play.now)[place]
    assert before == day - timedelta(weeks=1)
    # Between the day counted to and the meeting: both are put off.
    play.pass_time(timedelta(weeks=13, days=2))
    rest(play, 7)
    assert agreed(play, "second_meeting") == day + timedelta(weeks=1)
    after = dues(play.case, play.now)[place]
    assert after == day
    assert isinstance(after, PutOffDay)
    assert after.was == before


def test_a_rest_counts_once_for_what_is_counted_on_from_a_day() -> None:
    play = collecting()
    day = play.now.date() + timedelta(weeks=4)
    set_day(play, "materials", day)
    due = Due(Span(weeks=2), "fact", MATERIALS)
    mark = Mark(ACTIVE, play.now)
    rest(play, 7)
    aim = resolve(play.case, due, SHARED, mark)
    assert aim is not None
    assert aim.day == day + timedelta(weeks=3)
    play.pass_time(timedelta(weeks=5))
    rest(play, 7)
    aim = resolve(play.case, due, SHARED, mark)
    assert aim is not None
    assert aim.day == day + timedelta(weeks=4)


def test_months_of_the_agreement_are_counted_back_too() -> None:
    play = collecting()
    day = play.now.date() + timedelta(weeks=40)
    set_day(play, "materials", day)
    play.know(agreement__follow_up__None=6)
    months = FactRef("own", "agreement", "follow_up")
    aim = resolve(
        play.case,
        Due(Span(months=-12, months_from=months), "fact", MATERIALS),
        SHARED,
        Mark(ACTIVE, play.now),
    )
    assert aim is not None
    assert (day - aim.day).days in range(180, 186)


def test_the_day_of_a_meeting_is_no_rest_s_to_move() -> None:
    play = collecting()
    day = play.now.date() + timedelta(weeks=4)
    play.know(second_meeting__at__None=day)
    rest(play, 7)
    assert agreed_day(play.case, FactRef("own", "second_meeting", "at"), SHARED) == day


def test_a_day_that_somebody_has_set_counts_as_it_is_also_where_nobody_works() -> None:
    play = collecting()
    sunday = date(2026, 3, 1)
    set_day(play, "materials", sunday)
    assert due_date(play.case, (COLLECT, Scope(0))) == sunday
    # What is counted to is due the working day before.
    set_day(play, "second_meeting", sunday)
    assert dues(play.case, play.now)[(DRAFT, Scope(0))] == date(2026, 2, 20)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wait"), st.integers(1, 30)),
            st.tuples(st.just("rest"), st.integers(0, 40)),
            st.tuples(st.sampled_from(DATES), st.integers(1, 120)),
            st.tuples(st.just("back"), st.just(0)),
            st.tuples(st.just("more"), st.integers(1, 60)),
        ),
        max_size=12,
    )
)
def test_whatever_rests_moves_and_backs_there_are_all_say_the_same_day(deeds: list[tuple[str, int]]) -> None:
    play, told = collecting(), Told()
    for name in DATES:
        day = play.case.facts.get("agreement", f"dates.{name}")
        set_day(play, name, day)
        told.set(name, day)
    for deed, days in deeds:
        ahead = play.case.calendar.on_or_after(play.now.date() + timedelta(days=days))
        if deed == "wait":
            play.pass_time(timedelta(days=days))
        elif deed == "rest":
            begun = play.now.date()
            rest(play, days)
            told.rested(play.case.calendar, begun, play.now.date() - begun)
        elif deed == "back":
            play.fire_back("first_meeting", None)
            told.forget("given")
            _to_collect(play)
        elif deed == "more":
            visit = play.case.standing.marks[(COLLECT, Scope(0))].visit
            granted = {((COLLECT, Scope(0)), visit): Granted(ahead, play.now.date())}
            play.case = play.case.with_(granted=granted)
            told.set("given", ahead)
        else:
            set_day(play, deed, ahead)
            told.set(deed, ahead)
        _all_say_the_same(play, told.days)


@dataclass
class Told:
    """What everybody should be told, counted without the engine: days as they were set, and put off by whole rests."""

    days: dict[str, date] = field(default_factory=dict)
    raw: dict[str, date] = field(default_factory=dict)

    def set(self, name: str, day: date) -> None:
        self.days[name] = self.raw[name] = day

    def forget(self, name: str) -> None:
        self.days.pop(name, None)
        self.raw.pop(name, None)

    def rested(self, calendar: Calendar, begun: date, length: timedelta) -> None:
        for name, day in self.days.items():
            if begun <= day and length:
                self.raw[name] += length
                self.days[name] = calendar.on_or_before(self.raw[name])


def _to_collect(play: Play) -> None:
    play.know(first_meeting__planned__None=True)
    play.do("held", "first_meeting", "lead")
    for party in (0, 1):
        play.do("confirm", "first_meeting", party=party)


def _all_say_the_same(play: Play, days: dict[str, date]) -> None:
    case, now = play.case, play.now
    for name in DATES:
        assert agreed(play, name) == days[name]
    known = dues(case, now)
    for party, day in ((0, max(days["materials"], days.get("given", date.min))), (1, days["materials"])):
        place = COLLECT, Scope(party)
        assert due_date(case, place) == known[place] == day
        assert {p.due for p in plan(case, now) if p.place == place} <= {day}
        coordinator = actor_of(case, 100 + 100 * party)
        assert {task.due for task in tasks(case, coordinator) if task.place == place} <= {day}
    assert known[(DRAFT, Scope(0))] == case.calendar.on_or_before(days["second_meeting"] - timedelta(weeks=1))
    assert known[("final_report", Scope(0))] == days["report"]
