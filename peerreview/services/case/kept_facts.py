"""Facts as JSON: what a decision was taken on, and what stood when a side left, is read again later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...engine.language.definition import Workflow
from ...engine.running.case import Facts
from ...engine.running.dates import when


def facts_kept(known: Facts) -> list[list[Any]]:
    return sorted(
        ([a, f, owner, v.isoformat() if hasattr(v, "isoformat") else v]
         for (a, f, owner), v in known.values.items() if v not in (False, None, "")),
        key=str,
    )  # fmt: skip


def facts_of_kept(workflow: Workflow, kept: Iterable[list[Any]]) -> Facts:
    return Facts({(a, f, owner): _value(workflow, a, f, v) for a, f, owner, v in kept})


def _value(workflow: Workflow, artefact: str, fact: str, value: Any) -> Any:
    """A fact as it was: a field that is a date was kept as ISO text."""
    kind = workflow.artefacts[artefact].kind if artefact in workflow.artefacts else None
    if isinstance(value, str) and kind is not None and fact in kind.fields and fact not in kind.values:
        try:
            return when(value)
        except ValueError:
            return value
    return value
