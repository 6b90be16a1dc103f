"""A promise of anonymity holds at the edge (engine.md 48): any two things that are shown are subtracted, those of one
look and those of different looks, and no difference is about fewer than three people. Nor is anybody named who is
missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from peerreview.errors import NotFound
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.evaluation import answer_evaluation, evaluation_page, hours_page, log_hours
from peerreview.services.evaluation.anonymity import LEAST, parts, pooled, whole
from peerreview.services.evaluation.evaluation_page import EvaluationView
from peerreview.services.foresight.choices import options
from peerreview.services.lead import board, mail_lists, planned_mail_page, remind_by_hand
from peerreview.services.lead.mail_search import MailAsked
from peerreview.services.lead.verify_histories import verify
from peerreview.services.review import history_page
from peerreview.services.review.action_page import Typed
from peerreview.services.workflows import rehearsals
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..review_fixtures import Cast, advance, do, looked, make_review

WORTH = {"worth": "4", "clarity": "4", "balance": "3", "best": "", "better": ""}


class Spent(NamedTuple):
    person: int
    function: str
    number: int


def apart(one: Iterable[Spent], other: Iterable[Spent]) -> int:
    """How many people a difference of two sums is about."""
    return len({spent.person for spent in set(one) ^ set(other)})


@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["medical", "hr", "coordinator"])), max_size=24))
def test_no_difference_of_two_looks_is_about_fewer_than_three(found: list[tuple[int, str]]) -> None:
    """Every cell of every look: each column, the foot, and nothing at all; then every two of them subtracted."""
    deeds = [Spent(person, function, n) for n, (person, function) in enumerate(found)]
    views: list[frozenset[Spent]] = [frozenset()]
    for n in range(len(deeds) + 1):
        shown = parts(
            deeds[:n],
            person=lambda one: one.person,
            group=lambda one: one.function,
            row=lambda one: one.number,
        )
        columns: dict[str | None, set[Spent]] = {}
        for part in shown:
            columns.setdefault(part.group, set()).update(part.of)
        views += [frozenset(column) for column in columns.values()]
        views.append(frozenset(one for column in columns.values() for one in column))
    for one, other in combinations(set(views), 2):
        assert apart(one, other) >= LEAST


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.integers(), min_size=1, max_size=5), max_size=6)
)
def test_rows_of_one_look_and_what_they_leave_of_its_foot_have_three_people(
    groups: dict[str, list[int]],
) -> None:
    if (all_of_them := sum(map(len, groups.values()))) < LEAST:
        return
    rows = [len(row) for row in pooled(groups).values()]
    assert sum(rows) == all_of_them
    assert all(row >= LEAST for row in rows)


def test_whole_parts_are_of_three() -> None:
    assert [len(whole(range(n))) for n in range(8)] == [0, 0, 0, 3, 3, 3, 6, 6]


# ---- the evaluation, answer by answer


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="evaluation")


def everybody(cast: Cast) -> list[Account]:
    return [who for side in cast.sides for who in (side.coordinator, *side.members, side.contact)]


def answer(house: House, cast: Cast, who: Account, spent: int) -> None:
    view = evaluation_page.evaluation(house, review_id=cast.review_id, actor=who, now=cast.now)
    answer_evaluation.save_evaluation(
        house,
        actor=who,
        review_id=cast.review_id,
        answers={**WORTH, "hours": str(spent)},
        token=view.token,
        hand_in=True,
        now=cast.now,
    )


def seen(house: House, cast: Cast) -> EvaluationView:
    return evaluation_page.evaluation(house, review_id=cast.review_id, actor=cast.lead, now=cast.now)


def sums(view: EvaluationView) -> Iterator[int]:
    """Each figure of a look that is a sum of people's hours: with hours that are powers of two it says whose."""
    for result in view.compiled.hours if view.compiled else ():
        yield int(result.total)
        yield from (int(spent) for _, _, spent in result.by_function)


@pytest.mark.parametrize("answers", [2, 3, 4, 5, 7, 8])
def test_every_two_looks_at_an_evaluation_are_subtracted(house: House, cast: Cast, answers: int) -> None:
    looks, counts = {0}, []
    for number, who in enumerate(everybody(cast)[:answers]):
        answer(house, cast, who, 2**number)
        view = seen(house, cast)
        looks |= set(sums(view))
        counts.append(view.compiled.forms if view.compiled else 0)
    if answers < len(everybody(cast)):
        do(house, cast, cast.lead, "go_on", reason="Tiden är ute.", choice=all_missing(house, cast))
    view = seen(house, cast)
    looks |= set(sums(view))
    counts.append(view.compiled.forms if view.compiled else 0)
    for one, other in combinations(looks, 2):
        assert (one ^ other).bit_count() >= LEAST, (one, other)
    assert all(abs(one - other) >= LEAST for one, other in combinations(set(counts), 2))
    if view.compiled:
        assert view.compiled.left == answers % LEAST
    assert view.count is not None
    assert view.count.answered == answers
    assert verify(house) == []


