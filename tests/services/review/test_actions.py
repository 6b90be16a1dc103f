"""The page of an action says what it means; doing it leaves a receipt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.base.words import Words
from peerreview.services.review import action_page, receipts
from peerreview.services.review.action_page import ActionView, Typed
from peerreview.services.review.do_action import Wish
from tests.services.material_helpers import add_file, on
from tests.services.review_fixtures import (
    Cast,
    advance,
    make_review,
    put_agreement,
    put_materials,
    put_questions,
)

COLLECT = "exchange/collect"


def look(house: House, cast: Cast, who: Account, wish: Wish, **typed: object) -> ActionView:
    return action_page.look(
        house,
        actor=who,
        review_id=cast.review_id,
        wish=wish,
        typed=Typed(**typed),
        now=cast.now,  # type: ignore[arg-type]
    )


def do(house: House, cast: Cast, who: Account, wish: Wish, seen: int | None = None, **typed: object) -> str:
    return action_page.do(
        house,
        actor=who,
        review_id=cast.review_id,
        wish=wish,
        typed=Typed(**typed),  # type: ignore[arg-type]
        seen=seen,
        now=cast.now,
    )


def said(cast: Cast, words: Iterable[Words]) -> list[str]:
    names = {party: side.name for party, side in enumerate(cast.sides)}
    return [say(one, "en", names) for one in words]


def test_handing_in_first_says_that_it_waits_for_the_other_side(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    put_materials(house, cast, 0)
    view = look(house, cast, cast.coordinator(0), Wish("hand_in", COLLECT, 0))
    assert said(cast, [view.button]) == ["Hand in 2 documents to Region Gävleborg"]
    assert said(cast, view.consequences) == [
        "Region Gävleborg can read them when Region Gävleborg have handed in too.",
        "Then they become received documents there. Until then you can take them back.",
    ]
    assert [item.title for item in view.items] == ["Verksamhetsplan 2025", "Handlingsplan för levnadsvanor"]
    assert not view.final


def test_handing_in_last_says_that_it_opens_at_once_and_what_begins(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    for party in cast.parties:
        put_materials(house, cast, party)
    do(house, cast, cast.coordinator(1), Wish("hand_in", COLLECT, 1))
    view = look(house, cast, cast.coordinator(0), Wish("hand_in", COLLECT, 0))
    assert view.final
    assert said(cast, view.consequences)[0] == "Region Gävleborg can read them at once."
    assert said(cast, view.next) == ["Begins: write review questions and write a first draft"]
    assert said(cast, view.told) == [
        "Region Kalmar län: coordinator and team member",
        "Region Gävleborg: coordinator and team member",
    ]


def test_receipt_lists_what_was_handed_in_and_who_was_told(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    for party in cast.parties:
        put_materials(house, cast, party)
    do(house, cast, cast.coordinator(1), Wish("hand_in", COLLECT, 1))
    key = do(house, cast, cast.coordinator(0), Wish("hand_in", COLLECT, 0))
    view = receipts.receipt(house, actor=cast.coordinator(0), review_id=cast.review_id, key=key, now=cast.now)
    assert said(cast, [view.line.title]) == ["Handed in the materials"]
    assert len(view.items) == 2
    assert view.unsent > 0
    # The lead may notice that it is there, not what it is.
    led = receipts.receipt(house, actor=cast.lead, review_id=cast.review_id, key=key, now=cast.now)
    assert led.items == ()
    with pytest.raises(NotFound):
        receipts.receipt(house, actor=cast.outsider, review_id=cast.review_id, key=key, now=cast.now)


def test_receipt_does_not_name_what_was_withdrawn_after_the_set_was_taken_back(house: House) -> None:
    """The management contact reads what is handed in: not what was in an earlier set and is the team's own again."""
    cast = advance(house, make_review(house), to="collect")
    put_materials(house, cast, 0)
    extra = add_file(house, cast, cast.member(0), title="Hemlig bilaga")
    first = do(house, cast, cast.coordinator(0), Wish("hand_in", COLLECT, 0))
    cast.now += timedelta(minutes=1)
    do(house, cast, cast.coordinator(0), Wish("take_back", COLLECT, 0))
    cast.now += timedelta(minutes=1)
    on(house, cast, cast.member(0), "withdraw", extra)
    do(house, cast, cast.coordinator(0), Wish("hand_in", COLLECT, 0))

    def items(who: Account) -> list[str]:
        view = receipts.receipt(house, actor=who, review_id=cast.review_id, key=first, now=cast.now)
        return [item.title for item in view.items]

    assert "Hemlig bilaga" in items(cast.member(0))
    assert len(items(cast.contact(0))) == 2
    assert "Hemlig bilaga" not in items(cast.contact(0))


