"""The story of a pair once more, clicked and typed in a real browser by nine people, mails included."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from peerreview.services.base.house import House
from tests.mail.post import Post
from tests.stories.stage import drama as play
from tests.stories.stage.pair import pair

from .chromium import Tabs
from .conftest import listening

pytestmark = [
    pytest.mark.browser,
    pytest.mark.full,
    pytest.mark.parametrize("db", ["sqlite"], indirect=True),
]


def test_two_regions_click_through_a_whole_review(
    house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    tabs = Tabs(browser)
    with ExitStack() as after:
        after.callback(tabs.close)
        tabs.serve = lambda app: after.enter_context(listening(app))
        pair(play.begin(house, smtp, monkeypatch, 2, tabs.player))
    assert tabs.foreign == [], "something was asked of another host"
    assert tabs.broken == [], "the script broke"
