"""A form does what its page showed: where something has changed since, the page says what and asks again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from peerreview.services.base.house import House
from peerreview.store.review.reviews import Review
from tests.services.material_helpers import add_file
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import (
    Cast,
    advance,
    do,
    make_review,
    put_materials,
    put_questions,
    put_report,
)

from ..caller import Caller
from .test_reviews import as_, words


@pytest.fixture
def cast(house: House) -> Cast:
    return make_review(house, now=TODAY - timedelta(days=1))


def act(cast: Cast, action: str, step: str, party: int = 0) -> str:
    return f"/reviews/{cast.review_id}/actions/{action}?step={step}&party={party}"


def form(caller: Caller, path: str) -> dict[str, str]:
    """What a form sends untouched, as its page now stands."""
    text = caller.page(path).text
    main = text[text.index("<main") :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return dict(found)


def state(house: House, cast: Cast) -> int:
    with house.db.read() as session:
        return session.get_one(Review, cast.review_id).version


def sends(caller: Caller, path: str, held: dict[str, str], status: int, **typed: str) -> str:
    return caller.page(path, status, "POST", data={**held, **typed}).text


def test_document_added_meanwhile_is_shown_before_it_is_handed_in(
    app: Flask, house: House, cast: Cast
) -> None:
    advance(house, cast, to="collect")
    put_materials(house, cast, 0)
    path, caller = act(cast, "hand_in", "exchange/collect"), as_(app, cast.coordinator(0))
    held, before = form(caller, path), state(house, cast)
    add_file(house, cast, cast.member(0), title="Hemlig bilaga")
    text = sends(caller, path, held, 409)
    assert state(house, cast) == before
    said = words(text)
    assert "Något har ändrats sedan du öppnade sidan. Ingenting har gjorts." in said
    assert "Nytt sedan dess Hemlig bilaga, version 1" in said
    assert "Lämna in 3 dokument till Region Gävleborg" in said
    again = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text[text.index("<main") :])
    )
    sends(caller, path, again, 303)


def test_question_written_meanwhile_is_not_sent(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="work")
    put_questions(house, cast, 0)
    path, caller = act(cast, "send", "exchange/work/study"), as_(app, cast.coordinator(0))
    held = form(caller, path)
    put_questions(house, cast, 0)
    assert "Nytt sedan dess Fråga 1: Hur följer ni upp planen?" in words(sends(caller, path, held, 409))


def test_half_a_sentence_is_not_locked(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="final_report")
    path, caller = act(cast, "finish", "final_report"), as_(app, cast.coordinator(0))
    held = form(caller, path)
    put_report(house, cast, 0, body="## Styrkor\n\nEn halv mening som ingen har sett men\n")
    said = words(sends(caller, path, held, 409))
    assert "Ändrat sedan dess Granskningsrapport, Region Kalmar län, version 2, som " in said


@pytest.mark.parametrize("seal", [None, "", "AAAA", "x" * 300_000])
def test_form_that_does_not_say_what_it_showed_is_asked_again(
    app: Flask, house: House, cast: Cast, seal: str | None
) -> None:
    path, caller = act(cast, "decline", "acceptance"), as_(app, cast.coordinator(0))
    held = form(caller, path)
    held.pop("seal")
    held |= {} if seal is None else {"seal": seal}
    before = state(house, cast)
    text = sends(caller, path, held, 409, reason="Vi byter ledning i vår.")
    assert "Formuläret säger inte vad sidan visade" in words(text)
    assert "Vi byter ledning i vår.</textarea>" in text
    assert state(house, cast) == before


def test_fingerprint_of_another_person_or_action_shows_nothing(app: Flask, house: House, cast: Cast) -> None:
    decline, accept = act(cast, "decline", "acceptance"), act(cast, "accept", "acceptance")
    caller, before = as_(app, cast.coordinator(0)), state(house, cast)
    other = form(as_(app, cast.coordinator(1)), act(cast, "decline", "acceptance", 1))["seal"]
    for seal in (other, form(caller, accept)["seal"]):
        sends(caller, decline, {**form(caller, decline), "seal": seal}, 409, reason="Nej tack, inte i år.")
    assert state(house, cast) == before


def test_what_is_new_is_told_also_after_the_form_has_come_back_for_a_mistake(
    app: Flask, house: House, cast: Cast
) -> None:
    advance(house, cast, to="collect")
    caller = as_(app, cast.lead)
    path = f"/reviews/{cast.review_id}/actions/go_on?place=exchange/collect:0:"
    held = form(caller, path)
    add_file(house, cast, cast.member(0), title="Hemlig bilaga")
    text = sends(caller, path, held, 422, reason="")
    again = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text[text.index("<main") :])
    )
    said = words(sends(caller, path, again, 409, reason="Vi väntar inte längre."))
    assert "Ändrat sedan dess, av andra Underlag, Region Kalmar län" in said
    assert "Hemlig" not in said, "the lead may not know what it is called"


def test_button_pressed_twice_and_two_windows(app: Flask, house: House, cast: Cast) -> None:
    path, caller = act(cast, "accept", "acceptance"), as_(app, cast.coordinator(0))
    first, second = form(caller, path), form(caller, path)
    done = caller.page(path, 303, "POST", data={**first, "conflict": "none"})
    assert caller.page(path, 303, "POST", data={**first, "conflict": "none"}).location == done.location
    assert caller.page(path, 303, "POST", data={**second, "conflict": "none"}).location == done.location
    do(house, cast, cast.coordinator(1), "accept", "acceptance", conflict="none")
    sends(caller, path, first, 409, conflict="none")
