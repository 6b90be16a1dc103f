"""Follow-up: rows of one's own, read by those whom the table names, for a pair and a ring."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.evaluation.edit_follow_ups import (
    FollowUpForm,
    add_follow_up,
    change_follow_up,
    remove_follow_up,
    save_field,
)
from peerreview.services.evaluation.follow_up_page import FollowUpView, follow_up
from peerreview.store.artefacts.evaluations import FollowUp
from peerreview.store.artefacts.questions import Question

from ..review_fixtures import Cast, advance, do, make_review

# What the two databases could do differently is tried in tests/store; here a review is played far for each test.
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

FORM = FollowUpForm(finding="Planen saknar mål.", change="Målen är satta.", status="done")


def begun(house: House, parties: int = 2) -> Cast:
    """The follow-up is under way; side 0's first question has an answer from side 1, and so round."""
    cast = advance(house, make_review(house, parties), to="second_meeting")
    with house.db.write() as session:
        for question in session.scalars(select(Question).where(Question.number == 1)):
            question.answer, question.state = "Varje kvartal.", "answered"
    return advance(house, cast, to="follow_up")


def look(house: House, cast: Cast, who: Account) -> FollowUpView:
    return follow_up(house, review_id=cast.review_id, actor=who, now=cast.now)


def add(house: House, cast: Cast, who: Account, form: FollowUpForm = FORM) -> int:
    return add_follow_up(house, actor=who, review_id=cast.review_id, form=form, now=cast.now)


def question_of(house: House, party: int, number: int = 1) -> int:
    with house.db.read() as session:
        query = select(Question.id).where(Question.party == party, Question.number == number)
        return session.scalars(query).one()


def sides_seen(house: House, cast: Cast) -> Mapping[str, list[int]]:
    found = {}
    for name, who in cast.everyone().items():
        if name != "outsider":
            found[name] = [section.party for section in look(house, cast, who).sections]
    return found


def test_in_a_pair_all_read_both(house: House) -> None:
    cast = begun(house)
    expected = {name: [1, 0] if name.split()[-1][0] == "1" else [0, 1] for name in sides_seen(house, cast)}
    assert sides_seen(house, cast) == expected
    with pytest.raises(NotFound):
        look(house, cast, cast.outsider)


def test_in_a_ring_the_third_side_reads_nothing(house: House) -> None:
    """Side 0 reviews side 1: it reads its own follow-up and side 1's, and side 2's not at all."""
    cast = begun(house, 3)
    for party in cast.parties:
        add(house, cast, cast.member(party), FollowUpForm(finding=f"Sida {party}"))
    reviewed = {0: 1, 1: 2, 2: 0}
    for name, sides in sides_seen(house, cast).items():
        own = int(name.split()[1][0]) if name != "lead" else None
        assert sides == ([0, 1, 2] if own is None else [own, reviewed[own]]), name
    texts = [row.finding for section in look(house, cast, cast.contact(0)).sections for row in section.rows]
    assert texts == ["Sida 0", "Sida 1"]


def test_own_team_alone_writes(house: House) -> None:
    cast = begun(house, 3)
    row = add(house, cast, cast.member(0))
    for who in (cast.contact(0), cast.lead, cast.contact(1)):
        with pytest.raises(Refused):
            add(house, cast, who)
    for who in (cast.member(1), cast.coordinator(2)):
        with pytest.raises(NotFound):
            change(house, cast, who, row, "1.x")
        with pytest.raises(NotFound):
            remove_follow_up(
                house, actor=who, review_id=cast.review_id, row_id=row, token="1.x", now=cast.now
            )
        with pytest.raises(NotFound):
            field(house, cast, who, row, "Hej", "1.x")
    with pytest.raises(NotFound):
        add(house, cast, cast.outsider)


def change(house: House, cast: Cast, who: Account, row: int, token: str, form: FollowUpForm = FORM) -> None:
    change_follow_up(
        house, actor=who, review_id=cast.review_id, row_id=row, token=token, form=form, now=cast.now
    )


def field(
    house: House, cast: Cast, who: Account, row: int, text: str, token: str, name: str = "change"
) -> str:
    return save_field(
        house,
        actor=who,
        review_id=cast.review_id,
        row_id=row,
        field=name,
        text=text,
        token=token,
        now=cast.now,
    )


def rows(house: House, cast: Cast, who: Account):  # type: ignore[no-untyped-def]
    return look(house, cast, who).sections[0].rows


