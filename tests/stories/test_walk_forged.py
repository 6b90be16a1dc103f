"""Every form that somebody could forge, as everybody whose deed it is not: nothing changes and nothing shows."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.caller import Caller

from .asking.forged import PERSONAL, Forged, forgeries
from .stage.gallery import Gallery
from .stage.planted import ids_of
from .stage.play_http import set_clock
from .stage.table import Reader, cell, readers
from .stage.who import Place
from .test_walk import application, caller, some, words_in

WALKS = [
    ("ring-all", "collect"),
    ("ring-all", "opened"),
    ("ring-all", "presented"),
    ("ring-all", "follow_up"),
    ("pair-all", "closed"),
]
# Who looked at what, and whose session was last seen when: the walk itself leaves these.
LEFT_OUT = {"access_log", "last_visit", "login_session", "login_failure", "sqlite_sequence"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "walk.db"


@pytest.fixture
def place(
    request: pytest.FixtureRequest, gallery: Gallery, file: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    name, scene = request.param
    house, found, beside = gallery.open(name, scene, file)
    set_clock(monkeypatch, found.cast.now)
    yield Place(scene, found, beside, ids_of(found), ids_of(beside))
    house.db.dispose()


class Dump:
    """Whether anything in the database is other than it was; asks the contents only where something was written."""

    def __init__(self, file: Path):
        self._connection = sqlite3.connect(file)
        names = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self._tables = sorted({name for (name,) in names} - LEFT_OUT)
        self._seen, self._digest = self._version(), self._all()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _all(self) -> dict[str, str]:
        found = {}
        for table in self._tables:
            rows = self._connection.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()
            found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
        return found

    def changed(self) -> list[str]:
        if self._version() == self._seen:
            return []
        before, self._digest, self._seen = self._digest, self._all(), self._version()
        return [table for table in self._tables if before[table] != self._digest[table]]

    def close(self) -> None:
        self._connection.close()


@pytest.mark.parametrize("place", [("pair-all", "opened")], indirect=True, ids=["pair"])
def test_no_form_is_unknown_to_the_walk(place: Place) -> None:
    rules = application(place).url_map.iter_rules()
    there = {rule.endpoint for rule in rules if rule.methods and "POST" in rule.methods}
    # Follow-ups have none to forge before there is one.
    assert {one.rule for one in forgeries(place)} | PERSONAL == there, "a new form: say here whose deed it is"


@pytest.mark.parametrize("place", WALKS, indirect=True, ids=lambda walk: "-".join(walk))
def test_nobody_does_what_is_anothers(place: Place, file: Path) -> None:
    _walk(place, file, every=4)


@pytest.mark.full
@pytest.mark.parametrize("place", WALKS, indirect=True, ids=lambda walk: "-".join(walk))
def test_nobody_does_any_of_it(place: Place, file: Path) -> None:
    _walk(place, file, every=1)


def _walk(place: Place, file: Path, every: int) -> None:
    app, faults = application(place), []
    with closing(Dump(file)) as dump:
        for offset, reader in some(place, every):
            browser = caller(app, reader)
            token = browser.csrf("/me" if reader.account else "/login")
            dump.changed()
            for number, one in enumerate(forgeries(place)):
                if not one.whose(reader) and (number + offset) % every == 0:
                    faults += list(_tried(place, reader, browser, token, one, dump))
    assert not faults, f"{place.scene}: {len(faults)} faults\n" + "\n".join(faults[:60])


def _tried(
    place: Place, reader: Reader, browser: Caller, token: str, one: Forged, dump: Dump
) -> Iterator[str]:
    answer = _send(browser, one, token)
    said = f"{reader.name}: POST {one.path}: {answer.status_code}"
    if changed := dump.changed():
        yield f"{said}: changed {changed}"
    if answer.status_code >= 500:
        yield f"{said}: broken"
    if reader.role == "nobody":
        if answer.status_code not in (302, 303, 401):
            yield f"{said}: taken without logging in"
    elif answer.status_code < 400:
        yield f"{said}: taken"
    elif reader.role == "outsider" and answer.status_code != 404 and "/lead/" not in one.path:
        yield f"{said}: there for an outsider"
    for word in words_in(answer):
        what = place.p.words.get(word) or place.beside.words.get(word)
        if what and word in place.p.words and cell(what, reader, place.parties) == "-":
            yield f"{said}: shows {word} ({what.cell} of side {what.party})"


def _send(browser: Caller, one: Forged, token: str | None) -> TestResponse:
    data = {**one.fields, **({"csrf_token": token} if token else {})}
    kind = "multipart/form-data" if one.rule == "materials.add_file" else None
    return browser.client.post(one.path, data=data, content_type=kind, headers={"User-Agent": browser.agent})


def _whose(place: Place, one: Forged) -> list[Reader]:
    return [reader for reader in readers(place.p, place.beside) if one.whose(reader)]


@pytest.mark.parametrize("place", [("pair-all", "opened")], indirect=True, ids=["pair"])
def test_without_the_forms_own_word_nothing_is_done(place: Place, file: Path) -> None:
    """Each form as somebody whose deed it is, as another site would send it."""
    app: Flask = application(place)
    browsers: dict[str, Caller] = {}
    faults = []
    with closing(Dump(file)) as dump:
        for one in forgeries(place):
            for reader in _whose(place, one)[:1]:
                if reader.name not in browsers:
                    browsers[reader.name] = caller(app, reader)
                    dump.changed()
                answer = _send(browsers[reader.name], one, None)
                if answer.status_code != 400 or dump.changed():
                    faults.append(f"{reader.name}: POST {one.path}: {answer.status_code}")
    assert not faults, "\n".join(faults)
