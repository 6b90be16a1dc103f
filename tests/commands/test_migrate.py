"""`peerreview workflow migrate`: told first, then done; refused as a whole where a review has no place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from peerreview.commands.history import history
from peerreview.commands.workflow import workflow
from peerreview.engine.analysis.checker import check
from peerreview.errors import BadSetting
from peerreview.services.base.house import House
from peerreview.services.workflows import definitions
from tests.services.review_fixtures import Cast, advance, make_review

SHIPPED = Path(__file__).parents[2] / "workflows" / "collegial-review.yaml"


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


@pytest.fixture(autouse=True)
def folder(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house that runs `tmp_path`'s definitions on the test's database."""
    found = tmp_path / "workflows"
    found.mkdir()
    set_to = {
        "SECRET_KEY": "a key for tests alone, of no use elsewhere",
        "DATABASE_URL": house.db.engine.url.render_as_string(hide_password=False),
        "FILES_DIR": str(house.settings.files_dir),
        "WORKFLOWS_DIR": str(found),
        "MAIL_FROM": "granskning@example.org",
        "BASE_URL": "https://granskning.example.org",
    }
    for name, value in set_to.items():
        monkeypatch.setenv(f"PEERREVIEW_{name}", str(value))
    # That the definitions are sound is proved by the tests of the checker, and takes a second each time.
    monkeypatch.setattr(definitions, "check", lambda workflow, played=True: check(workflow, played=False))
    return found


def write(folder: Path, old: str = "", new: str = "") -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (folder / SHIPPED.name).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(workflow, ["migrate", *words], catch_exceptions=False)


def test_a_dry_run_tells_all_and_writes_nothing(house: House, cast: Cast, folder: Path) -> None:
    write(folder, "due: {after: begin, working_days: 15}", "due: {after: begin, working_days: 20}")
    dry = run("collegial-review", "--dry-run")
    assert dry.exit_code == 0
    assert f"review {cast.review_id}: Kalmar län – Gävleborg" in dry.output
    assert "side 1: Appoint the team (Under way) -> Appoint the team" in dry.output
    assert "dates:" in dry.output
    done = run("collegial-review", "--review", str(cast.review_id))
    assert (done.exit_code, "moved: 1" in done.output) == (0, True), "the dry run had moved nothing"
    assert "moved: 0; had the newest definition already: 1" in run("collegial-review").output
    verified = CliRunner().invoke(history, ["verify"], catch_exceptions=False)
    assert (verified.exit_code, verified.output) == (0, "")


def test_what_has_no_place_is_told_and_nothing_is_moved(house: House, cast: Cast, folder: Path) -> None:
    write(folder, "\n  teams:\n    each: party", "\n  crews:\n    each: party")
    for words in (("--dry-run",), ()):
        refused = run("collegial-review", *words)
        assert refused.exit_code == 1
        assert (
            f"review {cast.review_id}: side 1 stands in `teams`, which the new definition does not have; "
            "if a step has taken its place, write `was: teams` there" in refused.output
        )
    write(folder, "\n  teams:\n    each: party", "\n  crews:\n    was: teams\n    each: party")
    assert "moved: 1" in run("collegial-review").output


def test_what_is_asked_for_wrongly_is_told(house: House, cast: Cast, folder: Path) -> None:
    write(folder)
    with pytest.raises(BadSetting, match="did you mean collegial-review"):
        run("colegial-review")
    with pytest.raises(BadSetting, match="no running review of"):
        run("collegial-review", "--review", "77")
    assert "moved: 0" in run("collegial-review").output
