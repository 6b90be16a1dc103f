"""The rights table, asked of the running application cell by cell: as each reader, in each step, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from peerreview.engine.analysis.rights import EVERY, Row, table
from peerreview.engine.running.case import ACTIVE
from tests.engine.play import collegial
from tests.services.review_fixtures import looked

from .asking.asked import WAYS, Browsing, Way
from .asking.asked_of_one import ASKED, forms_of
from .asking.not_asked import NOT_ASKED, NOT_ASKED_OF
from .asking.turns import TURNS
from .stage.gallery import Gallery
from .stage.planted import ENDS, SCENES, ids_of
from .stage.play_http import set_clock
from .stage.table import Reader, readers
from .stage.who import Place
from .test_walk import application, caller

EVERYDAY = ("lead", "coordinator 0", "member 2.0")
TEAM = ("coordinator", "member", "contact")
LEAD_READS = ("lead if agreement.lead_reads_materials", "lead if agreement.lead_reads_reports")
NOT_YOURS = "et görs av:"


@dataclass
class Asked:
    """`cells`: (where, what, column) that were asked; `faults`: where the application says something else."""

    cells: set[tuple[str, str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    offered: set[tuple[str, str]] = field(default_factory=set)


@cache
def _table(hash: str) -> tuple[Row, ...]:
    return table(collegial())


def rows_now(place: Place, owner: int) -> list[Row]:
    """What the table says of this scene: the rows of every step and of those that are under way for `owner`."""
    rows = _table(place.p.house.workflows["collegial-review"].hash)
    case = looked(place.p.house, place.p.cast, place.p.cast.lead)
    if case.standing.ended:
        return [row for row in rows if row.where == f"end: {case.standing.ended}"]
    here = {EVERY} | {
        path
        for (path, scope), mark in case.standing.marks.items()
        if mark.state == ACTIVE and scope.party in (None, owner)
    }
    return [row for row in rows if row.where in here]


def column(place: Place, reader: Reader, owner: int) -> str:
    """In which column of the table somebody stands who asks for a thing of `owner`."""
    if reader.role == "lead":
        return "lead"
    assert reader.side is not None
    relation = {0: "own", 1: "reviews", 2: "reviewed_by"}[(reader.side - owner) % place.parties]
    return f"{relation}.{reader.role}"


def people(place: Place, some: bool) -> Iterator[Reader]:
    for reader in readers(place.p, place.beside):
        plain = reader.name == "lead" or (reader.role in TEAM and "deputy" not in reader.name)
        if plain and (not some or reader.name in EVERYDAY):
            yield reader


def ask_rights(place: Place, asked: Asked, *, some: bool) -> None:
    app = application(place)
    rows = {owner: rows_now(place, owner) for owner in range(place.parties)}
    for reader in people(place, some):
        browsing = Browsing(place, reader, caller(app, reader))
        for what, way in WAYS.items():
            for owner in range(1 if way.of_review else place.parties):
                if way.there(place, owner):
                    _ask(browsing, rows[owner], what, way, owner, asked)


def _ask(browsing: Browsing, rows: list[Row], what: str, way: Way, owner: int, asked: Asked) -> None:
    place, reader = browsing.place, browsing.reader
    who = column(place, reader, owner)
    told = [row for row in rows if row.what == what]
    whos = {who, *LEAD_READS} if place.turned.startswith("lead_reads") and who == "lead" else {who}
    wanted = any(whos & row.who for row in told)
    if ".notice@" in what and _reads(rows, what, who):
        asked.cells |= {(row.where, row.what, who) for row in told}
        return
    if what.endswith(".read@draft_for_comments") and not told:
        return
    answer = way.ask(browsing, owner)
    for row in told:
        asked.cells |= {(row.where, what, one) for one in whos}
    if answer is not wanted:
        asked.faults.append(
            f"{place.scene}: {reader.name} ({who} of {owner}): {what}: table {wanted}, application {answer}"
        )


def ask_evaluations(place: Place, asked: Asked, *, some: bool) -> None:
    """One person's form, begun or handed in: their words on the page, the form with them, how many have answered."""
    app = application(place)
    for form in forms_of(place):
        rows = [row for row in rows_now(place, form.owner) if row.what.startswith("evaluation.")]
        for reader in people(place, some):
            itself = reader.account is not None and reader.account.person_id == form.person
            who = "self" if itself else column(place, reader, form.owner)
            browsing = Browsing(place, reader, caller(app, reader))
            for row in rows:
                answer = form.ask(browsing, row.what)
                if answer is None or (itself and ".notice@" in row.what):
                    continue
                asked.cells.add((row.where, row.what, who))
                if answer is not (who in row.who):
                    said = f"{row.where} {row.what}: table {who in row.who}, application {answer}"
                    asked.faults.append(f"{place.turned}: {reader.name} ({who} of {form.person}): {said}")


