"""Every address, as everybody, in every step: who gets an answer, and which planted words it holds.

What may be seen is written by hand (table.py, addresses.py), from engine.md's table. A new address that is not
known here fails the first test.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from peerreview import create_app
from peerreview.services.base.house import House
from tests.web.caller import Caller

from .asking.addresses import addresses, elsewhere, is_deep
from .stage.gallery import Gallery
from .stage.planted import ENDS, SCENES, ids_of
from .stage.play_http import set_clock
from .stage.table import Reader, cell, readers
from .stage.who import Address, Place

WALKS = [("ring-all", scene) for scene in (*SCENES, *ENDS)] + [
    ("pair-all", "opened"),
    ("pair-all", "presented"),
    ("pair-all", "closed"),
    ("ring-each", "collect"),
]
EVERYDAY = [*[walk for walk in WALKS if walk[0] == "ring-all"][::2], ("pair-all", "opened")]
# An everyday walk takes one in so many of the deep addresses.
EVERY = 16
# Earlier versions of a report, which stand on pages of their own.
ON_DEEP_PAGES = {"report replaced", "report presented", "report after presenting"}
ALWAYS = {"lead", "coordinator 0", "member 1.0", "contact 0", "contact 1", "member 2.0", "contact 2"}
_WORD = re.compile(r"zq\d+z")


@pytest.fixture
def place(
    request: pytest.FixtureRequest, gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    name, scene = request.param
    house, found, beside = gallery.open(name, scene, tmp_path / "walk.db")
    set_clock(monkeypatch, found.cast.now)
    yield Place(scene, found, beside, ids_of(found), ids_of(beside))
    house.db.dispose()


_HOUSES: dict[int, House] = {}


@lru_cache
def _application(settings: int) -> Flask:
    """One for all scenes, with its templates read once. Not as a test has it: a page that breaks is a fault among
    the others, not the end of the walk."""
    return create_app(_HOUSES[settings].settings, _HOUSES[settings])


def application(place: Place) -> Flask:
    _HOUSES[0] = place.p.house
    app = _application(0)
    app.extensions["house"] = place.p.house
    return app


def caller(app: Flask, reader: Reader) -> Caller:
    found = Caller(app)
    if reader.account is not None:
        found.log_in(reader.account.email)
    return found


def words_in(answer: TestResponse) -> set[str]:
    """In the body, in the headers: names of files, addresses that are sent on to, flashed messages."""
    headers = "\n".join(f"{key}: {value}" for key, value in answer.headers)
    return set(_WORD.findall(headers + answer.get_data().decode("utf-8", "replace").replace("\r\n ", "")))


def fault_of_status(reader: Reader, address: Address, answer: TestResponse) -> str:
    status, wanted = answer.status_code, address.who(reader)
    if status >= 500 and address.rule != "pages.healthz":
        return "broken"
    if reader.role == "nobody" and wanted is not None and not address.who(reader):
        to_login = status in (302, 303) and "/login" in answer.headers["Location"]
        return "" if to_login else "open without logging in"
    if reader.role == "outsider" and address.ours and status != 404:
        return "there for an outsider"
    if wanted is True and status not in (200, 303):
        return "not there"
    if wanted is False and status not in (403, 404):
        return "open"
    return ""


@pytest.mark.parametrize("place", [("pair-all", "opened")], indirect=True, ids=["pair"])
def test_no_address_is_unknown_to_the_walk(place: Place) -> None:
    rules = application(place).url_map.iter_rules()
    there = {rule.endpoint for rule in rules if rule.methods and "GET" in rule.methods}
    assert {address.rule for address in addresses(place)} == there, "a new route: say here who may open it"


@pytest.mark.parametrize("place", EVERYDAY, indirect=True, ids=lambda walk: "-".join(walk))
def test_who_sees_what(place: Place) -> None:
    _walk(place, every=EVERY)


@pytest.mark.full
@pytest.mark.parametrize("place", WALKS, indirect=True, ids=lambda walk: "-".join(walk))
def test_who_sees_what_of_everything(place: Place) -> None:
    _walk(place, every=1)


def some(place: Place, every: int) -> Iterator[tuple[int, Reader]]:
    """The readers of this scene: those who differ most always, of the others another part each time."""
    start = (*SCENES, *ENDS).index(place.scene)
    for number, reader in enumerate(readers(place.p, place.beside)):
        if every == 1 or reader.name in ALWAYS or (number + start) % 6 == 0:
            yield number + start, reader


def _walk(place: Place, every: int) -> None:
    app, faults = application(place), []
    everywhere = addresses(place)
    for offset, reader in some(place, every):
        seen, where = set[str](), defaultdict[str, list[str]](list)
        browser = caller(app, reader)
        for number, address in enumerate(everywhere):
            if is_deep(address) and (number + offset) % every and address.path not in ("/", "/lead/mail"):
                continue
            answer = browser.client.get(address.path, headers={"User-Agent": browser.agent})
            if fault := fault_of_status(reader, address, answer):
                faults.append(f"{reader.name}: GET {address.path}: {answer.status_code}: {fault}")
            for word in words_in(answer):
                seen.add(word)
                where[word].append(address.path)
        faults += list(_of_words(place, reader, seen, where, every))
    assert not faults, f"{place.scene}: {len(faults)} faults\n" + "\n".join(faults[:60])


def _of_words(
    place: Place, reader: Reader, seen: set[str], where: dict[str, list[str]], every: int
) -> Iterator[str]:
    for word, what in place.p.words.items():
        wanted = cell(what, reader, place.parties)
        whose = "" if what.party is None else f" of side {what.party}"
        if wanted == "-" and word in seen:
            yield f"{reader.name}: sees {word} ({what.cell}{whose}) on {where[word][:3]}"
        looked_for = what.shown and (every == 1 or what.cell not in ON_DEEP_PAGES)
        if wanted == "y" and looked_for and word not in seen:
            yield f"{reader.name}: finds {word} ({what.cell}{whose}) on no page"
    if reader.role not in ("lead", "outsider"):
        yield from (
            f"{reader.name}: sees {word} of another review on {where[word][:3]}"
            for word in sorted(seen & set(place.beside.words))
        )


@pytest.mark.parametrize("place", [("ring-all", "presented")], indirect=True, ids=["ring"])
def test_another_review_does_not_exist(place: Place) -> None:
    app, faults = application(place), []
    for reader in readers(place.p, place.beside):
        if reader.role not in ("coordinator", "member", "contact"):
            continue
        browser = caller(app, reader)
        token = browser.csrf("/me")
        for path in elsewhere(place):
            for method in ("GET", "POST", "HEAD", "PUT", "DELETE"):
                answer = _any_method(browser, path, method, token)
                if answer.status_code != 404 and not (answer.status_code == 405 and method != "GET"):
                    faults.append(f"{reader.name}: {method} {path}: {answer.status_code}")
    assert not faults, "\n".join(faults[:60])


def _any_method(browser: Caller, path: str, method: str, token: str) -> TestResponse:
    headers = {"User-Agent": browser.agent, "X-CSRFToken": token}
    return browser.client.open(path, method=method, headers=headers)
