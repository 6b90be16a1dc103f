"""Whoever comes late to a round, and whoever asks for more time to answer."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from peerreview.errors import Invalid, NotFound, Refused
from peerreview.services.base.house import House
from peerreview.services.lead import verify_histories
from peerreview.services.review import ask_more_time, more_time_page
from peerreview.services.rounds import edit_interest, invite_one_more, rounds
from peerreview.store.mail.outbox import Outgoing

from ..round_cast import NOW, begin, hold_talk, invite, make_round, say
from .test_rounds import decline, stands_at


def test_one_more_is_invited_while_nothing_is_paired(house: House) -> None:
    """It has a later day of its own, the pairing waits for it, the others learn nothing, and the history holds."""
    cast = make_round(house, 3)
    invite(house, cast)
    for party in (0, 1):
        say(house, cast, party)
        hold_talk(house, cast, party)
    decline(house, cast, 2)
    assert stands_at(house, cast) == ["pairing"]
    newcomer = cast.outsider
    here = {"actor": cast.lead, "round_id": cast.id, "now": NOW}
    typed = {"organisation": newcomer.organisation, "reason": "Hade semester"}
    with pytest.raises(Invalid) as wrong:
        invite_one_more.invite_more(house, **here, **typed, day="2026-03-04")
    assert set(wrong.value.errors) == {"day"}
    invite_one_more.invite_more(house, **here, **typed, day="2026-04-30")
    assert stands_at(house, cast) == ["answers"]
    row = next(r for r in rounds.round_page(house, **here).organisations if r.name == newcomer.name)
    assert (row.state, row.due, row.own_day) == ("doing", date(2026, 4, 30), True)
    with house.db.read() as session:
        mails = session.scalars(select(Outgoing).where(Outgoing.review_id == cast.id)).all()
    asked = {newcomer.coordinator.email, newcomer.contact.email}
    assert {mail.recipient for mail in mails} >= asked
    own = {"actor": newcomer.coordinator, "round_id": cast.id, "now": NOW}
    assert rounds.own_page(house, **own).head.names == {3: newcomer.name}
    assert verify_histories.verify(house) == []
    edit_interest.decline(house, **own, reason="")
    assert stands_at(house, cast) == ["pairing"]
    begin(house, cast, 0, 1)
    with pytest.raises(Refused):
        invite_one_more.invite_more(house, **here, organisation=cast.organisations[0], day="", reason="")
    assert verify_histories.verify(house) == []


def test_one_organisation_asks_for_more_time_and_gets_it(house: House) -> None:
    cast = make_round(house, 2)
    invite(house, cast)
    at = {"review_id": cast.id, "step": "answers/organisation/interest", "now": NOW}
    own, other = cast.invited[0].coordinator, cast.invited[1].coordinator
    ask_more_time.ask(house, actor=own, party=0, day="2026-05-04", reason="Ny chef", **at)
    assert (button := rounds.own_page(house, actor=own, round_id=cast.id, now=NOW).more_time) is not None
    assert "party" not in button.href
    ask_more_time.withdraw(house, actor=own, review_id=cast.id, number=0, now=NOW)
    ask_more_time.ask(house, actor=own, party=None, day="2026-05-04", reason="Ny chef", **at)
    for party in (0, 7):
        with pytest.raises(NotFound):
            more_time_page.page(house, actor=other, party=party, **at)
    with pytest.raises(NotFound):
        ask_more_time.withdraw(house, actor=other, review_id=cast.id, number=2, now=NOW)
    with pytest.raises(NotFound):
        ask_more_time.withdraw(house, actor=other, review_id=cast.id, number=0, now=NOW)
    assert [row.asks for row in rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW).organisations
            ].count(True) == 1  # fmt: skip
    ask_more_time.answer(
        house, actor=cast.lead, review_id=cast.id, number=2, yes=True, day="2026-05-04", reason="", now=NOW
    )
    assert rounds.own_page(house, actor=own, round_id=cast.id, now=NOW).due == date(2026, 5, 4)
    assert rounds.own_page(house, actor=other, round_id=cast.id, now=NOW).due < date(2026, 5, 4)
