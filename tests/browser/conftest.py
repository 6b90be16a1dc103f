"""A house that answers on a port, seeded from the scenes of tests/stories, and a browser's page in it.

`served(name, scene)` gives a `Served`: its address, the planted review, and `page(account, ...)`, a browser's
page that is logged in. Whatever a page asks of another host is kept in `Served.foreign`; errors of scripts in
`Served.broken`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from waitress.server import create_server

from peerreview import create_app
from peerreview.services.base.house import Account, House
from tests.people import PASSWORD
from tests.stories.conftest import gallery  # noqa: F401
from tests.stories.stage.gallery import Gallery
from tests.stories.stage.planted import Planted
from tests.stories.stage.play_http import set_clock

WIDTHS = (390, 1280)


@dataclass
class Served:
    house: House
    planted: Planted
    beside: Planted
    origin: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def review(self) -> str:
        return f"{self.origin}/reviews/{self.planted.review_id}"

    def page(
        self, who: Account | None, *, width: int = 1280, language: str = "sv", scripts: bool = True
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts
        )
        self.contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.set_default_timeout(15_000)
        if who is not None:
            page.goto(f"{self.origin}/login?lang={language}")
            page.fill("#f-email", who.email)
            page.fill("#f-password", PASSWORD)
            page.press("#f-password", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:")):
            self.foreign.append(url)


Serve = Callable[..., Served]


@pytest.fixture
def served(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    browser: Browser,
    gallery: Gallery,  # noqa: F811
) -> Iterator[Serve]:
    with ExitStack() as after:

        def serve(name: str, scene: str, language: str = "sv") -> Served:
            house, found, beside = gallery.open(name, scene, tmp_path / f"{scene}.db")
            after.callback(house.db.dispose)
            set_clock(monkeypatch, found.cast.now)
            _speak(house, language)
            origin = after.enter_context(listening(create_app(house.settings, house)))
            served = Served(house, found, beside, origin, browser)
            after.callback(lambda: [context.close() for context in served.contexts])
            return served

        yield serve


def _speak(house: House, language: str) -> None:
    """Everybody reads this language."""
    from peerreview.store.people.people import Person

    with house.db.write() as session:
        session.query(Person).update({"language": language})


class listening:
    """The application behind waitress on a free port, in threads of its own."""

    def __init__(self, app: Flask):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._server = create_server(app, host="127.0.0.1", port=port, threads=4)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._origin = f"http://127.0.0.1:{port}"

    def __enter__(self) -> str:
        self._thread.start()
        return self._origin

    def __exit__(self, *error: Any) -> None:
        self._server.close()
        self._thread.join(5)


__all__ = ["WIDTHS", "Serve", "Served", "listening"]
