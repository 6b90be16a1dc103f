"""A deed is one transaction: standing, history, planned mail and outbox change together, or nothing does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.services.base import chain
from peerreview.services.base.house import House
from peerreview.services.case.opening import looking
from peerreview.services.review import do_action
from peerreview.services.review.do_action import Filled, Wish
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.reviews import Review

from ..review_fixtures import Cast, make_review

ACCEPT = Filled(conflict="none")


def accept(house: House, cast: Cast, party: int, now: datetime, seen: int | None = None) -> None:
    do_action.act(
        house,
        actor=cast.coordinator(party),
        review_id=cast.review_id,
        wish=Wish("accept", "acceptance"),
        filled=ACCEPT,
        seen=seen,
        now=now,
    )


def count(house: House, table: type) -> int:
    with house.db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_beginning_a_review_tells_the_coordinators_and_plans_their_reminders(
    house: House, now: datetime
) -> None:
    cast = make_review(house, parties=2)
    with house.db.read() as session:
        told = session.scalars(select(Outgoing.person_id)).all()
        planned = session.scalars(select(PlannedMail).order_by(PlannedMail.due_at)).all()
    assert sorted(p for p in told if p) == sorted(cast.coordinator(p).person_id for p in range(2))
    assert {p.step for p in planned} == {"acceptance"}
    assert {p.person_id for p in planned if p.rule == "-3"} == {
        cast.coordinator(p).person_id for p in range(2)
    }


def test_of_two_who_act_on_the_same_standing_one_wins(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=now) as case:
        seen = case.review.version
    accept(house, cast, 0, now, seen)
    with pytest.raises(Conflict):
        accept(house, cast, 1, now, seen)
    accept(house, cast, 1, now, seen + 1)


def test_a_refused_deed_leaves_no_trace(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    before = [count(house, table) for table in (HistoryRow, Outgoing, PlannedMail)]
    with pytest.raises(Refused):
        do_action.act(
            house,
            actor=cast.member(0, 0) if hasattr(cast, "member") else cast.contact(0),
            review_id=cast.review_id,
            wish=Wish("accept", "acceptance", party=0),
            filled=ACCEPT,
            seen=None,
            now=now,
        )
    assert [count(house, table) for table in (HistoryRow, Outgoing, PlannedMail)] == before


def test_nobody_answers_for_the_other_side(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    with pytest.raises(Refused):
        do_action.act(
            house,
            actor=cast.coordinator(0),
            review_id=cast.review_id,
            wish=Wish("accept", "acceptance", party=1),
            filled=ACCEPT,
            seen=None,
            now=now,
        )


@pytest.mark.parametrize("party", [7, -1])
def test_a_forged_party_is_refused(house: House, now: datetime, party: int) -> None:
    cast = make_review(house, parties=2)
    with pytest.raises(Refused):
        do_action.act(
            house,
            actor=cast.coordinator(0),
            review_id=cast.review_id,
            wish=Wish("accept", "acceptance", party=party),
            filled=ACCEPT,
            seen=None,
            now=now,
        )


def test_an_outsider_finds_nothing(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    with pytest.raises(NotFound), looking(house, review_id=cast.review_id, actor=cast.outsider, now=now):
        pass


def test_declining_needs_a_reason_and_ends_the_review(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    wish = Wish("decline", "acceptance")

    def decline(reason: str) -> None:
        do_action.act(
            house,
            actor=cast.coordinator(1),
            review_id=cast.review_id,
            wish=wish,
            filled=Filled(reason=reason),
            seen=None,
            now=now,
        )

    with pytest.raises(Invalid) as refused:
        decline(" ")
    assert set(refused.value.errors) == {"reason"}
    decline("Vi hinner inte i år.")
    with house.db.read() as session:
        review = session.get(Review, cast.review_id)
        assert review is not None
        assert review.ended == "declined"
        assert not session.scalars(select(PlannedMail).where(PlannedMail.state == "planned")).all()
        texts = [row.data for row in session.scalars(select(HistoryRow))]
    assert "hinner" not in str(texts), "free text stays out of what the hash covers as it is"


def test_history_is_a_chain(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    accept(house, cast, 0, now)
    accept(house, cast, 1, now)
    with house.db.read() as session:
        rows = session.scalars(select(HistoryRow).order_by(HistoryRow.number)).all()
        review = session.get(Review, cast.review_id)
        assert review is not None
        previous = ""
        for row in rows:
            assert row.previous == previous
            assert chain.hash_of({name: getattr(row, name) for name in chain.COVERED}) == row.hash
            previous = row.hash
        assert (review.history_count, review.history_head) == (len(rows), previous)


def test_reminders_go_to_those_whose_turn_it_is_and_only_once(house: House, now: datetime) -> None:
    cast = make_review(house, parties=2)
    accept(house, cast, 0, now)
    later = now + timedelta(days=40)
    before = count(house, Outgoing)
    each_tick.tick(house, now=later, real_now=later)
    each_tick.tick(house, now=later, real_now=later)
    with house.db.read() as session:
        mails = session.scalars(select(Outgoing).order_by(Outgoing.id)).all()[before:]
    got = [m.person_id for m in mails]
    assert len(got) == len(set(got)), "a worker that was down sends each person one mail, not one a rule"
    assert cast.coordinator(1).person_id in got
    assert cast.coordinator(0).person_id not in got
