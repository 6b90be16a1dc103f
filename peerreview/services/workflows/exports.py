"""A workflow for programs that are not ours: a statechart (SCXML) or a process (BPMN) of a made-up review."""

from __future__ import annotations

from ...engine.export.bpmn import bpmn
from ...engine.export.scxml import scxml
from ...engine.language.definition import Workflow
from ...errors import N_, Invalid

SHAPES = ("scxml", "bpmn")


def exported(workflow: Workflow, shape: str, *, parties: int | None, language: str) -> str:
    """The document. Raises Invalid where so many cannot take part."""
    sides = workflow.min_parties if parties is None else parties
    if not workflow.min_parties <= sides <= workflow.max_parties:
        raise Invalid(
            parties=N_("from %(least)s to %(most)s", least=workflow.min_parties, most=workflow.max_parties)
        )
    return scxml(workflow, sides) if shape == "scxml" else bpmn(workflow, sides, language)
