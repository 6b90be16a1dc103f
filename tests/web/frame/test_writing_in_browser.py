"""What only a browser shows of writing questions and answers: the text that saves itself, the cursor ahead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from config import Settings
from peerreview.engine.language.definition import Workflow
from peerreview.services.base.house import Account, House, calendar_by
from peerreview.store.connection.files import FileStore
from tests.databases import quick_database
from tests.people import PASSWORD
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review, put_questions, put_report

from ..serving import Served, serving

pytestmark = pytest.mark.browser
SAVED = re.compile(r"^Sparat \d")


@pytest.fixture
def house(
    tmp_path: Path, sqlite_url: str, settings: Settings, workflows: dict[str, Workflow]
) -> Iterator[House]:
    """In a database that a server of its own can open."""
    db = quick_database(sqlite_url)
    files = FileStore(tmp_path / "files", max_upload=1024**2)
    yield House(db=db, workflows=workflows, calendar=calendar_by(settings), files=files, settings=settings)
    db.dispose()


@pytest.fixture
def cast(house: House) -> Cast:
    """The second meeting is under way."""
    found = advance(house, make_review(house, now=TODAY), to="work")
    for party in found.parties:
        put_questions(house, found, party)
        do(house, found, found.coordinator(party), "send", "exchange/work/study")
        put_report(house, found, party)
        do(house, found, found.coordinator(party), "finish", "exchange/work/draft")
    return found


@pytest.fixture
def server(cast: Cast, tmp_path: Path, sqlite_url: str) -> Iterator[Served]:
    with serving("waitress", tmp_path, sqlite_url, 1024**2) as served:
        yield served


def page_of(browser: Browser, server: Served, who: Account, *, script: bool = True) -> Page:
    context = browser.new_context(java_script_enabled=script, base_url=f"http://127.0.0.1:{server.port}")
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=email]", who.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    return page


def test_cursor_goes_from_empty_answer_to_empty_answer_without_a_script(
    browser: Browser, server: Served, cast: Cast
) -> None:
    page = page_of(browser, server, cast.member(1), script=False)
    page.goto(f"/reviews/{cast.review_id}/questions")
    first, second = page.locator("textarea[id^=f-answer-]").all()
    ids = [first.get_attribute("id"), second.get_attribute("id")]
    expect(first).to_be_focused()
    page.keyboard.type("Varje kvartal.")
    page.click(f"form:has(#{ids[0]}) button")
    expect(page.locator(f"#{ids[1]}")).to_be_focused()
    expect(page.get_by_text("Varje kvartal.")).to_be_visible()
    page.context.close()


def test_answer_saves_itself_while_it_is_written(browser: Browser, server: Served, cast: Cast) -> None:
    page = page_of(browser, server, cast.member(1))
    page.goto(f"/reviews/{cast.review_id}/questions")
    field = page.locator("textarea[id^=f-answer-]").first
    field.fill("Halva svaret")
    expect(page.locator(".saved").filter(has_text=SAVED)).to_be_visible(timeout=60_000)
    page.reload()
    expect(page.locator("textarea[id^=f-answer-]").first).to_have_value("Halva svaret")
    other = page_of(browser, server, cast.member(0))
    other.goto(f"/reviews/{cast.review_id}/questions")
    assert "Halva svaret" not in other.content()
    page.locator("textarea[id^=f-answer-]").first.fill("Hela svaret")
    expect(page.locator(".saved").filter(has_text=SAVED)).to_be_visible(timeout=60_000)
    page.click("form:has(textarea[id^=f-answer-]) button")
    other.reload()
    expect(other.get_by_text("Hela svaret")).to_be_visible()
    page.context.close()
    other.context.close()


def test_sending_while_it_saves_itself_is_no_clash_with_oneself(
    browser: Browser, server: Served, cast: Cast
) -> None:
    page = page_of(browser, server, cast.member(1))
    page.goto(f"/reviews/{cast.review_id}/questions")
    held: list[Route] = []

    def hold(route: Route) -> None:
        by_itself = "json" in route.request.headers.get("accept", "")
        held.append(route) if by_itself else route.continue_()

    page.route("**/answer", hold)
    field = page.locator("textarea[id^=f-answer-]").first
    key = field.get_attribute("id")
    field.fill("Varje kvartal.")
    with page.expect_request("**/answer"):
        field.evaluate("e => e.blur()")
    page.click(f"form:has(#{key}) button")
    expect(field).to_have_value("Varje kvartal.")
    held.pop().continue_()
    expect(page.locator(f"#{key}")).to_have_count(0)
    expect(page.get_by_text("Varje kvartal.")).to_be_visible()
    page.context.close()
