"""The command itself: quick to say what it can do, in the reader's language; one exit code for one kind of fault."""

from __future__ import annotations

import errno
import gettext
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from peerreview.cli import COMMANDS, commands
from peerreview.commands.saying import TRANSLATIONS, in_trouble, said
from peerreview.commands.workflow import SHAPES
from peerreview.errors import in_english
from peerreview.services.workflows import exports

ROOT = Path(__file__).parents[2]
SWEDISH = {"LANG": "sv_SE.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "LANGUAGE": ""}
ENGLISH = {**SWEDISH, "LANG": "en_GB.UTF-8"}
# Words that are English and nothing else.
FOREIGN = re.compile(r"\b(the|is|are|of|Show|Options|Usage|Error|Try|such|for help|with|whether)\b")


@pytest.fixture(autouse=True)
def _own_words() -> None:
    """As in a process of its own: another library (python-statemachine) takes gettext's domain when it is imported,
    and click keeps the words of --help in the language in which it was first asked."""
    gettext.bindtextdomain("messages", TRANSLATIONS)
    gettext.textdomain("messages")
    for _, command in every_command():
        command._help_option = None


def run(*words: str, env: dict[str, str] = SWEDISH) -> tuple[int, str]:
    result = CliRunner().invoke(commands, list(words), env=env)
    return result.exit_code, result.output


def peerreview(*words: str, env: dict[str, str] = SWEDISH) -> tuple[int, str]:
    """As a process of its own, with what is said when it goes wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "peerreview.cli", *words],
        cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def every_command(command: click.Command = commands) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield (), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from (((name, *path), found) for path, found in every_command(inner))


@pytest.mark.parametrize("path", [path for path, _ in every_command()], ids=" ".join)
def test_help_is_swedish_or_english(path: tuple[str, ...]) -> None:
    code, swedish = run(*path, "--help")
    assert code == 0
    assert FOREIGN.search(swedish) is None, swedish
    assert run(*path, "--help", env=ENGLISH)[1].startswith("Usage: ")


MISTAKES = [
    ("nope",),
    ("--nope",),
    ("workflow", "draw"),
    ("workflow", "draw", "collegial-review", "--format", "pdf"),
    ("workflow", "draw", "collegial-review", "--parties", "x"),
    ("workflow", "rehearse", "collegial-review", "--start", "yesterday"),
    ("pair", "nowhere.csv"),
    ("pair", str(ROOT / "pyproject.toml"), "--years", "-1"),
    ("person", "add", "--language"),
    ("db", "upgrade", "extra"),
]
NOT_THERE = [
    ("workflow", "draw", "nope"),
    ("workflow", "draw", "nope", "--format", "bpmn"),
    ("workflow", "rights", "nope"),
    ("workflow", "rehearse", "nope"),
    ("workflow", "rehearse", "collegial-review", "--parties", "9"),
    ("workflow", "rehearse", "collegial-review", "--late", "nobody"),
    ("workflow", "check", "nowhere.yaml"),
    ("history", "verify", "--anchor", "nowhere.txt"),
]


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistaken_command_is_told_in_swedish_with_exit_code_2(words: tuple[str, ...]) -> None:
    code, output = run(*words)
    assert code == 2
    assert FOREIGN.search(output) is None, output


@pytest.mark.parametrize("words", NOT_THERE, ids=" ".join)
def test_what_is_not_there_is_told_in_swedish_with_exit_code_2(words: tuple[str, ...]) -> None:
    code, output = peerreview(*words)
    assert code == 2, output
    assert FOREIGN.search(output) is None, output


def test_the_version_is_told() -> None:
    assert peerreview("--version") == (0, "peerreview, version 0.1.0\n")


def test_the_list_of_commands_loads_none_of_them() -> None:
    heavy = [
        "sqlalchemy",
        "flask",
        "pydantic",
        "numpy",
        "alembic",
        "babel",
        "peerreview.services",
        "peerreview.engine",
    ]
    for words in (["--help"], ["workflow", "--help"], ["person", "add", "--help"], ["--version"]):
        told = (
            f"import sys; from peerreview.cli import commands; commands({words}, standalone_mode=False); "
            f"print([name for name in {heavy} if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_the_list_says_of_each_what_the_command_says_of_itself() -> None:
    context = click.Context(commands)
    for name, (_, what) in COMMANDS.items():
        command = commands.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert set(in_english(what).split()[:3]) & set((command.help or "").split()), name


def test_formats_are_those_that_there_are() -> None:
    assert ["svg", *exports.SHAPES] == SHAPES


def test_a_message_in_a_message_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from peerreview.errors import N_

    for name, value in SWEDISH.items():
        monkeypatch.setenv(name, value)
    inner = N_("the row is missing, which the anchor holds")
    assert (
        said(N_("review %(id)s: %(what)s", id=3, what=inner))
        == "granskning 3: raden finns i ankaret men saknas"
    )


def test_a_full_disk_is_told_in_plain_words_and_a_fault_of_ours_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        in_trouble(OSError(errno.ENOSPC, "No space left on device"))
    assert stopped.value.code == 1
    assert "Make room" in capsys.readouterr().err
    in_trouble(KeyError("a fault of ours"))
    assert capsys.readouterr().err == ""
