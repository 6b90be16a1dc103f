"""Forms that keep what is typed: for the side's own alone, until it is sent; and two who type at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.review import history_page
from peerreview.services.rounds import edit_interest, interest_page, talks_page
from peerreview.services.rounds.interest_page import InterestForm, Wanted

from ..round_cast import NOW, RoundCast, invite, make_round, wanted

TYPED = Wanted(unit_level="region", wants=("alcohol",), aims="Halvskri\x00vet\r\nnästa rad", wishes=("x",))


def keep(house: House, cast: RoundCast, who: Account, *, base: int = 0, seen: int = 0) -> int:
    at = {"actor": who, "round_id": cast.id, "now": NOW}
    return edit_interest.keep_draft(house, typed=TYPED, base=base, seen=seen, **at)


def form(house: House, cast: RoundCast, who: Account) -> InterestForm:
    return interest_page.interest(house, actor=who, round_id=cast.id, now=NOW)


def test_what_is_typed_is_kept_for_the_organisation_alone_until_it_is_sent(house: House) -> None:
    cast = make_round(house, 3)
    invite(house, cast)
    own, at = cast.invited[0], {"round_id": cast.id, "now": NOW}
    lines = len(history_page.history(house, actor=cast.lead, review_id=cast.id, now=NOW).lines)
    assert keep(house, cast, own.coordinator) == 1
    view = form(house, cast, own.coordinator)
    assert view.draft is not None
    assert (view.wanted, view.number, view.draft.by) == (
        replace(TYPED, aims="Halvskrivet\nnästa rad"), 0, own.coordinator.name,
    )  # fmt: skip
    assert form(house, cast, own.contact).draft is None
    assert form(house, cast, cast.invited[1].coordinator).draft is None
    assert talks_page.organisation(house, actor=cast.lead, party=0, **at).answer is None
    assert len(history_page.history(house, actor=cast.lead, review_id=cast.id, now=NOW).lines) == lines
    for who, error in ((own.contact, Refused), (cast.lead, NotFound), (cast.outsider.coordinator, NotFound)):
        with pytest.raises(error):
            keep(house, cast, who)
    sent = wanted(cast, 0)
    edit_interest.save_interest(house, actor=own.coordinator, typed=sent, seen=0, say=True, **at)
    assert form(house, cast, own.coordinator).draft is None


def test_two_who_type_at_once_lose_nothing(house: House) -> None:
    cast = make_round(house, 3)
    invite(house, cast)
    who, at = cast.invited[0].coordinator, {"round_id": cast.id, "now": NOW}
    keep(house, cast, who)
    with pytest.raises(Conflict):
        keep(house, cast, who)
    assert keep(house, cast, who, seen=1) == 2
    edit_interest.save_interest(house, actor=who, typed=wanted(cast, 0), seen=0, **at)
    with pytest.raises(Conflict):
        keep(house, cast, who, base=0)
    assert keep(house, cast, who, base=1) == 1
    edit_interest.forget_draft(house, actor=who, **at)
    assert form(house, cast, who).wanted.aims == "Syfte 0"
    with pytest.raises(Invalid):
        edit_interest.keep_draft(house, actor=who, typed=Wanted(aims="x" * 70_000), base=1, seen=0, **at)
