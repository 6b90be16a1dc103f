"""The lead's board, and a reminder at the lead's word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from peerreview.errors import NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import House
from peerreview.services.lead import board as boards
from peerreview.services.lead.board import BoardView, board, choices
from peerreview.services.lead.remind_by_hand import remind
from peerreview.store.mail.outbox import Outgoing
from tests.counting import asked
from tests.people import make_organisation
from tests.services.review_fixtures import Cast, advance, do, make_review


def view(house: House, cast: Cast, days: int = 0) -> BoardView:
    return board(house, actor=cast.lead, now=cast.now + timedelta(days=days), real_now=cast.now)


def test_board_is_the_leads_alone(house: House) -> None:
    cast = make_review(house)
    for name, who in cast.everyone().items():
        if name != "lead":
            with pytest.raises(NotFound):
                board(house, actor=who, now=cast.now, real_now=cast.now)
            with pytest.raises(NotFound):
                choices(house, actor=who)


def test_row_has_a_mark_a_side_at_each_step(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="collect")
    shown = view(house, cast)
    titles = [say(title, "en") for title in shown.columns]
    assert titles[:4] == ["Answer", "Teams", "1st meeting", "Reviewing"]
    assert titles.count("Report") == 1
    (row,) = shown.rows
    assert [[cell.stop.state for cell in cells] for cells in row.cells[:5]] == [
        ["done"] * 3,
        ["done"] * 3,
        ["done"] * 3,
        ["doing"] * 3,
        ["todo"] * 3,
    ]


def test_late_reviews_come_first_with_whom_to_call(house: House) -> None:
    early = advance(house, make_review(house), to="collect")
    late = make_review(house, lead=early.lead)
    shown = view(house, early, days=30)
    assert [row.id for row in shown.rows] == [late.review_id, early.review_id]
    assert [row.late for row in shown.rows] == [True, False]
    assert shown.still == 1
    assert [person.email for ball in shown.rows[0].balls for person in ball.people] == [
        late.coordinator(0).email,
        late.coordinator(1).email,
    ]


def test_pages_hold_each_review_once_those_on_hold_last(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_review(house)
    others = [make_review(house, lead=cast.lead) for _ in range(4)]
    do(house, cast, cast.lead, "hold", reason="Sommar.")
    do(house, others[0], cast.lead, "cancel", reason="Fel part.")
    monkeypatch.setattr(boards, "PAGE", 3)
    pages = [
        board(house, actor=cast.lead, page=page, now=cast.now, real_now=cast.now).rows for page in (1, 2)
    ]
    assert [row.id for page in pages for row in page] == [
        *(other.review_id for other in others[1:]),
        cast.review_id,
    ]
    assert pages[1][0].on_hold


def test_silent_worker_is_an_alarm(house: House) -> None:
    cast = make_review(house)
    assert view(house, cast).mail.alarming


def test_three_reviews_take_as_many_queries_as_one(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    with asked(house) as one:
        view(house, cast)
    for _ in range(2):
        make_review(house, lead=cast.lead)
    with asked(house) as three:
        assert view(house, cast).running == 3
    assert len(three) == len(one)


def test_choices_say_who_has_a_coordinator_in_swedish_order(house: House) -> None:
    cast = make_review(house)
    make_organisation(house, "Region Örebro län", "18")
    make_organisation(house, "Region Ängelholm", "x")
    found = choices(house, actor=cast.lead)
    assert [(one.name, one.ready) for one in found] == [
        ("Region Gävleborg", True),
        ("Region Halland", True),
        ("Region Kalmar län", True),
        ("Region Ängelholm", False),
        ("Region Örebro län", False),
    ]


# ---- reminding


def call(house: House, cast: Cast, step: str, party: int | None) -> int:
    return remind(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        step=step,
        party=party,
        now=cast.now,
        real_now=cast.now,
    )


def sent(house: House, cast: Cast) -> list[tuple[str, str]]:
    with house.db.read() as session:
        rows = session.query(Outgoing).filter_by(kind="by_hand", review_id=cast.review_id)
        return [(row.recipient, row.subject) for row in rows]


def test_reminder_goes_to_those_whose_turn_it_is_once_a_day(house: House) -> None:
    cast = make_review(house)
    assert call(house, cast, "acceptance", 1) == 1
    ((recipient, subject),) = sent(house, cast)
    assert recipient == cast.coordinator(1).email
    assert subject.startswith("Påminnelse: Svara på förslaget om granskning senast")
    with pytest.raises(Refused):
        call(house, cast, "acceptance", 1)
    (ball,) = [ball for ball in view(house, cast).rows[0].balls if ball.party == 1]
    assert ball.reminded == cast.now
    cast.now += timedelta(days=1)
    call(house, cast, "acceptance", 1)
    assert len(sent(house, cast)) == 2


@pytest.mark.parametrize(
    ("step", "party"), [("acceptance", 0), ("acceptance", 7), ("nowhere", None), ("", None)]
)
def test_nobody_is_reminded_of_what_is_not_their_turn(house: House, step: str, party: int | None) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    with pytest.raises(Refused):
        call(house, cast, step, party)
    assert sent(house, cast) == []


def test_only_the_lead_reminds(house: House) -> None:
    cast = make_review(house)
    for name, who in cast.everyone().items():
        if name != "lead":
            with pytest.raises(NotFound):
                remind(
                    house,
                    actor=who,
                    review_id=cast.review_id,
                    step="acceptance",
                    party=1,
                    now=cast.now,
                    real_now=cast.now,
                )


def test_who_has_not_filled_in_a_form_of_their_own_is_not_named(house: House) -> None:
    cast = advance(house, make_review(house), to="evaluation")
    (row,) = view(house, cast, days=60).rows
    forms = [ball for ball in row.balls if ball.path == "evaluation"]
    assert forms, "the evaluation stands there"
    assert [ball.people for ball in forms] == [()] * len(forms)
