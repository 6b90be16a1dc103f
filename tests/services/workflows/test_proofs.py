"""A definition is proved once here; another text, another engine, somebody else's word for it: again."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.reader import read
from peerreview.errors import Problem
from peerreview.services.workflows import proofs

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture
def workflow() -> Workflow:
    file = sorted(EXAMPLE.glob("*.yaml"))[0]
    return read(file.read_bytes(), file.name)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The names of the definitions that have been played, in a cache of its own."""
    names: list[str] = []

    def check(workflow: Workflow) -> list[Problem]:
        names.append(workflow.name)
        return []

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(proofs, "check", check)
    return names


def test_it_is_played_once(workflow: Workflow, played: list[str]) -> None:
    assert proofs.proved(workflow) == proofs.proved(workflow) == []
    assert played == [workflow.name]


def test_another_text_is_played(workflow: Workflow, played: list[str]) -> None:
    proofs.proved(workflow)
    proofs.proved(read(f"{workflow.text}\n# another\n", "another.yaml"))
    assert len(played) == 2


def test_another_engine_plays_again(
    workflow: Workflow, played: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proofs.proved(workflow)
    monkeypatch.setattr(proofs, "_engine", lambda: "another")
    proofs.proved(workflow)
    assert len(played) == 2


def test_a_faulty_one_is_told_each_time(
    workflow: Workflow, played: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem("a.yaml", 1, 1, "wrong", "right")
    monkeypatch.setattr(proofs, "check", lambda _: [problem])
    assert proofs.proved(workflow) == proofs.proved(workflow) == [problem]


def test_where_nothing_can_be_kept_all_is_played(
    workflow: Workflow, played: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert proofs.proved(workflow) == proofs.proved(workflow) == []
    assert len(played) == 2
