"""What other people's interpreters found in our engine, each by a made-up definition; and what came of it."""

from __future__ import annotations

from typing import Any

import pytest

from peerreview.engine.export.unfolding import made_up
from peerreview.engine.running.case import ACTIVE, DONE, Actor, Case, Do, Scope
from peerreview.engine.running.decide import may
from peerreview.engine.running.moves import Choice, fire, tick

from ..oracle_definitions import TEXT, made
from ..play import START

GO = {"go": {"title": TEXT, "by": "coordinator", "to": "next"}}
LEAF = {"title": TEXT, "no_due": TEXT, "actions": GO}


def begun(steps: dict[str, Any]) -> Case:
    return tick(made_up(made(steps), 2), START).case


def coordinator(party: int) -> Actor:
    return Actor(0, frozenset({("coordinator", party)}))


def persons(case: Case, party: int) -> list[int]:
    return [seat.person for seat in case.seats if seat.party == party]


def test_each_side_s_persons_have_copies_in_its_block() -> None:
    """Once one side's persons had begun, another side's block was taken to have the same, and ended with theirs."""
    person = {**LEAF, "each": "person", "people": ["member"]}
    case = begun(
        {"s": {"title": TEXT, "no_due": TEXT, "each": "party", "steps": {"first": LEAF, "forms": person}}}
    )
    for party in (0, 1):
        case = fire(case, coordinator(party), Do("go", ("s/first", Scope(party))), START).case
    for party in (0, 1):
        for number in persons(case, party):
            assert case.standing.state("s/forms", party, number) == ACTIVE


def test_a_side_sent_back_past_its_persons_gets_to_them_again() -> None:
    """The other side's persons were still there, and were taken to be all that there were."""
    person = {**LEAF, "each": "person", "people": ["member"]}
    case = begun({"first": {**LEAF, "each": "party"}, "forms": person})
    for party in (0, 1):
        case = fire(case, coordinator(party), Do("go", ("first", Scope(party))), START).case
    lead = Actor(1, frozenset({("lead", None)}))
    case = fire(case, lead, Do("back"), START, reason="-", choice=Choice("first", 1)).case
    case = fire(case, coordinator(1), Do("go", ("first", Scope(1))), START).case
    for party in (0, 1):
        for number in persons(case, party):
            assert case.standing.state("forms", party, number) == ACTIVE


def test_one_person_s_block_ends_for_them_alone() -> None:
    """What was under way inside another person's copy was taken to be inside this one's."""
    block = {"title": TEXT, "no_due": TEXT, "each": "person", "people": ["member"], "actions": GO}
    case = begun({"s": {**block, "steps": {"a": LEAF}}})
    one, other = persons(case, 0)[:2]
    case = fire(case, coordinator(0), Do("go", ("s", Scope(0, one))), START).case
    assert case.standing.state("s", 0, one) == DONE
    assert case.standing.state("s/a", 0, other) == ACTIVE


@pytest.mark.parametrize(
    "needs",
    [
        "any.acceptance.accepted",
        {"any": ["any.acceptance.accepted", "any.materials.handed_in"]},
        {"not": {"any.acceptance.accepted": False}},
    ],
)
def test_what_an_action_needs_is_needed_also_where_there_are_no_words_for_it(needs: Any) -> None:
    """Where nothing could be told to be missing, nothing was taken to be."""
    step = {**LEAF, "each": "party", "actions": {"go": {**GO["go"], "needs": needs}}}
    case = begun({"s": step})
    place = ("s", Scope(0))
    assert not may(case, coordinator(0), Do("go", place), START)
    accepted = case.with_(facts=case.facts.with_({("acceptance", "accepted", 1): True}))
    if "not" not in needs:
        assert may(accepted, coordinator(0), Do("go", place), START)