def test_a_row_is_changed_and_two_at_once_are_told(house: House) -> None:
    cast = begun(house)
    anna, bo = cast.member(0, 0), cast.member(0, 1)
    row = add(house, cast, anna)
    token = rows(house, cast, bo)[0].token
    change(house, cast, anna, row, token, FollowUpForm(finding="A", change="B", status="begun"))
    with pytest.raises(Conflict):
        change(house, cast, bo, row, token)
    with pytest.raises(Conflict):
        remove_follow_up(house, actor=bo, review_id=cast.review_id, row_id=row, token=token, now=cast.now)
    found = rows(house, cast, bo)[0]
    assert (found.finding, found.change, found.status, found.saved_by) == ("A", "B", "begun", anna.name)


def test_texts_of_a_row_save_themselves(house: House) -> None:
    cast = begun(house)
    anna = cast.member(0)
    row = add(house, cast, anna)
    first = rows(house, cast, anna)[0]
    last = field(house, cast, anna, row, "Målen är satta och kända.", first.tokens["change"])
    field(house, cast, anna, row, "Planen", first.tokens["finding"], "finding")
    with pytest.raises(Conflict):
        field(house, cast, anna, row, "Annat", first.tokens["change"])
    with pytest.raises(NotFound):
        field(house, cast, anna, row, "done", last, "status")
    found = rows(house, cast, anna)[0]
    assert (found.finding, found.change) == ("Planen", "Målen är satta och kända.")


def test_a_removed_row_is_gone_from_all_pages_and_stays_in_the_archive(house: House) -> None:
    cast = begun(house)
    anna = cast.member(0)
    row = add(house, cast, anna)
    token = rows(house, cast, anna)[0].token
    remove_follow_up(house, actor=anna, review_id=cast.review_id, row_id=row, token=token, now=cast.now)
    assert rows(house, cast, anna) == ()
    with pytest.raises(NotFound):
        change(house, cast, anna, row, token)
    with pytest.raises(Refused):
        do(house, cast, cast.coordinator(0), "report_back", "follow_up")
    with house.db.read() as session:
        assert session.get(FollowUp, row).removed_at is not None


def test_answered_questions_about_us_can_be_followed_up(house: House) -> None:
    cast = begun(house, 3)
    anna, asked = cast.member(1), question_of(house, 0)
    assert [(c.id, c.text) for c in look(house, cast, anna).choices] == [(asked, "Hur följer ni upp planen?")]
    add(house, cast, anna, FollowUpForm(question=str(asked), status="not_begun"))
    assert rows(house, cast, anna)[0].question.text == "Hur följer ni upp planen?"
    for forged in (question_of(house, 0, 2), question_of(house, 1), question_of(house, 2), 10**9, "x"):
        with pytest.raises(Invalid) as caught:
            add(house, cast, anna, FollowUpForm(question=str(forged)))
        assert list(caught.value.errors) == ["question"]


def test_the_words_of_a_question_are_not_read_through_the_follow_up(house: House) -> None:
    cast = begun(house)
    add(house, cast, cast.member(1), FollowUpForm(question=str(question_of(house, 0))))
    sections = {section.party: section for section in look(house, cast, cast.lead).sections}
    question = sections[1].rows[0].question
    assert (question.number, question.text, question.answer) == (1, "", "")
    assert sections[1].rows[0].saved_by is None


def test_what_is_wanting_is_said_field_by_field(house: House) -> None:
    cast = begun(house)
    for form, wrong in (
        (FollowUpForm(), ["finding"]),
        (FollowUpForm(finding="x", status="done"), ["change"]),
        (FollowUpForm(finding="x" * 2001, change="y" * 10_001, status="z"), ["finding", "change", "status"]),
        (FollowUpForm(finding="x\x00"), ["finding"]),
    ):
        with pytest.raises(Invalid) as caught:
            add(house, cast, cast.member(0), form)
        assert list(caught.value.errors) == wrong


def test_when_it_is_handed_in_nothing_is_changed(house: House) -> None:
    cast = begun(house)
    anna = cast.member(0)
    row = add(house, cast, anna)
    assert [(o.key, o.why_not) for o in look(house, cast, cast.coordinator(0)).offers] == [
        ("report_back", None)
    ]
    do(house, cast, cast.coordinator(0), "report_back", "follow_up")
    view = look(house, cast, anna)
    assert view.sections[0].handed_in == cast.now
    assert not view.may_write
    with pytest.raises(Refused):
        change(house, cast, anna, row, view.sections[0].rows[0].token)
    with pytest.raises(Refused):
        add(house, cast, anna)


def test_the_handed_over_report_about_us_is_at_hand(house: House) -> None:
    cast = begun(house, 3)
    assert look(house, cast, cast.member(1)).report == "0"
    assert look(house, cast, cast.contact(0)).report == "2"
    assert look(house, cast, cast.lead).report is None
