"""script/demo as a newcomer meets it: one process, started and stopped for real."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from config import Settings
from peerreview.demo import __main__ as demo_start
from peerreview.demo.cast import LEAD, PASSWORD, logins
from peerreview.engine.language.definition import Workflow
from peerreview.services.base.house import House, calendar_by
from peerreview.services.lead.verify_histories import verify
from peerreview.store.connection.files import FileStore
from tests.databases import quick_database, shared_folder
from tests.demo.running import FirstRun, first_run, running, start, stop, until
from tests.demo.running import page as read

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    return first_run(shared_folder(tmp_path_factory), tmp_path_factory.mktemp("demo"))


def page(browser: OpenerDirector, address: str, **typed: str) -> str:
    return read(browser, address, urlencode(typed).encode() if typed else None)


def csrf(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found[1]


def test_it_tells_where_to_go_and_who_one_can_be(first: FirstRun) -> None:
    assert PASSWORD in first.said
    for login in logins():
        assert re.search(rf"  {re.escape(login.function)} +{re.escape(login.email)}\n", first.said)


def test_the_histories_of_the_example_hold(
    first: FirstRun, settings: Settings, workflows: dict[str, Workflow], tmp_path: Path
) -> None:
    """Every row and every replay: also where the example was played in Swedish time."""
    shutil.copyfile(first.folder / "peerreview.db", tmp_path / "copy.db")
    files = FileStore(settings.files_dir, max_upload=settings.max_upload)
    db = quick_database(f"sqlite:///{tmp_path / 'copy.db'}")
    house = House(db=db, workflows=workflows, calendar=calendar_by(settings), files=files, settings=settings)
    assert [str(finding) for finding in verify(house)] == []
    db.dispose()


def test_a_real_houses_settings_do_it_no_harm(first: FirstRun) -> None:
    """Nor it them: the real database is not made, and the mail has come to the demo's own mailbox."""
    assert first.beside == []


def test_a_second_start_goes_on_where_the_first_left_off(first: FirstRun) -> None:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with running(first.folder, how=signal.SIGTERM) as address:
        text = page(browser, f"{address}/login")
        page(browser, f"{address}/login", csrf_token=csrf(text), email=LEAD, password=PASSWORD)
        text = page(browser, f"{address}/demo/clock")
        moved = page(browser, f"{address}/demo/clock", csrf_token=csrf(text), by="7")
        assert "mejl skickades på vägen:" in moved
        other = start(first.folder)
        _, errors = other.communicate(timeout=120)
        assert (other.returncode, "running already" in errors) == (1, True)
    kept = set((first.folder / "mailbox").glob("*.eml"))
    with running(first.folder, "--port", address.rpartition(":")[2]) as again:
        assert again == address
        # Still logged in, the clock still moved, the mail still there.
        assert day(page(browser, f"{again}/demo/clock")) == day(moved)
        assert kept <= set((first.folder / "mailbox").glob("*.eml"))


def day(text: str) -> str:
    found = re.search(r"I dag är det ([^.]+, v\. \d+)\.", text)
    assert found
    return found[1]


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        demo = start(tmp_path / "new", port=port)
        out, errors = demo.communicate(timeout=120)
    assert (demo.returncode, out) == (1, "")
    assert errors.startswith(f"script/demo: port {port} is taken by another program; choose another")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "hej"], "'hej' is no port"),
        (["--port", "-1"], "is no port"),
        (["--port", "70000"], "is no port"),
        (["--host", "nowhere.invalid"], "'nowhere.invalid' is no address of this machine"),
        (["--host", "192.0.2.1"], "cannot listen at 192.0.2.1"),
    ],
)
def test_what_cannot_be_is_said_plainly(tmp_path: Path, words: list[str], said: str) -> None:
    demo = start(tmp_path / "new", *words)
    _, errors = demo.communicate(timeout=120)
    assert demo.returncode == 1
    assert said in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "new").exists()


def test_a_misspelt_setting_stops_it_in_words(tmp_path: Path) -> None:
    demo = start(tmp_path / "new", PEERREVIEW_DEMMO="true")
    _, errors = demo.communicate(timeout=120)
    assert demo.returncode == 1
    assert "did you mean PEERREVIEW_DEMO?" in errors
    assert "Traceback" not in errors


@pytest.mark.full
def test_half_an_example_is_made_anew_and_fresh_starts_over(tmp_path: Path) -> None:
    demo = start(tmp_path)
    until(lambda: (tmp_path / "peerreview.db").exists())
    time.sleep(3)
    stop(demo)
    with running(tmp_path):
        until(lambda: list((tmp_path / "mailbox").glob("*.eml")))
    before = set((tmp_path / "mailbox").iterdir())
    with running(tmp_path, "--fresh"):
        until(lambda: list((tmp_path / "mailbox").glob("*.eml")))
    assert not before & set((tmp_path / "mailbox").iterdir())


def test_an_example_of_tables_that_are_others_now_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_start, "_make", demo_start.upgrade)
    for was, said in (("", "Making the example …\n"), ("", ""), ("0001 another", "an older version")):
        if was:
            (tmp_path / "complete").write_text(was)
        with demo_start._furnished(tmp_path, "http://127.0.0.1:5000", fresh=False):
            told = capsys.readouterr().out
            assert said in told if said else told == ""
