"""What commands say, in the language of whoever runs them: LANGUAGE, LC_ALL, LC_MESSAGES or LANG, as other programs.

click asks `gettext` for its own words, and so does this; `script/messages` collects them with all others. A command's
help is its docstring, an option's what stands in `help`.
"""

from __future__ import annotations

import gettext
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any, NoReturn

import click

from ..errors import (
    N_,
    BadDefinition,
    BadSetting,
    Invalid,
    Message,
    NotFound,
    NotThere,
    PartyName,
    PeerreviewError,
    Refused,
    Text,
    nameless,
)

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
# As click has it for what is wrong in a command line: so it is where that names what is not there.
MISTAKEN = 2

gettext.bindtextdomain("messages", TRANSLATIONS)
gettext.textdomain("messages")


def language() -> str:
    """The language of commands: Swedish where it is asked for, else English."""
    return "sv" if gettext.find("messages", TRANSLATIONS) else "en"


def said(words: Any) -> str:
    """A message in the reader's language, with all that stands in its gaps; plain text stays what it is."""
    match words:
        case Text():
            return words.get(language())
        case PartyName():
            return said(nameless(words))
        case Message():
            return _filled(words)
        case tuple():
            return ", ".join(map(said, words))
        case _:
            return str(words)


def _filled(words: Message) -> str:
    params = {name: said(one) if isinstance(one, tuple) else one for name, one in words.params}
    text = gettext.gettext(words.text)
    return text % params if params else text


def tell(words: Message | str, *, err: bool = False) -> None:
    click.echo(said(words), err=err)


def stop(lines: Iterable[Message | str], code: int = 1) -> NoReturn:
    for line in lines:
        tell(line, err=True)
    sys.exit(code)


def refuse(error: PeerreviewError, code: int) -> NoReturn:
    """Why a web server does not start."""
    stop([N_("Peerreview does not start:"), *told(error)[0]], code)


def in_trouble(error: Exception) -> None:
    """Stop in plain words where the database is gone or the disk full; what else it is, is a fault of ours."""
    from ..services.upkeep.troubles import trouble_of

    kind = trouble_of(error)
    if kind == "full":
        stop([N_("The disk is full: nothing was saved. Make room, then do this again.")])
    if kind == "away":
        stop([N_("The database cannot be reached, or another program keeps it locked: nothing was saved. "
                 "`peerreview check` says more; then do this again.")])  # fmt: skip


def told(error: PeerreviewError) -> tuple[list[str], int]:
    """What an error says, and the exit code: 2 where what was asked for is not there or cannot be so, else 1."""
    if isinstance(error, Invalid):
        return [f"{_asked_as(field)}: {said(message)}" for field, message in error.errors.items()], MISTAKEN
    if isinstance(error, NotFound):
        return [said(N_("There is no such thing."))], MISTAKEN
    if isinstance(error, Refused):
        return [said(error.reason)], 1
    if isinstance(error, BadDefinition):
        return [
            f"{said(one.file)}:{one.line}:{one.column}: {said(one.wrong)}; {said(one.right)}"
            for one in error.problems
        ], 1
    if isinstance(error, BadSetting):
        lines = [line for one in error.said for line in said(one).splitlines()]
        return lines, MISTAKEN if isinstance(error, NotThere) else 1
    return str(error).splitlines(), 1


def _asked_as(field: str) -> str:
    """What a field is called on the command line."""
    return said(N_("ADDRESS")) if field == "address" else f"--{field}"


_USAGE = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))
_VALUES = (N_("TEXT"), N_("INTEGER"), N_("INTEGER RANGE"), N_("PATH"), N_("FILE"), N_("ROLE"))


class Option(click.Option):
    """Its help, its prompt and what it takes in the reader's language."""

    def make_metavar(self, ctx: click.Context) -> str:
        return gettext.gettext(super().make_metavar(ctx))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        english, self.help = self.help, gettext.gettext(self.help) if self.help else self.help
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = english

    def prompt_for_value(self, ctx: click.Context) -> Any:
        english, self.prompt = self.prompt, gettext.gettext(self.prompt) if self.prompt else self.prompt
        try:
            return super().prompt_for_value(ctx)
        finally:
            self.prompt = english


def option(*names: str, **given: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(*names, cls=Option, **given)


class Command(click.Command):
    """Its help in the reader's language."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [gettext.gettext(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        english, self.help = self.help, _help(self.help)
        try:
            super().format_help_text(ctx, formatter)
        finally:
            self.help = english

    def get_short_help_str(self, limit: int = 45) -> str:
        english, self.help = self.help, _help(self.help)
        try:
            return super().get_short_help_str(limit)
        finally:
            self.help = english


class Group(Command, click.Group):
    command_class = Command


Group.group_class = Group


class Lazy(Group):
    """Commands by name, each with where it is and what it is for: it is fetched when it is asked for, and not for the
    list of them all."""

    def __init__(self, *args: Any, found: Mapping[str, tuple[str, Message]], **given: Any):
        super().__init__(*args, **given)
        self.found = found

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.found:
            return None
        module, _, name = self.found[cmd_name][0].partition(":")
        command = getattr(import_module(f".{module}", __package__), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl([(name, said(what)) for name, (_, what) in self.found.items()])


def _help(text: str | None) -> str | None:
    return gettext.gettext(cleandoc(text)) if text else text