def all_missing(house: House, cast: Cast) -> object:
    from peerreview.engine.running.case import Scope
    from peerreview.engine.running.moves import Choice

    return Choice(place=("evaluation", Scope()))


def test_a_function_changed_after_the_answer_moves_nobody_to_another_row(house: House, cast: Cast) -> None:
    from peerreview.services.team import appoint_members

    from ..team_play import seat_of

    for number, who in enumerate(everybody(cast)):
        answer(house, cast, who, 2**number)
    before = seen(house, cast).compiled
    appoint_members.change_seat(
        house,
        actor=cast.coordinator(0),
        review_id=cast.review_id,
        seat_id=seat_of(house, cast, cast.member(0)),
        role="member",
        function="patient",
        seen="member/medical",
        now=cast.now,
    )
    assert seen(house, cast).compiled == before


# ---- hours put down


def log(house: House, cast: Cast, who: Account, spent: int) -> None:
    log_hours.log_hours(
        house,
        actor=who,
        review_id=cast.review_id,
        day=house.calendar.day(cast.now).isoformat(),
        step="teams",
        spent=str(spent / 100).replace(".", ","),
        now=cast.now,
    )


def hours_seen(house: House, cast: Cast) -> set[int]:
    view = hours_page.hours(house, review_id=cast.review_id, actor=cast.lead, now=cast.now)
    assert view.sums is not None
    found = {round(100 * view.sums.total), *(round(100 * total) for total in view.sums.totals)}
    for _, cells, total in view.sums.rows:
        found |= {round(100 * total), *(round(100 * cell) for cell in cells)}
    return found


def test_every_two_looks_at_hours_are_subtracted_strikes_too(house: House, cast: Cast) -> None:
    looks = {0}
    teams = [who for side in cast.sides for who in (side.coordinator, *side.members)]
    for number, who in enumerate(teams):
        log(house, cast, who, 2**number)
        looks |= hours_seen(house, cast)
    own = hours_page.hours(house, review_id=cast.review_id, actor=cast.member(0), now=cast.now)
    (row,) = [one for one in own.rows if one.mine]
    log_hours.strike_hours(house, actor=cast.member(0), review_id=cast.review_id, row_id=row.id, now=cast.now)
    looks |= hours_seen(house, cast)
    assert len(looks) == 3
    for one, other in combinations(looks, 2):
        assert (one ^ other).bit_count() >= LEAST, (one, other)
    after = hours_page.hours(house, review_id=cast.review_id, actor=cast.member(0), now=cast.now)
    assert not [one for one in after.rows if one.mine]


@pytest.mark.parametrize(("last", "shown"), [(2, True), (1, False)])
def test_an_evaluation_is_subtracted_from_the_page_of_hours(
    house: House, cast: Cast, last: int, shown: bool
) -> None:
    """What six have put down is filled in for them: where the six whose answers count are other people by one or two,
    those could be found."""
    teams = [who for side in cast.sides for who in (side.coordinator, *side.members)]
    contacts = [side.contact for side in cast.sides]
    for number, who in enumerate(teams, start=1):
        log(house, cast, who, 100 * number)
    order = [*teams, *contacts] if last == 2 else [*teams[:5], *contacts, teams[5]]
    for number, who in enumerate(order, start=1):
        answer(house, cast, who, number)
    compiled = seen(house, cast).compiled
    assert compiled is not None
    (result,) = compiled.hours
    assert (result.average is not None, result.withheld) == (shown, not shown)


def test_what_strikes_leave_of_a_sum_is_of_three_people_too(house: House, cast: Cast) -> None:
    """Struck out while it waits, and struck out after it was shown: neither counts as somebody."""
    a, b, c, d = (cast.member(0), cast.member(0, 1), cast.member(1), cast.member(1, 1))
    looks, spent = {0}, 0

    def put_down(who: Account) -> None:
        nonlocal looks, spent
        log(house, cast, who, 2**spent)
        spent, cast.now = spent + 1, cast.now + timedelta(minutes=1)
        looks |= hours_seen(house, cast)

    def strike(who: Account) -> None:
        nonlocal looks
        view = hours_page.hours(house, review_id=cast.review_id, actor=who, now=cast.now)
        mine = next(one for one in view.rows if one.mine)
        log_hours.strike_hours(house, actor=who, review_id=cast.review_id, row_id=mine.id, now=cast.now)
        cast.now += timedelta(minutes=1)
        looks |= hours_seen(house, cast)

    put_down(a)
    strike(a)
    put_down(b)
    put_down(c)
    assert looks == {0}, "two people's hours, and a row of a third's that is nothing"
    put_down(d)
    assert looks == {0, 0b1110}
    strike(b)
    strike(c)
    put_down(a)
    assert looks == {0, 0b1110}, "what is left is two people's"
    put_down(b)
    assert looks == {0, 0b1110, 0b111000}
    for one, other in combinations(looks, 2):
        assert (one ^ other).bit_count() >= LEAST, (one, other)


