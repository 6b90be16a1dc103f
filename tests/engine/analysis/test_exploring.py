"""Every configuration of the shipped definition leads to its end; and a dead end is found and told."""

from __future__ import annotations

import time

import pytest

from peerreview.engine.analysis.checker import check
from peerreview.engine.analysis.exploring import DeadEnd, explore
from peerreview.engine.language.reader import read
from peerreview.errors import in_english

from ..generated import DUE, HEAD, PARTY, SHARED
from ..play import ROOT, collegial

TEXT = (ROOT / "workflows" / "collegial-review.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("parties", "times", "least"), [(2, 1, 1000), (3, 0, 100)])
def test_every_configuration_of_the_shipped_definition_leads_to_its_end(
    parties: int, times: int, least: int
) -> None:
    explored = explore(collegial(), parties, times=times)
    assert explored.found is None
    assert explored.configurations > least


def test_the_proof_takes_seconds() -> None:
    begun = time.process_time()
    assert check(collegial()) == []
    assert time.process_time() - begun < 20, "a machine that others use too is given some slack"


@pytest.mark.parametrize(
    ("old", "new", "place", "deed", "waits"),
    [
        # Nobody may write the joint report any more: only where the agreement chooses one does it show.
        (
            "      member: [joint_report.write@draft]\n",
            "      member: [joint_report.write@handed_over]\n",
            "joint_report",
            "report: joint",
            "this is still empty",
        ),
        # A draft that was presented can then not be written on, should a side be sent back to it.
        (
            "member: [report.write@presented]\n            due: {before",
            "member: [report.read@presented]\n            due: {before",
            "exchange/work/draft",
            "back to exchange/work/draft",
            "still empty",
        ),
        # Each waits until the other side's set is open, and sets open when the other side has studied.
        (
            "opens_when: {any: [{agreement.opening: each}, all.materials.handed_in]}",
            "opens_when: {any: [{agreement.opening: each}, reviews.questions.sent]}",
            "exchange/collect",
            "opening: all",
            "the materials of side 1 are not open yet",
        ),
    ],
)
def test_a_dead_end_is_told_with_the_way_into_it(
    old: str, new: str, place: str, deed: str, waits: str
) -> None:
    assert old in TEXT
    workflow = read(TEXT.replace(old, new, 1), "w.yaml")
    (problem,) = check(workflow)
    line, column = workflow.lines[place]
    assert str(problem).startswith(f"w.yaml:{line}:{column}: with ")
    assert deed in in_english(problem.wrong)
    assert waits in in_english(problem.wrong)


@pytest.mark.full
def test_going_back_twice_leads_to_the_end_too() -> None:
    assert explore(collegial(), 2, times=2).found is None


def test_what_was_done_long_ago_cannot_be_done_again() -> None:
    """Whoever has handed in finds, two steps on, that it has been done: nothing there leads on."""
    often = f"{{title: *t, each: party, {DUE}, {PARTY['hand_in']}}}"
    between = f"{{title: *t, {DUE}, {SHARED['meet']}}}"
    text = f"{HEAD}  first: {often}\n  between: {between}\n  again: {often}\n"
    found = explore(read(text, "w.yaml"), 2, times=0).found
    assert isinstance(found, DeadEnd)
    assert found.place == "again"
    assert "`do` would do what has already been done" in in_english(found.waits[0])