def test_receipt_of_a_form_is_the_persons_alone(house: House) -> None:
    cast = advance(house, make_review(house), to="follow_up")
    from peerreview.store.review import history

    with house.db.read() as session:
        line = history.newest_of(session, cast.review_id, cast.member(0).person_id, "action")
    assert line is not None
    receipts.receipt(
        house, actor=cast.member(0), review_id=cast.review_id, key=receipts.key_of(line), now=cast.now
    )
    for who in (cast.lead, cast.coordinator(0), cast.member(1)):
        with pytest.raises(NotFound):
            receipts.receipt(
                house, actor=who, review_id=cast.review_id, key=receipts.key_of(line), now=cast.now
            )


def test_confirming_an_agreement_names_its_version_and_shows_it(house: House) -> None:
    cast = advance(house, make_review(house), to="first_meeting")
    put_agreement(house, cast)
    view = look(house, cast, cast.coordinator(0), Wish("confirm", "first_meeting", 0))
    assert view.version == 1
    assert said(cast, [view.button]) == ["Confirm version 1 of the agreement"]
    rows = {say(term, "en"): say(value, "en") for term, value in view.summary}
    assert (
        rows["Documents from Region Kalmar län"] == "Verksamhetsplan 2025 and Handlingsplan för levnadsvanor"
    )
    assert rows["Report"] == "Each side writes its own report"
    put_agreement(house, cast)
    with pytest.raises(Conflict):
        do(house, cast, cast.coordinator(0), Wish("confirm", "first_meeting", 0), version="1")


