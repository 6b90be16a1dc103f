"""Evaluation: own answers alone, and compiled for the lead in such a way that nobody's can be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.deeds.change import changing
from peerreview.services.evaluation.answer_evaluation import Saved, save_answer, save_evaluation
from peerreview.services.evaluation.compiled import Compiled
from peerreview.services.evaluation.evaluation_page import EvaluationView, evaluation
from peerreview.services.evaluation.log_hours import log_hours

from ..review_fixtures import Cast, advance, make_review

# What the two databases could do differently is tried in tests/store; here a review is played far for each test.
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

ANSWERS = {"worth": "4", "clarity": "5", "balance": "2", "hours": "12,5", "best": "Mötena.", "better": ""}


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="evaluation")


def look(house: House, cast: Cast, who: Account) -> EvaluationView:
    return evaluation(house, review_id=cast.review_id, actor=who, now=cast.now)


def save(
    house: House, cast: Cast, who: Account, hand_in: bool = True, token: str = "", **changes: str
) -> Saved:
    return save_evaluation(
        house,
        actor=who,
        review_id=cast.review_id,
        answers={**ANSWERS, **changes},
        token=token or look(house, cast, who).token,
        hand_in=hand_in,
        now=cast.now,
    )


def values(view: EvaluationView) -> dict[str, str]:
    return {field.key: field.value for field in view.fields}


def people(cast: Cast) -> list[Account]:
    found = []
    for side in cast.sides:
        found += [side.coordinator, *side.members, side.contact]
    return found


def results(house: House, cast: Cast) -> Compiled | None:
    return look(house, cast, cast.lead).compiled


def pass_time(house: House, cast: Cast, **span: int) -> None:
    cast.now += timedelta(**span)
    with changing(house, review_id=cast.review_id, actor=None, now=cast.now):
        pass


def test_a_draft_is_saved_and_handed_in(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    save(house, cast, anna, hand_in=False, worth="", best="Mötena")
    view = look(house, cast, anna)
    assert values(view) == {**ANSWERS, "worth": "", "best": "Mötena"}
    assert (view.may_write, view.submitted_at) == (True, None)
    assert look(house, cast, cast.lead).count.answered == 0
    assert save(house, cast, anna).handed_in
    view = look(house, cast, anna)
    assert values(view) == ANSWERS
    assert (view.may_write, view.submitted_at) == (False, cast.now)
    with pytest.raises(Refused):
        save(house, cast, anna, worth="1")
    assert values(look(house, cast, anna)) == ANSWERS


@pytest.mark.parametrize("parties", [2, 3])
def test_nobody_reads_anothers_answers(house: House, parties: int) -> None:
    cast = advance(house, make_review(house, parties), to="evaluation")
    save(house, cast, cast.member(0), best="Min hemlighet", hand_in=False)
    for who in people(cast):
        if who == cast.member(0):
            continue
        view = look(house, cast, who)
        assert set(values(view).values()) == {""}
        assert (view.count, view.compiled, view.saved_at) == (None, None, None)
    lead = look(house, cast, cast.lead)
    assert not lead.asked
    assert set(values(lead).values()) == {""}
    assert (lead.count.answered, lead.count.asked, lead.compiled) == (0, 4 * parties, None)
    with pytest.raises(NotFound):
        look(house, cast, cast.outsider)


def test_what_is_asked_for_is_said_field_by_field_and_nothing_is_handed_in(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    with pytest.raises(Invalid) as caught:
        save(house, cast, anna, worth="", clarity="6", balance="x", hours="många", best="å" * 4001)
    assert list(caught.value.errors) == ["worth", "clarity", "balance", "hours", "best"]
    with pytest.raises(Invalid):
        save(house, cast, anna, hours="")
    assert look(house, cast, anna).saved_at is None


@pytest.mark.parametrize("forged", ["0", "-1", "1.5", " 3", "٣", "10"])
def test_a_forged_choice_is_refused(house: House, cast: Cast, forged: str) -> None:
    with pytest.raises(Invalid) as caught:
        save(house, cast, cast.member(0), worth=forged)
    assert list(caught.value.errors) == ["worth"]


def test_another_window_does_not_overwrite(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    token = look(house, cast, anna).token
    save(house, cast, anna, hand_in=False)
    with pytest.raises(Conflict):
        save(house, cast, anna, hand_in=False, token=token, best="Annat")
    save(house, cast, anna, hand_in=False, token=token)
    assert values(look(house, cast, anna)) == ANSWERS


def test_texts_save_themselves_without_getting_in_each_others_way(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    tokens = {field.key: field.token for field in look(house, cast, anna).fields}

    def write(key: str, text: str, token: str) -> str:
        return save_answer(
            house, actor=anna, review_id=cast.review_id, key=key, text=text, token=token, now=cast.now
        ).token

    best = write("best", "Mötena", tokens["best"])
    write("better", "Kortare", tokens["better"])
    last = write("best", "Mötena var bäst", best)
    assert values(look(house, cast, anna))["best"] == "Mötena var bäst"
    with pytest.raises(Conflict):
        write("best", "Annat", best)
    for forged in ("worth", "hours", "nothing"):
        with pytest.raises(NotFound):
            write(forged, "5", last)
    save(house, cast, anna, hand_in=False, token=last, better="Kortare")
    assert values(look(house, cast, anna)) == {**ANSWERS, "better": "Kortare"}


def test_hours_are_filled_in_from_the_log(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    for spent in ("1,5", "6"):
        log_hours(
            house,
            actor=anna,
            review_id=cast.review_id,
            day="2026-03-03",
            step="",
            spent=spent,
            now=cast.now,
        )
    assert values(look(house, cast, anna))["hours"] == "7,5"
    assert values(look(house, cast, cast.member(0, 1)))["hours"] == ""
    save(house, cast, anna, hand_in=False, hours="9")
    assert values(look(house, cast, anna))["hours"] == "9"


def test_the_evaluation_ends_by_time(house: House, cast: Cast) -> None:
    save(house, cast, cast.member(0))
    save(house, cast, cast.member(1), hand_in=False)
    pass_time(house, cast, weeks=4)
    view = look(house, cast, cast.member(1))
    assert (view.may_write, view.submitted_at) == (False, None)
    with pytest.raises(Refused):
        save(house, cast, cast.member(1))
    assert values(look(house, cast, cast.member(0))) == ANSWERS
    assert look(house, cast, cast.lead).count.over


def test_nobody_answers_before_it_begins(house: House) -> None:
    cast = advance(house, make_review(house), to="closing_meeting")
    assert not look(house, cast, cast.member(0)).asked
    for who in (cast.member(0), cast.lead, cast.contact(1)):
        with pytest.raises(Refused):
            save(house, cast, who, hand_in=False)


# ---- compiled


def answer(house: House, cast: Cast, many: Sequence[Account], **changes: str) -> None:
    for who in many:
        cast.now += timedelta(minutes=1)
        save(house, cast, who, **changes)


def test_answers_are_compiled_from_three_up(house: House, cast: Cast) -> None:
    everyone = people(cast)
    answer(house, cast, everyone[:2])
    lead = look(house, cast, cast.lead)
    assert (lead.count.answered, lead.count.asked, lead.compiled) == (2, 8, None)
    answer(house, cast, everyone[2:3], worth="1", hours="20", best="Frågorna.")
    found = results(house, cast)
    assert found is not None
    assert found.forms == 3
    assert [(one.average, one.counts) for one in found.scales] == [
        (3.0, (1, 0, 0, 2, 0)),
        (5.0, (0, 0, 0, 0, 3)),
        (2.0, (0, 3, 0, 0, 0)),
    ]
    assert found.hours == ()
    assert sorted(found.texts[0].texts) == ["Frågorna.", "Mötena.", "Mötena."]
    assert found.texts[1].texts == ()


def test_no_answer_can_be_told_from_the_one_before(house: House, cast: Cast) -> None:
    everyone = people(cast)
    answer(house, cast, everyone[:3])
    before = results(house, cast)
    answer(house, cast, everyone[3:5], worth="1", best="Det som skiljer mig från de andra")
    assert replace(results(house, cast), left=0) == before
    assert look(house, cast, cast.lead).count.answered == 5
    answer(house, cast, everyone[5:6])
    assert results(house, cast).forms == 6
    answer(house, cast, everyone[6:])
    assert (results(house, cast).forms, results(house, cast).left) == (6, 2)


def test_one_or_two_left_over_at_the_end_are_never_shown(house: House, cast: Cast) -> None:
    answer(house, cast, people(cast)[:4])
    assert results(house, cast).forms == 3
    pass_time(house, cast, weeks=4)
    found = results(house, cast)
    assert (found.forms, found.left) == (3, 1)
    # Hours are put together once, when all is over.
    assert found.hours[0].people == 3


def test_two_answers_are_never_compiled(house: House, cast: Cast) -> None:
    answer(house, cast, people(cast)[:2])
    pass_time(house, cast, weeks=4)
    lead = look(house, cast, cast.lead)
    assert (lead.count.answered, lead.count.over, lead.compiled) == (2, True, None)


def test_texts_do_not_stand_in_the_order_of_time_or_of_their_writers(house: House, cast: Cast) -> None:
    for number, who in enumerate(people(cast)):
        save(house, cast, who, best=f"Svar {number}", better=f"Svar {number}")
    found = results(house, cast)
    best, better = (one.texts for one in found.texts)
    assert best != tuple(sorted(best))
    assert best != better
    assert found == results(house, cast)


def test_hours_by_function_have_three_people_behind_them(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="evaluation")
    everyone = people(cast)
    for who in everyone:
        save(house, cast, who, hours="1")
    assert [people for _, people, _ in results(house, cast).hours[0].by_function] == [3, 3, 3, 3]
