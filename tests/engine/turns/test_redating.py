"""Dates that move: no reminder is lost, none goes twice for one date, and what is shown first is what comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.engine.running.case import Case, Scope
from peerreview.engine.running.dates import Calendar
from peerreview.engine.turns.planning import MailKey, plan
from peerreview.engine.turns.redating import DROP, MISSED, PLAN, Kept, fate, moved_dues, moved_mails

from ..play import Play

DATES = ("materials", "questions", "second_meeting", "report", "closing")
COLLECT = "exchange/collect"


def collecting() -> Play:
    """A pair that gathers its materials, by agreed dates."""
    play = Play()
    first = play.now.date()
    days = {name: first + timedelta(weeks=6 + 4 * n) for n, name in enumerate(DATES)}
    play.know(**{f"agreement__dates_D_{name}__None": day for name, day in days.items()})
    play.know(agreement__report__None="separate", agreement__complete__None=True)
    for party in (0, 1):
        play.know(**{f"team__{fact}__{party}": True for fact in ("complete", "comparable")})
        play.do("accept", "acceptance", party=party)
    for party in (0, 1):
        play.do("confirm", "teams", party=party)
    play.know(first_meeting__planned__None=True)
    play.do("held", "first_meeting", "lead")
    for party in (0, 1):
        play.do("confirm", "first_meeting", party=party)
    assert play.state(COLLECT, 0) == "active"
    return play


def moved(case: Case, name: str, day: date) -> Case:
    return case.with_(facts=case.facts.with_({("agreement", f"dates.{name}", None): day}))


@dataclass
class Post:
    """The rows of planned mail, and the worker, as the house keeps them."""

    rows: dict[MailKey, Kept] = field(default_factory=dict)
    sent: list[tuple[MailKey, date]] = field(default_factory=list)

    def replan(self, case: Case, now: datetime) -> None:
        wanted = {planned.key: planned for planned in plan(case, now)}
        for key in {**wanted, **self.rows}:
            kept, planned = self.rows.get(key), wanted.get(key)
            becomes = fate(kept, planned, now)
            if becomes == PLAN and planned is not None:
                self.rows[key] = Kept("planned", planned.due, planned.at)
            elif becomes in (DROP, MISSED) and kept is not None:
                self.rows[key] = kept._replace(state="void")

    def send(self, now: datetime) -> None:
        for key, kept in self.rows.items():
            if kept.state == "planned" and kept.at <= now:
                assert kept.due is not None
                self.sent.append((key, kept.due))
                self.rows[key] = kept._replace(state="sent")

    def hours(self) -> dict[MailKey, datetime]:
        return {key: kept.at for key, kept in self.rows.items() if kept.state == "planned"}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),  # days that pass first
            st.integers(-30, 60),  # by how many days from then the date lies ahead
            st.booleans(),  # whether the worker is awake meanwhile
        ),
        max_size=8,
    )
)
def test_moving_loses_no_reminder_and_doubles_none(moves: list[tuple[int, int, bool]]) -> None:
    play, post = collecting(), Post()
    case, now = play.case, play.now
    post.replan(case, now)
    for days, ahead, awake in moves:
        for _ in range(days):
            now += timedelta(days=1)
            if awake:
                post.send(now)
        before, after = case, moved(case, "materials", now.date() + timedelta(days=ahead))
        shown = moved_mails(before, after, post.rows, now)
        old = post.hours()
        case = after
        post.replan(case, now)
        new = post.hours()
        # What was shown is what came to be, for the step that is under way.
        here = {s.planned.key: (s.before, s.after) for s in shown if s.planned.place[0] == COLLECT}
        assert here == {
            key: (old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)
        }
    last = now
    post.send(now + timedelta(days=200))
    assert len(post.sent) == len(set(post.sent))
    for planned in plan(case, now):
        if planned.at >= last:
            assert post.sent.count((planned.key, planned.due)) == 1


def test_a_date_takes_along_what_hangs_on_it_and_nothing_else() -> None:
    play = collecting()
    day = play.case.facts.get("agreement", "dates.second_meeting")
    later = moved(play.case, "second_meeting", day + timedelta(weeks=2))
    shifts = {shift.place[0]: (shift.before, shift.after) for shift in moved_dues(play.case, later, play.now)}
    # The draft is due a week before the meeting; the questions and the materials have days of their own.
    assert set(shifts) == {"exchange/work/draft", "second_meeting"}
    assert all(after - before == timedelta(weeks=2) for before, after in shifts.values() if before and after)
    assert {s.planned.place[0] for s in moved_mails(play.case, later, {}, play.now)} == set(shifts)


def test_a_reminder_that_went_for_the_old_date_goes_again_for_the_new() -> None:
    play = collecting()
    post = Post()
    post.replan(play.case, play.now)
    due = play.case.facts.get("agreement", "dates.materials")
    near = Calendar().start(due)
    post.send(near)
    went = len(post.sent)
    assert went > 0
    post.replan(moved(play.case, "materials", due + timedelta(weeks=8)), near)
    post.send(near + timedelta(weeks=8))
    again = [key for key, for_due in post.sent if for_due == due + timedelta(weeks=8)]
    assert len(again) == went
    assert set(again) == {key for key, for_due in post.sent if for_due == due}


def test_a_shared_step_moves_once_and_a_side_that_has_handed_in_not_at_all() -> None:
    play = collecting()
    play.know(materials__all_accounted_for__0=True)
    play.do("hand_in", COLLECT, party=0)
    day = play.case.facts.get("agreement", "dates.materials")
    shifts = moved_dues(play.case, moved(play.case, "materials", day + timedelta(weeks=1)), play.now)
    assert (COLLECT, Scope(1)) in {shift.place for shift in shifts}
    for name in ("report", "closing"):
        day = play.case.facts.get("agreement", f"dates.{name}")
        places = [
            s.place for s in moved_dues(play.case, moved(play.case, name, day + timedelta(7)), play.now)
        ]
        assert len(places) == (2 if name == "report" else 1)
