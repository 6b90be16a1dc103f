"""What was written when the session ended: kept in the browser for the same account, saved by itself after a log-in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from peerreview.services.base.house import Account, House
from tests.people import PASSWORD
from tests.services.review_fixtures import Cast

from ..serving import Served
from .test_writing_in_browser import SAVED, cast, house, server

__all__ = ["cast", "house", "server"]
pytestmark = pytest.mark.browser
FIELD = "textarea[id^=f-answer-]"
LOGIN = "Logga in i en ny flik, så sparas det."
KEPT = "Det du har skrivit finns kvar i den här webbläsaren."
THERE = "Det här skrev du här, men det kunde inte sparas."
STORED = "Object.keys(localStorage).filter(key => key.startsWith('peerreview:'))"

REMEMBER = """([key, kept, hours]) => {
  const told = JSON.parse(kept);
  told.at -= hours * 3600 * 1000;
  localStorage[key] = JSON.stringify(told);
}"""
AGE = f"([key, hours]) => ({REMEMBER})([key, localStorage[key], hours])"


@pytest.fixture
def context(browser: Browser, server: Served) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=f"http://127.0.0.1:{server.port}")
    yield made
    made.close()


def log_in(context: BrowserContext, who: Account) -> Page:
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=email]", who.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    return page


def write(page: Page, cast: Cast, text: str) -> None:
    page.goto(f"/reviews/{cast.review_id}/questions")
    page.locator(FIELD).first.fill(text)
    page.locator(FIELD).first.blur()


def cut_off(page: Page, house: House, cast: Cast, who: Account, text: str) -> None:
    """Somebody writes, and the session ends meanwhile."""
    write(page, cast, "Halva svaret")
    expect(page.locator(".saved").filter(has_text=SAVED)).to_be_visible(timeout=60_000)
    page.context.clear_cookies()
    page.locator(FIELD).first.fill(text)
    page.locator(FIELD).first.blur()
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=60_000)


def test_text_is_saved_by_itself_after_a_login_in_another_tab(
    context: BrowserContext, house: House, cast: Cast
) -> None:
    who = cast.member(1)
    page = log_in(context, who)
    cut_off(page, house, cast, who, "Halva svaret och resten")
    expect(page.get_by_role("link", name=LOGIN)).to_have_attribute("target", "_blank")
    page.locator(FIELD).first.fill("Halva svaret, resten och slutet")
    assert "slutet" in json.dumps(page.evaluate("({...localStorage})"))
    other = log_in(context, who)
    expect(page.locator(".saved").filter(has_text=SAVED)).to_be_visible(timeout=60_000)
    assert page.evaluate(STORED) == []
    other.goto(f"/reviews/{cast.review_id}/questions")
    expect(other.locator(FIELD).first).to_have_value("Halva svaret, resten och slutet")
    # The page's forms carry the new session's token: it can be given without loading it again.
    page.click(f"form:has({FIELD}) button")
    expect(page.get_by_text("Halva svaret, resten och slutet")).to_be_visible()


def test_after_a_reload_it_is_offered_to_the_same_account_for_a_day(
    context: BrowserContext, house: House, cast: Cast
) -> None:
    who = cast.member(1)
    page = log_in(context, who)
    cut_off(page, house, cast, who, "Det som inte hann sparas")
    kept = page.evaluate(f"localStorage[{STORED}[0]]")
    page.close(run_before_unload=False)
    again = log_in(context, who)
    again.goto(f"/reviews/{cast.review_id}/questions")
    box = again.get_by_role("group", name=THERE)
    expect(box).to_contain_text("Det som inte hann sparas")
    expect(again.locator(FIELD).first).to_have_value("Halva svaret")
    (key,) = again.evaluate(STORED)
    again.evaluate(AGE, [key, 25])
    again.reload()
    expect(box).to_have_count(0)
    assert again.evaluate(STORED) == []
    # A day has 24 hours.
    again.evaluate(REMEMBER, [key, kept, 23])
    again.reload()
    box.get_by_role("button", name="Lägg tillbaka texten").click()
    expect(again.locator(FIELD).first).to_have_value("Det som inte hann sparas")
    expect(again.locator(".saved").filter(has_text=SAVED)).to_be_visible(timeout=60_000)
    assert again.evaluate(STORED) == []


def test_somebody_elses_login_and_logging_out_leave_nothing_in_the_browser(
    context: BrowserContext, house: House, cast: Cast
) -> None:
    who = cast.member(1)
    page = log_in(context, who)
    cut_off(page, house, cast, who, "Bara mitt")
    other = log_in(context, cast.coordinator(0))
    expect(other.locator("h1")).to_be_visible()
    assert other.evaluate(STORED) == []
    expect(page.get_by_text("Någon annan är inloggad i den här webbläsaren nu.")).to_be_visible(
        timeout=60_000
    )
    expect(page.locator(FIELD).first).to_have_value("Bara mitt")
    assert page.evaluate(STORED) == []
    # Logged out on purpose.
    page.close(run_before_unload=False)
    other.get_by_role("button", name="Logga ut").click()
    page = log_in(context, who)
    context.route("**/answer", lambda route: route.abort())
    write(page, cast, "Nätet är borta")
    expect(page.get_by_text("Det gick inte att spara")).to_be_visible(timeout=60_000)
    assert len(page.evaluate(STORED)) == 1
    other = context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Logga ut").click()
    expect(other.get_by_role("heading", name="Logga in")).to_be_visible()
    assert other.evaluate(STORED) == []
    # The first tab, still open, writes nothing back.
    page.locator(FIELD).first.fill("Nätet är borta, och jag med")
    page.locator(FIELD).first.blur()
    page.wait_for_function("document.querySelector('.saved, .clash').textContent !== ''")
    assert page.evaluate(STORED) == []
