"""Scenes to walk through: one play of the whole review, with a copy of the database wherever a scene is reached.

The play is made once for all of xdist's workers; a test opens a copy of its own.
"""

from __future__ import annotations

import fcntl
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from config import Settings
from peerreview.engine.language.definition import Workflow
from peerreview.services.base.house import House, calendar_by
from peerreview.store.connection.files import FileStore
from tests.databases import quick_database
from tests.services.review_fixtures import make_review

from .planted import ENDS, SCENES, Planted, _people, plant, play_to


@dataclass
class Gallery:
    """`template`: an empty database; scenes and the files that their documents are lie in `folder`."""

    folder: Path
    template: Path
    settings: Settings
    workflows: Mapping[str, Workflow]

    def open(self, name: str, scene: str, target: Path) -> tuple[House, Planted, Planted]:
        """The house at this scene in a database of one's own, the review, and the other one beside it."""
        with self._alone(name):
            if not (self.folder / name / "done").exists():
                self._play(name)
        where = self.folder / name
        shutil.copyfile(where / f"{scene}.db", target)
        house = self._house(target, where)
        with (where / f"{scene}.pickle").open("rb") as file:
            found, beside = pickle.load(file)
        found.house = beside.house = house
        return house, found, beside

    def _play(self, name: str) -> None:
        kind, _, opening = name.partition("-")
        where = self.folder / name
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        shutil.copyfile(self.template, where / "play.db")
        house = self._house(where / "play.db", where)
        cast = make_review(house, 3 if kind == "ring" else 2)
        found = Planted(house, cast)
        cast.agreement.update(opening=opening or "all")
        _people(found)
        beside = plant(house, 2, "second_meeting", beside=found)
        for scene in SCENES:
            play_to(found, scene)
            self._keep(where, scene, found, beside)
        for scene, start in ENDS.items():
            self._end(name, where, scene, start)
        house.db.dispose()
        (where / "done").touch()

    def _end(self, name: str, where: Path, scene: str, start: str) -> None:
        shutil.copyfile(where / f"{start}.db", where / "end.db")
        house = self._house(where / "end.db", where)
        with (where / f"{start}.pickle").open("rb") as file:
            found, beside = pickle.load(file)
        found.house = beside.house = house
        play_to(found, scene)
        self._keep(where, scene, found, beside)
        house.db.dispose()

    def _keep(self, where: Path, scene: str, *planted: Planted) -> None:
        source = str(planted[0].house.db.engine.url.database)
        with sqlite3.connect(source) as old, sqlite3.connect(where / f"{scene}.db") as new:
            old.backup(new)
        old.close()
        new.close()
        bare = []
        for each in planted:
            alone = copy(each)
            alone.house = None  # type: ignore[assignment]
            bare.append(alone)
        (where / f"{scene}.pickle").write_bytes(pickle.dumps(bare))

    def _house(self, database: Path, where: Path) -> House:
        settings = self.settings
        files = FileStore(where / "files", max_upload=settings.max_upload)
        db = quick_database(f"sqlite:///{database}")
        return House(
            db=db, workflows=self.workflows, calendar=calendar_by(settings), files=files, settings=settings
        )

    def _alone(self, name: str) -> _Lock:
        self.folder.mkdir(parents=True, exist_ok=True)
        return _Lock(self.folder / f"{name}.lock")


class _Lock:
    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> None:
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *error: object) -> None:
        self._file.close()


Opened = Callable[[str, str], tuple[House, Planted, Planted]]
