"""Workflows from the command line: checked, rehearsed, their rights told. Only `migrate` needs a database."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from ..errors import BadDefinition, BadSetting, PeerreviewError
from . import saying
from .migrate import migrate
from .saying import option

LANGUAGES = click.Choice(["sv", "en"])
# As services.workflows.exports has them.
SHAPES = ["svg", "scxml", "bpmn"]


@click.group(cls=saying.Group)
def workflow() -> None:
    """Workflows: no database and no settings are needed, but for `migrate`."""


workflow.add_command(migrate)


@workflow.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Read FILES (all of workflows/ by default); every mistake is told as file:line:column, with its mend.

    Silent where all is well; exit code 1 where it is not, 2 where a file is not there."""
    from ..services.workflows import definitions

    lines: list[str] = []
    code = 0
    for file in files or definitions.files(_folder()):
        try:
            definitions.read_one(file)
        except (BadDefinition, BadSetting) as error:
            more, one = saying.told(error)
            lines, code = lines + more, max(code, one)
    if lines:
        saying.stop(lines, code)


@workflow.command("rehearse")
@click.argument("name")
@option("--parties", type=int, help="How many take part; as few as the definition allows by default.")
@option("--start", type=click.DateTime(["%Y-%m-%d"]), help="The first day; today by default.")
@option("--lang", type=LANGUAGES, default="sv", show_default=True)
@option("--late", default="", metavar="ROLE", help="Let this role miss every date.")
@option("--json", "as_json", is_flag=True, help="For other programs.")
def rehearse(
    name: str, parties: int | None, start: datetime | None, lang: str, late: str, as_json: bool
) -> None:
    """Play a whole review of NAME with made-up parties: who does what when, and every mail."""
    from ..services.workflows import definitions, printed, rehearsals

    view = rehearsals.played(
        definitions.named(_folder(), name),
        rehearsals.usual_calendar(),
        parties=parties,
        start=start.date() if start else date.today(),
        late=late,
    )
    if as_json:
        click.echo(printed.rehearsal_json(view, lang))
    else:
        click.echo("\n".join(printed.rehearsal_lines(view, lang)))


@workflow.command("rights")
@click.argument("name")
@option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def rights(name: str, shape: str) -> None:
    """Who may see and do what in which step of NAME, as the program enforces it."""
    from ..services.workflows import definitions, printed

    found = definitions.named(_folder(), name)
    if shape == "csv":
        click.echo(printed.rights_csv(found), nl=False)
    elif shape == "json":
        click.echo(printed.rights_json(found))
    else:
        click.echo("\n".join(printed.rights_lines(found)))


@workflow.command("draw")
@click.argument("name")
@option("--format", "shape", type=click.Choice(SHAPES), default="svg", show_default=True)
@option("--parties", type=int, help="How many take part; as few as the definition allows by default.")
@option("--lang", type=LANGUAGES, default="sv", show_default=True)
def draw(name: str, shape: str, parties: int | None, lang: str) -> None:
    """NAME as a drawing with a lane for each side (svg), or for other programs as a statechart or a process."""
    from ..services.workflows import definitions, drawing, exports

    found = definitions.named(_folder(), name)
    if shape == "svg":
        click.echo(drawing.as_file(found, parties=parties, language=lang))
    else:
        click.echo(exports.exported(found, shape, parties=parties, language=lang), nl=False)


@workflow.command("reference")
def reference() -> None:
    """Every word of the language with its form and what it means, as Markdown (docs/reference.md)."""
    from ..services.workflows import language_reference

    click.echo(language_reference.reference(), nl=False)


@workflow.command("schema")
def schema() -> None:
    """The language as a JSON Schema, so that editors complete and check (workflows/workflow.schema.json)."""
    from ..services.workflows import language_reference

    click.echo(language_reference.json_schema(), nl=False)


def _folder() -> Path:
    """The folder of the settings where there are any, else the shipped one."""
    import config

    try:
        return config.Settings().workflows_dir
    except PeerreviewError:
        return config.ROOT / "workflows"
