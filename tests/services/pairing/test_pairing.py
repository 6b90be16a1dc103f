"""The pairing of a round: explained, set by the lead, chosen, declined and paired anew. Nobody else sees anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say as said
from peerreview.services.base.house import House
from peerreview.services.deeds import begin_reviews
from peerreview.services.organisations import profiles, who_met
from peerreview.services.pairing.choose_pairing import keep, propose
from peerreview.services.pairing.pairing_input import Settings
from peerreview.services.pairing.pairing_page import PairingView, pairing, points_of
from peerreview.services.review import history_page
from peerreview.services.review.do_action import Filled, Wish, act
from peerreview.services.rounds import begin_chosen_pairs, edit_interest, rounds
from peerreview.store.people.people import Membership
from peerreview.store.review.reviews import Review
from peerreview.store.review.rounds import Pairing
from tests.people import make_organisation, make_person
from tests.services.round_cast import NOW, RoundCast, begin, hold_talk, invite, make_round, wanted

YES, NO = "accept", "decline"
PLAIN = Settings()


def to_pairing(house: House, organisations: int = 4, **changes: object) -> RoundCast:
    cast = make_round(house, organisations)
    _answered(house, cast, organisations, **changes)
    return cast


def _answered(house: House, cast: RoundCast, organisations: int, **changes: object) -> None:
    invite(house, cast)
    for party in range(organisations):
        typed = wanted(cast, party, **(changes if organisations > 2 else {"excludes": ()}))
        edit_interest.save_interest(
            house,
            actor=cast.invited[party].coordinator,
            round_id=cast.id,
            typed=typed,
            seen=0,
            say=True,
            now=NOW,
        )
        hold_talk(house, cast, party)


def test_beginning_reviews_asks_back_first_where_there_is_something_to_ask(house: House) -> None:
    """Both ways of beginning them: somebody has a review under way, or the lead belongs to one of them."""
    cast = to_pairing(house, 2)
    places = [side.organisation for side in cast.invited[:2]]
    other = make_organisation(house, "Region Uppsala")
    make_person(house, "Ulla", "ulla@example.org", in_organisation=other, role="coordinator")
    begin_reviews.begin_review(house, actor=cast.lead, organisations=(places[1], other), now=NOW)
    keep(
        house,
        actor=cast.lead,
        round_id=cast.id,
        settings=PLAIN,
        chosen=look(house, cast).sets[0].key,
        now=NOW,
    )
    with house.db.write() as session:
        session.add(Membership(person_id=cast.lead.person_id, organisation_id=places[0], role="member"))
        session.query(Pairing).one().chosen_at = NOW
    here: dict[str, Any] = {"actor": cast.lead, "round_id": cast.id, "now": NOW}
    ways: list[Callable[[str], object]] = [
        lambda meant: begin_chosen_pairs.begin_by_hand(house, **here, parties=(0, 1), meant=meant),
        lambda meant: begin_chosen_pairs.begin_chosen(house, **here, meant=meant),
    ]
    tokens = set()
    for begun in ways:
        for meant in ("", "conflict="):
            with pytest.raises(Invalid) as error:
                begun(meant)
        words = " ".join(said(one, "en") for one in error.value.errors.values())
        assert "You have a conflict of interest towards" in words
        assert "has a review under way already, with Region Uppsala." in words
        tokens.add(str(dict(error.value.errors["meant"].params)["token"]))
    [token] = tokens
    assert ways[1](token)


def look(house: House, cast: RoundCast, settings: Settings | None = None) -> PairingView:
    return pairing(house, actor=cast.lead, round_id=cast.id, settings=settings, now=NOW)


def groups(view: PairingView, number: int = 0) -> list[list[int]]:
    return [sorted(id for id, _ in group.members) for group in view.sets[number].groups]


def chosen(house: House, cast: RoundCast, settings: Settings = PLAIN, number: int = 0) -> int:
    key = look(house, cast, settings).sets[number].key
    return propose(
        house, actor=cast.lead, round_id=cast.id, settings=settings, chosen=key, why="Därför.", now=NOW
    )


def answer(house: House, cast: RoundCast, organisation: int, action: str) -> None:
    """The first review that this organisation is asked about."""
    view = look(house, cast)
    child = next(
        one
        for one in view.children
        if not one.ended and any(s.organisation == organisation for s in one.sides)
    )
    who = next(one.coordinator for one in cast.invited if one.organisation == organisation)
    party = [side.organisation for side in child.sides].index(organisation)
    act(
        house,
        actor=who,
        review_id=child.review_id,
        wish=Wish(action, "acceptance", party),
        filled=Filled(reason="Passar inte i år.", conflict="none"),
        seen=None,
        now=NOW,
    )


def pair(ids: Sequence[int], a: int, b: int) -> tuple[int, int]:
    return min(ids[a], ids[b]), max(ids[a], ids[b])


def test_every_pair_has_its_reasons_and_their_points_add_up(house: House) -> None:
    cast = to_pairing(house)
    view = look(house, cast)
    a, b, c, d = cast.organisations
    # Each excludes the second next: the first may meet the second or the fourth alone.
    assert groups(view) in ([[a, b], [c, d]], [[a, d], [b, c]])
    assert len(view.sets) == 2
    for group in view.sets[0].groups:
        assert sum(share.points for share in group.shares) == group.points
    told = [said(words, "en") for share in view.sets[0].groups[0].shares for words in share.words]
    assert any("wishes for" in one for one in told)
    assert any("cannot in juli 2026" in one for one in told)  # In the language of the lead.
    assert {one.name for one in view.next_partners} == {one.name for one in cast.invited}


def test_points_add_up_to_the_whole() -> None:
    assert points_of([0.333, 0.333, 0.334]) == [33, 33, 34]
    assert sum(points_of([0.1249, 0.1249, 0.1249, 0.1253])) == 50


def test_the_lead_weighs_fixes_forbids_and_leaves_out(house: House) -> None:
    cast = to_pairing(house, 5)
    a, b, c, d, e = cast.organisations
    odd = look(house, cast)
    assert [len(group) for group in groups(odd)] == [2, 2]
    assert len(odd.unmatched) == 1
    fixed = Settings(fixed=(pair(cast.organisations, 0, 4),))
    assert [a, e] in groups(look(house, cast, fixed))
    assert (
        look(house, cast, fixed).sets[0].groups[0].fixed or look(house, cast, fixed).sets[0].groups[1].fixed
    )
    forbidden = Settings(forbidden=(pair(cast.organisations, 0, 1),))
    assert [a, b] not in groups(look(house, cast, forbidden))
    without = look(house, cast, Settings(without=(e,)))
    assert all(e not in group for group in groups(without))
    assert groups(without) in ([[a, b], [c, d]], [[a, d], [b, c]])
    broken = look(house, cast, Settings(fixed=(pair(cast.organisations, 0, 2),)))
    assert broken.fault is not None
    assert "has excluded" in said(broken.fault, "en")


def test_the_lead_fixes_a_ring(house: House) -> None:
    cast = to_pairing(house, 5, excludes=())
    ring = tuple(sorted(cast.organisations[::2]))
    view = look(house, cast, Settings(fixed=(ring,)))
    assert len(view.sets) == 1  # The two others are a pair: there is nothing else.
    assert sorted(map(len, groups(view))) == [2, 3]
    assert [[id for id, _ in g.members] for g in view.sets[0].groups if g.fixed] != []
    assert list(ring) in groups(view)
    assert Settings.from_json(view.settings.to_json()) == view.settings
    assert chosen(house, cast, Settings(fixed=(ring,))) == 2


def test_who_reviewed_each_other_lately_does_not_meet_and_the_rule_is_named(house: House) -> None:
    cast = to_pairing(house, 2)
    (group,) = groups(look(house, cast))
    assert group == sorted(cast.organisations)
    names = [one.name for one in cast.invited]
    text = f"organisation;reviewed\r\n{names[0]};{names[1]}@2023\r\n"
    profiles.import_profiles(house, actor=cast.lead, content=text.encode(), now=NOW, real_now=NOW)
    view = look(house, cast)
    assert view.sets == ()
    assert [name for name, _ in view.unmatched] == names
    assert "reviewed each other in 2023" in said(view.unmatched[0][1][0], "en")
    assert groups(look(house, cast, Settings(years=2))) == [group]


def test_a_chosen_set_begins_its_reviews_and_stays_in_the_history(house: House) -> None:
    cast = to_pairing(house)
    settings = Settings(weights={"wishes": 4.0})
    kept = keep(
        house,
        actor=cast.lead,
        round_id=cast.id,
        settings=settings,
        chosen=look(house, cast, settings).sets[1].key,
        now=NOW,
    )
    assert (kept, look(house, cast).settings.weights) == (1, {"wishes": 4.0})
    assert chosen(house, cast, settings) == 2
    view = look(house, cast)
    assert view.sets == ()
    assert [len(child.sides) for child in view.children] == [2, 2]
    assert [(one.number, one.why, one.chosen_by) for one in view.kept] == [
        (2, "Därför.", "Projektledare"),
        (1, "", ""),
    ]
    lines = history_page.history(house, actor=cast.lead, review_id=cast.id, now=NOW).lines
    assert any(line.text == "Därför." for line in lines)


def test_a_decline_opens_only_what_it_must(house: House) -> None:
    cast = to_pairing(house, 4)
    a, b, c, d = cast.organisations
    settings = Settings(fixed=(pair(cast.organisations, 0, 1),))
    chosen(house, cast, settings)
    for one in (c, d):
        answer(house, cast, one, YES)
    answer(house, cast, a, NO)
    view = look(house, cast)
    assert {id for id, _ in view.organisations} == {a, b}
    assert [child.held for child in view.children] == [False, True]
    assert view.children[0].sides[0].reason == "Passar inte i år."
    assert view.sets == ()
    assert "declined the other" in said(view.unmatched[0][1][0], "en")
    with pytest.raises(Conflict):
        propose(
            house, actor=cast.lead, round_id=cast.id, settings=Settings(), chosen=f"{a}-{b}", why="x", now=NOW
        )


def test_those_who_declined_are_paired_anew_with_each_other(house: House) -> None:
    cast = to_pairing(house, 4)
    a, b, c, d = cast.organisations
    chosen(house, cast, Settings(fixed=(pair(cast.organisations, 0, 1),)))
    answer(house, cast, a, NO)
    answer(house, cast, d, NO)
    assert groups(look(house, cast)) == [[a, d], [b, c]]
    assert chosen(house, cast) == 2
    assert [child.held for child in look(house, cast).children] == [False, False, True, True]


def test_what_was_not_shown_is_not_chosen_and_why_is_written(house: House) -> None:
    cast = to_pairing(house, 4)
    key = look(house, cast).sets[0].key
    for text, wrong in (("", Invalid), ("x" * 2001, Invalid)):
        with pytest.raises(wrong):
            propose(
                house, actor=cast.lead, round_id=cast.id, settings=Settings(), chosen=key, why=text, now=NOW
            )
    with pytest.raises(Conflict):
        keep(house, actor=cast.lead, round_id=cast.id, settings=Settings(), chosen="1-2", now=NOW)
    begin(house, cast, 0, 1)
    with pytest.raises((Conflict, Refused)):
        keep(house, actor=cast.lead, round_id=cast.id, settings=Settings(), chosen=key, now=NOW)
    assert look(house, cast).kept == ()


def test_nobody_but_the_lead_sees_or_does_anything(house: House) -> None:
    cast = to_pairing(house, 2)
    key = look(house, cast).sets[0].key
    side = cast.invited[0]
    for who in (side.coordinator, side.contact, cast.outsider.coordinator):
        with pytest.raises(NotFound):
            pairing(house, actor=who, round_id=cast.id, now=NOW)
        with pytest.raises(NotFound):
            propose(house, actor=who, round_id=cast.id, settings=Settings(), chosen=key, why="x", now=NOW)


def test_who_has_a_review_under_way_is_marked_and_can_be_left_out(house: House) -> None:
    cast = to_pairing(house)
    assert look(house, cast).busy == ()
    id = rounds.open_round(
        house, actor=cast.lead, name="Omgång 2", year="2026", organisations=cast.organisations, now=NOW
    )
    other = replace(cast, id=id)
    _answered(house, other, 4)
    begin(house, other, 0, 1)
    view = look(house, cast)
    assert view.busy == (("Region Blekinge", ("Region Dalarna",)), ("Region Dalarna", ("Region Blekinge",)))
    marked = {
        id: [name for name, _ in group.busy] for group in view.sets[0].groups for id, _ in group.members
    }
    told = {name: id for id, name in view.organisations}
    assert all(name in marked[told[name]] for name, _ in view.busy), "each card says it in words"
    assert sum(len(group.busy) for group in view.sets[0].groups) == 2
    (busy, *_) = cast.organisations
    without = look(house, cast, Settings(without=(busy,)))
    assert busy not in {id for group in groups(without) for id in group}


def test_only_reviews_as_the_rounds_own_keep_two_from_meeting_again(house: House) -> None:
    cast = to_pairing(house)
    id = rounds.open_round(
        house, actor=cast.lead, name="Omgång 2", year="2026", organisations=cast.organisations, now=NOW
    )
    other = replace(cast, id=id)
    _answered(house, other, 4)
    child = begin(house, other, 0, 1)
    pair = sorted(cast.organisations[:2])
    fixed = Settings(fixed=((pair[0], pair[1]),))
    assert look(house, cast, fixed).fault is not None, "they are in such a review"
    # The same two in a process of another name, and in one that reports on nobody.
    usual = house.workflows["collegial-review"]
    bare = {key: one for key, one in usual.artefacts.items() if one.kind.name != "text"}
    made_up = {"audit": replace(usual, name="audit"), "visit": replace(usual, name="visit", artefacts=bare)}
    more = replace(house, workflows={**house.workflows, **made_up})
    for name, counts, busy in (("audit", 1, 2), ("visit", 0, 0)):
        with house.db.write() as session:
            session.get_one(Review, child).workflow = name
        assert len(who_met.met(more, actor=cast.lead).meetings) == counts
        assert len(look(more, cast).busy) == busy
        assert look(more, cast, fixed).fault is None
        assert pair in groups(look(more, cast, fixed))
