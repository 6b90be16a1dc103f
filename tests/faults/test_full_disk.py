"""A disk that is full, for real: a small file system of its own where one can be mounted, a limit on the size of any
file where not. The web says so, nothing is half written, and all goes on when there is room."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text, update

from config import Settings
from peerreview.engine.language.definition import Workflow
from peerreview.services.base.house import House, calendar_by
from peerreview.store.connection.files import FileStore
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from tests.databases import quick_database
from tests.mail.post import Post
from tests.services.mail.test_mailing import put
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review
from tests.web.serving import Served, serving

from .test_servers import states, until

MIB, FILE = 1024**2, 300_000
SIZE = 24 * MIB


class Disk:
    """Where the house keeps everything. `full`: from here on there is no room for anything, until `room`."""

    def __init__(self, folder: Path, mounted: bool):
        self.folder, self.mounted, self.server = folder, mounted, 0

    def full(self) -> None:
        if not self.mounted:
            resource.prlimit(self.server, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            return
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (MIB, 4096, 1):
                try:
                    while filler.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def room(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)
        if not self.mounted:
            resource.prlimit(self.server, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


@contextmanager
def small_disk(folder: Path, how: str) -> Iterator[Disk]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    may = how == "tmpfs" and sys.platform == "linux" and os.geteuid() == 0
    if not may or subprocess.run(mount, capture_output=True).returncode:
        yield Disk(folder, mounted=False)
        return
    try:
        yield Disk(folder, mounted=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(params=["tmpfs", pytest.param("limit", marks=pytest.mark.full)])
def disk(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", request.param) as disk:
        shutil.copy(sqlite_url.removeprefix("sqlite:///"), disk.folder / "house.db")
        yield disk


@pytest.fixture
def house(disk: Disk, settings: Settings, workflows: dict[str, Workflow]) -> Iterator[House]:
    db = quick_database(f"sqlite:///{disk.folder}/house.db")
    files = FileStore(disk.folder / "files", max_upload=MIB)
    yield House(db=db, workflows=workflows, calendar=calendar_by(settings), files=files, settings=settings)
    db.dispose()


def kept(disk: Disk) -> list[int]:
    return [path.stat().st_size for path in (disk.folder / "files").rglob("*") if path.is_file()]


def test_a_full_disk(disk: Disk, house: House, tmp_path: Path, smtp: Post) -> None:
    cast = advance(house, make_review(house, now=TODAY), to="collect")
    with house.db.write() as session:
        # What else the worker would do is none of this test's.
        session.execute(update(Outgoing).values(state="void"))
        session.execute(update(PlannedMail).values(state="void"))
    at = f"/reviews/{cast.review_id}/materials"
    more = {
        "FILES_DIR": disk.folder / "files",
        "RUN_WORKER": "true",
        "TICK_SECONDS": 1,
        "MAIL_PORT": smtp.port,
    }
    with serving("waitress", tmp_path, f"sqlite:///{disk.folder}/house.db", MIB, **more) as server:
        disk.server = server.pid
        server.log_in(cast.member(0).email)
        token = server.token(at)
        # A log that is empty has to grow with the first thing that is written. (It cannot be emptied in a transaction.)
        with closing(house.db.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before, name = states(house), "Anna Berg"
        disk.full()
        _says_so(server, cast, at, token, name)
        assert states(house) == before
        assert kept(disk) == []
        disk.room()
        # All goes on: what was refused is taken, and mail goes.
        assert server.upload(f"{at}/add-file", FILE, csrf_token=token, title="Plan")[0] == 303
        assert kept(disk) == [FILE]
        _goes_on(server, house, disk, cast, token, smtp)


def _says_so(server: Served, cast: Cast, at: str, token: str, name: str) -> None:
    status, page = server.upload(f"{at}/add-file", FILE, csrf_token=token, title="En rubrik som är lång")
    assert (status, "Disken är full" in page, "En rubrik som är lång" in page) == (507, True, True)
    typed = {"csrf_token": token, "name": name, "phone": "", "language": "sv"}
    status, page = server.post("/me", **typed)
    assert (status, "Skicka igen" in page, f'value="{name}"' in page) == (507, True, True)
    # What is there can be read, and nothing of it has been written.
    assert name not in server.page("/me")
    assert "En rubrik som är lång" not in server.page(at)
    assert "Disken är full" not in server.page(f"/reviews/{cast.review_id}")


def _goes_on(server: Served, house: House, disk: Disk, cast: Cast, token: str, smtp: Post) -> None:
    """The disk fills once more, this time while mail is sent: what a server took is marked when there is room."""
    taken = len(smtp.taken)
    smtp.on_data = lambda: disk.full() if len(smtp.taken) == taken + 3 else None
    for _ in range(6):
        put(house, cast.member(1), TODAY)
    until(lambda: len(smtp.taken) >= taken + 6)
    disk.room()
    until(lambda: set(states(house)) == {"sent", "void"})
    assert len(smtp.taken) == taken + 6
    assert server.post("/me", csrf_token=token, name="Anna Berg", phone="", language="sv")[0] == 303
    assert "Anna Berg" in server.page("/me")
    assert "ok" in server.page("/healthz")
    with house.db.read() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
