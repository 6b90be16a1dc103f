"""The pages of workflows are the lead's; for all others they do not exist."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from peerreview.services.base.house import House
from tests.services.review_fixtures import Cast, advance, make_review
from tests.web.caller import Caller

PAGES = (
    "/lead/workflows",
    "/lead/workflows/collegial-review",
    "/lead/workflows/collegial-review/rights",
    "/lead/workflows/round/rights",
    "/lead/workflows/collegial-review/rehearsal",
    "/reviews/{id}/forecast",
)


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


def caller(app: Flask, email: str) -> Caller:
    found = Caller(app)
    found.log_in(email)
    return found


def test_the_pages_open_for_the_lead_alone(app: Flask, cast: Cast) -> None:
    lead, other = caller(app, cast.lead.email), caller(app, cast.coordinator(0).email)
    for page in PAGES:
        address = page.format(id=cast.review_id)
        assert "Traceback" not in lead.page(address).text
        other.page(address, 404)
    lead.page("/lead/workflows/nothing", 404)


def test_a_rehearsal_shows_who_is_late(app: Flask, cast: Cast) -> None:
    lead = caller(app, cast.lead.email)
    page = lead.page(
        "/lead/workflows/collegial-review/rehearsal?late=coordinator&parties=3&start=2026-04-01"
    ).text
    assert "för kännedom: andra skulle ha varit klara" in page
    assert "Part 3" in page or "part 3" in page


@pytest.mark.parametrize("asked", ["parties=9", "late=nobody", "start=1900-01-01"])
def test_what_cannot_be_rehearsed_is_said_at_its_field(app: Flask, cast: Cast, asked: str) -> None:
    answer = caller(app, cast.lead.email).page(f"/lead/workflows/collegial-review/rehearsal?{asked}", 422)
    assert re.search(r'href="#\w+', answer.text)


def test_the_forecast_names_real_people_and_what_they_get(app: Flask, cast: Cast) -> None:
    page = caller(app, cast.lead.email).page(f"/reviews/{cast.review_id}/forecast").text
    assert cast.coordinator(0).name in page
    assert "Bekräfta teamet" in page
    assert "status-todo" in page
    assert "status-done" not in page, "what lies ahead is marked as done"
    mail = caller(app, cast.lead.email).page(f"/reviews/{cast.review_id}/mail").text
    assert f"/reviews/{cast.review_id}/forecast" in mail


CURRENT = re.compile(r'<a href="([^"]+)" aria-current="(\w+)">')


@pytest.mark.parametrize(
    ("path", "tab"),
    [("", ""), ("/forecast", ""), ("/team", "/team"), ("/team/appoint", "/team"), ("/history", "/history")],
)
def test_one_tab_is_marked_also_on_the_pages_below_it(app: Flask, cast: Cast, path: str, tab: str) -> None:
    here = f"/reviews/{cast.review_id}"
    who = cast.lead if path == "/forecast" else cast.coordinator(0)
    page = caller(app, who.email).page(here + path).text
    marked = CURRENT.findall(page.split('aria-label="Granskningens sidor"')[1].split("</nav>")[0])
    assert marked == [(here + tab, "page" if tab == path else "true")]


def test_the_lead_finds_the_workflows_in_the_menu(app: Flask, cast: Cast) -> None:
    menu = caller(app, cast.lead.email).page("/lead/workflows/collegial-review/rights").text
    menu = menu.split("<nav")[1].split("</nav>")[0]
    assert CURRENT.findall(menu) == [("/lead/workflows", "true")]
    assert "/lead/workflows" not in caller(app, cast.coordinator(0).email).page("/").text