def test_going_back_asks_first_and_then_says_what_stays_open_and_which_dates_move(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    asked = look(house, cast, cast.lead, Wish("back"))
    assert asked.options is not None
    values = [value for group in asked.options.groups for value, _ in group.choices]
    assert f"1:{COLLECT}" in values
    assert "all:first_meeting" in values
    view = look(house, cast, cast.lead, Wish("back"), target=f"1:{COLLECT}")
    assert view.options is None
    assert said(cast, view.choice) == ["Region Gävleborg: back to the step Compile the materials"]
    sentences = said(cast, view.consequences)
    assert "Region Kalmar län keeps the materials of Region Gävleborg that have been opened." in sentences
    assert "Nobody has looked at the materials of Region Gävleborg yet." in sentences
    moved = {(say(shift.step, "en"), shift.side) for shift in view.shifts}
    assert moved == {("Compile the materials", "Region Gävleborg"), ("Second meeting", "")}


@pytest.mark.parametrize(
    "target", ["9:exchange/collect", "1:evaluation", "x", "all:", "1:exchange/collect:0"]
)
def test_a_forged_target_is_refused_beside_its_field(house: House, target: str) -> None:
    cast = advance(house, make_review(house), to="second_meeting")
    with pytest.raises(Invalid) as error:
        do(house, cast, cast.lead, Wish("back"), target=target, reason="Prov")
    assert list(error.value.errors) == ["target"]


def test_going_on_without_names_what_is_left_undone(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    view = look(house, cast, cast.lead, Wish("go_on"), place=f"{COLLECT}:1:")
    assert said(cast, view.consequences)[1] == "Counts as done without: hand in the materials."
    do(house, cast, cast.lead, Wish("go_on"), place=f"{COLLECT}:1:", reason="De hinner inte.")
    with pytest.raises(Invalid):
        do(house, cast, cast.lead, Wish("go_on"), place=f"{COLLECT}:1:", reason="Igen")


def test_withdrawing_from_a_pair_ends_it(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    view = look(house, cast, cast.coordinator(0), Wish("withdraw"))
    assert (view.options, view.final) == (None, True)
    assert said(cast, view.next) == ["The review ends: Cancelled."]


def test_coordinator_withdraws_their_own_side_whatever_the_form_says(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="collect")
    do(house, cast, cast.coordinator(0), Wish("withdraw"), side="1", reason="Omorganisation")
    view = look(house, cast, cast.lead, Wish("withdraw"))
    assert view.options is not None
    assert [value for value, _ in view.options.groups[0].choices] == ["1", "2"]


def test_ring_that_has_opened_asks_which_directions_are_still_finished(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="work")
    asked = look(house, cast, cast.lead, Wish("withdraw"), side="1")
    assert asked.options is not None
    assert said(cast, [words for _, words, _ in asked.options.finish]) == [
        "Region Kalmar län reviews Region Gävleborg",
        "Region Dalarna reviews Region Kalmar län",
    ]
    assert asked.options.ticked == ("0", "2")
    view = look(house, cast, cast.lead, Wish("withdraw"), side="1", finish=("2", "1"), decided="yes")
    assert "Region Kalmar län does not finish its review of Region Gävleborg." in said(
        cast, view.consequences
    )
    ended = look(house, cast, cast.lead, Wish("withdraw"), side="1", decided="yes")
    assert said(cast, ended.next) == ["The review ends: Cancelled."]


def test_coordinator_of_a_ring_that_has_opened_ends_nobody_elses_work(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="work")
    view = look(house, cast, cast.coordinator(1), Wish("withdraw"))
    assert said(cast, view.next) == []
    do(house, cast, cast.coordinator(1), Wish("withdraw"), reason="Omorganisation")
    put_questions(house, cast, 0)
    view = look(house, cast, cast.coordinator(0), Wish("send", "exchange/work/study", 0))
    assert said(cast, [view.button]) == ["Send 2 questions to Region Gävleborg"]


@pytest.mark.parametrize(
    "wish",
    [
        Wish("nothing"),
        Wish("accept", "nowhere", 0),
        Wish("accept", "teams", 0),
        Wish("hand_in", "", 0),
    ],
)
def test_unknown_action_or_step_is_not_there(house: House, wish: Wish) -> None:
    cast = make_review(house)
    with pytest.raises(NotFound):
        look(house, cast, cast.coordinator(0), wish)


@pytest.mark.parametrize("party", [1, 2, 99])
def test_acting_for_another_side_is_refused(house: House, party: int) -> None:
    cast = make_review(house)
    for attempt in (look, do):
        with pytest.raises(Refused):
            attempt(house, cast, cast.coordinator(0), Wish("accept", "acceptance", party), conflict="none")


def test_handing_in_another_persons_evaluation_is_refused(house: House) -> None:
    cast = advance(house, make_review(house), to="evaluation")
    wish = Wish("submit", "evaluation", 0, cast.member(0).person_id)
    with pytest.raises(Refused):
        look(house, cast, cast.member(0, 1), wish)


def test_outsider_finds_nothing(house: House) -> None:
    cast = make_review(house)
    for attempt in (look, do):
        with pytest.raises(NotFound):
            attempt(house, cast, cast.outsider, Wish("accept", "acceptance", 0))


def test_stale_page_is_a_conflict_before_it_is_anything_else(house: House) -> None:
    cast = make_review(house)
    view = look(house, cast, cast.coordinator(0), Wish("accept", "acceptance", 0))
    do(house, cast, cast.coordinator(0), Wish("accept", "acceptance", 0), conflict="none")
    with pytest.raises(Conflict):
        do(house, cast, cast.coordinator(0), Wish("decline", "acceptance", 0), seen=view.head.version)
    with pytest.raises(Conflict):
        do(house, cast, cast.coordinator(1), Wish("accept", "acceptance", 1), seen=view.head.version)


def test_button_pressed_twice_shows_the_receipt_of_what_was_done_once(house: House) -> None:
    cast = make_review(house)
    wish = Wish("accept", "acceptance", 0)
    seen = look(house, cast, cast.coordinator(0), wish).head.version
    first = do(house, cast, cast.coordinator(0), wish, seen, conflict="none")
    again = do(house, cast, cast.coordinator(0), wish, seen, conflict="none")
    assert again == first
    cast.now += timedelta(minutes=1)
    do(house, cast, cast.coordinator(1), Wish("accept", "acceptance", 1), conflict="none")
    with pytest.raises(Conflict):
        do(house, cast, cast.coordinator(0), wish, seen, conflict="none")


def test_missing_reason_and_declaration_are_said_beside_their_fields(house: House) -> None:
    cast = make_review(house)
    with pytest.raises(Invalid) as error:
        do(house, cast, cast.coordinator(0), Wish("accept", "acceptance", 0))
    assert list(error.value.errors) == ["conflict"]
    with pytest.raises(Invalid) as error:
        do(house, cast, cast.coordinator(0), Wish("accept", "acceptance", 0), conflict="some")
    assert list(error.value.errors) == ["conflict_text"]
    with pytest.raises(Invalid) as error:
        do(house, cast, cast.coordinator(0), Wish("decline", "acceptance", 0), reason="  ")
    assert list(error.value.errors) == ["reason"]
    with pytest.raises(Invalid):
        do(house, cast, cast.coordinator(0), Wish("decline", "acceptance", 0), reason="x" * 2001)
