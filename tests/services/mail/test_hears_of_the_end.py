"""Whoever was told of a thing hears of its end: over every end of the shipped definitions, by mail and on My page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Scope
from peerreview.engine.running.moves import Choice
from peerreview.services.base.house import Account, House
from peerreview.services.home.my_page import home
from peerreview.services.rounds import edit_interest, edit_talks
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing

from .. import round_cast
from ..review_fixtures import Cast, advance, do, make_review


def concerned(house: House, review_id: int) -> set[int]:
    """Everybody who was ever mailed about it."""
    with house.db.read() as session:
        query = select(Outgoing.person_id).where(Outgoing.review_id == review_id)
        return {person for person in session.scalars(query) if person is not None}


def newest(house: House) -> int:
    with house.db.read() as session:
        return max(session.scalars(select(Outgoing.id)), default=0)


def since(house: House, number: int) -> list[Outgoing]:
    with house.db.read() as session:
        return list(session.scalars(select(Outgoing).where(Outgoing.id > number)))


def of_sides(cast: Cast) -> list[Account]:
    return [one for side in cast.sides for one in (side.coordinator, *side.members, side.contact)]


def late_with(house: House, cast: Cast) -> None:
    """Days pass until all who are to be told that something is late have been."""
    for _ in range(30):
        cast.now += timedelta(days=1)
        each_tick.tick(house, now=cast.now, real_now=cast.now)


def cancelled(house: House, cast: Cast) -> Account:
    do(house, cast, cast.lead, "cancel", reason="Omorganisation")
    return cast.lead


def declined(house: House, cast: Cast) -> Account:
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Ont om tid.")
    return cast.coordinator(0)


def left_by_coordinator(house: House, cast: Cast) -> Account:
    do(house, cast, cast.coordinator(1), "withdraw", reason="Ont om tid.")
    return cast.coordinator(1)


def left_by_lead(house: House, cast: Cast) -> Account:
    do(house, cast, cast.lead, "withdraw", reason="Ont om tid.", choice=Choice(party=1))
    return cast.lead


def ended_by_lead(house: House, cast: Cast) -> Account:
    """One of three has said no, and the lead ends it."""
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Ont om tid.")
    do(house, cast, cast.lead, "decline", "acceptance", party=0, reason="Två är för få.")
    return cast.lead


def none_finishes(house: House, cast: Cast) -> Account:
    """One of three leaves, and the lead lets nobody finish."""
    do(house, cast, cast.coordinator(1), "withdraw", reason="Ont om tid.")
    do(house, cast, cast.lead, "withdraw", reason="Det blir för lite.", choice=Choice(party=1))
    return cast.lead


@pytest.mark.parametrize(
    ("parties", "step", "end"),
    [
        (2, "acceptance", declined),
        (2, "acceptance", cancelled),
        (2, "acceptance", left_by_lead),
        (2, "work", left_by_coordinator),
        (2, "second_meeting", cancelled),
        (3, "acceptance", ended_by_lead),
        (3, "work", none_finishes),
    ],
)
def test_everybody_who_had_a_part_in_a_review_hears_that_it_ends(
    house: House, parties: int, step: str, end: Callable[[House, Cast], Account]
) -> None:
    cast = advance(house, make_review(house, parties), to=step)
    late_with(house, cast)
    people = {one.person_id for one in of_sides(cast)} | concerned(house, cast.review_id)
    number = newest(house)
    actor = end(house, cast)
    told = {row.person_id for row in since(house, number)}
    assert people - told <= {actor.person_id}, "whoever did it knows"
    for one in of_sides(cast):
        view = home(house, actor=one, now=cast.now, real_now=cast.now)
        assert [link.id for link in view.ended] == [cast.review_id]


def test_so_they_do_when_it_is_closed(house: House) -> None:
    cast = advance(house, make_review(house), to="follow_up")
    people = {one.person_id for one in of_sides(cast)} | concerned(house, cast.review_id)
    advance(house, cast, to="closed")
    with house.db.read() as session:
        ended = {row.person_id for row in session.scalars(select(Outgoing)) if row.kind == "ended"}
    assert people <= ended


def test_each_of_the_side_that_leaves_a_pair_is_told_once_and_in_the_words_of_the_end(house: House) -> None:
    cast = advance(house, make_review(house), to="work")
    number = newest(house)
    left_by_coordinator(house, cast)
    contact = [row for row in since(house, number) if row.person_id == cast.contact(1).person_id]
    (mail,) = contact
    assert mail.kind == "ended"
    assert "avbruten" in mail.subject


# ---- what was late


def test_who_was_told_that_others_are_late_is_told_when_it_is_done(house: House) -> None:
    cast = make_review(house)
    late_with(house, cast)
    contact = cast.contact(0).person_id
    with house.db.read() as session:
        mails = [row for row in session.scalars(select(Outgoing)) if row.person_id == contact]
    assert mails, "the management contact has been told that the answer is late"
    number = newest(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    told = [row for row in since(house, number) if row.kind == "late_over"]
    assert {row.person_id for row in told} == {contact, cast.lead.person_id}
    assert "Inte längre försenat" in told[0].subject


def test_so_they_are_when_the_lead_waits_no_longer(house: House) -> None:
    cast = make_review(house)
    late_with(house, cast)
    number = newest(house)
    choice = Choice(place=("acceptance", Scope(0)))
    do(house, cast, cast.lead, "go_on", reason="Vi börjar ändå.", choice=choice)
    told = {row.person_id: row.kind for row in since(house, number)}
    assert told[cast.contact(0).person_id] in ("late_over", "action")
    assert cast.coordinator(0).person_id in told


def test_who_was_told_of_nothing_late_hears_nothing_of_it(house: House) -> None:
    cast = make_review(house)
    number = newest(house)
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    assert [row for row in since(house, number) if row.kind == "late_over"] == []


# ---- rounds


def test_an_organisation_that_is_counted_as_not_taking_part_hears_it(house: House) -> None:
    cast = round_cast.make_round(house, 3)
    round_cast.invite(house, cast)
    number = newest(house)
    edit_talks.close(house, actor=cast.lead, round_id=cast.id, parties=(0, 1), now=round_cast.NOW)
    told = {row.person_id: row.subject for row in since(house, number)}
    for party in (0, 1):
        for who in (cast.invited[party].coordinator, cast.invited[party].contact):
            assert "Behövs inte längre" in told[who.person_id]
    assert cast.invited[2].coordinator.person_id not in told, "nobody else knows of it"


def test_an_organisation_that_withdraws_from_a_round_hears_it_and_no_other_does(house: House) -> None:
    cast = round_cast.make_round(house, 4)
    round_cast.invite(house, cast)
    round_cast.say(house, cast, 0, wishes=(), excludes=())
    number = newest(house)
    edit_interest.withdraw(
        house, actor=cast.invited[0].coordinator, round_id=cast.id, reason="Ny ledning", now=round_cast.NOW
    )
    told = {row.person_id for row in since(house, number)}
    assert told == {cast.invited[0].contact.person_id, cast.lead.person_id}


def test_all_of_a_round_hear_that_it_is_cancelled(house: House) -> None:
    cast = round_cast.make_round(house, 3)
    round_cast.invite(house, cast)
    edit_talks.close(house, actor=cast.lead, round_id=cast.id, parties=(0,), now=round_cast.NOW)
    number = newest(house)
    round_cast.end_review(house, cast, cast.id)
    told = {row.person_id for row in since(house, number)}
    people = {one.person_id for side in cast.invited for one in (side.coordinator, side.contact)}
    assert people <= told
