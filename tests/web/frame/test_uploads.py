"""Large files behind the servers that people run: no broken connection up to twice the limit, and memory that does
not grow with the file."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from config import Settings
from peerreview.engine.language.definition import Workflow
from peerreview.services.base.house import House, calendar_by
from peerreview.store.connection.files import FileStore
from tests.databases import quick_database
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review

from ..serving import Served, serving

MIB = 1024**2
# engine and design.md 9: a file of any size takes less than this.
GROWTH = 32 * MIB
SMALL = 48 * MIB


@pytest.fixture
def cast(
    tmp_path: Path, sqlite_url: str, settings: Settings, workflows: dict[str, Workflow]
) -> Iterator[Cast]:
    """A review in which the sides gather their materials, in a database that a server can open."""
    db = quick_database(sqlite_url)
    files = FileStore(tmp_path / "files", max_upload=MIB)
    house = House(db=db, workflows=workflows, calendar=calendar_by(settings), files=files, settings=settings)
    yield advance(house, make_review(house, now=TODAY), to="collect")
    db.dispose()


Serve = Callable[[int], AbstractContextManager[Served]]


@pytest.fixture(params=["waitress", "gunicorn"])
def serve(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> Serve:
    return lambda limit: serving(request.param, tmp_path, sqlite_url, limit)


def stored(folder: Path) -> list[int]:
    return [path.stat().st_size for path in (folder / "files").rglob("*") if path.is_file()]


def send_around_the_limit(serve: Serve, cast: Cast, folder: Path, limit: int, far: int) -> None:
    """One file that fits, one byte too many, and one nearly twice the limit; then what fits comes back whole."""
    at = f"/reviews/{cast.review_id}/materials"
    with serve(limit) as server:
        server.log_in(cast.member(0).email)
        token = server.token(at)
        # What a first small upload needs is not the large one's.
        assert server.upload(f"{at}/add-file", 10, csrf_token=token, title="Liten")[0] == 303
        before = server.peak()
        assert server.upload(f"{at}/add-file", limit, csrf_token=token, title="Stor")[0] == 303
        for size in (limit + 1, far):
            status, page = server.upload(f"{at}/add-file", size, csrf_token=token, title="Min rubrik")
            assert status == 413
            assert "Filen är för stor" in page
            assert 'value="Min rubrik"' in page
        status, page = server.upload(f"{at}/add-file", far, title="En rubrik som är ganska lång")
        assert status == 400, "no token: turned away, but not cut off"
        assert "En rubrik som är ganska lång" in page
        assert server.download("/materials/2/1") == (200, limit)
        assert server.peak() - before < GROWTH
    assert sorted(stored(folder)) == [10, limit]


def test_a_large_file_takes_no_memory_and_one_too_large_is_told_so(
    serve: Serve, cast: Cast, tmp_path: Path
) -> None:
    send_around_the_limit(serve, cast, tmp_path, SMALL, 2 * SMALL - MIB)


@pytest.mark.full
def test_around_the_limit_of_200_mb(serve: Serve, cast: Cast, tmp_path: Path) -> None:
    send_around_the_limit(serve, cast, tmp_path, 200 * MIB, 399 * MIB)


def test_sender_that_goes_away_leaves_nothing(cast: Cast, tmp_path: Path, sqlite_url: str) -> None:
    at = f"/reviews/{cast.review_id}/materials"
    with serving("gunicorn", tmp_path, sqlite_url, SMALL) as server:
        server.log_in(cast.member(0).email)
        token = server.token(at)
        cookie = "; ".join(f"{name}={value}" for name, value in server.cookies.items())
        head = (
            f'--e\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            '--e\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
        )
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(
                f"POST {at}/add-file HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: 9000000\r\n"
                f"Content-Type: multipart/form-data; boundary=e\r\n\r\n{head}{'x' * 500_000}".encode()
            )
            time.sleep(0.5)
        assert "Saknas" in server.page(at)
        for _ in range(50):
            if not stored(tmp_path):
                break
            time.sleep(0.1)
        assert stored(tmp_path) == []
