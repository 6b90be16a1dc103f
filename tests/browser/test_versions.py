"""Moving a running review to a newer definition, as the lead does it: choose, read what it means, move."""

from __future__ import annotations

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from peerreview import create_app
from peerreview.engine.language.reader import read

from .conftest import WIDTHS, Serve, listening
from .test_pages import looked_over

pytestmark = pytest.mark.browser
NAME = "collegial-review"
CHANGES = (
    ("\n      collect:\n", "\n      gather:\n        was: exchange/collect\n"),
    ("remind: [{working_days: -10}, {working_days: -3}, ", "remind: [{working_days: -4}, "),
    ("materials.write@draft_for_comments]\n          coord", "questions.write@draft]\n          coord"),
)


@pytest.mark.parametrize("language", ["sv", pytest.param("en", marks=pytest.mark.full)])
def test_the_lead_sees_what_it_means_and_moves(served: Serve, language: str) -> None:
    here, axe = served("pair-all", "collect", language), Axe()
    text = here.house.workflows[NAME].text
    for old, new in CHANGES:
        assert old in text
        text = text.replace(old, new, 1)
    newest = replace(here.house, workflows={**here.house.workflows, NAME: read(text)})
    with listening(create_app(here.house.settings, newest)) as here.origin:
        page = here.page(here.planted.cast.lead, language=language)
        page.goto(f"{here.origin}/lead/workflows/{NAME}/versions")
        faults = list(looked_over(page, axe, WIDTHS[1]))
        title = page.locator("label", has_text="–").first.inner_text()
        page.locator("label", has_text=title).first.click()
        page.locator("main form[method=get] button").click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += looked_over(page, axe, width)
        assert "exchange/gather" in page.locator("main").inner_text()
        page.locator("main form[method=post] button").click()
        page.get_by_role("heading", level=1).wait_for()
        assert page.get_by_label(title, exact=True).count() == 0, "it is among the older ones no longer"
        assert (faults, here.foreign, here.broken) == ([], [], [])
