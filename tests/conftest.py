"""What tests stand on: both databases, the house, a fixed time, a real SMTP server, a real browser.

- `db`: a `Database` with all tables, empty; a test of the store (and the story of a pair) runs twice, on SQLite and on
  PostgreSQL, any other on one of them, and with `--full` on both (`-k sqlite` or `-k postgresql`: all on that one).
  On SQLite each test has its own, copied from one that the migrations made; on PostgreSQL one that is emptied after
  each.
- `house`: a House on `db` with the shipped workflows, the `settings` of a test and a folder for files.
- `now`: 2026-03-03 09:00 in Stockholm, a Tuesday, as UTC.
- `smtp`: the server of tests/mail/post.py; `smtp.taken` is the mail. `smtp.to_data = ["451 later"]` puts
  off the next message, "550 no" refuses it for good, `smtp.stop()` lets nobody in.
- `imap`: a mailbox on a real IMAP server (tests/mail/imap.py), empty, its certificate trusted.
- `app`, `client`: the web application in `house`, and a caller.
- `browser`: Debian's chromium, driven by Playwright; mark the test `browser`.
- `old_demo`: a full demo's `Database` at the first migration, on both databases: what migrations are tried on.
- `sqlite_url`, `pg_url`: addresses of such databases; `empty_sqlite_url`, `empty_pg_url`: without tables.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import hypothesis
import pytest
from argon2 import PasswordHasher
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from config import Settings
from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.reader import read
from peerreview.services.base.house import House, calendar_by
from peerreview.services.login import passwords
from peerreview.store.connection.database import Database
from peerreview.store.connection.files import FileStore

from .databases import PgServer, copy_of_template, quick_database, shared_folder, sqlite_template
from .mail.imap import MailServer
from .mail.post import Post
from .old_demo import pg_copy, sqlite_file

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
# Hashing as the house does it takes a tenth of a second a time, on purpose.
FULL_HASHER = passwords.HASHER
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CHROMIUM = ("chromium", "chromium-browser")
DATABASES, ON_BOTH = ("sqlite", "postgresql"), {"store", "test_pair.py"}

# What tests make lives as long as they do: looking for garbage as often as by default is a tenth of their time.
gc.set_threshold(100_000, 50, 100)

# No test is a timed test: what is quick here may be slow on a machine that does much else.
hypothesis.settings.register_profile("peerreview", deadline=None)
hypothesis.settings.load_profile("peerreview")

# The settings of whoever runs the tests are not the tests'.
for _name in [name for name in os.environ if name.startswith("PEERREVIEW_")]:
    del os.environ[_name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also the tests marked `full`, which take long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    left = {item for item in items if item.get_closest_marker("full")}
    if not {"sqlite", "postgresql"} & set(re.findall(r"\w+", config.getoption("-k"))):
        left |= set(_of_the_other_database(items))
    if left:
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


def _of_the_other_database(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """On an everyday run what is above the store is tried on one of the two databases, a quarter of it on PostgreSQL,
    always the same; the store and the story of a pair on both, and with --full everything on both."""
    pairs: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        given = getattr(item, "callspec", None)
        on = given.params.get("db") if given else None
        if on in DATABASES and not ON_BOTH & {item.path.parent.name, item.path.name}:
            pairs[item.nodeid.replace(on, "")][on] = item
    for name, pair in pairs.items():
        if len(pair) == len(DATABASES):
            yield pair[DATABASES[crc32(name.encode()) % 4 != 0]]


@pytest.fixture(scope="session")
def pg_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgServer]:
    with PgServer(shared_folder(tmp_path_factory)) as server:
        yield server


@pytest.fixture
def pg_url(pg_server: PgServer) -> Iterator[str]:
    with pg_server.database() as url:
        yield url


@pytest.fixture
def emptied_pg_url(pg_server: PgServer) -> Iterator[str]:
    with pg_server.emptied() as url:
        yield url


@pytest.fixture
def empty_pg_url(pg_server: PgServer) -> Iterator[str]:
    with pg_server.database(template="template0") as url:
        yield url


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    return copy_of_template(_sqlite_template, tmp_path / "peerreview.db")


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "emptied_pg_url")
    database = quick_database(url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def _old_demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_file(tmp_path_factory.mktemp("old"))


@pytest.fixture(params=["sqlite", "postgresql"])
def old_demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A full demo at the first migration: bring it up with schema.upgrade(old_demo, MIGRATIONS, "0002" or "head")."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = copy_of_template(request.getfixturevalue("_old_demo_file"), tmp_path / "old.db")
        else:
            url = stack.enter_context(pg_copy(request.getfixturevalue("pg_server")))
        database = Database(url, synchronous="OFF")
        stack.callback(database.dispose)
        yield database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        secret_key="a key for tests alone, of no use elsewhere",
        secure_cookies=False,
        base_url="http://127.0.0.1:5000",
        database_url="sqlite://",
        files_dir=tmp_path / "files",
        max_upload=1024**2,
        mail_from="granskning@example.org",
        mail_port=9,
        mail_timeout=5,
        mail_gather=0,
    )


@pytest.fixture(scope="session")
def workflows() -> dict[str, Workflow]:
    """The shipped ones, read but not proved again for every test."""
    found = [read(file.read_bytes(), file.name) for file in sorted((ROOT / "workflows").glob("*.yaml"))]
    return {workflow.name: workflow for workflow in found}


@pytest.fixture
def house(db: Database, settings: Settings, workflows: dict[str, Workflow]) -> House:
    files = FileStore(settings.files_dir, max_upload=settings.max_upload)
    return House(db=db, workflows=workflows, calendar=calendar_by(settings), files=files, settings=settings)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


@pytest.fixture
def smtp() -> Iterator[Post]:
    with Post() as post:
        yield post


@pytest.fixture(scope="session")
def _imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with MailServer(tmp_path_factory.mktemp("imap")) as server:
        yield server


@pytest.fixture
def imap(_imap: MailServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(_imap.cert))
    yield _imap
    _imap.empty()


class _Compiled(BytecodeCache):
    """Every test has an application of its own; each template is compiled once for them all."""

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.made:
            bucket.bytecode_from_string(self.made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.made[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = _Compiled()


_BUILDERS: dict[tuple[object, ...], Callable[..., object]] = {}
_build = Rule._compile_builder


def _built_once(rule: Rule, append_unknown: bool = True) -> Callable[..., object]:
    """Every test has an application of its own, all with the same routes; how each writes its addresses is compiled
    once for them all (it was a fifth of a page's test)."""
    key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
    if key not in _BUILDERS:
        _BUILDERS[key] = _build(rule, append_unknown)
    return _BUILDERS[key]


Rule._compile_builder = _built_once  # type: ignore[method-assign]


@pytest.fixture
def app(settings: Settings, house: House) -> Flask:
    from peerreview import create_app

    made = create_app(settings, house)
    made.testing = True
    made.jinja_env.bytecode_cache = _TEMPLATES
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    found = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    if found is None:
        why = "no chromium here (Debian: apt-get install chromium): the pages were not tried in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        # A busy machine is slow, and nothing else is to be told by it.
        expect.set_options(timeout=20_000)
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for make in ("new_context", "new_page"):
            setattr(opened, make, _patient(getattr(opened, make)))
        yield opened
        opened.close()


def _patient(make: Callable[..., Any]) -> Callable[..., Any]:
    """What it opens waits for a page as long as a busy machine may need."""

    def made(*words: Any, **more: Any) -> Any:
        opened = make(*words, **more)
        opened.set_default_timeout(120_000)
        return opened

    return made
