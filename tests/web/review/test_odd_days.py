"""A meeting on New Year's Day: asked about with all that was typed, taken with the tick, asked anew for another."""

from __future__ import annotations

import re

from flask import Flask

from peerreview.services.base.house import House
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import advance, make_review
from tests.web.caller import Caller


def tick(text: str) -> str:
    return re.findall(r'type="checkbox" id="f-meant" name="meant" value="([^"]+)"', text)[0]


def test_an_odd_day_comes_back_with_a_question_and_a_tick(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, now=TODAY), to="first_meeting")
    at = f"/reviews/{cast.review_id}/meetings/first_meeting/plan"
    caller = Caller(app)
    caller.log_in(cast.coordinator(0).email)
    new_year = f"{TODAY.year + 1}-01-01"
    typed = {
        "date": new_year,
        "time": "05:15",
        "until": "",
        "place": "Regionens hus",
        "link": "",
        "seen": "0",
    }
    page = caller.send(at, 422, form_at=at, **typed).text
    assert "Är det meningen?" in page
    assert f'value="{new_year}"' in page
    assert "Regionens hus" in page
    assert 'href="#f-meant"' in page
    meant = tick(page)
    other = caller.send(at, 422, form_at=at, meant=meant, **{**typed, "time": "23:30"}).text
    assert "Är det meningen?" in other
    # With a real mistake beside it the page does not ask whether all is meant.
    wrong = caller.send(at, 422, form_at=at, **{**typed, "link": "javascript:1"}).text
    assert "Är det meningen?" not in wrong
    caller.send(at, form_at=at, meant=meant, **typed)
    assert f'datetime="{new_year}"' in caller.page(f"/reviews/{cast.review_id}/meetings").text