# ---- who is missing is named nowhere


def test_the_lead_is_told_how_many_are_missing_and_never_who(house: House, cast: Cast) -> None:
    *there, missing = everybody(cast)
    for number, who in enumerate(there):
        answer(house, cast, who, 10 + number)
    lead, now = cast.lead, cast.now
    remind_by_hand.remind(
        house, actor=lead, review_id=cast.review_id, step="evaluation", party=None, now=now, real_now=now
    )
    forecast = rehearsals.forecast(house, actor=lead, review_id=cast.review_id, now=now)
    assert any(one.many == 1 for one in forecast.lines)
    mails = mail_lists.review_mail(house, actor=lead, review_id=cast.review_id, now=now)
    assert [one.people for one in mails.missing] == [1] * len(mails.missing) != []
    assert not [one for one in mails.planned if "evaluation" in str(one.why)]
    shown = [
        repr(board.board(house, actor=lead, now=now, real_now=now).rows),
        repr([one for one in forecast.lines if one.many]),
        repr(history_page.history(house, actor=lead, review_id=cast.review_id, now=now).lines[:3]),
        repr(mails.missing),
        repr([one for one in mails.sent if one.kind.text == "Reminder"]),
    ]
    case = looked(house, cast, lead)
    go_on = case.workflow.actions["go_on"]
    shown.append(repr(options(case, go_on, Typed())))
    for text in shown:
        assert missing.name not in text
        assert missing.email not in text
    assert "all who have not answered" in shown[0]


def test_asking_for_somebodys_mail_says_nothing_of_whether_they_have_answered(
    house: House, cast: Cast
) -> None:
    *there, missing = everybody(cast)
    for who in there:
        answer(house, cast, who, 10)
    now = cast.now
    remind_by_hand.remind(
        house, actor=cast.lead, review_id=cast.review_id, step="evaluation", party=None, now=now, real_now=now
    )
    kinds = {}
    for who in (there[-1], missing):
        for state in ("", "planned", "void"):
            asked = MailAsked(who=who.email, state=state)
            view = mail_lists.network_mail(house, actor=cast.lead, asked=asked)
            assert view.missing == ()
            kinds.setdefault(who.email, []).append(
                [say(one.kind, "en") for one in view.sent if "Reminder" in one.kind.text]
            )
    assert kinds[there[-1].email] == kinds[missing.email]
    with house.db.read() as session:
        hidden = session.scalars(select(PlannedMail).where(PlannedMail.nameless)).first()
        sent = session.scalars(select(Outgoing).where(Outgoing.nameless)).first()
    assert hidden is not None
    assert sent is not None
    with pytest.raises(NotFound):
        planned_mail_page.planned_mail(
            house, actor=cast.lead, which=planned_mail_page.MailId(hidden.id), now=now
        )
    with pytest.raises(NotFound):
        mail_lists.message(house, actor=cast.lead, outgoing_id=sent.id, now=now)
    own = mail_lists.message(house, actor=missing, outgoing_id=sent.id, review_id=cast.review_id, now=now)
    assert own.text


def test_the_lead_holds_back_and_adds_a_line_for_all_who_are_missing(house: House, cast: Cast) -> None:
    from peerreview.services.lead import missing

    now, lead = cast.now, cast.lead
    (first, *_) = mail_lists.review_mail(house, actor=lead, review_id=cast.review_id, now=now).missing
    which = {"review_id": cast.review_id, "step": first.step, "rule": first.rule}
    missing.hold_back(house, actor=lead, held=True, now=now, **which)  # type: ignore[arg-type]
    missing.add_line(house, actor=lead, line="Det tar fem minuter.", now=now, **which)  # type: ignore[arg-type]
    page = missing.page(house, actor=lead, now=now, **which)  # type: ignore[arg-type]
    assert page.held
    assert page.mail.line == "Det tar fem minuter."
    with pytest.raises(NotFound):
        missing.page(house, actor=cast.coordinator(0), now=now, **which)  # type: ignore[arg-type]
