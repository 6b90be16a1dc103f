"""peerreview: `hand_in` of collegial-review, with all that belongs to it.

Two runs of it are made on copies of the same database: the first writes down every statement that changes anything
(`--record FILE`), for `raw` to replay; the second is timed. `--make FILE` makes the database that is copied."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url

from config import Settings
from peerreview.services.base.house import House, furnish, upgrade
from peerreview.services.workflows import definitions
from tests.services import played
from tests.services.review_fixtures import Cast, advance, do, make_review, put_materials

from .line import Step, serve

DML = ("INSERT", "UPDATE", "DELETE")
Statements = list[tuple[str, Any]]


def furnished(url: str, synchronous: str, files: Path, *, empty: bool = False) -> House:
    settings = Settings(
        database_url=url,
        files_dir=files,
        sqlite_synchronous=synchronous,
        secret_key="x" * 40,
        secure_cookies=False,
    )
    if empty:
        upgrade(settings)
    return furnish(settings, definitions.read_all(settings.workflows_dir))


def make(house: House, steps: int) -> list[Cast]:
    """Reviews in which everything is there and nobody has handed in: five documents wished for of each side."""
    # Tests keep the whole database at each step of a review; here there are many reviews in one.
    played.key_of = lambda *of: ()  # type: ignore[assignment]
    played.known = lambda key: False
    played.remember = lambda *of: None  # type: ignore[assignment]
    casts: list[Cast] = []
    for _ in range(steps):
        cast = make_review(house, parties=2, lead=casts[0].lead if casts else None)
        advance(house, cast, to="collect")
        put_materials(house, cast, 0)
        casts.append(cast)
    return casts


def hand_in(house: House, cast: Cast) -> None:
    do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")


def record(house: House, casts: list[Cast]) -> list[Statements]:
    """The statements of each hand_in that changed anything, in the order in which they went."""
    recorded: list[Statements] = []

    def note(connection: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(DML):
            recorded[-1].extend((statement, row) for row in (given if many else [given]))

    event.listen(house.db.engine, "before_cursor_execute", note)
    for cast in casts:
        recorded.append([])
        hand_in(house, cast)
    return recorded


def option(name: str) -> Path | None:
    return Path(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else None


def prepare(url: str, synchronous: str, steps: int) -> Iterator[Step]:
    casts_file = option("--casts")
    assert casts_file is not None
    # The files that were handed in are the same for each copy.
    files = casts_file.parent / "files"
    house = furnished(url, synchronous, files, empty="--make" in sys.argv)
    if "--make" in sys.argv:
        casts_file.write_bytes(pickle.dumps(make(house, steps)))
    casts: list[Cast] = pickle.loads(casts_file.read_bytes())
    if statements := option("--record"):
        statements.write_bytes(pickle.dumps(record(house, casts)))
    house_is_sqlite = make_url(url).drivername.startswith("sqlite")
    assert house.db.is_sqlite == house_is_sqlite
    for cast in casts:
        yield partial(hand_in, house, cast)


if __name__ == "__main__":
    serve(prepare)
