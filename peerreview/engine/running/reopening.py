"""A step that is over waits again: where a newer reading of its definition asks what nobody has asked yet."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.definition import Workflow
from .case import ACTIVE, DONE, OVER, Standing


def waiting_again(workflow: Workflow, standing: Standing) -> Standing:
    """`standing`, come to by the first reading, by this one: who had confirmed waits for those who have not, and may
    open the team again where they turn out to be unlike. The same one where there is nobody of whom that is so."""
    marks = dict(standing.marks)
    for step in workflow.walk():
        if not step.stuck or any(_begun(standing, path) for path in _later(workflow, step.path)):
            continue
        copies = {place: mark for place, mark in marks.items() if place[0] == step.path}
        if any(mark.state not in OVER and mark.visit == 1 for mark in copies.values()):
            # A side that was sent back here is at its second visit: the others are done, and stay so.
            marks |= {p: mark._replace(state=ACTIVE) for p, mark in copies.items() if mark.state == DONE}
    return standing.with_(marks=marks) if marks != standing.marks else standing


def _later(workflow: Workflow, path: str) -> Iterator[str]:
    siblings = [step.path for step in workflow.siblings(path)]
    yield from siblings[siblings.index(path) + 1 :]


def _begun(standing: Standing, path: str) -> bool:
    return any(other == path for other, _ in standing.marks)
