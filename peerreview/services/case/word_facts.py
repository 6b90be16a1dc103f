"""Each side's own word on a text, as facts: who has approved what all share, who has marked no draft as ready."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...engine.language.definition import Artefact, Workflow
from ...engine.running import joint
from ...engine.running.case import DONE, FactKey, Scope, Standing
from ...store.case.case_rows import SHARED, CaseRows


def add(rows: CaseRows, workflow: Workflow, standing: Standing, values: dict[FactKey, Any]) -> None:
    """Who has approved the shared texts as they stand, and which sides have marked no version of their draft."""
    for artefact in workflow.artefacts.values():
        if artefact.kind.name != "text":
            continue
        if artefact.per == "review":
            given = approvals(rows, artefact.key)
            values.update({(artefact.key, joint.APPROVED, p): True for p in standing.parties if p in given})
        elif artefact.key in workflow.shown_together:
            waits = (p for p in standing.parties if _is_unmarked(rows, workflow, standing, artefact, p))
            values.update({(artefact.key, joint.UNMARKED, party): True for party in waits})


def approvals(rows: CaseRows, text: str) -> dict[int, dict[str, Any]]:
    """By party, when and by whom the shared text was approved as it now stands."""
    state, saved = rows.states.get((text, SHARED)), rows.saved.get((text, SHARED))
    if state is None or saved is None:
        return {}
    given = state.data.get("approved", {})
    return {int(party): stamp for party, stamp in given.items() if stamp["text"] == saved.name}


def _is_unmarked(
    rows: CaseRows, workflow: Workflow, standing: Standing, artefact: Artefact, party: int
) -> bool:
    state, saved = rows.states.get((artefact.key, party)), rows.saved.get((artefact.key, party))
    if saved is None or (state is not None and (state.state != "draft" or "marked" in state.data)):
        return False
    said = _said_ready(workflow, standing, artefact.key, party)
    return said is None or saved.saved_at > said


def _said_ready(workflow: Workflow, standing: Standing, text: str, party: int) -> datetime | None:
    """When the side said that its draft was ready, where the house did not ask of which version yet."""
    done = [
        mark.since
        for (path, scope), mark in standing.marks.items()
        if scope == Scope(party) and mark.state == DONE
        if any(joint.marks(workflow, action) == text for action in workflow.by_path[path].actions.values())
    ]
    return max(done, default=None)
