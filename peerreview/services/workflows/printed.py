"""The lines and tables that commands print of a workflow: its rehearsal, and its rights in three formats."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from ...engine.analysis.rights import Row, columns, table
from ...engine.language.definition import Workflow
from ...errors import N_
from ...rendering.words import day, local, say
from ..base.words import Words
from .rehearsals import Line, RehearsalView

YES = "x"


def rehearsal_lines(view: RehearsalView, language: str) -> list[str]:
    """A dated list: who does what, and under it the mails of that moment with whom they go to and why."""
    lines = [f"{view.title.get(language)}: {say(_summary(view), language)}"]
    last = ""
    for line in view.lines:
        at = local(line.at)
        heading = f"{at.date().isoformat()} {day(at.date(), language)}"
        if heading != last:
            lines += ["", heading]
            last = heading
        lines.append(f"  {at:%H:%M}  {_told(line, language)}")
    return lines


def _summary(view: RehearsalView) -> Words:
    return N_("parties: %(parties)s, mails: %(mails)s, ends: %(ends)s",
              parties=view.parties, mails=view.mails, ends=view.ends_on or "–")  # fmt: skip


def _told(line: Line, language: str) -> str:
    who = "; ".join(say(one, language) for one in line.who)
    side = say(line.side, language)
    word = f"{say(line.word, language)}{' (!)' if line.late else ''}"
    parts = [f"{word}: {say(line.title, language)}"]
    if side and line.kind in ("begins", "does", "time"):
        parts.append(side)
    if who:
        parts.append(("→ " if line.kind in ("mail", "reminder") else "") + who)
    if line.why:
        parts.append(say(line.why, language))
    return " · ".join(parts)


def rehearsal_json(view: RehearsalView, language: str) -> str:
    events = [
        {
            "at": line.at.isoformat(),
            "kind": line.kind,
            "title": say(line.title, language),
            "party": say(line.side, language),
            "who": [say(one, language) for one in line.who],
            "why": say(line.why, language),
            "due": line.due.isoformat() if line.due else None,
            "late": line.late,
        }
        for line in view.lines
    ]
    whole = {
        "workflow": view.name,
        "parties": view.parties,
        "start": view.start.isoformat(),
        "late": view.late,
        "mails": view.mails,
        "ends_on": view.ends_on.isoformat() if view.ends_on else None,
        "events": events,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def rights_csv(workflow: Workflow) -> str:
    """One line a right or action, one column for each who could ask; "x" where the answer is yes."""
    heads = columns(workflow)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step", "kind", "what", *heads])
    for row in table(workflow):
        writer.writerow([row.where, row.kind, row.what, *(YES if c in row.who else "" for c in heads)])
    return text.getvalue()


def rights_json(workflow: Workflow) -> str:
    heads = columns(workflow)
    rows: list[dict[str, Any]] = [
        {"step": r.where, "kind": r.kind, "what": r.what, "who": [c for c in heads if c in r.who]}
        for r in table(workflow)
    ]
    return json.dumps({"workflow": workflow.name, "rows": rows}, ensure_ascii=False, indent=1)


def rights_lines(workflow: Workflow) -> list[str]:
    """To be read: a step, what can be seen or done there, and by whom."""
    heads = columns(workflow)
    lines: list[str] = []
    where = None
    for row in table(workflow):
        if row.where != where:
            lines += ["", row.where] if where is not None else [row.where]
            where = row.where
        lines.append(f"  {_what(row):40} {', '.join(_short(c) for c in heads if c in row.who)}")
    return lines


def _what(row: Row) -> str:
    return f"{row.what}!" if row.kind == "action" else row.what


def _short(column: str) -> str:
    return column.removeprefix("own.")
