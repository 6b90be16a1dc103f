"""The shipped definitions: read and checked when the house opens; one mistake, and it stays shut."""

from __future__ import annotations

import difflib
from pathlib import Path

from ...engine.analysis.checker import check
from ...engine.language.definition import Workflow
from ...engine.language.reader import LARGEST, read
from ...errors import N_, BadDefinition, BadSetting, Message, NotThere, Problem, why
from ...store.case import cases
from ...store.case import verifying as store
from ..base.house import House
from .proofs import proved


def read_all(folder: Path) -> dict[str, Workflow]:
    """The workflows of `folder` by name. Raises BadDefinition with every mistake of every file."""
    workflows: dict[str, Workflow] = {}
    problems: list[Problem] = []
    for file in files(folder):
        try:
            workflow = _proved(read_one(file, played=False))
        except BadDefinition as error:
            problems += error.problems
            continue
        if workflow.name in workflows:
            wrong = N_("another file already defines %(name)s", name=repr(workflow.name))
            problems.append(Problem(shown(file), 1, 1, wrong, N_("give each workflow a name of its own")))
        workflows[workflow.name] = workflow
    if problems:
        raise BadDefinition(problems)
    return workflows


def files(folder: Path) -> list[Path]:
    """The definitions of `folder`. Raises BadSetting where there is none."""
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise BadSetting(
            N_(
                "PEERREVIEW_WORKFLOWS_DIR: there is no workflow in %(folder)s; "
                "name the folder in which the definitions (*.yaml) lie",
                folder=repr(str(folder)),
            )
        )
    return found


def named(folder: Path, name: str) -> Workflow:
    """The workflow called `name`, or of the file that `name` is. Raises BadSetting where there is none."""
    if name.endswith((".yaml", ".yml")):
        return read_one(Path(name), played=False)
    for file in files(folder):
        if file.stem == name:
            return read_one(file, played=False)
    known = read_all(folder)
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    if near:
        raise NotThere(
            N_("there is no workflow %(name)s; did you mean %(near)s?", name=repr(name), near=near[0])
        )
    there = ", ".join(sorted(known))
    raise NotThere(N_("there is no workflow %(name)s; there are: %(there)s", name=repr(name), there=there))


def check_running(house: House) -> None:
    """Raises BadDefinition where a review under way began with a definition that does not check (engine.md 23).

    One look for each different definition, however many reviews there are; the shipped ones are checked already."""
    shipped = {workflow.hash for workflow in house.workflows.values()}
    problems: list[Problem] = []
    with house.db.read() as session:
        for hash, name, count in store.running_definitions(session):
            if hash in shipped:
                continue
            text = cases.definition_text(session, hash)
            if text is None:
                gone = Problem(name, 1, 1, N_("its text is gone"), N_("restore the database from a copy"))
                problems.append(gone._replace(file=_kept(name, count)))
                continue
            try:
                found = proved(read(text, name))
            except BadDefinition as error:
                found = error.problems
            problems += [one._replace(file=_kept(name, count)) for one in found]
    if problems:
        raise BadDefinition(problems)


def _kept(name: str, count: int) -> Message:
    if count == 1:
        return N_("%(name)s, kept for one running review", name=name)
    return N_("%(name)s, kept for %(count)s running reviews", name=name, count=count)


def read_one(file: Path, *, played: bool = True) -> Workflow:
    """The workflow of `file`. Raises BadDefinition, or BadSetting where the file cannot be opened.

    `played` False leaves out the proof that plays every configuration (see engine.analysis.checker)."""
    try:
        with file.open("rb") as opened:
            source = opened.read(LARGEST + 1)
    except OSError as error:
        wrong = N_(
            "%(file)s: cannot be read (%(why)s); name a workflow's file (*.yaml)",
            file=str(file),
            why=why(error),
        )
        raise NotThere(wrong) from error
    workflow = read(source, shown(file))
    if problems := check(workflow, played=played):
        raise BadDefinition(problems)
    return workflow


def _proved(workflow: Workflow) -> Workflow:
    if problems := proved(workflow):
        raise BadDefinition(problems)
    return workflow


def shown(file: Path) -> str:
    """The path as a person would write it from where they stand."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
