"""The shipped definitions: read and checked when the house opens; one mistake, and it stays shut."""

from __future__ import annotations

from pathlib import Path

from ..engine.checker import check
from ..engine.definition import Workflow
from ..engine.reader import LARGEST, read
from ..errors import BadDefinition, BadSetting, Problem


def read_all(folder: Path) -> dict[str, Workflow]:
    """The workflows of `folder` by name. Raises BadDefinition with every mistake of every file."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise BadSetting(
            f"PEERREVIEW_WORKFLOWS_DIR: there is no workflow in {str(folder)!r}; "
            "name the folder in which the definitions (*.yaml) lie"
        )
    workflows: dict[str, Workflow] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            workflow = read_one(file)
        except BadDefinition as error:
            problems += error.problems
            continue
        if workflow.name in workflows:
            wrong = f"another file already defines {workflow.name!r}"
            problems.append(Problem(shown(file), 1, 1, wrong, "give each workflow a name of its own"))
        workflows[workflow.name] = workflow
    if problems:
        raise BadDefinition(problems)
    return workflows


def read_one(file: Path) -> Workflow:
    """The workflow of `file`. Raises BadDefinition, or BadSetting where the file cannot be opened."""
    try:
        with file.open("rb") as opened:
            source = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadSetting(
            f"{file}: cannot be read ({error.strerror}); name a workflow's file (*.yaml)"
        ) from error
    workflow = read(source, shown(file))
    if problems := check(workflow):
        raise BadDefinition(problems)
    return workflow


def shown(file: Path) -> str:
    """The path as a person would write it from where they stand."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
