"""Every link and every download of every page, as each of the cast, through the servers that people run.

A test client takes what no server sends; a menu that does not ask what its page asks leads to a refusal.
Every day one session and, of the others, one address of each shape; with --full all of it, in both languages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from peerreview.demo.cast import LEAD, coordinator, logins
from tests.databases import shared_folder
from tests.web.serving import serving

from .crawling import Crawl, shape
from .running import first_run, running

CAST = [login.email for login in logins()]
KALMAR = coordinator("08")


@pytest.fixture
def demo(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A living demo's folder of one's own."""
    return first_run(shared_folder(tmp_path_factory), tmp_path / "demo").folder


def speak(folder: Path, language: str, *, but: str = "") -> None:
    """All of the cast read this language, `but` one."""
    with sqlite3.connect(folder / "peerreview.db") as db:
        db.execute("UPDATE person SET language = ? WHERE email <> ?", (language, but))
    db.close()


@contextmanager
def living(server: str, folder: Path) -> Iterator[int]:
    """The demo at a port: as script/demo starts it (waitress, with its worker), or behind gunicorn."""
    if server == "waitress":
        with running(folder) as address:
            yield urlsplit(address).port or 0
        return
    key, database = (folder / "key").read_text(), f"sqlite:///{folder / 'peerreview.db'}"
    with serving(
        server, folder, database, 200_000_000, DEMO="true", SECRET_KEY=key, RUN_WORKER="false"
    ) as served:
        yield served.port


def crawled(port: int, who: str, language: str, wanted: Callable[[str], bool] | None = None) -> Crawl:
    session = Crawl(port, language, **({"wanted": wanted} if wanted else {}))
    session.become(who)
    session.follow(["/"])
    return session


def once_each() -> Callable[[str], bool]:
    """Of each shape of address the first that is met."""
    met: set[str] = set()

    def wanted(address: str) -> bool:
        new = shape(address) not in met
        met.add(shape(address))
        return new

    return wanted


def test_all_that_one_person_meets_is_there_and_a_sample_of_all_others(demo: Path) -> None:
    speak(demo, "en", but=KALMAR)
    with living("waitress", demo) as port:
        session = crawled(port, KALMAR, "sv")
        assert session.findings == []
        assert len(session.pages) > 100
        names = [name for name, _ in session.files.values()]
        assert any(name.startswith("Granskningsrapport – ") and name.endswith(".md") for name in names)
        assert any(name.endswith(".ics") for name in names)
        assert any(name.endswith(".pdf") for name in names)
        for who in (LEAD, *CAST[3:8:2], CAST[-1]):
            assert crawled(port, who, "en", once_each()).findings == []


@pytest.mark.full
@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize(("server", "language"), [("waitress", "sv"), ("waitress", "en"), ("gunicorn", "sv")])
def test_all_that_each_of_the_cast_meets_is_there(demo: Path, who: str, server: str, language: str) -> None:
    speak(demo, language)
    with living(server, demo) as port:
        assert crawled(port, who, language).findings == []
