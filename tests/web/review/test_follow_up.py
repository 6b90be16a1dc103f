"""Follow-up through HTTP: rows added, changed, removed; two at once; what a third side must not see."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review
from tests.web.caller import Caller

# What the two databases could do differently is tried in tests/store; here a review is played far for each test.
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

ROW = {"finding": "Planen saknar mål.", "change": "Målen är satta.", "status": "done"}


@pytest.fixture
def cast(house: House) -> Cast:
    """A ring that began long enough ago for its follow-up to be under way now."""
    return advance(house, make_review(house, 3, now=TODAY - timedelta(days=200)), to="follow_up")


def caller(app: Flask, who: Account) -> Caller:
    made = Caller(app)
    made.log_in(who.email)
    return made


def send(caller: Caller, path: str, answered: int = 303, **typed: str) -> str:
    """Post a form; gives the answer's page. (Caller.send knows `status` as something else.)"""
    data = {"csrf_token": caller.csrf("/me"), **typed}
    return caller.page(path, answered, "POST", data=data).text


def version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"')[0]


def test_rows_are_added_changed_and_removed(app: Flask, cast: Cast) -> None:
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/follow-up"
    send(anna, at, **ROW)
    page = anna.page(at).text
    assert "Planen saknar mål." in page
    edit = page.split(f'href="{at}/')[1].split('"')[0]
    begun = version(anna.page(f"{at}/{edit}").text)
    send(anna, f"{at}/{edit}", version=begun, **{**ROW, "change": "Målen är **kända**."})
    page = anna.page(at).text
    assert "Målen är <strong>kända</strong>." in page
    send(anna, f"{at}/{edit}/remove", version=version(page))
    assert "Planen saknar mål." not in anna.page(at).text
    anna.page(f"{at}/{edit}", 404)


def test_faults_stand_at_their_fields_and_everything_typed_is_kept(app: Flask, cast: Cast) -> None:
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/follow-up"
    page = send(anna, at, 422, finding="x" * 2001, change="", status="done")
    assert "x" * 2001 in page
    for field in ("finding", "change"):
        assert f'href="#f-{field}"' in page
    send(anna, at, **ROW)
    edit = anna.page(at).text.split(f'href="{at}/')[1].split('"')[0]
    page = send(anna, f"{at}/{edit}", 422, version="1.x", finding="", change="Ny", status="done")
    assert "Ny</textarea>" in page
    assert 'href="#f-finding"' in page


def test_two_at_once_see_both(app: Flask, cast: Cast) -> None:
    anna, bo = caller(app, cast.member(0, 0)), caller(app, cast.member(0, 1))
    at = f"/reviews/{cast.review_id}/follow-up"
    send(anna, at, **ROW)
    edit = anna.page(at).text.split(f'href="{at}/')[1].split('"')[0]
    begun = version(bo.page(f"{at}/{edit}").text)
    send(anna, f"{at}/{edit}", version=begun, **{**ROW, "change": "Annas ord"})
    page = send(bo, f"{at}/{edit}", 409, version=begun, **{**ROW, "change": "Bos ord"})
    assert "Annas ord" in page
    assert "Bos ord" in page
    send(bo, f"{at}/{edit}", version=version(page), **{**ROW, "change": "Bådas ord"})
    assert "Bådas ord" in anna.page(at).text
    send(bo, f"{at}/{edit}/remove", 409, version=begun)


def test_texts_save_themselves(app: Flask, cast: Cast) -> None:
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/follow-up"
    send(anna, at, **ROW)
    edit = anna.page(at).text.split(f'href="{at}/')[1].split('"')[0]
    begun = anna.page(f"{at}/{edit}").text.split('autosave/change" data-version="')[1].split('"')[0]
    for text, token, status in (("Nytt", begun, 200), ("Annat", begun, 409), ("x" * 10_001, begun, 422)):
        data = {"csrf_token": anna.csrf(at), "change": text, "version": token}
        headers = {"Accept": "application/json"}
        answer = anna.page(f"{at}/{edit}/autosave/change", status, "POST", data=data, headers=headers)
        assert set(json.loads(answer.text)) == ({"version", "saved"} if status == 200 else {"reason"})
    assert "Nytt" in anna.page(at).text


def test_in_a_ring_the_third_side_sees_and_does_nothing(app: Flask, cast: Cast) -> None:
    """Side 0 is reviewed by side 2; side 1 is the third."""
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/follow-up"
    send(anna, at, **{**ROW, "finding": "Bara för granskaren"})
    edit = anna.page(at).text.split(f'href="{at}/')[1].split('"')[0]
    for who in (cast.member(2), cast.contact(2), cast.contact(0), cast.lead):
        assert "Bara för granskaren" in caller(app, who).page(at).text
    for who in (cast.member(1), cast.contact(1)):
        assert "Bara för granskaren" not in caller(app, who).page(at).text
    for who in (cast.member(1), cast.contact(1), cast.member(2), cast.contact(0), cast.lead, cast.outsider):
        forger = caller(app, who)
        for path in ("", "/remove", "/autosave/change"):
            answer = forger.client.post(
                f"{at}/{edit}{path}", data={"csrf_token": forger.csrf("/me"), "version": "1.x", **ROW}
            )
            assert answer.status_code in (403, 404), (who.name, path)
            assert "Bara för granskaren" not in answer.text
    assert "Bara för granskaren" in anna.page(at).text


def test_a_follow_up_handed_in_meanwhile_keeps_what_was_typed(app: Flask, house: House, cast: Cast) -> None:
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/follow-up"
    send(anna, at, **ROW)
    edit = anna.page(at).text.split(f'href="{at}/')[1].split('"')[0]
    do(house, cast, cast.coordinator(0), "report_back", "follow_up")
    typed = {"finding": "Ny", "change": "Det jag hann skriva", "status": "begun"}
    assert "Det jag hann skriva" in send(anna, at, 403, **typed)
    assert "Det jag hann skriva" in send(anna, f"{at}/{edit}", 403, version="1.x", **typed)
    anna.page(f"{at}/{edit}", 403)
