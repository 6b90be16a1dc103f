"""Where a case stands before anything has been done."""

from __future__ import annotations

from datetime import UTC, datetime

from ..language.definition import Workflow
from .case import Standing


def first_standing(workflow: Workflow, parties: int) -> Standing:
    """In a ring each party reviews the next; where they stand apart each has only itself."""
    return Standing(reviews=tuple(range(parties))) if workflow.apart else Standing.start(parties)


T0 = datetime(2026, 1, 12, 9, tzinfo=UTC)
