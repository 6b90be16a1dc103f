"""Starting: what must not start says why in plain lines, and how to mend it. Never a traceback."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

ROOT = Path(__file__).parent.parent
FIT = "Settings, workflows, tables and files are fit to start with."
GOOD = {
    "PEERREVIEW_SECRET_KEY": "a key for tests alone, of no use elsewhere",
    "PEERREVIEW_BASE_URL": "https://review.example.org",
}


@pytest.fixture
def environment(empty_sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    ours = {"PEERREVIEW_DATABASE_URL": empty_sqlite_url, "PEERREVIEW_FILES_DIR": str(tmp_path / "files")}
    return {**os.environ, **GOOD, **ours}


def run(environment: dict[str, str], *words: str) -> tuple[int, str, list[str]]:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr.splitlines()


def command(environment: dict[str, str], *words: str) -> tuple[int, str, list[str]]:
    return run(environment, "-c", "from peerreview.cli import main; main()", *words)


def test_upgrade_then_check_then_start(environment: dict[str, str]) -> None:
    code, _, said = command(environment, "check")
    assert code == 1
    assert said[0].endswith("has no tables yet; run `peerreview db upgrade`")
    assert command(environment, "db", "upgrade") == (0, "The database is up to date.\n", [])
    code, out, remarks = command(environment, "check")
    assert (code, out.splitlines()[0]) == (0, FIT)
    assert [line.partition(":")[0] for line in remarks] == ["Remark"] * len(remarks)
    assert any("no project lead can log in" in line for line in remarks)
    assert any("PEERREVIEW_TRUSTED_PROXIES is 0" in line for line in remarks)
    assert run(environment, "-c", "import wsgi; print(type(wsgi.app).__name__)") == (0, "Flask\n", [])


def test_postgresql_is_upgraded_in_the_same_way(environment: dict[str, str], empty_pg_url: str) -> None:
    environment["PEERREVIEW_DATABASE_URL"] = make_url(empty_pg_url).render_as_string(hide_password=False)
    assert command(environment, "db", "upgrade")[0] == 0
    assert command(environment, "check")[0] == 0
    assert command(environment, "db", "downgrade", "base", "--yes")[0] == 0


def test_database_of_another_copy_of_a_migration_is_told_and_mended(
    environment: dict[str, str], empty_sqlite_url: str
) -> None:
    """Its version is right and its tables are not: no "up to date", no "well", no start, until it is mended."""
    command(environment, "db", "upgrade")
    with sqlite3.connect(empty_sqlite_url.removeprefix("sqlite:///")) as database:
        database.execute("ALTER TABLE person DROP COLUMN away_until")
        database.execute("DROP TABLE register_history")
    for words in (("db", "upgrade"), ("check",)):
        code, out, said = command(environment, *words)
        assert (code, out) == (1, "")
        assert "the table register_history is missing" in said[0]
        assert "the column person.away_until is missing" in said[0]
        assert "`peerreview db mend`" in said[0]
    code, out, said = command(environment, "db", "mend")
    assert (code, said) == (0, [])
    assert "Added: the table register_history\n" in out
    assert "Added: the column person.away_until\n" in out
    assert command(environment, "check")[0] == 0


def test_every_wrong_setting_is_told_at_once(environment: dict[str, str]) -> None:
    environment |= {"PEERREVIEW_SECRET_KEY": "", "PEERREVIEW_MAIL_PORT": "post", "PEERREVIEW_MAIL_SEVER": "x"}
    code, _, said = run(environment, "-c", "import wsgi")
    assert code == 4
    assert said == [
        "Peerreview does not start:",
        "PEERREVIEW_MAIL_SEVER (environment): there is no such setting; did you mean PEERREVIEW_MAIL_SERVER?",
        "PEERREVIEW_MAIL_PORT (environment): 'post': it is no whole number; "
        "write a whole number such as 25, 465 or 587",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody:hush@127.0.0.1:9/none",
        "postgresql://nobody:p@hush/word@127.0.0.1:9/none",
        "sqlite:////dev/null/here.db",
        "sqlite://",
        "mysql://nobody:hush@127.0.0.1/none",
        "nonsense",
    ],
)
def test_database_that_cannot_be_used_is_told(environment: dict[str, str], url: str) -> None:
    environment["PEERREVIEW_DATABASE_URL"] = url
    for code, _, said in (command(environment, "check"), command(environment, "db", "upgrade")):
        assert code == 1
        assert len(said) == 1
        assert "DATABASE_URL" in said[0]
        assert "hush" not in said[0]


def test_a_refused_start_is_told_in_the_language_of_whoever_starts_it(environment: dict[str, str]) -> None:
    environment |= {"LANG": "sv_SE.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "LANGUAGE": ""}
    code, _, said = run(environment, "-c", "import wsgi")
    assert (code, said[0]) == (4, "Peerreview startar inte:")
    assert said[1].endswith("har inga tabeller än; kör `peerreview db upgrade`")
    code, _, said = run(environment, "-m", "peerreview.demo", "--port", "hej")
    assert (code, said) == (1, ["script/demo: 'hej' är ingen port; skriv ett tal, till exempel 5000"])


def test_broken_definition_is_told_with_its_line(environment: dict[str, str], tmp_path: Path) -> None:
    shipped = (ROOT / "workflows" / "collegial-review.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "workflows"
    folder.mkdir()
    (folder / "broken.yaml").write_text(shipped.replace("parties:", "partys:", 1), encoding="utf-8")
    environment["PEERREVIEW_WORKFLOWS_DIR"] = str(folder)
    code, _, said = run(environment, "-c", "import wsgi")
    assert code == 4
    line = next(n for n, text in enumerate(shipped.splitlines(), start=1) if text.startswith("parties:"))
    assert any(f"broken.yaml:{line}:1: " in one for one in said)
    assert command(environment, "workflow", "check", str(folder / "broken.yaml"))[0] == 1


def test_folder_without_workflows_is_told(environment: dict[str, str], tmp_path: Path) -> None:
    environment["PEERREVIEW_WORKFLOWS_DIR"] = str(tmp_path)
    code, _, said = command(environment, "check")
    assert (code, len(said)) == (1, 1)
    assert said[0].startswith("PEERREVIEW_WORKFLOWS_DIR: there is no workflow in ")


def test_first_lead_is_made_from_the_command_line(environment: dict[str, str]) -> None:
    command(environment, "db", "upgrade")
    words = ("person", "add", "--name", "Anna Berg", "--email", "lead@example.org", "--lead")
    secret = ("--password", "four words are long enough")
    code, out, said = command(environment, *words, *secret)
    assert (code, said) == (0, [])
    assert "lead@example.org can log in at https://review.example.org" in out
    code, _, said = command(environment, *words, *secret)
    assert (code, said) == (2, ["--email: There already is an account with this address."])


def test_settings_are_listed_without_any_being_set(environment: dict[str, str]) -> None:
    code, out, _ = command(
        {name: v for name, v in environment.items() if "PEERREVIEW" not in name}, "settings"
    )
    assert code == 0
    assert "PEERREVIEW_MAIL_PORT=25\n" in out
