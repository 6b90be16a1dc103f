"""Who sees what of the materials (engine.md, the table), every cell, for a pair and for a ring.

Levels: "read" the documents; "there" which of the agreed list are there and how far the set has come; a state: that
the set is in that state, nothing more; "-" nothing; "404" no such review.
"""

from __future__ import annotations

import pytest

from peerreview.errors import NotFound
from peerreview.services.base.house import Account, House
from peerreview.services.materials.download import download
from peerreview.services.review.history_page import history
from tests.people import make_person

from ..material_helpers import add_file, on, set_of
from ..review_fixtures import Cast, advance, do, make_review, put_materials

SECRET = "Hemlig bilaga"
STAGES = ("internal", "draft_for_comments", "handed_in", "opened")
# By reader: what they see in each of the stages. The side concerned is the one that reviews side 0.
TABLE = {
    "own coordinator": ("read", "read", "read", "read"),
    "own member": ("read", "read", "read", "read"),
    "own contact": ("-", "read", "read", "read"),
    "concerned coordinator": ("-", "read", "handed_in", "read"),
    "concerned member": ("-", "read", "handed_in", "read"),
    "concerned contact": ("-", "-", "handed_in", "read"),
    "third member": ("-", "-", "handed_in", "-"),
    "third contact": ("-", "-", "handed_in", "-"),
    "lead": ("there", "there", "there", "there"),
    "outsider": ("404", "404", "404", "404"),
}
MAY_COMMENT = {"own coordinator", "own member", "concerned coordinator", "concerned member"}
MAY_WRITE = {"own coordinator", "own member"}


def readers(cast: Cast) -> dict[str, Account]:
    concerned = len(cast.sides) - 1
    found = {"lead": cast.lead, "outsider": cast.outsider}
    for name, party in (("own", 0), ("concerned", concerned), ("third", 1)):
        if name != "third" or len(cast.sides) > 2:
            found[f"{name} coordinator"] = cast.coordinator(party)
            found[f"{name} member"] = cast.member(party)
            found[f"{name} contact"] = cast.contact(party)
    return {name: account for name, account in found.items() if name in TABLE}


def bring_to(house: House, cast: Cast, stage: str) -> int:
    """The set of side 0, with a document beside the list, in a stage; gives that document's id."""
    put_materials(house, cast, 0)
    material = add_file(house, cast, cast.member(0), title=SECRET, name="hemlig.pdf", marking="OSL 25:1")
    if stage == "draft_for_comments":
        on(house, cast, cast.member(0), "share_draft", material, number=1)
    if stage in ("handed_in", "opened"):
        do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")
    if stage == "opened":
        for party in list(cast.parties)[1:]:
            put_materials(house, cast, party)
            do(house, cast, cast.coordinator(party), "hand_in", "exchange/collect")
    return material


def level(house: House, cast: Cast, who: Account) -> str:
    try:
        view = set_of(house, cast, who, 0)
    except NotFound:
        return "404"
    if view.readable:
        return "read"
    if view.there is not None:
        return "there"
    return view.state or "-"


def downloads(house: House, cast: Cast, who: Account, material: int) -> bool:
    try:
        got = download(house, actor=who, material_id=material, number=1, now=cast.now)
    except NotFound:
        return False
    assert got.stream is not None
    got.stream.close()
    return True


@pytest.mark.parametrize("parties", [2, 3])
@pytest.mark.parametrize("stage", STAGES)
def test_everybody_sees_what_the_table_says(house: House, parties: int, stage: str) -> None:
    cast = advance(house, make_review(house, parties), to="collect")
    material = bring_to(house, cast, stage)
    people = readers(cast)
    wanted = {name: TABLE[name][STAGES.index(stage)] for name in people}
    assert {name: level(house, cast, who) for name, who in people.items()} == wanted
    reading = {name for name, seen in wanted.items() if seen == "read"}
    assert {n for n, who in people.items() if downloads(house, cast, who, material)} == reading
    for name, who in people.items():
        if name != "outsider":
            _nothing_leaks(house, cast, who, stage, reads=name in reading, name=name)


