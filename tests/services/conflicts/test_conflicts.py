"""What people declare of themselves: the lead is told and decides, the others see that, and not why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.engine.running.moves import Choice
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.conflicts import declare_conflict
from peerreview.services.lead import verify_histories
from peerreview.services.mail import put_in_outbox
from peerreview.services.team import team_page
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.review.reviews import Review

from ..declared import WHY, decide, declare, lines, page, rows, subjects, tasks
from ..review_fixtures import Cast, advance, do, make_review


def test_what_is_declared_in_the_answer_is_the_leads_task_and_mail_and_the_decision_goes_back(
    house: House,
) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="some", conflict_text=WHY)
    assert "Decide on a declared conflict of interest" in tasks(house, cast, cast.lead)
    assert [one for one in subjects(house, cast.lead) if "jäv" in one]
    decide(house, cast, cast.lead, "taken_over", "Karin svarar på frågorna om kirurgin.")
    assert "Decide on a declared conflict of interest" not in tasks(house, cast, cast.lead)
    assert len(subjects(house, cast.coordinator(0))) == 1
    [row] = rows(house, cast, cast.coordinator(0))
    assert (row.why, row.note) == (WHY, "Karin svarar på frågorna om kirurgin.")
    assert "somebody else takes over" in lines(house, cast, cast.lead)[0]
    assert verify_histories.verify(house) == []


def test_why_is_told_to_the_lead_and_whom_it_concerns_and_stands_in_nothing_else(house: House) -> None:
    cast = advance(house, make_review(house), to="first_meeting")
    note = "Hen lämnar rummet när kirurgin tas upp."
    declare(house, cast, cast.member(0))
    decide(house, cast, cast.lead, "taken_over", note)
    for who in (cast.lead, cast.member(0)):
        [row] = rows(house, cast, who)
        assert (row.why, row.note) == (WHY, note)
    for who in (cast.coordinator(0), cast.contact(0), cast.member(1), cast.coordinator(1)):
        [row] = rows(house, cast, who)
        # Who is to let somebody take over reads what is to be done, and not why.
        assert (row.why, row.note) == ("", note if who == cast.coordinator(0) else "")
        assert row.who == cast.member(0).name
        assert say(row.state, "en") == "Somebody else takes over what it concerns"
    everything = [repr(lines(house, cast, who)) for who in (cast.lead, cast.member(0), cast.member(1))]
    with house.db.read() as session:
        everything += [
            put_in_outbox.text_of(row.message) for row in session.scalars(select(Outgoing)) if row.message
        ]
        everything += [
            repr(review.left) + repr(review.standing) for review in session.scalars(select(Review))
        ]
    assert len(subjects(house, cast.coordinator(0))) == 1
    assert not [text for text in everything if WHY in text or note in text]


def test_side_and_team_show_that_it_is_declared_and_how_it_is_handled(house: House) -> None:
    cast = advance(house, make_review(house), to="first_meeting")
    assert [side.conflicts for side in page(house, cast, cast.member(1)).sides] == [(), ()]
    declare(house, cast, cast.coordinator(0), of=cast.member(0))
    for who in (cast.member(1), cast.contact(1), cast.lead, cast.member(0)):
        shown = {side.party: side.conflicts for side in page(house, cast, who).sides}
        assert shown[1] == ()
        assert [name for name, _ in shown[0] or ()] == [cast.member(0).name]
        view = team_page.teams(house, actor=who, review_id=cast.review_id, now=cast.now)
        marked = [seat for side in view.sides for seat in side.team if seat.conflict]
        assert [seat.person_id for seat in marked] == [cast.member(0).person_id]


def test_other_side_learns_of_it_when_the_answer_may_be_read_and_then_no_name_of_the_team(
    house: House,
) -> None:
    cast = make_review(house)
    declare(house, cast, cast.member(0))
    assert rows(house, cast, cast.coordinator(1)) == []
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    [row] = rows(house, cast, cast.coordinator(1))
    assert cast.member(0).name not in (row.who, row.declared_by)
    assert [row.who for row in rows(house, cast, cast.member(0, 1))] == [cast.member(0).name]


def test_declaration_is_added_later_changed_and_taken_back_while_the_review_runs(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    declare(house, cast, cast.member(1))
    with pytest.raises(Invalid):
        declare(house, cast, cast.member(1))
    decide(house, cast, cast.lead, "no_hindrance")
    [row] = rows(house, cast, cast.member(1))
    cast.now += timedelta(hours=1)
    this: dict[str, Any] = {"review_id": cast.review_id, "conflict_id": row.id}
    declare_conflict.change(
        house, actor=cast.member(1), text="En annan sak.", seen=row.seen, now=cast.now, **this
    )
    with pytest.raises(Conflict) as caught:
        declare_conflict.change(
            house, actor=cast.member(1), text="En tredje.", seen=row.seen, now=cast.now, **this
        )
    assert (caught.value.mine, caught.value.theirs) == ("En tredje.", "En annan sak.")
    with pytest.raises(Conflict):
        declare_conflict.take_back(house, actor=cast.member(1), seen=row.seen, now=cast.now, **this)
    [row] = rows(house, cast, cast.lead)
    assert (row.why, row.mark, row.note) == ("En annan sak.", "doing", "")
    declare_conflict.take_back(house, actor=cast.member(1), seen=row.seen, now=cast.now, **this)
    assert "Decide on a declared conflict of interest" not in tasks(house, cast, cast.lead)
    with pytest.raises(Conflict):
        declare_conflict.take_back(house, actor=cast.member(1), seen=row.seen, now=cast.now, **this)
    whose = "Medical competence, party 2"
    said = [line for line in lines(house, cast, cast.member(1)) if "conflict of interest" in line]
    # Of whom it is, by function and side.
    assert said == [
        f"{deed}: {whose}" if "Decided" not in deed else deed
        for deed in (
            "Took back a declared conflict of interest",
            "Changed what is declared of a conflict of interest",
            f"Decided on a declared conflict of interest ({whose}): no hindrance",
            "Declared a conflict of interest",
        )
    ]
    for who in (cast.coordinator(0), cast.lead, cast.member(1, 0 + 1)):
        with pytest.raises(NotFound):
            declare_conflict.change(house, actor=who, text="Min nu.", seen=row.seen, now=cast.now, **this)


def test_side_that_left_reads_no_later_decision_and_waits_for_none(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="first_meeting")
    gone, other = cast.member(1), cast.member(0)
    for who in (gone, other):
        declare(house, cast, who)
    task = "Decide on a declared conflict of interest"
    assert tasks(house, cast, cast.lead).count(task) == 2
    before = [(row.who, row.mark, row.ended) for row in rows(house, cast, cast.coordinator(1))]
    mailed = len(subjects(house, gone))
    do(house, cast, cast.lead, "withdraw", reason="Omorganisation.", choice=Choice(party=1))
    assert tasks(house, cast, cast.lead).count(task) == 1
    cast.now += timedelta(hours=1)
    for row in rows(house, cast, cast.lead):
        declare_conflict.decide(
            house, actor=cast.lead, review_id=cast.review_id, conflict_id=row.id, decision="taken_over",
            note="Den andra överläkaren gör det.", seen=row.seen, now=cast.now,
        )  # fmt: skip
    after = rows(house, cast, cast.coordinator(1))
    assert [(row.who, row.mark, row.ended) for row in after] == before
    assert not [row for row in after if row.note or row.decided_by or row.decided_at]
    assert before != []
    assert len(subjects(house, gone)) == mailed
    assert "Conflict of interest: Declared" in _marks(house, cast, gone)
    cast.now += timedelta(hours=1)
    [row] = [row for row in rows(house, cast, other) if row.may_change]
    declare_conflict.take_back(
        house, actor=other, review_id=cast.review_id, conflict_id=row.id, seen=row.seen, now=cast.now
    )
    assert [(row.who, row.mark, row.ended) for row in rows(house, cast, cast.coordinator(1))] == before


def _marks(house: House, cast: Cast, who: Account) -> str:
    view = team_page.teams(house, actor=who, review_id=cast.review_id, now=cast.now)
    marks = [seat.conflict for side in view.sides for seat in side.team if seat.conflict]
    return " ".join(say(mark, "en") for mark in marks)


def test_decision_is_of_what_was_read_and_the_leads_alone(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    declare(house, cast, cast.coordinator(0))
    [row] = rows(house, cast, cast.lead)
    this: dict[str, Any] = {"review_id": cast.review_id, "conflict_id": row.id, "decision": "replaced"}
    with pytest.raises(NotFound):
        declare_conflict.decide(
            house, actor=cast.coordinator(0), note="x", seen=row.seen, now=cast.now, **this
        )
    with pytest.raises(Invalid):
        declare_conflict.decide(house, actor=cast.lead, note="", seen=row.seen, now=cast.now, **this)
    cast.now += timedelta(minutes=1)
    declare_conflict.change(
        house,
        actor=cast.coordinator(0),
        review_id=cast.review_id,
        conflict_id=row.id,
        text="Nytt.",
        seen=row.seen,
        now=cast.now,
    )
    with pytest.raises(Conflict):
        declare_conflict.decide(house, actor=cast.lead, note="x", seen=row.seen, now=cast.now, **this)


def test_nothing_is_declared_of_others_or_in_a_review_that_is_over(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    for who, of in ((cast.coordinator(0), cast.member(1)), (cast.member(0), cast.coordinator(0))):
        with pytest.raises(Invalid):
            declare(house, cast, who, of=of)
    do(house, cast, cast.lead, "cancel", reason="Det blev inget.")
    with pytest.raises(Refused):
        declare(house, cast, cast.member(0))
