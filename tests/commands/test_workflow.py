"""The commands on workflows: what they print, and with which exit code. They need no database and no settings."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from peerreview.commands.history import history
from peerreview.commands.workflow import workflow
from peerreview.errors import BadSetting, Invalid

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "workflows" / "collegial-review.yaml"


def run(*words: str) -> Result:
    return CliRunner().invoke(workflow, words, catch_exceptions=False)


def test_check_is_silent_where_all_is_well() -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, "")


def test_check_tells_every_mistake_of_every_file(tmp_path: Path) -> None:
    one, two, gone = tmp_path / "one.yaml", tmp_path / "two.yaml", tmp_path / "gone.yaml"
    one.write_text(SHIPPED.read_text(encoding="utf-8").replace("by: contact", "by: contct"), encoding="utf-8")
    one.write_text(one.read_text(encoding="utf-8").replace("by: self", "by: slf"), encoding="utf-8")
    two.write_bytes(b"workflow:\n\t- x\n\xff")
    assert run("check", str(one), str(two)).exit_code == 1
    result = run("check", str(one), str(two), str(gone))
    assert result.exit_code == 2
    assert "did you mean `self`?" in result.output
    assert f"{two}:" in result.output
    assert "gone.yaml: cannot be read" in result.output


def test_a_file_of_a_hundred_megabytes_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(100 * 1024**2)
    result = run("check", str(large))
    assert (result.exit_code, "at most 1000000 are read" in result.output) == (1, True)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_rehearse_prints_a_dated_list(language: str) -> None:
    result = run("rehearse", "collegial-review", "--start", "2026-03-02", "--lang", language)
    assert result.exit_code == 0
    assert "2026-03-02" in result.output
    assert {"sv": "Tacka ja", "en": "Accept"}[language] in result.output


def test_rehearse_as_json_with_somebody_late() -> None:
    words = (
        "rehearse",
        "collegial-review",
        "--start",
        "2026-03-02",
        "--parties",
        "3",
        "--late",
        "member",
        "--json",
    )
    events = json.loads(run(*words).output)
    assert events["parties"] == 3
    assert any(event["late"] for event in events["events"])
    assert events["ends_on"] > "2026-09-01"


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("rehearse", "colegial-review"), BadSetting, "did you mean collegial-review"),
        (("rehearse", "collegial-review", "--parties", "7"), Invalid, "parties"),
        (("rehearse", "collegial-review", "--late", "nobody"), Invalid, "late"),
        (("rehearse", "collegial-review", "--start", "0001-01-01"), Invalid, "start"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_in_words(
    words: tuple[str, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        run(*words)


def test_rights_in_three_formats() -> None:
    rows = list(csv.DictReader(run("rights", "collegial-review", "--format", "csv").output.splitlines()))
    told = json.loads(run("rights", "collegial-review", "--format", "json").output)["rows"]
    assert len(rows) == len(told) > 100
    assert [c for c, v in rows[0].items() if v == "x"] == told[0]["who"]
    assert "every step" in run("rights", "collegial-review").output


def test_history_says_what_it_is_for() -> None:
    assert "anchor" in CliRunner().invoke(history, ["--help"]).output
