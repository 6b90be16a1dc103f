"""The table of who sees what (engine.md), written down by hand and asked of the definition.

Columns: own team, own contact, the side concerned's team, its contact, a third side's team, its contact, the lead,
an outsider. A cell lists the verbs allowed. An error in the definition shows here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from peerreview.engine.running.case import Actor, See
from peerreview.engine.running.decide import may

from ..play import Play

READERS = (
    "own member",
    "own contact",
    "concerned member",
    "concerned contact",
    "third member",
    "third contact",
    "lead",
)
VERBS = ("read", "write", "notice", "comment", "answer")

# artefact, state, relation of the side concerned; then the verbs of each reader, in the order of READERS
TABLE = [
    ("acceptance", "open", "reviews", "r", "r", "", "", "", "", "r"),
    ("acceptance", "accepted", "reviews", "r", "r", "r", "r", "r", "r", "r"),
    ("team", "open", "reviews", "r", "r", "n", "n", "n", "n", "r"),
    ("team", "confirmed", "reviews", "r", "r", "r n", "r n", "r n", "r n", "r"),
    ("materials", "internal", "reviewed_by", "rw n", "", "", "", "", "", "n"),
    ("materials", "draft_for_comments", "reviewed_by", "rw nc", "r", "r c", "", "", "", "n"),
    ("materials", "handed_in", "reviewed_by", "r n", "r", "n", "n", "n", "n", "n"),
    ("materials", "opened", "reviewed_by", "rw n", "r", "r", "r", "", "", "n"),
    ("questions", "draft", "reviews", "rw n", "", "", "", "", "", ""),
    ("questions", "sent", "reviews", "r na", "r", "r a", "r", "", "", "n"),
    ("report", "draft", "reviews", "rw n", "", "", "", "", "", ""),
    ("report", "presented", "reviews", "rw nc", "", "r c", "", "", "", "n"),
    ("report", "handed_over", "reviews", "r n", "r", "r", "r", "", "", "n"),
    ("follow_up", "open", "reviewed_by", "rw n", "r", "r", "r", "", "", "r"),
    ("hours", "open", "reviews", "rw", "", "", "", "", "", "n"),
]
LETTERS = {"r": "read", "w": "write", "n": "notice", "c": "comment", "a": "answer"}

# The step in which each thing is written, so that "write" can be asked where it holds.
WRITTEN_IN = {
    "materials": "collect",
    "questions": "work",
    "report": "second_meeting",
    "follow_up": "follow_up",
    "acceptance": "collect",
    "team": "collect",
    "hours": "collect",
}


def playing(parties: int, step: str) -> Play:
    """A case that stands in `step`, reached by its actions."""
    from .test_story import hand_in, to_closing, to_exchange, to_second_meeting

    play = Play(parties)
    to_exchange(play)
    if step == "collect":
        return play
    if step == "work":
        for p in range(parties):
            hand_in(play, p)
        return play
    to_second_meeting(play)
    if step == "second_meeting":
        return play
    to_closing(play)
    for p in range(parties):
        play.do("hand_over", "closing_meeting", party=p)
    for p in range(parties):
        play.do("acknowledge", "closing_meeting", "contact", party=p)
    play.know(closing_meeting__planned__None=True)
    play.do("held", "closing_meeting")
    play.pass_time(timedelta(days=60))
    play.pass_time(timedelta(days=300))
    return play


def reader(play: Play, name: str, concerned: int, parties: int) -> Actor | None:
    side, _, role = name.partition(" ")
    if side == "lead":
        return play.actor("lead")
    third = next((p for p in range(parties) if p not in (0, concerned)), None)
    party = {"own": 0, "concerned": concerned, "third": third}[side]
    return None if party is None else play.actor("medical" if role == "member" else "contact", party)


@pytest.mark.parametrize("parties", [2, 3])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}")
def test_table_of_who_sees_what(row: tuple[str, ...], parties: int) -> None:
    artefact, state, relation, *cells = row
    play = playing(parties, WRITTEN_IN[artefact])
    concerned = play.case.standing.related(relation, 0)[0]
    for name, cell in zip(READERS, cells, strict=True):
        actor = reader(play, name, concerned, parties)
        if actor is None:
            continue
        wanted = {LETTERS[letter] for letter in cell.replace(" ", "")}
        found = {v for v in VERBS if may(play.case, actor, See(artefact, v, 0, state), play.now)}
        if artefact == "team" and "own" in name:
            found -= {"write"}
        assert found == wanted, f"{name}: {artefact} {state}"


@pytest.mark.parametrize("step", ["collect", "work", "second_meeting", "follow_up"])
def test_an_outsider_sees_nothing_at_all(step: str) -> None:
    play = playing(2, step)
    outsider = Actor(999)
    for artefact in play.workflow.artefacts.values():
        for verb in artefact.kind.verbs:
            for state in (None, *artefact.kind.states):
                for owner in (None, 0, 1, 100, 999):
                    seen = may(play.case, outsider, See(artefact.key, verb, owner, state), play.now)
                    # A person's own form is the person's: an outsider has none.
                    assert not seen or (artefact.per == "person" and owner == 999), (
                        artefact.key,
                        verb,
                        state,
                    )


def test_the_lead_reads_only_where_the_agreement_says_so() -> None:
    play = playing(2, "second_meeting")
    asked = [See("materials", "read", 0, "opened"), See("report", "read", 0, "handed_over")]
    lead = play.actor("lead")
    assert [bool(may(play.case, lead, what, play.now)) for what in asked] == [False, False]
    play.know(agreement__lead_reads_materials__None=True, agreement__lead_reads_reports__None=True)
    assert [bool(may(play.case, lead, what, play.now)) for what in asked] == [True, True]
    conflicted = replace(lead, conflicted=True)
    assert [bool(may(play.case, conflicted, what, play.now)) for what in asked] == [False, False]


def test_a_refusal_says_which_fact_is_missing() -> None:
    play = Play(2)
    from .test_story import to_exchange

    to_exchange(play)
    play.know(agreement__dates_D_materials__None=date(2026, 3, 1))
    other = play.actor("medical", 1)
    answer = may(play.case, other, See("materials", "read", 0, "internal"), play.now)
    assert not answer
    assert answer.reason.text == "the materials of %(party)s are not open yet"