def _nothing_leaks(house: House, cast: Cast, who: Account, stage: str, *, reads: bool, name: str) -> None:
    view = set_of(house, cast, who, 0)
    assert (SECRET in repr(view)) is reads
    assert ("hemlig.pdf" in repr(view)) is reads
    told = repr(history(house, actor=who, review_id=cast.review_id, now=cast.now).lines)
    if not reads:
        assert SECRET not in told
    assert view.may_add is (name in MAY_WRITE and stage != "handed_in")
    [may] = [document.may for document in view.extras] or [frozenset()]
    assert ("comment" in may) is (stage == "draft_for_comments" and name in MAY_COMMENT)
    assert (view.log is not None) is (name in MAY_WRITE)
    if not view.readable and name != "lead":
        assert (view.there, view.more, view.withdrawn) == (None, None, ())
        assert {row.there for row in view.rows} <= {None}


def test_lead_sees_how_many_and_no_titles(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    bring_to(house, cast, "internal")
    view = set_of(house, cast, cast.lead, 0)
    assert (view.there, view.more, view.extras) == (2, 1, ())
    assert [row.there for row in view.rows] == [True, True]
    other = set_of(house, cast, cast.lead, 1)
    assert (other.there, other.more, [row.there for row in other.rows]) == (0, 0, [False, False])


def test_lead_reads_what_is_open_where_the_agreement_says_so(house: House) -> None:
    cast = make_review(house)
    advance(house, cast, to="collect", agreement={"lead_reads_materials": True})
    material = bring_to(house, cast, "handed_in")
    assert not downloads(house, cast, cast.lead, material)
    put_materials(house, cast, 1)
    do(house, cast, cast.coordinator(1), "hand_in", "exchange/collect")
    assert downloads(house, cast, cast.lead, material)
    assert level(house, cast, cast.lead) == "read"
    assert level(house, cast, cast.contact(0)) == "read"


def test_lead_employed_by_a_side_reads_nothing(house: House) -> None:
    cast = make_review(house)
    advance(house, cast, to="collect", agreement={"lead_reads_materials": True})
    partial = make_person(house, "Andra ledaren", is_lead=True, in_organisation=cast.sides[0].organisation)
    material = bring_to(house, cast, "opened")
    assert not downloads(house, cast, partial, material)
    assert level(house, cast, partial) == "there"


def test_locked_set_says_why_and_when_to_those_who_will_read_it(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="collect")
    view = set_of(house, cast, cast.member(0), 1)
    assert view.relation == "reviews"
    assert view.locked is not None
    assert view.locked.text == "the materials of %(party)s are not open yet"
    assert view.due is not None
    third = set_of(house, cast, cast.member(1), 0)
    assert (third.relation, third.locked, third.readers, third.rows) == ("other", None, (2,), ())


def test_what_was_open_stays_readable_after_the_end(house: House) -> None:
    cast = advance(house, make_review(house), to="work")
    do(house, cast, cast.lead, "cancel", reason="Omorganisation")
    for who in (cast.member(0), cast.member(1), cast.contact(1)):
        assert level(house, cast, who) == "read"
    view = set_of(house, cast, cast.member(0), 0)
    assert (view.may_add, view.offers, view.rows[0].documents[0].may) == (False, (), frozenset())
    assert level(house, cast, cast.lead) == "there"


def test_going_back_closes_nothing_that_was_open(house: House) -> None:
    from peerreview.engine.running.moves import Choice

    cast = advance(house, make_review(house), to="work")
    do(house, cast, cast.lead, "back", reason="Fel fil", choice=Choice(step="exchange/collect", party=0))
    reader = cast.member(1)
    assert level(house, cast, reader) == "read"
    material = add_file(house, cast, cast.member(0), title=SECRET)
    assert not downloads(house, cast, reader, material)
    do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")
    assert downloads(house, cast, reader, material)