def _reads(rows: list[Row], what: str, who: str) -> bool:
    """Whoever may read a thing sees that it is there: `notice` says something of others alone."""
    read = what.replace(".notice@", ".read@")
    return any(row.what == read and who in row.who for row in rows)


@contextmanager
def at(gallery: Gallery, scene: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    start, turn = TURNS.get(scene, (scene, None))
    house, found, beside = gallery.open("ring-all", start, folder / f"{scene}.db")
    set_clock(monkeypatch, found.cast.now)
    if turn is not None:
        turn(found)
    yield Place(start, found, beside, ids_of(found), ids_of(beside), turned=scene)
    house.db.dispose()


def ask_actions(place: Place, asked: Asked, *, some: bool) -> None:
    app = application(place)
    rows = {owner: rows_now(place, owner) for owner in range(place.parties)}
    for reader in people(place, some):
        browsing = Browsing(place, reader, caller(app, reader))
        for owner in range(place.parties):
            for row in rows[owner]:
                if row.kind == "action" and (owner == 0 or _scope(row)):
                    _ask_action(browsing, row, owner, asked)


def _scope(row: Row) -> str:
    return "" if row.where == EVERY else collegial().scope(row.where)


def _ask_action(browsing: Browsing, row: Row, owner: int, asked: Asked) -> None:
    """The action's page opens, or says what is missing; to whom it is not, it says whose it is."""
    place, reader, scope = browsing.place, browsing.reader, _scope(row)
    member = place.p.cast.member(owner, 0).person_id
    itself = scope == "person" and reader.account is not None and reader.account.person_id == member
    who = "self" if itself else column(place, reader, owner)
    whose = {"party": f"&party={owner}", "person": f"&person={member}"}.get(scope, "")
    answer = browsing.get(f"actions/{row.what}?step={'' if row.where == EVERY else row.where}{whose}")
    status = answer.status_code
    theirs = status == 200 or (status == 403 and NOT_YOURS not in answer.text)
    asked.cells.add((row.where, row.what, who))
    if status == 200:
        asked.offered.add((row.where, row.what))
    if theirs is not (who in row.who):
        said = f"{row.where} {row.what}: table {who in row.who}, application {status}"
        asked.faults.append(f"{place.turned}: {reader.name} ({who} of {owner}): {said}")


@pytest.mark.parametrize("scene", ["presented"])
def test_the_table_holds_in_a_scene(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scene: str
) -> None:
    asked = Asked()
    with at(gallery, scene, tmp_path, monkeypatch) as place:
        ask(place, asked, some=True)
    assert len(asked.cells) > 100
    assert not asked.faults, "\n".join(asked.faults)


@pytest.mark.full
def test_the_table_holds_in_every_cell(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked()
    for scene in (*SCENES, *ENDS, *TURNS):
        with at(gallery, scene, tmp_path, monkeypatch) as place:
            ask(place, asked, some=False)
    assert not asked.faults, "\n".join(asked.faults)
    left = sorted(cell for cell in cells() - asked.cells - NOT_ASKED_OF if not reason(*cell[:2]))
    assert not left, "never asked:\n" + "\n".join(map(str, left))
    rows = {(row.where, row.what) for row in _table(collegial().hash) if row.kind == "action"}
    # Whom it is asked of has handed in already: the form's own page offers it, and the walk looks there.
    rows -= {("evaluation", "submit")}
    never = sorted(row for row in rows - asked.offered if not reason(*row))
    assert not never, f"to nobody was this ever offered: {never}"


def test_every_row_of_the_table_can_be_asked_or_says_why_not() -> None:
    rows = [(row.where, row.what) for row in _table(collegial().hash) if row.kind == "right"]
    assert [row for row in rows if row[1] not in {*WAYS, *ASKED} and not reason(*row)] == []


def reason(where: str, what: str) -> str:
    found = (why for (w, r), why in NOT_ASKED.items() if fnmatchcase(where, w) and fnmatchcase(what, r))
    return next(found, "")


def cells() -> set[tuple[str, str, str]]:
    """Every cell of the table: of each row every member of a side, and whoever else it names."""
    everybody = {f"{relation}.{role}" for relation in ("own", "reviews", "reviewed_by") for role in TEAM} | {
        "lead"
    }
    return {
        (row.where, row.what, who)
        for row in _table(collegial().hash)
        for who in everybody | row.who
        # What somebody may from the handing over on beside what they may anyway is `example.*`: see NOT_ASKED.
        if "closing_meeting.held" not in who
    }


def ask(place: Place, asked: Asked, *, some: bool) -> None:
    if place.turned != "on_hold":
        ask_rights(place, asked, some=some)
        ask_evaluations(place, asked, some=some)
    ask_actions(place, asked, some=some)
