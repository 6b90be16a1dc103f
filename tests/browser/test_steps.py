"""Steps of a review in a real browser: by the keyboard alone, and without the script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from peerreview.services.case.opening import looking

from .conftest import Serve, Served

pytestmark = pytest.mark.browser


def state(served: Served, artefact: str, party: int) -> str:
    p = served.planted
    with looking(p.house, review_id=p.review_id, actor=p.cast.lead, now=p.cast.now) as case:
        return case.state(artefact, party)


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Only the Tab key; what has the focus must be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            ring = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"{selector} has the focus, and nobody can see it"
            return
    raise AssertionError(f"no way by Tab to {selector} on {page.url}")


def test_first_steps_by_the_keyboard_alone(served: Serve) -> None:
    here = served("pair-all", "proposed")
    page = here.page(None)
    page.goto(here.origin + "/")
    who = here.planted.cast.coordinator(1)
    tab_to(page, "#f-email")
    page.keyboard.type(who.email)
    tab_to(page, "#f-password")
    page.keyboard.type("kaffe utan mjölk i termos")
    page.keyboard.press("Enter")
    page.wait_for_url(here.origin + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == "#main", (
        "the skip link first"
    )
    page.keyboard.press("Enter")
    ours = f"/reviews/{here.planted.review_id}"
    tab_to(page, f"main a[href^='{ours}']")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: ours in url)
    if "/actions/accept" not in page.url:
        tab_to(page, "a[href*='/actions/accept']")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/actions/accept" in url)
    tab_to(page, "input[name=conflict]")
    page.keyboard.press("Space")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/receipts/" in url)
    assert state(here, "acceptance", 1) == "accepted"
    page.goto(f"{here.review}/team")
    tab_to(page, "a[href*='/actions/confirm']")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/actions/confirm" in url)
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/receipts/" in url)
    assert state(here, "team", 1) == "confirmed"
    assert not here.foreign
    assert not here.broken


def test_a_whole_step_without_the_script(served: Serve) -> None:
    """Questions: written, changed, removed and sent."""
    here = served("pair-all", "opened")
    page = here.page(here.planted.cast.coordinator(0), scripts=False)
    page.goto(f"{here.review}/questions")
    page.select_option("#f-perspective", "patient")
    page.select_option("#f-document", "general")
    page.fill("#f-text", "Vad säger patienterna?")
    page.click("form[action$='/questions'] button[type=submit]")
    assert "Vad säger patienterna?" in page.inner_text("main")
    page.locator("form[action$='/remove'] button").last.click()
    assert page.locator("form[action$='/put-back'] button").count() >= 1
    page.locator("details:has(form[action$='/put-back']) summary").click()
    page.locator("form[action$='/put-back'] button").last.click()
    page.goto(f"{here.review}/actions/send?step=exchange/work/study")
    page.locator("main form[method=post] button[type=submit]").first.click()
    assert "/receipts/" in page.url
    assert state(here, "questions", 0) == "sent"
    assert not here.foreign
