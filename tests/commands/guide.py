"""Reads docs/write-your-own-workflow.md as its reader would: writes the file step by step and runs every command.

`python -m tests.commands.guide` writes what the commands say now into the guide, where that is something else.
In the guide a ```yaml block is added (each top-level part to the end of that part), a ```diff block is a change of
lines that stand there once, a ```console block is a command and what it says: there "…" stands for any lines.
"""

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from peerreview.cli import commands

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "write-your-own-workflow.md"
EXAMPLE = ROOT / "docs" / "examples" / "study-visit.yaml"
FILE = Path("workflows") / "study-visit.yaml"
_BLOCK = re.compile(r"^```(yaml|diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^(?=\w+:)", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What a command says at this point of the guide, and what the guide says of it."""

    line: int
    command: str
    guide: str
    program: str
    span: tuple[int, int]

    @property
    def agree(self) -> bool:
        pattern = "".join(
            r"(?:.*\n)*?" if line == "…" else re.escape(line + "\n") for line in self.guide.splitlines()
        )
        return re.fullmatch(pattern, self.program) is not None


def read_along(guide: str) -> tuple[str, list[Told]]:
    """The finished file, and every command on the way."""
    text, told = "", []
    with TemporaryDirectory() as folder, chdir(folder):
        FILE.parent.mkdir()
        for found in _BLOCK.finditer(guide):
            kind, block = found.groups()
            if kind == "console":
                FILE.write_text(text, encoding="utf-8")
                first, _, said = block.partition("\n")
                line = guide.count("\n", 0, found.start()) + 2
                told.append(Told(line, first, said, _run(first.removeprefix("$ peerreview ")), found.span(2)))
            else:
                text = _added(text, block) if kind == "yaml" else _changed(text, block)
    return text, told


def _run(words: str) -> str:
    return CliRunner().invoke(commands, shlex.split(words), catch_exceptions=False).output


def _added(text: str, block: str) -> str:
    head, *parts = _PART.split(block)
    if head:
        text = head + text
    for part in parts:
        key, inside = part.split(":", 1)
        there = re.search(rf"^{key}:\n(?:(?:[ #].*)?\n)*", text, re.MULTILINE)
        if there is None:
            text = f"{text.rstrip()}\n\n{part.rstrip()}\n" if text and "\n " in part else f"{text}{part}"
        else:
            kept = there[0].rstrip() + "\n" + inside.strip("\n") + "\n"
            text = text[: there.start()] + kept + "\n" + text[there.end() :].lstrip("\n")
    return text.rstrip() + "\n" if text.strip() else text


def _changed(text: str, block: str) -> str:
    lines = block.splitlines(keepends=True)
    old = "\n" + "".join(line[1:] for line in lines if line[0] in " -")
    new = "\n" + "".join(line[1:] for line in lines if line[0] in " +")
    assert ("\n" + text).count(old) == 1, f"these lines stand in the file once:{old}"
    return ("\n" + text).replace(old, new)[1:]


def renewed(guide: str) -> str:
    """The guide with what the commands say now, wherever it says something else."""
    pieces: list[str] = []
    end = 0
    for told in read_along(guide)[1]:
        if not told.agree:
            pieces += [guide[end : told.span[0]], f"{told.command}\n{told.program}"]
            end = told.span[1]
    return "".join([*pieces, guide[end:]])


if __name__ == "__main__":
    GUIDE.write_text(renewed(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
