"""Evaluation and hours through HTTP: what is typed is kept, what is another's is not shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review
from tests.web.caller import Caller

# What the two databases could do differently is tried in tests/store; here a review is played far for each test.
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

ANSWERS = {
    "worth": "4",
    "clarity": "5",
    "balance": "2",
    "hours": "12,5",
    "best": "Mötena.",
    "better": "Inget",
}


def cast_at(house: House, step: str) -> Cast:
    return advance(house, make_review(house, now=TODAY), to=step)


def caller(app: Flask, who: Account) -> Caller:
    made = Caller(app)
    made.log_in(who.email)
    return made


def version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"')[0]


def test_answers_are_saved_and_then_handed_in(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/evaluation"
    begun = version(anna.page(at).text)
    anna.send(at, form_at=at, version=begun, **ANSWERS)
    page = anna.page(at).text
    assert "Dina svar är sparade." in page
    assert 'value="12,5"' in page
    anna.send(at, form_at=at, version=version(page), hand_in="yes", **ANSWERS)
    page = anna.page(at).text
    assert "Din utvärdering är inlämnad" in page
    assert "4 av 5" in page
    assert 'name="hand_in"' not in page


def test_faults_stand_at_their_fields_and_everything_typed_is_kept(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/evaluation"
    typed = {**ANSWERS, "worth": "", "hours": "väldigt många"}
    page = anna.send(at, 422, form_at=at, version="0.x", hand_in="yes", **typed).text
    for kept in ('value="väldigt många"', "Mötena.", "Inget"):
        assert kept in page
    for field in ("worth", "hours"):
        assert f'href="#f-{field}"' in page
        assert f'id="f-{field}"' in page


def test_another_window_shows_both(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/evaluation"
    begun = version(anna.page(at).text)
    anna.send(at, form_at=at, version=begun, **ANSWERS)
    page = anna.send(at, 409, form_at=at, version=begun, **{**ANSWERS, "best": "Frågorna."}).text
    assert "Mötena." in page
    assert "Frågorna." in page
    anna.send(at, form_at=at, version=version(page), **{**ANSWERS, "best": "Frågorna."})
    assert "Mötena." not in anna.page(at).text


def test_texts_save_themselves(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/evaluation"
    begun = anna.page(at).text.split('autosave/best" data-version="')[1].split('"')[0]

    def autosave(key: str, status: int = 200, **typed: str) -> dict[str, str]:
        data = {"csrf_token": anna.csrf(at), **typed}
        headers = {"Accept": "application/json"}
        answer = anna.page(f"{at}/autosave/{key}", status, "POST", data=data, headers=headers)
        found: dict[str, str] = json.loads(answer.text)
        return found

    told = autosave("best", best="Möt", version=begun)
    autosave("best", best="Mötena", version=told["version"])
    autosave("best", 409, best="Annat", version=begun)
    autosave("best", 422, best="x" * 4001, version=told["version"])
    autosave("worth", 404, worth="5", version=begun)
    assert "Mötena" in anna.page(at).text


def test_answers_are_nobody_elses(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/evaluation"
    anna.send(at, form_at=at, version="0.x", hand_in="yes", **{**ANSWERS, "best": "Min hemlighet"})
    for who in (cast.coordinator(0), cast.contact(0), cast.member(1), cast.lead):
        assert "Min hemlighet" not in caller(app, who).page(at).text
    lead = caller(app, cast.lead)
    assert "1 av 8 har svarat." in lead.page(at).text
    lead.send(at, 403, form_at="/me", version="0.x", **ANSWERS)
    caller(app, cast.outsider).page(at, 404)


def test_the_lead_sees_answers_put_together(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    at = f"/reviews/{cast.review_id}/evaluation"
    for who in (cast.coordinator(0), cast.member(0), cast.member(1)):
        caller(app, who).send(at, form_at=at, version="0.x", hand_in="yes", **ANSWERS)
    page = caller(app, cast.lead).page(at).text
    assert "<strong>4</strong>" in page
    # Hours are told by function too, which can be done once alone: when all is over.
    assert "Timmarna sammanställs när utvärderingen är över." in page
    assert page.count("Mötena.") == 3


def test_a_step_left_meanwhile_keeps_what_was_answered(app: Flask, house: House) -> None:
    cast = cast_at(house, "evaluation")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/evaluation"
    do(house, cast, cast.lead, "hold", reason="Semester")
    assert "Mötena." in anna.send(at, 403, form_at="/me", version="0.x", **ANSWERS).text


# ---- hours


def test_hours_are_logged_and_struck(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/hours"
    today = datetime.now(UTC).date().isoformat()
    anna.send(at, form_at=at, day=today, step="teams", hours="1,5")
    page = anna.page(at).text
    assert "1,5 timmar tillsammans, varav 1,5 är dina." in page
    assert "Utse granskningsteam" in page
    strike = page.split('action="')[-1].split('"')[0]
    assert strike.endswith("/strike")
    caller(app, cast.member(0, 1)).send(strike, 404, form_at="/me")
    anna.send(strike, form_at=at)
    assert "Ingen har noterat någon tid än." in anna.page(at).text


def test_hours_that_cannot_be_stand_as_they_were_typed(app: Flask, house: House) -> None:
    cast = cast_at(house, "teams")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/hours"
    page = anna.send(at, 422, form_at=at, day="2199-01-01", step="teams", hours="25").text
    for kept in ('value="25"', 'value="2199-01-01"', '<option value="teams" selected>'):
        assert kept in page
    anna.send(at, 422, form_at=at, day="x", step="forged", hours="")


@pytest.mark.parametrize("step", ["work"])
def test_the_lead_sees_sums_alone_and_others_nothing(app: Flask, house: House, step: str) -> None:
    cast = cast_at(house, step)
    at = f"/reviews/{cast.review_id}/hours"
    today = datetime.now(UTC).date().isoformat()
    caller(app, cast.member(0)).send(at, form_at=at, day=today, step="", hours="3,25")
    page = caller(app, cast.lead).page(at).text
    # One person's hours wait for two others'.
    assert "3,25" not in page
    assert "Det finns timmar som väntar på det." in page
    for who, spent in ((cast.coordinator(0), "2"), (cast.member(1), "1,5")):
        caller(app, who).send(at, form_at=at, day=today, step="", hours=spent)
    page = caller(app, cast.lead).page(at).text
    assert "6,75" in page
    assert cast.member(0).name not in page
    for who in (cast.contact(0), cast.contact(1)):
        caller(app, who).page(at, 403)
        caller(app, who).send(at, 403, form_at="/me", day=today, step="", hours="1")
    assert "3,25" not in caller(app, cast.member(1)).page(at).text
    caller(app, cast.lead).send(at, 403, form_at="/me", day=today, step="", hours="1")
    caller(app, cast.outsider).page(at, 404)
