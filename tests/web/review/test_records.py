"""What is kept or printed is read in another year: its days stand with the year, as ISO 8601 has them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from peerreview.services.base.house import House
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review
from tests.web.caller import Caller

STATIC = Path(__file__).parents[3] / "peerreview" / "web" / "static"
# A day in words that leaves out its year, in either language.
BARE = re.compile(
    r"\b(?:mån|tis|ons|tors|fre|lör|sön|Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Za-z]+(?! \d{4})\b"
)


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house, now=TODAY - timedelta(days=2)), to="closing_meeting")


@pytest.mark.parametrize(
    "page",
    [
        "agreement",
        "agreement/versions/1",
        "history",
        "materials",
        "meetings",
        "report",
        "drawing",
    ],
)
def test_a_record_tells_each_day_with_its_year(app: Flask, house: House, cast: Cast, page: str) -> None:
    caller = Caller(app)
    caller.log_in(cast.coordinator(0).email)
    text = caller.page(f"/reviews/{cast.review_id}/{page}").text
    main = text[text.index("<main") :]
    assert re.search(r"\b\d{4}-\d{2}-\d{2}\b", re.sub(r'="[^"]*"', "", main)), "it tells days at all"
    assert not BARE.findall(re.sub(r"<[^>]+>", "", main))


def test_a_receipt_is_a_record(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    caller = Caller(app)
    caller.log_in(cast.coordinator(0).email)
    at = f"/reviews/{cast.review_id}/actions/accept?step=acceptance&party=0"
    answer = caller.send(at, form_at=at, conflict="none", seen="1")
    text = caller.page(answer.headers["Location"]).text
    assert f"{TODAY.year}-" in re.sub(r"<[^>]+>", "", text[text.index("<main") :])


def test_on_paper_every_other_page_has_the_year_too(app: Flask, house: House, cast: Cast) -> None:
    caller = Caller(app)
    caller.log_in(cast.coordinator(0).email)
    for page in ("/", f"/reviews/{cast.review_id}", "/reviews"):
        text = caller.page(page).text
        times = re.findall(r"<time ([^>]*)>(.*?)</time>", text, re.S)
        assert times, page
        for attributes, words in times:
            assert "data-paper=" in attributes or re.search(r"\b\d{4}\b", words), words
    assert "content: attr(data-paper)" in (STATIC / "print.css").read_text()


def test_a_rest_stands_in_the_history_with_its_year(app: Flask, house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Skäl")
    caller = Caller(app)
    caller.log_in(cast.lead.email)
    text = caller.page(f"/reviews/{cast.review_id}/history").text
    assert "data-paper" not in text[text.index("<main") :]
