"""The round's definition, and parties that stand apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from peerreview.engine.analysis.checker import check
from peerreview.engine.analysis.rehearsal import made_up, rehearse
from peerreview.engine.analysis.rights import columns, table
from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.reader import read
from peerreview.engine.running.beginning import first_standing
from peerreview.engine.running.case import SHARED, Actor, Case, Do, Facts, Scope
from peerreview.engine.running.dates import Calendar
from peerreview.engine.running.moves import Choice, fire, tick
from peerreview.errors import Refused, in_english

TEXT = (Path(__file__).parents[3] / "workflows" / "round.yaml").read_text(encoding="utf-8")
START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    return read(TEXT, "round.yaml")


def test_the_round_is_proved(workflow: Workflow) -> None:
    assert check(workflow) == []


@pytest.mark.parametrize("parties", [2, 21])
def test_a_round_is_rehearsed_to_its_close(workflow: Workflow, parties: int) -> None:
    events = rehearse(made_up(workflow, parties, Calendar()), START)
    assert (events[-1].kind, events[-1].action) == ("ends", "closed")
    # Nobody hears of another: what goes because of one organisation goes to its own people and the lead.
    for event in events:
        party = event.place[1].party
        if event.kind in ("mail", "reminder") and party is not None:
            assert {seat.party for seat in event.who} <= {party, -1}


def test_the_managers_are_reminded_too_once_it_is_late(workflow: Workflow) -> None:
    events = rehearse(made_up(workflow, 2, Calendar()), START, late="coordinator")
    late = [e for e in events if e.kind == "reminder" and e.late and e.place[0].endswith("interest")]
    assert {seat.role for event in late for seat in event.who} == {"coordinator", "contact"}


def test_others_have_no_right_to_anything_of_a_party(workflow: Workflow) -> None:
    assert [c for c in columns(workflow) if c.startswith("others.")] == [
        "others.coordinator",
        "others.contact",
    ]
    own = {key for key, artefact in workflow.artefacts.items() if artefact.per == "party"}
    for row in table(workflow):
        if row.what.split(".")[0] in own:
            assert not {who for who in row.who if who.startswith("others.")}, row
    private = [row for row in table(workflow) if row.what.startswith("notes.")]
    assert {who for row in private for who in row.who} == {"lead"}


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (
            "by: coordinator\n                needs",
            "by: reviews.coordinator\n                needs",
            "`reviews`",
        ),
        (
            "to: [coordinator, contact]}]\n            mail",
            "to: [others.contact]}]\n            mail",
            "`others`",
        ),
        ("if: interest.interested", "if: reviewed_by.interest.interested", "`reviewed_by`"),
        (
            "    kind: interest\n",
            "    kind: interest\n    concerns: reviews\n",
            "`interest` concerns another",
        ),
    ],
)
def test_parties_that_stand_apart_have_nothing_to_do_with_each_other(old: str, new: str, wrong: str) -> None:
    assert TEXT.count(old) == 1
    (problem,) = check(read(TEXT.replace(old, new), "round.yaml"), played=False)
    assert wrong in in_english(problem.wrong)


def test_a_step_may_wait_for_the_reviews_of_the_round_alone(workflow: Workflow) -> None:
    """It has no action: whoever reviews moves it. Without its `done_when` nobody would."""
    bare = TEXT.replace("    done_when: pairs.over\n", "    done_when: pairing.held\n").replace(
        "  pairs:\n", "  pairing: {kind: dialogue, per: review, title: {sv: x, en: x}}\n  pairs:\n"
    )
    found = [in_english(problem.wrong) for problem in check(read(bare, "round.yaml"), played=False)]
    assert "nobody has anything to do in `running`" in found


def test_one_more_joins_and_the_whole_waits_for_it(workflow: Workflow) -> None:
    """Its own steps begin, what the whole had come to waits, and goes on with it; what was done stays done."""
    lead = Actor(9, frozenset({("lead", None)}))
    path = "answers/organisation/interest"
    case = Case(workflow, first_standing(workflow, 2), Facts({("invitation", "sent", None): True}))
    case = tick(case, START).case
    for party in (0, 1):
        case = fire(case, lead, Do("close", (path, Scope(party))), START).case
    assert case.standing.state("pairing") == "active"
    join = Do("invite_more")
    joined = fire(case, lead, join, START, choice=Choice(party=2)).case
    states = [joined.standing.state(path, party) for party in (0, 1, 2)]
    assert (states, joined.standing.state("answers"), joined.standing.state("pairing")) == (
        ["done", "done", "active"], "active", "waiting",
    )  # fmt: skip
    after = fire(joined, lead, Do("close", (path, Scope(2))), START).case
    assert (after.standing.state("pairing"), after.standing.visits[("pairing", SHARED)]) == ("active", 1)
    begun = case.with_(facts=case.facts.with_({("pairs", "begun", None): True}))
    for there, number in ((case, 1), (case, None), (begun, 2)):
        with pytest.raises(Refused):
            fire(there, lead, join, START, choice=Choice(party=number))


def test_nobody_joins_a_ring() -> None:
    text = TEXT.replace(", apart: true}", "}")
    found = [in_english(problem.wrong) for problem in check(read(text, "round.yaml"), played=False)]
    assert any("join a ring" in wrong for wrong in found)
